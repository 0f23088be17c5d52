"""Writes that folders above make in their own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from shunda.accounts.models import ApiToken, Role
from shunda.accounts.queries import actor_for_token
from shunda.accounts.rules import administers, prefix_of
from shunda.accounts.specs import RoleSpec
from shunda.core.actor import Actor

USE_NOTED = timedelta(minutes=10)
"""When a token was last used is known to this precision, so that reading does not write all the time."""


def install_roles(table: Sequence[RoleSpec]) -> int:
    """Make the roles a release brings: new ones are added, untouched ones brought up to date; returns how many changed.

    A role the administrator edited stays as he left it, but for the one that administers: it always holds everything.
    """
    here = Role.objects.in_bulk([spec.code for spec in table], field_name="code")
    new: list[Role] = []
    changed: list[Role] = []
    for spec in table:
        wanted = {
            "name": spec.name,
            "name_en": spec.name_en,
            "reach": spec.reach,
            "permissions": sorted(spec.permissions),
        }
        role = here.get(spec.code)
        if role is None:
            new.append(Role(code=spec.code, builtin=True, **wanted))
        elif role.edited_at is None and any(getattr(role, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(role, name, value)
            changed.append(role)
        elif administers(spec.permissions) and role.permissions != wanted["permissions"]:
            role.permissions = wanted["permissions"]
            changed.append(role)
    Role.objects.bulk_create(new)
    if changed:
        Role.objects.bulk_update(changed, ["name", "name_en", "reach", "permissions"])
    return len(new) + len(changed)


def sign_in_with_token(raw: str, at: datetime) -> Actor | None:
    """Who a token speaks for (see ``queries.actor_for_token``), and a note that it was used."""
    actor = actor_for_token(raw, at)
    if actor is not None:
        stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED)
        ApiToken.objects.filter(stale, prefix=prefix_of(raw)).update(last_used_at=at)
    return actor
