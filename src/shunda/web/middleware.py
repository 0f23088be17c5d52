"""Language of the reader, htmx, and what becomes of refusals that no page caught."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from shunda.core.refusal import NotPermitted, Refused
from shunda.web import errors

Next = Callable[[HttpRequest], HttpResponse]
YEAR = 365 * 24 * 3600
"""Seconds a browser remembers the language."""


class LanguageMiddleware:
    """The signed-in person's language, else the cookie's, else the browser's.

    The cookie keeps the chosen one for pages on which nobody is known: signing in, and a database that is gone.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language."""
        language = getattr(request.user, "language", None) or translation.get_language_from_request(request)
        request.reads = language  # type: ignore[attr-defined]  # error pages outlive the next line
        with translation.override(language):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "")
        name, chosen = settings.LANGUAGE_COOKIE_NAME, getattr(request.user, "language", None)
        if chosen and name not in response.cookies and request.COOKIES.get(name) != chosen:
            secure = settings.SESSION_COOKIE_SECURE
            response.set_cookie(name, chosen, max_age=YEAR, samesite="Lax", secure=secure, httponly=True)
        return response


class PageMiddleware:
    """Marks requests of htmx; shows a missing permission as 403 and a refusal as 404 or 409."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Mark the request; keep caches from mixing parts and whole pages."""
        request.htmx = request.headers.get("HX-Request") == "true"  # type: ignore[attr-defined]
        response = self.get_response(request)
        if request.htmx:  # type: ignore[attr-defined]
            response.headers["Vary"] = ", ".join(filter(None, [response.headers.get("Vary"), "HX-Request"]))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page that let one of our exceptions through is answered with the page that says so."""
        if isinstance(exception, NotPermitted):
            return errors.not_permitted(request, exception)
        if isinstance(exception, Refused):
            return errors.refused(request, exception.refusals)
        return None
