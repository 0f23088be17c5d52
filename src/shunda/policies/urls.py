"""Addresses of settings and decision tables."""

from django.urls import path

from shunda.policies.pages import calendar, calendars, settings, tables

app_name = "policies"
urlpatterns = [
    path("", settings.index, name="index"),
    path("calendar/", calendar.index, name="calendar"),
    path("calendar/<int:year>/", calendar.year, name="calendar_year"),
    path("calendar/day/", calendar.change_day, name="calendar_day"),
    path("calendar/week/", calendar.change_week, name="calendar_week"),
    path("calendar/import/", calendar.import_days, name="calendar_import"),
    path("calendar/add/", calendars.add, name="calendar_add"),
    path("calendar/rename/", calendars.rename, name="calendar_rename"),
    path("calendar/retire/", calendars.retire, name="calendar_retire"),
    path("tables/", tables.tables, name="tables"),
    path("tables/version/<int:pk>/", tables.version, name="version"),
    path("tables/version/<int:pk>/edit/", tables.edit, name="edit_table"),
    path("tables/version/<int:pk>/upload/", tables.upload, name="upload_table"),
    path("tables/version/<int:pk>/propose/", tables.propose, name="propose_table"),
    path("tables/version/<int:pk>/publish/", tables.publish, name="publish_table"),
    path("tables/version/<int:pk>/return/", tables.give_back, name="return_table"),
    path("tables/version/<int:pk>/drop/", tables.drop, name="drop_table"),
    path("tables/version/<int:pk>/try/", tables.try_out, name="try_table"),
    path("tables/trial/<int:pk>/", tables.trial, name="trial"),
    path("tables/<str:name>/", tables.table, name="table"),
    path("tables/<str:name>/draft/", tables.draft, name="draft_table"),
    path("tables/<str:name>/<int:number>.xlsx", tables.download, name="download_table"),
    path("tables/<str:name>/<int:number>/why/<str:rows>/", tables.why, name="why"),
    path("<str:name>/", settings.detail, name="detail"),
    path("<str:name>/change/", settings.change, name="change"),
]
