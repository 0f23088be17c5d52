"""Who asks: a program with a token, or a browser that is signed in. Wiring says what both mean."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from ninja.errors import AuthenticationError
from ninja.security.base import AuthBase

from shunda.api import reasons
from shunda.api.problems import Invalid
from shunda.core.actor import Actor

TokenActor = Callable[[str, datetime], Actor | None]
UserActor = Callable[[Any], Actor]


class ApiRequest(HttpRequest):
    """A request as endpoints see it: who asks and when."""

    actor: Actor
    at: datetime
    replayed: bool
    """Set by an endpoint that keeps its keys itself: this is the answer of an earlier request."""


def bearer_of(request: HttpRequest) -> str:
    """The token of ``Authorization: Bearer <token>``, or nothing."""
    return token_in(request.headers.get("Authorization", ""))


def token_in(header: str) -> str:
    """The token in the text of the header."""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


class Token(AuthBase):
    """``Authorization: Bearer <token>``."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_description = "An API token; make one on your account page."

    def __init__(self, actor_for_token: TokenActor) -> None:
        super().__init__()
        self._actor_for_token = actor_for_token

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor of the token; a wrong token is refused even if a browser session would do."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        asked = cast("ApiRequest", request)
        token = token_in(header)
        actor = self._actor_for_token(token, asked.at) if token else None
        if actor is None:
            raise AuthenticationError
        asked.actor = actor
        return actor


class _Csrf(CsrfViewMiddleware):
    """Django's check, asked for by us (endpoints are exempt: tokens need none) and without its page."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002  # Django's signature
        return HttpResponse(status=403)


def _no_view(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a view that is not exempt
    return HttpResponse()


_csrf = _Csrf(_no_view)


class Session(AuthBase):
    """The session cookie of a signed-in browser, with its CSRF token on every write."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_description = "The session of a signed-in browser; writes need the header X-CSRFToken."
    csrf = True

    def __init__(self, actor_for_user: UserActor) -> None:
        super().__init__()
        self._actor_for_user = actor_for_user

    def __call__(self, request: HttpRequest) -> Actor | None:
        """The actor of the signed-in user."""
        user = getattr(request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        if _csrf.process_view(request, _no_view, (), {}) is not None:
            raise Invalid(reasons.FOREIGN_FORM(), status=403)
        actor = self._actor_for_user(user)
        cast("ApiRequest", request).actor = actor
        return actor


class RateLimit:
    """So many requests a second (``rate``; 0: no limit) from each, with a burst of ten seconds' worth saved up.

    Kept in the memory of each web process: the limit of an installation is this times its processes. It protects
    against a runaway program, not against an attacker.
    """

    BURST_SECONDS = 10

    def __init__(self, rate: Callable[[], float] = lambda: settings.API_RATE_PER_SECOND) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._left: dict[object, tuple[float, float]] = {}  # who -> (requests left, when that was)

    def wait(self, who: object) -> int:
        """Takes one request; 0, or the whole seconds to wait before the next is accepted."""
        rate = self._rate()
        if not rate:
            return 0
        now = time.monotonic()
        with self._lock:
            if len(self._left) > 10_000:
                self._left.clear()
            left, since = self._left.get(who, (rate * self.BURST_SECONDS, now))
            left = min(rate * self.BURST_SECONDS, left + (now - since) * rate)
            self._left[who] = (max(left - 1, 0) if left >= 1 else left, now)
        return 0 if left >= 1 else math.ceil((1 - left) / rate)
