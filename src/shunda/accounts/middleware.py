"""Puts the actor on every request, and holds people to changing a password that somebody else knows."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from shunda.accounts.models import User
from shunda.accounts.queries import actor_for, standing
from shunda.core.actor import Actor

NOBODY = Actor(id=None, name="", permissions=frozenset())
"""A visitor who has not signed in: may do nothing."""

STANDING = "standing"
"""In the session: the delegation by which the person stands in for somebody now."""

STILL_OPEN = ("account_change_password", "account_logout", "accounts:preferences")
"""Where somebody may go who must change the password first."""


class ActorMiddleware:
    """``request.actor``: who the signed-in user is and what he may do, asked once and only when needed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the actor; send whoever must change the password to do it."""
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        if _must_change_password(request) and request.path not in {reverse(name) for name in STILL_OPEN}:
            return redirect("account_change_password")
        return self.get_response(request)


def _must_change_password(request: HttpRequest) -> bool:
    return SESSION_KEY in request.session and bool(getattr(request.user, "must_change_password", False))


def _actor(request: HttpRequest) -> Actor:
    if not isinstance(request.user, User):
        return NOBODY
    me = actor_for(request.user)
    given = request.session.get(STANDING)
    return (standing(me, given, timezone.now()) if given and me.permissions else None) or me
