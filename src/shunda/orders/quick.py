"""The short way of plain orders: a fixed number of statements from calls to confirmed orders, whatever their number.

Read without locks, decide in the order of the calls, write, and only then touch what others want too. Locks, in this
order and as late as can be: credit accounts by customer, balances by id, the counter of order numbers. What it writes
is what the ordinary way writes, row for row; a test compares the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from shunda.catalog.goods import goods
from shunda.catalog.queries import resolving
from shunda.core import sql
from shunda.core.refusal import Refusal, Refused
from shunda.core.retry import Journey
from shunda.core.sql import Trip
from shunda.credit import holding, scoring
from shunda.customers.buyers import buyers
from shunda.inventory import promising
from shunda.inventory.promising import Free, Lack
from shunda.inventory.rules import Place
from shunda.orders import allocation, approval, decisions, facts, heard, plain, quick_rows, written
from shunda.orders.approval import AUTO_APPROVE, CONFIRMERS, Confirmer
from shunda.orders.plain import CREDIT_TERMS, CURRENCY, Plain
from shunda.orders.screening import SCREENING
from shunda.orders.specs import OrderSpec, Placed, Placing
from shunda.policies.decisions import Edition
from shunda.pricing.listed import Listed, Wanted

ZERO = Decimal(0)


@dataclass(slots=True)
class Moment:
    """When calls are placed and what the company decided about placing (``actions.place``)."""

    at: datetime
    decided: dict[str, Any]
    tables: dict[str, Edition]
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = localtime(self.at).date()


class Known:
    """What specs refer to, read for all of them on one ``trip``: customers, warehouses, articles by their codes."""

    def __init__(self, trip: Trip, specs: Sequence[OrderSpec]) -> None:
        self._buyers = trip(buyers(spec.customer_id for spec in specs))
        self._warehouses = trip(promising.open_warehouses())
        self._sku_ids = trip(resolving(line.sku for spec in specs for line in spec.lines if line.sku_id is None))

    def orders(self, calls: Sequence[tuple[int, Placing]], now: Moment) -> list[Plain]:
        """Those that may be plain: shaped so, from a customer about whom nothing needs a look, of known articles."""
        channels = approval.possible_channels(now.tables[AUTO_APPROVE.name])
        most = now.decided["orders.most_lines"]
        active, sku_ids = self._warehouses.answer, self._sku_ids.answer
        fine: list[Plain] = []
        for index, call in calls:
            spec = call.spec
            if spec.channel not in channels or not plain.shaped(spec, now.today, most):
                continue
            buyer = self._buyers.answer.get(spec.customer_id)
            warehouse = (active[0] if active else 0) if spec.warehouse_id is None else spec.warehouse_id
            skus = [line.sku_id or sku_ids.get(line.sku, 0) for line in spec.lines]
            if warehouse in active and all(skus) and plain.buys(buyer, call.by, spec.invoice_kind):
                fine.append(Plain(index, spec, call.by, bool(call.key), buyer, warehouse, skus))
        return fine


class _Seen:
    """What is to be known about orders before they are decided: articles, prices, twins, credit, stock; one trip.

    Credit accounts and balances are locked only when somebody was quicker (``locked``).
    """

    def __init__(self, orders: Sequence[Plain], now: Moment, *, locked: bool) -> None:
        skus = {sku for order in orders for sku in order.skus}
        priced = {(order.customer.id, order.customer.grade) for order in orders}
        with sql.together() as trip:
            self.goods = trip(goods(skus))
            self.listed = Listed(trip, priced, skus, on=now.today, currency=CURRENCY, includes_tax=True)
            trip(facts.lock_places([order.spec for order in orders]))
            marks, days = [order.marks() for order in orders], now.decided["orders.duplicate_days"]
            self.heard = [trip(one) for one in heard.heard_of(marks, now.at, days)]
            self.order_ids = trip(quick_rows.order_ids(len(orders)))
            self.demand_ids = trip(promising.demand_ids(sum(len(order.skus) for order in orders)))
            self.accounts = trip(holding.look(_on_credit(orders), at=now.at, locked=locked))
            self.free = trip(promising.free({(s, o.warehouse_id) for o in orders for s in o.skus}, locked=locked))


def place(
    calls: Sequence[tuple[int, Placing]], now: Moment, known: Known, journey: Journey
) -> dict[int, Placed | Refused]:
    """Place those of these (index, call) that are plain; the others are not in the answer and go the ordinary way.

    Raises ``Gone`` or ``Spent`` when somebody took stock or credit between look and grasp; another try looks with
    locks. First come first served: each order is whole or refused, and sees what those before it took of stock and of
    credit. The orders themselves are written on the way home.
    """
    orders = known.orders(calls, now)
    if not orders:
        return {}
    seen = _Seen(orders, now, locked=journey.again)
    accounts, stock = seen.accounts.answer, _Stock(seen.free.answer)
    served: list[Plain] = []
    refused: defaultdict[int, list[Refusal]] = defaultdict(list)
    for order in _ready(orders, seen, now):
        account = accounts.get(order.customer.id) if CREDIT_TERMS[order.customer.term] else None
        over = account.why_not(order.gross, CURRENCY) if account else None
        if over:
            refused[order.index].append(over)
        if stock.why_not(order) or over:
            refused[order.index] += ()
            continue
        stock.take(order)
        if account:
            account.exposure += order.gross
        served.append(order)
    for index, reasons in promising.short(stock.lacks).items():
        refused[index] += reasons
    outcome: dict[int, Placed | Refused] = {index: Refused(*reasons) for index, reasons in refused.items()}
    if served:
        ids = quick_rows.Ids(seen.order_ids.answer, seen.demand_ids.answer)
        outcome.update(quick_rows.write(served, ids, stock.taken(), now.at, now.today, now.decided, journey.home))
    return outcome


def _on_credit(orders: Sequence[Plain]) -> set[int]:
    return {order.customer.id for order in orders if CREDIT_TERMS[order.customer.term]}


class _Stock:
    """What is free while orders take from it one after the other."""

    def __init__(self, free: Mapping[Place, Free]) -> None:
        self.free = free
        self.left = {place: free.quantity for place, free in self.free.items()}
        self.lacks: list[Lack] = []

    def why_not(self, order: Plain) -> bool:
        """Whether something is short for an order; lines of one article see each other."""
        wanted = self._wanted(order)
        short = [place for place, quantity in wanted.items() if quantity > self.left.get(place, ZERO)]
        for place in short:
            numbers = [n for n, line in enumerate(order.lines, 1) if line.good.id == place[0]]
            self.lacks.append(Lack(order.index, place, wanted[place], self.left.get(place, ZERO), numbers))
        return bool(short)

    def take(self, order: Plain) -> None:
        """The order gets what it wants."""
        for place, quantity in self._wanted(order).items():
            self.left[place] -= quantity

    def taken(self) -> dict[int, Decimal]:
        """What was taken of each balance."""
        return {free.id: n for place, free in self.free.items() if (n := free.quantity - self.left[place])}

    @staticmethod
    def _wanted(order: Plain) -> dict[Place, Decimal]:
        wanted: dict[Place, Decimal] = {}
        for line in order.lines:
            place = (line.good.id, order.warehouse_id)
            wanted[place] = wanted[place] + line.quantity if place in wanted else line.quantity
        return wanted


def _ready(orders: list[Plain], seen: _Seen, now: Moment) -> list[Plain]:
    """The plain ones: every line can be sold as asked, at a price, and nothing about the order needs a look."""
    least = now.decided["credit.release_score"]
    poor = {pk for pk, one in seen.accounts.answer.items() if one.score is not None and one.score < least}
    orders = [order for order in orders if order.customer.id not in poor]  # the ordinary way's checks look at them
    orders = _priced(_filled(orders, seen, Decimal(now.decided["orders.most_quantity"])), seen)
    signed = written.Measure.of(now.decided)
    orders = [o for o in orders if plain.price(o) and not signed.asks_of_plain(o.gross, len(o.lines))]
    return _unheard(_approved(orders, now), seen)


def _filled(orders: list[Plain], seen: _Seen, most: Decimal) -> list[Plain]:
    """With their lines, where every article can be sold as asked."""
    known = seen.goods.answer
    fine: list[Plain] = []
    for order in orders:
        for sku, wanted in zip(order.skus, order.spec.lines, strict=True):
            line = plain.read_line(wanted, known.get(sku), most)
            if line is None:
                break
            order.lines.append(line)
        else:
            fine.append(order)
    return fine


def _priced(orders: list[Plain], seen: _Seen) -> list[Plain]:
    """At the listed prices."""
    wanted = [
        Wanted(order.customer.id, order.customer.grade, line.good.id, line.quantity, line.good.tax_rate)
        for order in orders
        for line in order.lines
    ]
    quotes = iter(seen.listed.quotes(wanted))
    for order in orders:
        for line in order.lines:
            line.quote = next(quotes)
    return orders


def _approved(orders: list[Plain], now: Moment) -> list[Plain]:
    """What the company's tables let the system approve and confirm and could not hold; each keeps by which rows."""
    approve, confirm, held = (now.tables[one.name] for one in (AUTO_APPROVE, CONFIRMERS, SCREENING))
    regions: dict[int, str] = {}
    if any("region" in one.grid.asked for one in now.tables.values()):
        regions = decisions.region_codes(order.customer.region_id for order in orders)
    points: dict[int, int] = {}
    if "score" in approve.grid.asked | held.grid.asked:
        points = {pk: score.points for pk, score in scoring.scores(_on_credit(orders), now.at).items()}
    fine: list[Plain] = []
    for order in orders:
        case = plain.facts(order, regions, points)
        order.rulings = approve.rule(case), confirm.rule(case)
        passes = approval.approves(order.rulings[0]) and approval.confirmer(order.rulings[1]) == Confirmer.SYSTEM
        if passes and not held.grid.may_hit(case) and not allocation.could_mean(now.tables, case):
            fine.append(order)
    return fine


def _unheard(orders: list[Plain], seen: _Seen) -> list[Plain]:
    """Without those that look like another order, here or among the calls: somebody must look, or it is refused."""
    known = {mark for found in seen.heard for mark in found.answer}
    fine: list[Plain] = []
    for order in orders:
        marks = order.marks()
        if known.isdisjoint(marks):
            fine.append(order)
            known.update(marks)
    return fine
