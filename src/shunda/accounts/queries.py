"""Reads of people: who a request comes from, and what lists and forms of users, roles and regions show."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from shunda.accounts.models import ApiToken, Region, Role, User
from shunda.accounts.rules import EVERYTHING, digest_of, prefix_of, widest
from shunda.core.actor import Actor


def _with_rights(users: QuerySet[User]) -> QuerySet[User]:
    """Users with ``granted`` (permissions and reach of each role) and ``region_ids``, in one query."""
    roles = Role.objects.filter(users=OuterRef("pk")).order_by("pk")
    regions = Region.objects.filter(users=OuterRef("pk"), active=True).order_by("pk")
    return users.annotate(
        granted=ArraySubquery(roles.values(json=JSONObject(permissions="permissions", reach="reach"))),
        region_ids=ArraySubquery(regions.values("pk")),
    )


def _actor(user: User, source: str) -> Actor:
    granted = user.granted  # type: ignore[attr-defined]  # annotated by _with_rights
    return Actor(
        id=user.pk,
        name=str(user),
        permissions=frozenset(name for role in granted for name in role["permissions"]),
        reach=widest(role["reach"] for role in granted),
        regions=frozenset(user.region_ids),  # type: ignore[attr-defined]
        source=source,
    )


def actors_for(user_ids: Iterable[int], source: str = "web") -> dict[int, Actor]:
    """Several active users as actors, by id, in one query."""
    users = _with_rights(User.objects.filter(pk__in=list(user_ids), is_active=True))
    return {user.pk: _actor(user, source) for user in users}


def actor_for(user: User, source: str = "web") -> Actor:
    """The user as an actor: the permissions of all roles, the widest reach of any, the own regions. One query.

    A user who is not active may do nothing and sees only what is his own.
    """
    known = actors_for([user.pk], source)
    return known.get(user.pk) or Actor(id=user.pk, name=str(user), permissions=frozenset(), source=source)


def actor_for_token(raw: str, at: datetime) -> Actor | None:
    """Who an API token speaks for: its user, with the permissions that are also among the token's scopes.

    ``None`` when the token is unknown, revoked or expired, or its user is not active: the caller is not told which.
    """
    prefix = prefix_of(raw)
    token = ApiToken.objects.filter(prefix=prefix).first() if prefix else None
    if token is None or not hmac.compare_digest(token.digest, digest_of(raw)):
        return None
    if token.revoked_at is not None or token.expires_at <= at:
        return None
    user = _with_rights(User.objects.filter(pk=token.user_id, is_active=True)).first()
    if user is None:
        return None
    actor = _actor(user, "api")
    if EVERYTHING in token.scopes:
        return actor
    return Actor(
        id=actor.id,
        name=actor.name,
        permissions=actor.permissions & frozenset(token.scopes),
        reach=actor.reach,
        regions=actor.regions,
        source="api",
    )
