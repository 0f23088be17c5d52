"""Finding shipments from the search box."""

from __future__ import annotations

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.search import by_beginning
from shunda.fulfilment import queries
from shunda.fulfilment.models import Shipment

_FIND = f"""
select id from ({by_beginning("fulfilment_shipment", "number", "number")}) numbered
union select id from fulfilment_shipment where tracking_number = %(text)s and tracking_number <> ''
"""  # noqa: S608 - names from our own code


def find(text: str, actor: Actor, limit: int = 10) -> list[Shipment]:
    """Shipments within the actor's reach by the beginning of their number, or by the carrier's whole number."""
    text = text.strip()[:60]
    if not text or not text.isascii():
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"number": text.upper(), "text": text})
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return []
    return list(queries.seen_by(actor).filter(pk__in=ids).select_related("order").order_by("-number")[:limit])
