"""Addresses of people and their settings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
