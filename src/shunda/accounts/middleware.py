"""Puts the actor on every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from shunda.accounts.models import User
from shunda.accounts.queries import actor_for
from shunda.core.actor import Actor

NOBODY = Actor(id=None, name="", permissions=frozenset())
"""A visitor who has not signed in: may do nothing."""


class ActorMiddleware:
    """``request.actor``: who the signed-in user is and what he may do, asked once and only when needed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the actor."""
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        return self.get_response(request)


def _actor(request: HttpRequest) -> Actor:
    user = request.user
    return actor_for(user) if isinstance(user, User) or user.is_authenticated else NOBODY
