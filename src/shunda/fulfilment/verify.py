"""Recomputes what order lines say about shipping from the shipments, and shipments from themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

from shunda.fulfilment.tracking import CODES

_LINES = """
with shipments as (
  select l.order_line_id id,
         sum(l.quantity) filter (where s.status not in ('cancelled', 'reversed')) planned,
         sum(l.quantity) filter (where s.status in ('shipped', 'signed')) shipped,
         sum(r.accepted) filter (where s.status = 'signed') signed
  from fulfilment_shipmentline l
  join fulfilment_shipment s on s.id = l.shipment_id
  left join fulfilment_receiptline r on r.shipment_line_id = l.id
  group by 1
)
select o.number, line.line_no, line.planned, coalesce(s.planned, 0), line.shipped, coalesce(s.shipped, 0),
       line.signed, coalesce(s.signed, 0)
from orders_orderline line
join orders_order o on o.id = line.order_id
left join shipments s on s.id = line.id
where (line.planned, line.shipped, line.signed)
   is distinct from (coalesce(s.planned, 0), coalesce(s.shipped, 0), coalesce(s.signed, 0))
order by 1, 2
"""

_ISSUED = """
select o.number, line.line_no, line.shipped, d.issued
from orders_orderline line
join orders_order o on o.id = line.order_id
join inventory_demand d on d.id = line.demand_id
where d.issued <> line.shipped
order by 1, 2
"""

_RECEIPTS = """
select s.number, l.quantity, r.accepted + r.damaged + r.missing
from fulfilment_shipment s
join fulfilment_shipmentline l on l.shipment_id = s.id and l.quantity > 0
left join fulfilment_receiptline r on r.shipment_line_id = l.id
where s.status = 'signed' and l.quantity is distinct from r.accepted + r.damaged + r.missing
order by 1
"""

_STAMPS = """
select number, status from fulfilment_shipment s
where case status
  when 'planned' then picked_at is not null
  when 'picked' then picked_at is null or packed_at is not null
  when 'packed' then packed_at is null or shipped_at is not null
  when 'shipped' then shipped_at is null or signed_at is not null
  when 'signed' then shipped_at is null or signed_at is null
                     or not exists (select from fulfilment_receipt r where r.shipment_id = s.id)
  when 'cancelled' then shipped_at is not null or reason = ''
  else shipped_at is null or reason = ''
end
order by 1
"""

_SCANS = """
with lines as (
  select l.shipment_id, l.sku_id, sum(l.picked) picked, sum(l.short) short
  from fulfilment_shipmentline l join fulfilment_shipment s on s.id = l.shipment_id
  where s.status = 'planned' group by 1, 2
), scans as (
  select c.shipment_id, c.sku_id, coalesce(sum(c.quantity) filter (where c.kind = 'found'), 0) picked,
         coalesce(sum(c.quantity) filter (where c.kind = 'short'), 0) short
  from fulfilment_scan c join fulfilment_shipment s on s.id = c.shipment_id
  where s.status = 'planned' group by 1, 2
)
select s.number, k.code, coalesce(l.picked, 0), coalesce(c.picked, 0), coalesce(l.short, 0), coalesce(c.short, 0)
from lines l full join scans c using (shipment_id, sku_id)
join fulfilment_shipment s on s.id = shipment_id
join catalog_sku k on k.id = sku_id
where (coalesce(l.picked, 0), coalesce(l.short, 0)) is distinct from (coalesce(c.picked, 0), coalesce(c.short, 0))
order by 1, 2
"""

_STRAYS = """
select s.number from fulfilment_shipmentline l
join fulfilment_shipment s on s.id = l.shipment_id
join orders_orderline line on line.id = l.order_line_id
where (l.order_id, l.sku_id) is distinct from (line.order_id, line.sku_id) or l.order_id <> s.order_id
union
select s.number from fulfilment_receipt r join fulfilment_shipment s on s.id = r.shipment_id
where r.order_id <> s.order_id
order by 1
"""

# Of one moment, what comes later on a journey: the codes stand in its order.
_TRACKED = """
select s.number, s.track_code, coalesce(l.code, '')
from fulfilment_shipment s
left join lateral (
  select code, place, happened_at from fulfilment_trackingevent e where e.shipment_id = s.id
  order by happened_at desc, array_position(%s::text[], code::text) desc limit 1
) l on true
where (s.track_code <> '' or l.code is not null)
  and (s.track_code, s.track_place, s.tracked_at)
      is distinct from (coalesce(l.code, ''), coalesce(l.place, ''), l.happened_at)
order by 1
"""

_EVIDENCE = """
select s.number from fulfilment_trackingevent e join fulfilment_shipment s on s.id = e.shipment_id
where e.order_id <> s.order_id
union
select s.number from fulfilment_receipt r
join fulfilment_trackingevent e on e.id = r.evidence_id
join fulfilment_shipment s on s.id = r.shipment_id
where e.shipment_id <> r.shipment_id or e.code <> 'delivered'
order by 1
"""


def check() -> Iterable[str]:
    """One sentence for each order line, demand or shipment that differs from the shipments behind it."""
    for order, line_no, *figures in _rows(_LINES):
        for name, stored, counted in zip(("planned", "shipped", "signed"), figures[::2], figures[1::2], strict=True):
            if stored != counted:
                yield f"order {order} line {line_no}: {name} is {stored}, its shipments say {counted}"
    for order, line_no, shipped, issued in _rows(_ISSUED):
        yield f"order {order} line {line_no}: shipped is {shipped}, the warehouse issued {issued}"
    for number, quantity, handed in _rows(_RECEIPTS):
        yield f"shipment {number}: {quantity} was shipped, its receipt says {handed}"
    for number, status in _rows(_STAMPS):
        yield f"shipment {number}: its dates do not fit the status {status}"
    for number, sku, picked, found, short, missed in _rows(_SCANS):
        yield f"shipment {number}: {picked} picked and {short} missing of {sku}, its scans say {found} and {missed}"
    for (number,) in _rows(_STRAYS):
        yield f"shipment {number}: its lines belong to another order or SKU"
    yield from _tracking()


def _tracking() -> Iterable[str]:
    """Shipments that show another word of the carrier than the latest, and words in the wrong place."""
    for number, shows, said in _rows(_TRACKED, [list(CODES)]):
        yield f"shipment {number}: it shows “{shows}”, the carrier's latest word is “{said}”"
    for (number,) in _rows(_EVIDENCE):
        yield f"shipment {number}: tracking belongs to another order, or a receipt rests on another word"


def _rows(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
