"""Promising stock to new orders: whole orders, many at once, each SKU touched once, as late as can be.

``free`` looks without locking (or locks, after somebody was quicker), the caller decides who gets what in the order
they came, ``promise`` writes the demands with what they are promised, and ``take`` raises the balances. ``take`` locks
them by id and is conditional: what was seen free is free, or nothing is written and the caller starts again with locks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.core.retry import Again
from shunda.core.sql import NewRows, Row, Statement, next_ids, numbers
from shunda.inventory.models import Demand, DemandKind
from shunda.inventory.queries import codes
from shunda.inventory.reasons import SHORT
from shunda.inventory.rules import Place

_FREE = """
select b.sku_id, b.warehouse_id, b.id, b.on_hand - b.reserved
from inventory_balance b join unnest(%s::bigint[], %s::bigint[]) p(sku_id, warehouse_id)
  on b.sku_id = p.sku_id and b.warehouse_id = p.warehouse_id
"""
_LOCKED = _FREE + "order by b.id for no key update of b"
# In the order of their ids, and only what is still free; to lock them first would find and write each balance twice.
_TAKE = """
update inventory_balance b set reserved = b.reserved + n.quantity
from (select id, quantity from unnest(%s::bigint[], %s::numeric[]) n(id, quantity) order by id) n
where b.id = n.id and b.on_hand - b.reserved >= n.quantity
returning 1
"""


class Free(NamedTuple):
    """The balance of a SKU in a warehouse and what of it is not promised."""

    id: int
    quantity: Decimal


class Wish(NamedTuple):
    """A new order wants so much of a SKU, in its base unit."""

    order_id: int
    sku_id: int
    warehouse_id: int
    quantity: Decimal
    due: date | None
    priority: int


class Gone(Again):
    """Somebody else took what was seen free: undo, look again with locks."""


def open_warehouses() -> Statement[list[int]]:
    """The warehouses that goods leave from, the first made first."""
    return Statement(
        "select id from inventory_warehouse where active order by id", (), lambda rows: [r[0] for r in rows]
    )


def free(places: Collection[Place], *, locked: bool = False) -> Statement[dict[Place, Free]]:
    """What can be promised of each SKU and warehouse; one that was never stocked is missing."""
    wanted = sorted(places)
    return Statement(
        _LOCKED if locked else _FREE,
        [numbers(sku for sku, _ in wanted), numbers(warehouse for _, warehouse in wanted)],
        lambda rows: {(sku, warehouse): Free(pk, left) for sku, warehouse, pk, left in rows},
    )


def demand_ids(n: int) -> Statement[list[int]]:
    """Ids for as many demands."""
    return next_ids(Demand._meta.db_table, n)


def promise(wishes: Iterable[tuple[int, Wish]], *, at: datetime) -> Statement[None]:
    """Write down who wants what, each with the id of its demand, all of it promised."""
    return _demands(((pk, *wish) for pk, wish in wishes), at)


_demands = NewRows(
    Demand,
    ("id", *Wish._fields),
    ("created_at",),
    same={"promised": "quantity", "reserved": "quantity"},
    kind=DemandKind.ORDER,
)


def take(amounts: Mapping[int, Decimal]) -> Statement[None]:
    """Raise what is reserved of these balances (by id), all or nothing; raises ``Gone``."""

    def all_taken(taken: list[Row]) -> None:
        if len(taken) != len(amounts):
            raise Gone

    return Statement(_TAKE if amounts else "", [numbers(amounts), numbers(amounts.values())], all_taken)


class Lack(NamedTuple):
    """An order (``group``) wanted more of a place than was left when its turn came; ``lines`` say which want it."""

    group: int
    place: Place
    wanted: Decimal
    left: Decimal
    lines: Sequence[int]


def short(lacks: Sequence[Lack]) -> dict[int, list[Refusal]]:
    """What orders are refused for, by group, naming SKU and warehouse as people know them."""
    refused: defaultdict[int, list[Refusal]] = defaultdict(list)
    skus, warehouses = codes({x.place[0] for x in lacks}, {x.place[1] for x in lacks})
    for group, (sku, warehouse), wanted, left, lines in lacks:
        said: dict[str, Any] = {"wanted": plain(wanted), "available": plain(left), "lines": list(lines)}
        refused[group].append(SHORT(sku=skus[sku], warehouse=warehouses[warehouse], **said))
    return refused
