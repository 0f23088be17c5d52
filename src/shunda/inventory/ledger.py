"""The only writer of stock: ledger rows and the figures that sum them up change in one statement.

Locks are taken in one order, demands, supplies and balances, each by id, once for everything a step touches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from shunda.core.actor import Actor
from shunda.inventory.models import Balance, MoveKind, Supply
from shunda.inventory.rules import Place

_CREATE = """
insert into inventory_balance (sku_id, warehouse_id, on_hand, reserved, in_transit, location)
select distinct p.sku_id, p.warehouse_id, 0, 0, 0, ''
from unnest(%s::bigint[], %s::bigint[]) p(sku_id, warehouse_id)
where not exists (
  select from inventory_balance b where b.sku_id = p.sku_id and b.warehouse_id = p.warehouse_id)
order by 1, 2
on conflict (sku_id, warehouse_id) do nothing
"""

_LOCK = """
select {columns} from inventory_balance b
where (b.sku_id, b.warehouse_id) in (select * from unnest(%s::bigint[], %s::bigint[]))
order by b.id for no key update of b
"""

PROMISES = """(
  select id demand_id, order_id, sku_id, warehouse_id, promised quantity, 'reserve' reason, created_at at
  from inventory_demand where promised <> 0
  union all
  select demand_id, order_id, sku_id, warehouse_id, quantity, reason, at from inventory_reservation
)"""
"""The ledger of promises, whole: what demands were promised when they were made, and every change since."""

_LOCK_DEMANDS = """
select id, order_id, sku_id, warehouse_id, quantity, reserved, issued, cancelled from inventory_demand
where id = any(%s::bigint[]) order by id for no key update
"""

_POST = """
with m as (
  select * from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::numeric[], %s::bigint[], %s::bigint[],
                       %s::bigint[], %s::text[], %s::text[]) with ordinality
  m(sku_id, warehouse_id, kind, quantity, demand_id, supply_id, order_id, reason, reference, i)
), p as (
  select * from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::text[])
  p(demand_id, order_id, sku_id, warehouse_id, quantity, reason)
), c as (
  select * from unnest(%s::bigint[], %s::numeric[]) c(demand_id, quantity)
), s as (
  select * from unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[])
  s(supply_id, sku_id, warehouse_id, announced, received, cancelled)
), moved as (
  insert into inventory_stockmove
    (sku_id, warehouse_id, kind, quantity, demand_id, supply_id, order_id, reference, reason, actor, at)
  select sku_id, warehouse_id, kind, quantity, demand_id, supply_id, order_id, reference, reason, %s, %s
  from m order by i
  returning id
), promised as (
  insert into inventory_reservation (demand_id, order_id, sku_id, warehouse_id, quantity, reason, at)
  select demand_id, order_id, sku_id, warehouse_id, quantity, reason, %s from p
), demand as (
  update inventory_demand d
  set reserved = d.reserved + t.reserved, issued = d.issued + t.issued, cancelled = d.cancelled + t.cancelled
  from (
    select demand_id, sum(reserved) as reserved, sum(issued) as issued, sum(cancelled) as cancelled
    from (select demand_id, quantity, 0, 0 from p
          union all select demand_id, 0, -quantity, 0 from m where demand_id is not null
          union all select demand_id, 0, 0, quantity from c) x(demand_id, reserved, issued, cancelled)
    group by demand_id) t
  where d.id = t.demand_id
), supply as (
  update inventory_supply y set received = y.received + t.received, cancelled = y.cancelled + t.cancelled
  from (select supply_id, sum(received) as received, sum(cancelled) as cancelled from s group by supply_id) t
  where y.id = t.supply_id and (t.received <> 0 or t.cancelled <> 0)
), balance as (
  update inventory_balance b
  set on_hand = b.on_hand + t.on_hand, reserved = b.reserved + t.reserved, in_transit = b.in_transit + t.in_transit
  from (
    select sku_id, warehouse_id, sum(on_hand) as on_hand, sum(reserved) as reserved, sum(in_transit) as in_transit
    from (select sku_id, warehouse_id, quantity, 0, 0 from m
          union all select sku_id, warehouse_id, 0, quantity, 0 from p
          union all select sku_id, warehouse_id, 0, 0, announced - received - cancelled from s
         ) x(sku_id, warehouse_id, on_hand, reserved, in_transit)
    group by sku_id, warehouse_id) t
  where b.sku_id = t.sku_id and b.warehouse_id = t.warehouse_id
  returning b.id
)
select array(select id from moved order by id), (select count(*) from balance)
"""


@dataclass(frozen=True, slots=True)
class Want:
    """A locked demand, as light as it can be: thousands pass through one reservation."""

    pk: int
    order_id: int | None
    sku_id: int
    warehouse_id: int
    quantity: Decimal
    reserved: Decimal
    issued: Decimal
    cancelled: Decimal

    @property
    def open(self) -> Decimal:
        """What is still waited for: neither issued nor cancelled."""
        return self.quantity - self.issued - self.cancelled

    @property
    def lacking(self) -> Decimal:
        """What still needs a promise."""
        return self.open - self.reserved


@dataclass(frozen=True, slots=True)
class Movement:
    """Stock on hand changes by ``quantity``."""

    place: Place
    kind: MoveKind
    quantity: Decimal
    demand_id: int | None = None
    supply_id: int | None = None
    order_id: int | None = None
    reason: str = ""
    reference: str = ""  # of its own, where one posting writes for several documents


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise to a demand changes by ``quantity``; ``reason``: reserve, release, issue, issue_reversed."""

    demand: Want
    quantity: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class Transit:
    """An announced supply grows by ``announced``, or closes by what was received or cancelled."""

    supply_id: int
    place: Place
    announced: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    cancelled: Decimal = Decimal(0)


