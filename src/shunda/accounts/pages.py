"""Pages of people: own account, users, roles, regions."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shunda.web.context import THEMES
from shunda.web.pages import back, leave


def preferences(request: HttpRequest) -> HttpResponse:
    """Language and theme: kept with the user, or in cookies before signing in."""
    response = leave(request, back(request))
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 24 * 3600, samesite="Lax")
    if theme in THEMES:
        response.set_cookie("theme", theme, max_age=365 * 24 * 3600, samesite="Lax")
    return response
