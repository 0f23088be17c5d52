"""Addresses of demand plans."""

from django.urls import path

from shunda.planning import pages

app_name = "planning"
urlpatterns = [
    path("", pages.index, name="index"),
    path("file/", pages.file, name="file"),
    path("<int:pk>/", pages.detail, name="detail"),
]
