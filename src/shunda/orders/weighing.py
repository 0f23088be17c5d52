"""The facts a reviewer weighs, order by order, as they stand now: margin, credit, stock, dates (R043-R046).

Everything is read for a whole page of reviews in a fixed number of queries; lines are summed up in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from shunda.credit import queries as credit
from shunda.credit import scoring
from shunda.credit.queries import Exposure
from shunda.credit.rules import Score
from shunda.customers.models import TermKind
from shunda.orders import tasks
from shunda.orders.models import Order, Review
from shunda.work.models import Task

MOST_SHORT = 3
"""So many short articles are named; the rest are counted."""

# the thinnest margin over the floor, after line discount and the line's part of the order discount
_MARGINS = """
select distinct on (l.order_id) l.order_id, l.line_no,
       l.unit_price * (1 - l.discount_rate) * case when g.goods > 0 then (g.goods - o.discount) / g.goods else 1 end
         / l.floor - 1 as margin
from orders_orderline l join orders_order o on o.id = l.order_id
join (
  select m.order_id, sum(case when n.prices_include_tax then m.gross else m.net end) + max(n.discount) as goods
  from orders_orderline m join orders_order n on n.id = m.order_id where m.order_id = any(%(ids)s) group by 1
) g on g.order_id = l.order_id
where l.order_id = any(%(ids)s) and l.floor > 0
order by l.order_id, margin, l.line_no
"""
# what each article of an order lacks in the order's warehouse; the order's own reservation counts as there
_STOCK = """
select w.order_id, count(*), count(*) filter (where w.lacking > 0),
       (array_agg(s.code order by w.lacking desc, s.code) filter (where w.lacking > 0))[1:%(named)s],
       (array_agg(w.lacking order by w.lacking desc, s.code) filter (where w.lacking > 0))[1:%(named)s]
from (
  select l.order_id, l.sku_id, sum(l.base_quantity - l.shipped - l.cancelled - coalesce(d.reserved, 0))
         - coalesce(max(b.on_hand - b.reserved), 0) as lacking
  from orders_orderline l join orders_order o on o.id = l.order_id
  left join inventory_demand d on d.id = l.demand_id
  left join inventory_balance b on b.sku_id = l.sku_id and b.warehouse_id = o.warehouse_id
  where l.order_id = any(%(ids)s) and not l.made_to_order group by 1, 2
) w join catalog_sku s on s.id = w.sku_id group by 1
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """How many articles an order wants from stock, how many of them are short, and the worst of those."""

    articles: int = 0
    short: int = 0
    worst: Sequence[tuple[str, Decimal]] = ()

    @property
    def more(self) -> int:
        """Short articles that are not named."""
        return self.short - len(self.worst)


@dataclass(frozen=True, slots=True)
class Weight:
    """The facts of one review."""

    margin: Decimal | None
    margin_line: int | None
    exposure: Exposure | None
    over: bool
    score: Score | None  # of a customer on credit (R049)
    overdue: Decimal | None
    overdue_days: int
    stock: Stock
    late_days: int
    task: Task | None

    @property
    def used(self) -> int:
        """How much of the limit would be used with this order, in per cent, at most 999."""
        if self.exposure is None or not self.exposure.effective:
            return 0
        return min(int(self.exposure.exposure / self.exposure.effective * 100), 999)


def weigh(reviews: Sequence[Review], at: datetime) -> dict[int, Weight]:
    """The facts of these reviews, by review id: seven queries however many."""
    orders = {review.order_id: review.order for review in reviews}
    if not orders:
        return {}
    today = localtime(at).date()
    margins = {pk: (line, round(margin, 3)) for pk, line, margin in _asked(_MARGINS, ids=list(orders))}
    stock = {pk: _stock(row) for pk, *row in _asked(_STOCK, ids=list(orders), named=MOST_SHORT)}
    buyers = {order.customer_id for order in orders.values()}
    exposures = credit.exposure(buyers, at)
    on_credit = {order.customer_id for order in orders.values() if order.term.kind == TermKind.CREDIT}
    scores = scoring.weigh({pk: exposures[pk] for pk in on_credit}, scoring.decided() if on_credit else {}, at)
    late = _overdue(buyers, today)
    clocks = _clocks(orders)
    found: dict[int, Weight] = {}
    for review in reviews:
        order = review.order
        line, margin = margins.get(order.pk, (None, None))
        standing = exposures.get(order.customer_id) if order.term.kind == TermKind.CREDIT else None
        owed, since = late.get(order.customer_id, (None, today))
        found[review.pk] = Weight(
            margin=margin,
            margin_line=line,
            exposure=standing,
            over=standing is not None and order.gross > standing.free,
            score=scores.get(order.customer_id) if standing is not None else None,
            overdue=owed,
            overdue_days=(today - since).days,
            stock=stock.get(order.pk, Stock()),
            late_days=_late(order, today),
            task=clocks.get((order.pk, tasks.REVIEWS[review.department])),
        )
    return found


def _late(order: Order, today: date) -> int:
    """How many days the day it is wanted or promised for has passed already."""
    due = order.promised_date or order.wanted_date
    return max((today - due).days, 0) if due else 0


def _stock(row: Sequence[Any]) -> Stock:
    articles, short, codes, lacking = row
    return Stock(articles, short, list(zip(codes or (), lacking or (), strict=True)))


def _overdue(customer_ids: Collection[int], on: date) -> Mapping[int, tuple[Decimal, date]]:
    """What customers owe past its date: the folder that knows invoices lies above, wiring names it."""
    ask: Callable[[Collection[int], date], Mapping[int, tuple[Decimal, date]]] = import_string(settings.SHUNDA_OVERDUE)
    return ask(customer_ids, on)


def _clocks(orders: Collection[int]) -> dict[tuple[int, str], Task]:
    waiting = Task.objects.filter(
        order_id__in=list(orders), kind__in=list(tasks.REVIEWS.values()), closed_at__isnull=True
    )
    return {(task.order_id or 0, task.kind): task for task in waiting}


def _asked(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())
