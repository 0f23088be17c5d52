"""The trade history of a customer: orders, invoices, credit notes and payments so far, year by year (R071)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear

from shunda.billing import queries
from shunda.billing.models import CreditNote
from shunda.billing.states import InvoiceStatus, PaymentStatus
from shunda.core.actor import Actor
from shunda.orders import queries as orders
from shunda.orders.states import OrderStatus

ZERO = Decimal(0)


@dataclass(slots=True)
class Year:
    """What was traded with a customer in a year, in one currency; ``year`` is None for all of them together.

    ``ordered`` leaves the ``cancelled`` ones of the ``orders`` out and counts by order date; the other amounts count
    by the day of the document. Credit notes are what was taken back for returns and complaints.
    """

    year: int | None
    currency: str
    orders: int = 0
    cancelled: int = 0
    ordered: Decimal = ZERO
    invoiced: Decimal = ZERO
    credit_notes: int = 0
    credited: Decimal = ZERO
    received: Decimal = ZERO


def years(customer_id: int, by: Actor) -> list[Year]:
    """Each year with business, newest first, as far as the actor sees its documents; four queries."""
    found: dict[tuple[int, str], Year] = {}
    gone = Q(status=OrderStatus.CANCELLED)
    _add(
        found,
        orders.seen_by(by).filter(customer_id=customer_id).values("currency", year=ExtractYear("order_date")),
        orders=Count("pk"),
        cancelled=Count("pk", filter=gone),
        ordered=Sum("gross", filter=~gone, default=ZERO),
    )
    issued = queries.invoices_seen_by(by).filter(customer_id=customer_id, status=InvoiceStatus.ISSUED)
    _add(found, issued.values("currency", year=ExtractYear("issued_at")), invoiced=Sum("gross"))
    notes = CreditNote.objects.filter(customer_id=customer_id)
    if by.reach != "all":
        notes = notes.filter(order__in=orders.seen_by(by).values("pk"))
    _add(
        found,
        notes.values("currency", year=ExtractYear("issued_at")),
        credit_notes=Count("pk"),
        credited=Sum("gross"),
    )
    money = queries.payments_seen_by(by).filter(customer_id=customer_id, status=PaymentStatus.RECORDED)
    _add(found, money.values("currency", year=ExtractYear("received_at")), received=Sum("amount"))
    return sorted(found.values(), key=lambda one: (-(one.year or 0), one.currency))


def totals(found: Iterable[Year]) -> list[Year]:
    """All years together, one sum for each currency."""
    sums: dict[str, Year] = {}
    for one in sorted(found, key=attrgetter("currency")):
        total = sums.setdefault(one.currency, Year(None, one.currency))
        for name in ("orders", "cancelled", "ordered", "invoiced", "credit_notes", "credited", "received"):
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return list(sums.values())


def _add(found: dict[tuple[int, str], Year], rows: Any, **figures: Any) -> None:
    for row in rows.annotate(**figures).order_by():
        key = row["year"], row["currency"]
        one = found.setdefault(key, Year(*key))
        for name in figures:
            setattr(one, name, row[name])
