"""Addresses of people and their settings."""

from django.urls import path

from shunda.accounts import pages

app_name = "accounts"
urlpatterns = [
    path("preferences/", pages.preferences, name="preferences"),
]
