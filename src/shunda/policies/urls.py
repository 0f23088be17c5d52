"""Addresses of settings."""

from django.urls import path

from shunda.policies import pages

app_name = "policies"
urlpatterns = [
    path("", pages.index, name="index"),
    path("<str:name>/", pages.detail, name="detail"),
    path("<str:name>/change/", pages.change, name="change"),
]
