"""Reads of people: who a request comes from, and what lists and forms of users, roles and regions show."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from shunda.accounts.models import ApiToken, Region, Role, User
from shunda.accounts.rules import ADMINISTER, EVERYTHING, digest_of, prefix_of, widest
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


def rights_of(user_ids: Iterable[int], source: str = "web") -> dict[int, Actor]:
    """What people could do if they were active, by id, in one query."""
    return {user.pk: _actor(user, source) for user in _with_rights(User.objects.filter(pk__in=list(user_ids)))}


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
    actor = actors_for([token.user_id], "api").get(token.user_id)
    if actor is None or EVERYTHING in token.scopes:
        return actor
    scopes = frozenset(token.scopes)
    held = scopes if EVERYTHING in actor.permissions else actor.permissions & scopes
    return replace(actor, permissions=held)


def administrators() -> set[int]:
    """The active people who may grant everything."""
    holding = Q(roles__permissions__overlap=[ADMINISTER, EVERYTHING])
    return set(User.objects.filter(holding, is_active=True).values_list("pk", flat=True))


def users() -> QuerySet[User]:
    """All people with their roles and regions."""
    return User.objects.prefetch_related("roles", "regions")


def roles() -> QuerySet[Role]:
    """All roles with the number of active people in each."""
    return Role.objects.annotate(people=Count("users", filter=Q(users__is_active=True)))


def role_titles() -> dict[str, str]:
    """The names of all roles in the reader's language, by code."""
    return {role.code: role.title for role in Role.objects.all()}


def regions() -> QuerySet[Region]:
    """All regions with the number of active people in each."""
    return Region.objects.annotate(people=Count("users", filter=Q(users__is_active=True)))


def tokens_of(user_id: int) -> QuerySet[ApiToken]:
    """A person's tokens, the newest first."""
    return ApiToken.objects.filter(user_id=user_id).order_by("-id")


def names(user_ids: Sequence[int]) -> dict[int, str]:
    """The names of people by id."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=user_ids)}
