"""Finding invoices, payments and settlements from the search box, by the beginning of their number."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection
from django.db.models import QuerySet

from shunda.billing import queries
from shunda.billing.models import Invoice, Payment, Settlement
from shunda.core.actor import Actor
from shunda.core.search import by_beginning


def invoices(text: str, actor: Actor, limit: int = 10) -> list[Invoice]:
    """Invoices of the orders within the actor's reach."""
    return list(_numbered("billing_invoice", text, queries.invoices_seen_by, actor).select_related("order")[:limit])


def payments(text: str, actor: Actor, limit: int = 10) -> list[Payment]:
    """Payments of the customers within the actor's reach."""
    return list(_numbered("billing_payment", text, queries.payments_seen_by, actor).select_related("customer")[:limit])


def settlements(text: str, actor: Actor, limit: int = 10) -> list[Settlement]:
    """Settlements of the orders within the actor's reach."""
    found = _numbered("billing_settlement", text, queries.settlements_seen_by, actor)
    return list(found.select_related("order")[:limit])


def _numbered(table: str, text: str, seen_by: Callable[[Actor], QuerySet], actor: Actor) -> QuerySet:  # type: ignore[type-arg]
    ids: list[int] = []
    if text.strip():
        with connection.cursor() as cursor:
            cursor.execute(by_beginning(table, "number", "number"), {"number": text.strip()[:60].upper()})
            ids = [pk for (pk,) in cursor.fetchall()]
    return seen_by(actor).filter(pk__in=ids).order_by("-number")
