"""Recomputes money from its documents: invoices, credit notes, payments, settlements, and the exposure they leave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection

_INVOICES = """
with lines as (
  select invoice_id id, sum(net) net, sum(tax) tax, sum(gross) gross from billing_invoiceline group by 1
), notes as (
  select invoice_id id, sum(gross) gross from billing_creditnote group by 1
), payments as (
  select invoice_id id, sum(amount) amount from billing_allocation where invoice_id is not null group by 1
)
select i.number, i.net, coalesce(l.net, 0) + i.freight_net,
       i.gross, coalesce(l.gross, 0) + i.freight_net + i.freight_tax,
       i.credited, coalesce(n.gross, 0), i.paid, coalesce(p.amount, 0)
from billing_invoice i
left join lines l using (id) left join notes n using (id) left join payments p using (id)
where (i.net, i.gross, i.credited, i.paid) is distinct from (
  coalesce(l.net, 0) + i.freight_net, coalesce(l.gross, 0) + i.freight_net + i.freight_tax,
  coalesce(n.gross, 0), coalesce(p.amount, 0))
order by 1
"""

_NOTES = """
select n.number, n.net, coalesce(sum(l.net), 0) + n.freight_net, n.gross,
       coalesce(sum(l.gross), 0) + n.freight_net + n.freight_tax
from billing_creditnote n left join billing_creditnoteline l on l.note_id = n.id
group by n.id
having (n.net, n.gross) is distinct from
  (coalesce(sum(l.net), 0) + n.freight_net, coalesce(sum(l.gross), 0) + n.freight_net + n.freight_tax)
order by 1
"""

_INVOICE_LINES = """
select i.number, l.credited, coalesce(sum(c.quantity), 0)
from billing_invoiceline l
join billing_invoice i on i.id = l.invoice_id
left join billing_creditnoteline c on c.invoice_line_id = l.id
group by i.number, l.id
having l.credited <> coalesce(sum(c.quantity), 0)
order by 1
"""

_ORDER_LINES = """
with billed as (
  select l.order_line_id id, sum(l.quantity - l.credited) quantity from billing_invoiceline l
  join billing_invoice i on i.id = l.invoice_id and i.status = 'issued' group by 1
), settled as (
  select order_line_id id, sum(quantity) quantity from billing_settlementline group by 1
)
select o.number, line.line_no, line.invoiced, coalesce(b.quantity, 0), line.signed, coalesce(s.quantity, 0)
from orders_orderline line
join orders_order o on o.id = line.order_id
left join billed b on b.id = line.id
left join settled s on s.id = line.id
where line.invoiced <> coalesce(b.quantity, 0) or line.signed < coalesce(s.quantity, 0)
order by 1, 2
"""

_ORDERS = """
with invoiced as (
  select order_id id, sum(gross - credited) amount from billing_invoice where status = 'issued' group by 1
), paid as (
  select order_id id, sum(amount) amount from billing_allocation where deduction_id is null group by 1
)
select o.number, o.invoiced, coalesce(i.amount, 0), o.paid, coalesce(p.amount, 0)
from orders_order o left join invoiced i using (id) left join paid p using (id)
where (o.invoiced, o.paid) is distinct from (coalesce(i.amount, 0), coalesce(p.amount, 0))
order by 1
"""

_PAYMENTS = """
select p.number, p.matched, coalesce(sum(a.amount), 0)
from billing_payment p left join billing_allocation a on a.payment_id = p.id
group by p.id
having p.matched <> coalesce(sum(a.amount), 0) or (p.status = 'voided' and p.matched <> 0)
order by 1
"""

_DEDUCTIONS = """
select d.number, d.held, coalesce(sum(a.amount), 0)
from billing_deduction d left join billing_allocation a on a.deduction_id = d.id
group by d.id
having d.held <> coalesce(sum(a.amount), 0)
order by 1
"""

_SETTLEMENTS = """
select s.number, s.goods, coalesce(sum(l.gross), 0)
from billing_settlement s left join billing_settlementline l on l.settlement_id = s.id
group by s.id
having s.goods <> coalesce(sum(l.gross), 0)
order by 1
"""

# What an order on credit should have in each bucket, from its documents alone (R178): delivered and invoiced as in
# orders/worth.py, a half rounded to the even coin as core/money.py does; 0 when it is cancelled.
_EXPOSURE = """
with delivered as (
  select o.id, coalesce(sum(round(v.x, c.places) - case when abs(v.x - trunc(v.x, c.places)) * 2 = c.coin
                            and mod(trunc(v.x / c.coin), 2) = 0 then c.coin else 0 end), 0)
               + case when bool_or(line.shipped > 0) then o.freight_net + o.freight_tax else 0 end amount
  from orders_order o
  join customers_paymentterm t on t.id = o.term_id and t.kind = 'credit'
  join orders_orderline line on line.order_id = o.id
  cross join lateral (select line.gross * line.shipped / line.base_quantity x) v
  cross join lateral (select places, power(10::numeric, -places) coin from (
    select case o.currency when 'JPY' then 0 when 'KRW' then 0 when 'VND' then 0 when 'KWD' then 3 else 2 end places) d
  ) c
  where o.confirmed_at is not null
  group by o.id
), paid as (
  select order_id id, sum(paid) amount from billing_invoice where status = 'issued' group by 1
), due as (
  select o.id, o.number,
         case when o.status = 'cancelled' then 0 else o.gross - greatest(d.amount, o.invoiced) end ordered,
         greatest(d.amount, o.invoiced) - o.invoiced shipped, o.invoiced - coalesce(p.amount, 0) invoiced
  from delivered d join orders_order o using (id) left join paid p using (id)
), entries as (
  select order_id id, coalesce(sum(amount) filter (where bucket = 'ordered'), 0) ordered,
         coalesce(sum(amount) filter (where bucket = 'shipped'), 0) shipped,
         coalesce(sum(amount) filter (where bucket = 'invoiced'), 0) invoiced
  from credit_creditentry where order_id is not null group by 1
)
select coalesce(due.number, o.number), coalesce(e.ordered, 0), coalesce(due.ordered, 0), coalesce(e.shipped, 0),
       coalesce(due.shipped, 0), coalesce(e.invoiced, 0), coalesce(due.invoiced, 0)
