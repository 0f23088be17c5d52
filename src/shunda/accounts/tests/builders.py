"""People for tests."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from shunda.accounts.models import Region, Role, User
from shunda.accounts.queries import actor_for
from shunda.core.actor import Actor

PASSWORD = "correct horse battery"
_serial = count(1)


def user(username: str, *permissions: str, reach: str = "all", regions: Iterable[Region] = (), **fields) -> User:
    """A saved user whose one role holds just these permissions; ``*`` is every permission."""
    person = User(username=username, name=fields.pop("name", username.title()), language="en", **fields)
    person.set_password(PASSWORD)
    person.save()
    role = Role.objects.create(
        code=f"role-{username}", name=f"Role of {username}", permissions=list(permissions), reach=reach
    )
    person.roles.add(role)
    person.regions.add(*regions)
    return person


def actor(*permissions: str, reach: str = "all", regions: Iterable[Region] = ()) -> Actor:
    """An actor with a saved user behind it."""
    return actor_for(user(f"user{next(_serial)}", *permissions, reach=reach, regions=regions))


def region(code: str = "east", **fields) -> Region:
    """A sales territory."""
    return Region.objects.create(code=code, name=fields.pop("name", code.title()), **fields)
