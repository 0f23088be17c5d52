"""Addresses of imports."""

from django.urls import path

from shunda.channels import pages

app_name = "channels"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", pages.upload, name="upload"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/start/", pages.start, name="start"),
    path("<int:pk>/discard/", pages.discard, name="discard"),
    path("<int:pk>/report.csv", pages.download, name="report"),
]
