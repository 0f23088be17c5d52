"""What an agreed change does to demands: other quantities, days and priorities. Called inside the caller's transaction.

The caller has the order rows locked and locks all its demands at once (``steps.lock``) before several steps over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from shunda.inventory.ledger import Posting, Promise, lock_demands, lock_free, place, post


@dataclass(frozen=True, slots=True)
class Size:
    """A demand as it shall be: how much in the SKU's base unit, by when, how soon."""

    demand_id: int
    quantity: Decimal
    due: date | None
    priority: int


_RESIZE = """
update inventory_demand d set quantity = n.quantity, due = n.due, priority = n.priority
from unnest(%s::bigint[], %s::numeric[], %s::date[], %s::smallint[]) n(id, quantity, due, priority) where d.id = n.id
"""


def resize(sizes: Sequence[Size], *, at: datetime) -> None:
    """These demands want so much now, by then. What is promised beyond it is released; nothing more is promised.

    What was issued or cancelled stays: the database refuses a quantity below it.
    """
    if not sizes:
        return
    demands = lock_demands(size.demand_id for size in sizes)
    lock_free(place(demand) for demand in demands.values())
    beyond = [
        Promise(demand, still_open - demand.reserved, "release")
        for size in sizes
        if (demand := demands[size.demand_id]).reserved
        > (still_open := size.quantity - demand.issued - demand.cancelled)
    ]
    post(Posting(promises=beyond), at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            _RESIZE,
            [
                [size.demand_id for size in sizes],
                [size.quantity for size in sizes],
                [size.due for size in sizes],
                [size.priority for size in sizes],
            ],
        )
