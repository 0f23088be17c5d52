"""The days of history, and what happens together on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, timedelta

from shunda.demo.company import FOUNDED
from shunda.demo.data import OldOrder
from shunda.orders.models import Order

Drain = Callable[[], None]
Inline = Callable[[], AbstractContextManager[Drain]]
"""Collects what follows from events; the drain runs it."""

LAST_DAY = date(1998, 5, 10)
"""The day history ends: everything shipped was signed for, what was due by then is paid."""

UNREVIEWED = date(1998, 5, 6)
"""Orders of this day are still with the reviewers."""

SHOP = "northwind"
FRIDAY = 4


def days() -> Iterator[date]:
    """Every day of history."""
    day = FOUNDED
    while day <= LAST_DAY:
        yield day
        day += timedelta(days=1)


def friday(day: date) -> date:
    """That day if it is one, else the next."""
    return day + timedelta(days=(FRIDAY - day.weekday()) % 7)


def by_day(dated: Iterable[tuple[OldOrder, date]]) -> dict[date, list[OldOrder]]:
    """Orders by the day something happens to them."""
    found: defaultdict[date, list[OldOrder]] = defaultdict(list)
    for order, day in dated:
        found[day].append(order)
    return dict(found)


def together(windows: Iterable[tuple[OldOrder, date, date]]) -> dict[date, list[OldOrder]]:
    """On as few days as possible, each order within its window (from, until)."""
    found: dict[date, list[OldOrder]] = {}
    last: date | None = None
    for order, earliest, latest in sorted(windows, key=lambda window: (window[2], window[0].id)):
        if last is None or last < earliest:
            last = latest
        found.setdefault(last, []).append(order)
    return found


def entered_ids(history: Sequence[OldOrder]) -> dict[str, int]:
    """Those of these orders that are entered, by their number in history."""
    numbers = [order.id for order in history]
    return dict(Order.objects.filter(shop=SHOP, external_number__in=numbers).values_list("external_number", "pk"))