from due full join entries e using (id) left join orders_order o using (id)
where (coalesce(e.ordered, 0), coalesce(e.shipped, 0), coalesce(e.invoiced, 0))
   is distinct from (coalesce(due.ordered, 0), coalesce(due.shipped, 0), coalesce(due.invoiced, 0))
order by 1
"""


def check() -> Iterable[str]:
    """One sentence for each figure of money that differs from the documents behind it."""
    yield from _compare(_INVOICES, "invoice {}", ("net", "total", "credited", "paid"))
    yield from _compare(_NOTES, "credit note {}", ("net", "total"))
    yield from _compare(_INVOICE_LINES, "a line of invoice {}", ("credited",))
    for order, line_no, invoiced, billed, signed, settled in _rows(_ORDER_LINES):
        if invoiced != billed:
            yield f"order {order} line {line_no}: invoiced is {invoiced}, its invoices say {billed}"
        if signed < settled:
            yield f"order {order} line {line_no}: signed is {signed}, its settlements cover {settled}"
    yield from _compare(_ORDERS, "order {}", ("invoiced", "paid"))
    yield from _compare(_PAYMENTS, "payment {}", ("matched",))
    yield from _compare(_DEDUCTIONS, "deduction {}", ("held",))
    yield from _compare(_SETTLEMENTS, "settlement {}", ("goods",))
    yield from _compare(_EXPOSURE, "credit of order {}", ("ordered", "shipped", "invoiced"))


def _compare(sql: str, subject: str, names: tuple[str, ...]) -> Iterable[str]:
    """Rows of number, then stored and computed figure for each name."""
    for number, *figures in _rows(sql):
        for name, stored, computed in zip(names, figures[::2], figures[1::2], strict=True):
            if stored != computed:
                yield f"{subject.format(number)}: {name} is {stored}, its documents say {computed}"


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())
