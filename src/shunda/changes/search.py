"""Finding changes from the search box, by the beginning of their number."""

from __future__ import annotations

from django.db import connection

from shunda.changes import queries
from shunda.changes.models import Change
from shunda.core.actor import Actor
from shunda.core.search import by_beginning

_FIND = by_beginning("changes_change", "number", "number")


def find(text: str, actor: Actor, limit: int = 10) -> list[Change]:
    """Changes of the orders within the actor's reach, the newest first; a text that can be no number asks nothing."""
    number = text.strip()[:60].upper()
    if not number or not number.isascii():
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"number": number})
        ids = [pk for (pk,) in cursor.fetchall()]
    found = queries.seen_by(actor).filter(pk__in=ids).select_related("order")
    return list(found.order_by("-number")[:limit]) if ids else []
