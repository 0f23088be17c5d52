"""Finding invoices, payments and settlements from the search box, by the beginning of their number."""

from __future__ import annotations

from django.db import connection

from shunda.billing import queries
from shunda.billing.models import Invoice, Payment, Settlement
from shunda.core.actor import Actor
from shunda.core.search import by_beginning


def invoices(text: str, actor: Actor, limit: int = 10) -> list[Invoice]:
    """Invoices of the orders within the actor's reach."""
    ids = _numbered("billing_invoice", text)
    found = queries.invoices_seen_by(actor).filter(pk__in=ids).select_related("order")
    return list(found.order_by("-number")[:limit]) if ids else []


def payments(text: str, actor: Actor, limit: int = 10) -> list[Payment]:
    """Payments of the customers within the actor's reach."""
    ids = _numbered("billing_payment", text)
    found = queries.payments_seen_by(actor).filter(pk__in=ids).select_related("customer")
    return list(found.order_by("-number")[:limit]) if ids else []


def settlements(text: str, actor: Actor, limit: int = 10) -> list[Settlement]:
    """Settlements of the orders within the actor's reach."""
    ids = _numbered("billing_settlement", text)
    found = queries.settlements_seen_by(actor).filter(pk__in=ids).select_related("order")
    return list(found.order_by("-number")[:limit]) if ids else []


def _numbered(table: str, text: str) -> list[int]:
    """The newest rows whose number begins so; a text that can be no number asks nothing."""
    text = text.strip()[:60].upper()
    if not text or not text.isascii():
        return []
    with connection.cursor() as cursor:
        cursor.execute(by_beginning(table, "number", "number"), {"number": text})
        return [pk for (pk,) in cursor.fetchall()]
