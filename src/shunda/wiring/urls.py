"""All addresses: each folder's pages under its name, the API under /api/v1."""

from django.urls import include, path

from shunda.wiring.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("accounts/", include("shunda.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("shunda.web.urls")),
]
