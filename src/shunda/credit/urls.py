"""Addresses of credit."""

from django.urls import path

from shunda.credit import pages

app_name = "credit"
urlpatterns = [
    path("", pages.index, name="index"),
    path("new/", pages.new_limit, name="new"),
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/limit/", pages.set_limit, name="limit"),
    path("<int:pk>/panel/", pages.panel, name="panel"),
]