@dataclass(slots=True)
class Posting:
    """Everything one step writes to the ledgers."""

    movements: list[Movement] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    cancelled: list[tuple[int, Decimal]] = field(default_factory=list)  # demand id, quantity
    transits: list[Transit] = field(default_factory=list)

    def places(self) -> set[Place]:
        """Whose balances change."""
        return {
            *(m.place for m in self.movements),
            *(place(p.demand) for p in self.promises),
            *(t.place for t in self.transits),
        }


def place(demand: Want) -> Place:
    """Where a demand is served from."""
    return demand.sku_id, demand.warehouse_id


def lock_demands(ids: Iterable[int]) -> dict[int, Want]:
    """Lock demands by id; an unknown id is a mistake of the caller and raises."""
    wanted = sorted(set(ids))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_DEMANDS, [wanted])
        found = {row[0]: Want(*row) for row in cursor.fetchall()}
    if len(found) != len(wanted):
        raise LookupError(f"unknown demands {sorted(set(wanted) - found.keys())}")
    return found


def lock_supplies(ids: Iterable[int]) -> dict[int, Supply]:
    """Lock announced supplies by id; what is unknown is missing in the answer. No query for none."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = Supply.objects.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
    return {row.pk: row for row in rows}


def lock_balances(places: Iterable[Place], *, create: bool = False) -> dict[Place, Balance]:
    """Lock the balances of these places by id; ``create`` makes those that are missing, safe against a race.

    Rows are created in key order before any is locked, so two callers that create the same ones wait for each other
    in one direction only.
    """
    wanted = sorted(set(places))
    arrays = [[sku for sku, _ in wanted], [warehouse for _, warehouse in wanted]]
    if create and wanted:
        with connection.cursor() as cursor:
            cursor.execute(_CREATE, arrays)
    return {(b.sku_id, b.warehouse_id): b for b in Balance.objects.raw(_LOCK.format(columns="b.*"), arrays)}


def lock_free(places: Iterable[Place]) -> dict[Place, Decimal]:
    """Lock the balances of these places by id, as ``lock_balances``; what is not promised of each."""
    wanted = sorted(set(places))
    with connection.cursor() as cursor:
        columns = "b.sku_id, b.warehouse_id, b.on_hand - b.reserved"
        arrays = [[sku for sku, _ in wanted], [warehouse for _, warehouse in wanted]]
        cursor.execute(_LOCK.format(columns=columns), arrays)
        return {(sku, warehouse): free for sku, warehouse, free in cursor.fetchall()}


def post(posting: Posting, *, at: datetime, by: Actor | None = None, reference: str = "") -> list[int]:
    """Write ledger rows, balances, demands and supplies in one statement; returns the ids of the stock moves.

    The balances must exist and be locked. A figure that would leave its bounds breaks a constraint of the table:
    callers check first, the database has the last word.
    """
    m, p, s = posting.movements, posting.promises, posting.transits
    places = posting.places()
    if not places and not posting.cancelled:
        return []
    columns: list[list[Any]] = [
        [x.place[0] for x in m],
        [x.place[1] for x in m],
        [str(x.kind) for x in m],
        [x.quantity for x in m],
        [x.demand_id for x in m],
        [x.supply_id for x in m],
        [x.order_id for x in m],
        [x.reason for x in m],
        [x.reference or reference for x in m],
        [x.demand.pk for x in p],
        [x.demand.order_id for x in p],
        [x.demand.sku_id for x in p],
        [x.demand.warehouse_id for x in p],
        [x.quantity for x in p],
        [x.reason for x in p],
        [demand_id for demand_id, _ in posting.cancelled],
        [quantity for _, quantity in posting.cancelled],
        [x.supply_id for x in s],
        [x.place[0] for x in s],
        [x.place[1] for x in s],
        [x.announced for x in s],
        [x.received for x in s],
        [x.cancelled for x in s],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST, [*columns, by.name if by else "", at, at])
        ids, balances = cursor.fetchone()
    if balances != len(places):
        raise LookupError("a balance is missing: lock_balances(create=True) comes first")
    return list(ids)
