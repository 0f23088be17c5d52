"""Finding customers from the search box: as in ``queries.find``, and by the last digits of a phone."""

from __future__ import annotations

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.search import by_phone, phone_digits
from shunda.customers import queries
from shunda.customers.models import Customer
from shunda.customers.rules import sees_private

_PHONES = " union ".join(
    f"({ask})"
    for ask in (
        by_phone("customers_contact", "phone", "customer_id"),
        by_phone("customers_address", "phone", "customer_id"),
        by_phone("customers_customer", "phone"),
    )
)


def find(text: str, actor: Actor, limit: int = 20) -> list[Customer]:
    """The customers the actor most likely means; a phone tail of four digits or more finds for who may see phones.

    Two queries at most, or three for a phone.
    """
    found = queries.find(text, actor, limit)
    known = {customer.pk for customer in found}
    ids = [pk for pk in by_phone_tail(text, actor) if pk not in known]
    if ids and len(found) < limit:
        more = queries.seen_by(actor).filter(pk__in=ids).select_related("term", "owner", "region")
        found += more.defer("search", "search_text").order_by("code")[: limit - len(found)]
    return found


def by_phone_tail(text: str, actor: Actor) -> list[int]:
    """Customers with a contact, an address or a number of their own that ends so; none for who may not see phones."""
    digits = phone_digits(text)
    if not digits or not sees_private(actor):
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PHONES, {"digits": digits})
        return [pk for (pk,) in cursor.fetchall()]
