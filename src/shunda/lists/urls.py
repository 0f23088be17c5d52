"""Addresses of views, columns and exports; a list goes by the url name of its page."""

from django.urls import path

from shunda.lists import pages

app_name = "lists"
urlpatterns = [
    path("exports/", pages.exports, name="exports"),
    path("exports/<int:pk>/", pages.download, name="download"),
    path("views/<int:pk>/", pages.edit_view, name="edit_view"),
    path("views/<int:pk>/delete/", pages.delete_view, name="delete_view"),
    path("<str:name>/views/", pages.views, name="views"),
    path("<str:name>/views/new/", pages.save_view, name="save_view"),
    path("<str:name>/columns/", pages.layout, name="layout"),
    path("<str:name>/export/", pages.export, name="export"),
]
