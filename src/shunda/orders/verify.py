"""Recomputes what orders store from what it comes from: totals, progress, statuses, numbers. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from django.db import connection
from django.utils.translation import gettext as _

from shunda.orders.models import Order, OrderLine
from shunda.orders.rules import goods_total
from shunda.orders.states import ORDER
from shunda.pricing.rules import PricedLine, document

CHUNK = 2000


def check() -> Iterator[str]:
    """One sentence for each difference between an order and its ledgers; none is the only good answer."""
    yield from _amounts()
    yield from _sql(_TOTALS, _("order %s: total %s, its lines and freight say %s"))
    yield from _sql(_DELIVERIES, _("order %s: delivery %s, its lines say %s"))
    yield from _sql(_DEMANDS, _("order %s line %s: %s shipped or cancelled here, %s in stock's books"))
    yield from _sql(_UNDEMANDED, _("order %s line %s: the order is confirmed, but stock knows no demand"))
    yield from _sql(_NOWHERE, _("order %s: it, or something that it or a line of it points at, does not exist"))
    yield from _statuses()
    yield from _sql(_EVENTS, _("order %s: its timeline has %s events numbered up to %s"))
    yield from _sql(_NUMBERS, _("order numbers %s: %s given out, %s found"))


_TOTALS = """
select o.number, o.gross, sums.gross from orders_order o
cross join lateral (
  select coalesce(sum(l.net), 0) + o.freight_net net, coalesce(sum(l.tax), 0) + o.freight_tax tax,
         coalesce(sum(l.gross), 0) + o.freight_net + o.freight_tax gross
  from orders_orderline l where l.order_id = o.id
) sums
where (o.net, o.tax, o.gross) is distinct from (sums.net, sums.tax, sums.gross) order by o.id
"""

_DELIVERIES = """
select o.number, o.delivery, lines.delivery from orders_order o
cross join lateral (
  select case
    when bool_and(l.signed >= l.base_quantity - l.cancelled) and bool_and(l.shipped >= l.base_quantity - l.cancelled)
      then 3
    when bool_and(l.shipped >= l.base_quantity - l.cancelled) then 2
    when bool_or(l.shipped > 0) then 1 else 0 end delivery
  from orders_orderline l where l.order_id = o.id
) lines
where o.delivery <> lines.delivery order by o.id
"""

_DEMANDS = """
select o.number, l.line_no, l.shipped + l.cancelled, d.issued + d.cancelled
from orders_orderline l join orders_order o on o.id = l.order_id left join inventory_demand d on d.id = l.demand_id
where l.demand_id is not null and (l.shipped, l.cancelled, l.base_quantity, l.sku_id, o.id)
      is distinct from (d.issued, d.cancelled, d.quantity, d.sku_id, d.order_id)
order by l.id
"""

_UNDEMANDED = """
select o.number, l.line_no from orders_orderline l join orders_order o on o.id = l.order_id
where o.status in ('confirmed', 'completed', 'archived') and l.demand_id is null order by l.id
"""

# References the database itself does not check (decision 0016).
_NOWHERE = """
select o.number from orders_order o
left join inventory_warehouse w on w.id = o.warehouse_id left join customers_paymentterm t on t.id = o.term_id
left join accounts_region r on r.id = o.region_id left join accounts_user u on u.id = o.owner_id
left join accounts_user a on a.id = o.created_by_id
where w.id is null or t.id is null
   or num_nonnulls(o.region_id, o.owner_id, o.created_by_id) <> num_nonnulls(r.id, u.id, a.id)
union
select coalesce(o.number, l.order_id::text) from orders_orderline l left join orders_order o on o.id = l.order_id
left join catalog_unit u on u.id = l.unit_id left join catalog_sku s on s.id = l.sku_id
where o.id is null or u.id is null or s.id is null order by 1
"""

_EVENTS = """
select o.number, count(e.id), coalesce(max(e.sequence), 0)
from orders_order o left join core_event e on e.order_id = o.id
group by o.id having count(e.id) <> coalesce(max(e.sequence), 0) or count(e.id) = 0 order by o.id
"""

# The numbers of a day are 1, 2, 3 ...: as many as the counter has given out, the last one the counter's.
_NUMBERS = """
select c.name, c.value, count(o.id)
from core_counter c left join orders_order o on starts_with(o.number, c.name) and length(o.number) > length(c.name)
where c.name ~ '^[A-Z]{1,4}[0-9]{8}$'
  and exists (select from orders_order x where starts_with(x.number, c.name))
group by c.name, c.value having count(o.id) <> c.value order by c.name
"""


def _sql(statement: str, sentence: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        for row in cursor.fetchall():
            yield sentence % tuple(row)


def _statuses() -> Iterator[str]:
    """The status of each order against the last event that set one."""
    moves = [(f"{ORDER.name}.{move.name}", str(move.target)) for move in ORDER if move.target]
    statement = """
select o.number, o.status, coalesce(last.target, %s)
from orders_order o left join lateral (
  select m.target from core_event e join unnest(%s::text[], %s::text[]) m(kind, target) on m.kind = e.kind
  where e.order_id = o.id and e.subject_kind = 'orders.order' order by e.sequence desc limit 1
) last on true
where o.status <> coalesce(last.target, %s) order by o.id
"""
    with connection.cursor() as cursor:
        kinds, targets = [kind for kind, _target in moves], [target for _kind, target in moves]
        cursor.execute(statement, [ORDER.start, kinds, targets, ORDER.start])
        for row in cursor.fetchall():
            yield _("order %s: status %s, its timeline says %s") % tuple(row)


def _amounts() -> Iterator[str]:
    """Every line and freight calculated again, in a stream, order by order."""
    rows = OrderLine.objects.select_related("order").order_by("order_id", "line_no").iterator(chunk_size=CHUNK)
    for _order_id, group in groupby(rows, key=lambda line: line.order_id):
        lines = list(group)
        yield from _order(lines[0].order, lines)


def _order(order: Order, lines: Iterable[OrderLine]) -> Iterator[str]:
    lines = list(lines)
    made = document(
        [PricedLine(line.quantity, line.unit_price, line.discount_rate, line.tax_rate) for line in lines],
        discount=order.discount,
        freight=order.freight,
        freight_tax_rate=order.freight_tax_rate,
        includes_tax=order.prices_include_tax,
        currency=order.currency,
    )
    for line, amounts, share in zip(lines, made.lines, made.discounts, strict=True):
        stored = (line.net, line.tax, line.gross, line.order_discount)
        if stored != (amounts.net, amounts.tax, amounts.gross, share):
            data = {"order": order.number, "line": line.line_no, "stored": line.gross, "computed": amounts.gross}
            yield _("order %(order)s line %(line)s: amount %(stored)s, calculated %(computed)s") % data
    if (order.freight_net, order.freight_tax) != (made.freight.net, made.freight.tax):
        yield _("order %(order)s: freight does not come to what was entered") % {"order": order.number}
    if goods_total(order, lines) != made.goods:
        yield _("order %(order)s: the goods come to %(goods)s") % {"order": order.number, "goods": made.goods}
