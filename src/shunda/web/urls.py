"""Addresses of the page kit."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
