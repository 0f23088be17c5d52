"""Addresses of imports."""

from django.urls import path

from shunda.channels import mapping_pages, pages

app_name = "channels"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", pages.upload, name="upload"),
    path("mappings/", mapping_pages.index, name="mappings"),
    path("mappings/new/", mapping_pages.create, name="create_mapping"),
    path("mappings/<int:pk>/", mapping_pages.edit, name="edit_mapping"),
    path("mappings/<int:pk>/remove/", mapping_pages.remove, name="remove_mapping"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/start/", pages.start, name="start"),
    path("<int:pk>/discard/", pages.discard, name="discard"),
    path("<int:pk>/report.csv", pages.download, name="report"),
]
