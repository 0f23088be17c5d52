"""All addresses: each folder's pages under its name, the API under /api/v1."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("shunda.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("shunda.web.urls")),
]
