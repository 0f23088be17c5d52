"""Promising stock to new orders: whole orders, many at once, each SKU touched once, as late as can be.

``free`` looks without locking (or locks, after somebody was quicker), the caller decides who gets what in the order
they came, ``promise`` writes demands and reservations, and ``take`` raises the balances. ``take`` locks them by id and
is conditional: what was seen free is free, or nothing is written and the caller starts again with locks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from shunda.core import sql
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.inventory.models import DemandKind
from shunda.inventory.queries import codes
from shunda.inventory.reasons import SHORT
from shunda.inventory.rules import Place

_FREE = """
select b.sku_id, b.warehouse_id, b.id, b.on_hand - b.reserved
from inventory_balance b join unnest(%s::bigint[], %s::bigint[]) p(sku_id, warehouse_id)
  on b.sku_id = p.sku_id and b.warehouse_id = p.warehouse_id
"""
_LOCKED = _FREE + "order by b.id for no key update of b"
_TAKE = """
update inventory_balance b set reserved = b.reserved + n.quantity
from (
  select b.id, n.quantity from inventory_balance b join unnest(%s::bigint[], %s::numeric[]) n(id, quantity) using (id)
  order by b.id for no key update of b
) n
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


class Gone(Exception):
    """Somebody else took what was seen free: undo, look again with locks."""


def open_warehouses() -> list[int]:
    """The warehouses that goods leave from, the first made first."""
    return [pk for (pk,) in sql.fetch("select id from inventory_warehouse where active order by id")]


def free(places: Collection[Place], *, locked: bool = False) -> dict[Place, Free]:
    """What can be promised of each SKU and warehouse; one that was never stocked is missing."""
    wanted = sorted(places)
    columns = [sql.numbers(sku for sku, _ in wanted), sql.numbers(warehouse for _, warehouse in wanted)]
    found = sql.fetch(_LOCKED if locked else _FREE, columns)
    return {(sku, warehouse): Free(pk, left) for sku, warehouse, pk, left in found}


def promise(wishes: Sequence[Wish], *, at: datetime) -> list[int]:
    """Write down who wants what, all of it reserved; the ids of the demands in the order of the wishes."""
    ids = sql.next_ids("inventory_demand", len(wishes))
    moment, order = at.isoformat(), str(DemandKind.ORDER)
    demands = (
        (pk, w.order_id, w.sku_id, w.warehouse_id, w.quantity, w.quantity, w.due, w.priority)
        for pk, w in zip(ids, wishes, strict=True)
    )
    sql.copy("inventory_demand", _DEMAND, demands, order, 0, 0, moment)
    sql.copy(
        "inventory_reservation",
        _RESERVATION,
        ((pk, w.order_id, w.sku_id, w.warehouse_id, w.quantity) for pk, w in zip(ids, wishes, strict=True)),
        "reserve",
        moment,
    )
    return ids


_DEMAND = (
    "id", "order_id", "sku_id", "warehouse_id", "quantity", "reserved", "due", "priority", "kind", "issued",
    "cancelled", "created_at",
)  # fmt: skip
_RESERVATION = ("demand_id", "order_id", "sku_id", "warehouse_id", "quantity", "reason", "at")


def take(amounts: Mapping[int, Decimal]) -> None:
    """Raise what is reserved of these balances (by id), all or nothing; raises ``Gone``."""
    columns = [sql.numbers(amounts), sql.numbers(amounts.values())]
    if amounts and len(sql.fetch(_TAKE, columns)) != len(amounts):
        raise Gone


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
