"""What programs with a token need of Django's middleware: the headers that protect, and the check of the host.

Sessions, messages, CSRF cookies, static files and lockouts are for browsers; a request with a token skips them.
"""

from __future__ import annotations

from collections.abc import Callable

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware


class _Secure(HttpRequest):
    """A request as it comes behind TLS, where an installation has that."""

    def is_secure(self) -> bool:
        """What decides about HSTS."""
        return settings.SECURE_PROXY_SSL_HEADER is not None


class Shield:
    """Refuses foreign hosts; puts on every answer what the middleware of pages would."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._headers = shields()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request."""
        request.get_host()
        response = self.get_response(request)
        for name, value in self._headers.items():
            response.headers.setdefault(name, value)
        return response


def shields() -> dict[str, str]:
    """The protective headers, as the middleware of pages sets them."""

    def empty(_request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        del response["Content-Type"]
        return response

    served = XFrameOptionsMiddleware(CSPMiddleware(SecurityMiddleware(empty)))(_Secure())
    assert isinstance(served, HttpResponse)
    return {**dict(served.items()), "Vary": "Accept-Language, Authorization, Cookie"}


class ProgramsHandler(ASGIHandler):
    """Django behind the shield alone."""

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  # Django's signature
        """The shield instead of the middleware of pages."""
        pages, settings.MIDDLEWARE = settings.MIDDLEWARE, ["shunda.api.shield.Shield"]
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = pages
