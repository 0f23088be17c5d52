"""What makes a customer's exposure, bucket by bucket, down to the document each amount stands on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from shunda.credit import queries
from shunda.credit.models import Bucket
from shunda.credit.queries import Exposure, Standing
from shunda.credit.specs import OpenItem

ZERO = Decimal(0)
MOST = 200
"""So many orders are shown; the rest is one sum."""


@dataclass(frozen=True, slots=True)
class Made:
    """An amount of an order in a bucket. ``invoice`` is what it stands on, ``shipments`` what left for it."""

    order_id: int
    amount: Decimal
    invoice: OpenItem | None = None
    shipments: Sequence[tuple[int, str]] = ()
    days: int = 0  # overdue


@dataclass(frozen=True, slots=True)
class Section:
    """One bucket: its amount on the account, and the rows that are exactly that together with ``rest``."""

    bucket: Bucket
    total: Decimal
    rows: Sequence[Made]

    @property
    def rest(self) -> Decimal:
        """What the orders that are not shown have in it."""
        return self.total - sum((row.amount for row in self.rows), ZERO)

    @property
    def overdue(self) -> Decimal:
        """What of it is past its day."""
        return sum((row.amount for row in self.rows if row.days), ZERO)


def sections(exposure: Exposure, today: date) -> list[Section]:
    """The three buckets of an account with what makes them, the largest orders first; three queries."""
    makers = queries.makers(exposure.customer_id, MOST)
    left = _asked("SHUNDA_LEFT_OF", [pk for pk, standing in makers if standing.shipped])
    items = _asked("SHUNDA_OPEN_ITEMS", [pk for pk, standing in makers if standing.invoiced])
    standing = exposure.standing
    shipped = [Made(pk, one.shipped, shipments=left.get(pk, ())) for pk, one in makers if one.shipped]
    return [
        Section(Bucket.ORDERED, standing.ordered, [Made(pk, one.ordered) for pk, one in makers if one.ordered]),
        Section(Bucket.SHIPPED, standing.shipped, shipped),
        Section(Bucket.INVOICED, standing.invoiced, sorted(_invoiced(makers, items, today), key=_oldest)),
    ]


def _invoiced(
    makers: Iterable[tuple[int, Standing]], items: Mapping[int, Sequence[OpenItem]], today: date
) -> Iterator[Made]:
    """Open invoices; where they are not what an order has in the bucket, the difference stands on the order itself."""
    for pk, standing in makers:
        for item in items.get(pk, ()):
            late = (today - item.due).days if item.due else 0
            yield Made(pk, item.amount, item, days=max(late, 0))
        if rest := standing.invoiced - sum((item.amount for item in items.get(pk, ())), ZERO):
            yield Made(pk, rest)


def _oldest(row: Made) -> tuple[int, Decimal, int]:
    return -row.days, -row.amount, row.order_id


def _asked(name: str, order_ids: Collection[int]) -> Mapping[int, Sequence[Any]]:
    """Documents of these orders: the folders that know them lie above, wiring names them."""
    ask: Callable[[Collection[int]], Mapping[int, Sequence[Any]]] = import_string(getattr(settings, name))
    return ask(order_ids) if order_ids else {}
