"""Recomputes stock from its ledgers: every figure that is stored as a sum must be that sum."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from shunda.inventory.ledger import PROMISES

_BALANCES = f"""
with moves as (
  select sku_id, warehouse_id, sum(quantity) as n from inventory_stockmove group by 1, 2
), promises as (
  select sku_id, warehouse_id, sum(quantity) as n from {PROMISES} promised group by 1, 2
), transit as (
  select sku_id, warehouse_id, sum(quantity - received - cancelled) as n from inventory_supply group by 1, 2
), places as (
  select sku_id, warehouse_id from inventory_balance union select sku_id, warehouse_id from moves
  union select sku_id, warehouse_id from promises union select sku_id, warehouse_id from transit
)
select s.code, w.code, coalesce(b.on_hand, 0), coalesce(m.n, 0), coalesce(b.reserved, 0), coalesce(r.n, 0),
       coalesce(b.in_transit, 0), coalesce(t.n, 0)
from places p
join catalog_sku s on s.id = p.sku_id
join inventory_warehouse w on w.id = p.warehouse_id
left join inventory_balance b using (sku_id, warehouse_id)
left join moves m using (sku_id, warehouse_id)
left join promises r using (sku_id, warehouse_id)
left join transit t using (sku_id, warehouse_id)
where (coalesce(b.on_hand, 0), coalesce(b.reserved, 0), coalesce(b.in_transit, 0))
   is distinct from (coalesce(m.n, 0), coalesce(r.n, 0), coalesce(t.n, 0))
order by s.code, w.code
"""  # noqa: S608  # no value of a user's is in it

_DEMANDS = f"""
select d.id, d.reserved, coalesce(r.n, 0), d.issued, coalesce(m.n, 0)
from inventory_demand d
left join (select demand_id, sum(quantity) as n from {PROMISES} promised group by 1) r on r.demand_id = d.id
left join (select demand_id, -sum(quantity) as n from inventory_stockmove where demand_id is not null group by 1) m
  on m.demand_id = d.id
where (d.reserved, d.issued) is distinct from (coalesce(r.n, 0), coalesce(m.n, 0))
order by d.id
"""  # noqa: S608  # no value of a user's is in it

_SUPPLIES = """
select y.id, y.received, coalesce(m.n, 0)
from inventory_supply y
left join (
  select m.supply_id, sum(m.quantity) as n from inventory_stockmove m
  join inventory_supply s on s.id = m.supply_id and s.warehouse_id = m.warehouse_id group by 1
) m on m.supply_id = y.id
where y.received <> coalesce(m.n, 0)
order by y.id
"""

_STRAYS = """
select r.demand_id, 'reservation' from inventory_reservation r left join inventory_demand d on d.id = r.demand_id
where d.id is null or (r.sku_id, r.warehouse_id, r.order_id) is distinct from (d.sku_id, d.warehouse_id, d.order_id)
union
select d.id, 'stock move' from inventory_stockmove m join inventory_demand d on d.id = m.demand_id
where (m.sku_id, m.warehouse_id, m.order_id) is distinct from (d.sku_id, d.warehouse_id, d.order_id)
order by 1, 2
"""

# References the database itself does not check (decision 0016).
_NOWHERE = """
select d.id from inventory_demand d
left join catalog_sku s on s.id = d.sku_id left join inventory_warehouse w on w.id = d.warehouse_id
where s.id is null or w.id is null order by d.id
"""


def check() -> Iterable[str]:
    """One sentence for each balance, demand or supply that differs from its ledger."""
    for sku, warehouse, *figures in _rows(_BALANCES):
        for name, stored, ledger in zip(("on hand", "locked", "in transit"), figures[::2], figures[1::2], strict=True):
            if stored != ledger:
                yield f"stock of {sku} in {warehouse}: {name} is {stored}, its ledger says {ledger}"
    for pk, reserved, promised, issued, moved in _rows(_DEMANDS):
        yield f"demand {pk}: locked {reserved} and issued {issued}, the ledgers say {promised} and {moved}"
    for pk, received, moved in _rows(_SUPPLIES):
        yield f"supply {pk}: received {received}, its ledger says {moved}"
    for pk, what in _rows(_STRAYS):
        yield f"demand {pk}: a {what} of it lies under no demand, or under another SKU, warehouse or order"
    for (pk,) in _rows(_NOWHERE):
        yield f"demand {pk}: there is no such SKU or no such warehouse"


def _rows(sql: str) -> list[tuple]:  # type: ignore[type-arg]  # rows as the driver gives them
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
