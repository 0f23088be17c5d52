"""What came in today and what is late: a few figures, each by an index of its own however many orders there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from shunda.core.actor import Actor
from shunda.orders import queries
from shunda.orders.models import Order
from shunda.orders.states import OrderStatus

DAYS = 14
"""So many days are in the picture."""

COUNTED = 999
"""Nobody needs to know more exactly how much is late."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's orders."""

    day: date
    orders: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """Orders taken in today with their value by currency, the two weeks before, and how many are late."""

    orders: int
    value: Sequence[tuple[str, Decimal]]
    late: int
    days: Sequence[Day]

    @property
    def late_counted(self) -> str:
        """The count as people read it."""
        return f"{COUNTED}+" if self.late > COUNTED else str(self.late)


def pulse(actor: Actor, today: date) -> Pulse:
    """The figures of the orders an actor sees, without cancelled ones: three queries."""
    seen = queries.seen_by(actor).exclude(status=OrderStatus.CANCELLED)
    first = today - timedelta(days=DAYS - 1)
    counted = _by_day(seen.filter(order_date__gte=first, order_date__lte=today))
    sums = seen.filter(order_date=today).values_list("currency").annotate(value=Sum("gross")).order_by("-value")
    late = queries.late(queries.seen_by(actor), today).order_by().values("pk")[: COUNTED + 1]
    days = [Day(first + timedelta(days=n), counted.get(first + timedelta(days=n), 0)) for n in range(DAYS)]
    return Pulse(days[-1].orders, list(sums), len(late), days)


def _by_day(orders: QuerySet[Order]) -> dict[date, int]:
    return dict(orders.values_list("order_date").annotate(n=Count("pk")).order_by())
