"""The short way of plain orders: a fixed number of statements from calls to confirmed orders, whatever their number.

Read without locks, decide in the order of the calls, write, and only then touch what others want too. Locks, in this
order and as late as can be: credit accounts by customer, balances by id, the counter of order numbers. What it writes
is what the ordinary way writes, row for row; a test compares the two.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from shunda.catalog.goods import goods
from shunda.catalog.queries import resolve
from shunda.core.refusal import Refusal, Refused
from shunda.credit import holding, scoring
from shunda.customers.buyers import buyers
from shunda.inventory import promising
from shunda.inventory.promising import Lack
from shunda.inventory.rules import Place
from shunda.orders import allocation, approval, decisions, facts, heard, plain, quick_rows, written
from shunda.orders.approval import AUTO_APPROVE, CONFIRMERS, Confirmer
from shunda.orders.plain import CREDIT_TERMS, CURRENCY, Plain
from shunda.orders.screening import SCREENING
from shunda.orders.specs import Placed, Placing
from shunda.policies.decisions import Edition
from shunda.pricing.listed import Wanted, listed

ZERO = Decimal(0)


@dataclass(slots=True)
class Moment:
    """When calls are placed and what the company decided about placing (``actions.place.moment``)."""

    at: datetime
    decided: dict[str, Any]
    tables: dict[str, Edition]
    today: date = field(init=False)

    def __post_init__(self) -> None:
        self.today = localtime(self.at).date()


def place(calls: Sequence[tuple[int, Placing]], now: Moment, *, locked: bool = False) -> dict[int, Placed | Refused]:
    """Place those of these (index, call) that are plain; the others are not in the answer and go the ordinary way.

    Raises ``promising.Gone`` when somebody took stock between look and grasp; ``locked`` looks with locks. First come
    first served: each order is whole or refused, and sees what those before it took of stock and of credit.
    """
    ready = _ready(calls, now)
    if not ready:
        return {}
    accounts = holding.lock(_on_credit(ready), at=now.at)
    least = now.decided["credit.release_score"]
    poor = {pk for pk, account in accounts.items() if account.score is not None and account.score < least}
    ready = [order for order in ready if order.customer.id not in poor]  # the checks of the ordinary way look at them
    lacking = _Stock({(line.good.id, o.warehouse_id) for o in ready for line in o.lines}, locked=locked)
    outcome: dict[int, Placed | Refused] = {}
    served: list[Plain] = []
    refused: defaultdict[int, list[Refusal]] = defaultdict(list)
    for order in ready:
        account = accounts.get(order.customer.id) if CREDIT_TERMS[order.customer.term] else None
        over = account.why_not(order.gross, CURRENCY) if account else None
        if over:
            refused[order.index].append(over)
        if lacking.why_not(order) or over:
            refused[order.index] += ()
            continue
        lacking.take(order)
        if account:
            account.exposure += order.gross
        served.append(order)
    for index, reasons in promising.short(lacking.lacks).items():
        refused[index] += reasons
    outcome.update((index, Refused(*reasons)) for index, reasons in refused.items())
    outcome.update(quick_rows.write(served, lacking.taken(), now.at, now.today, now.decided))
    return outcome


def _on_credit(orders: Sequence[Plain]) -> set[int]:
    return {order.customer.id for order in orders if CREDIT_TERMS[order.customer.term]}


class _Stock:
    """What is free while orders take from it one after the other."""

    def __init__(self, places: set[Place], *, locked: bool) -> None:
        self.free = promising.free(places, locked=locked)
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


def _ready(calls: Sequence[tuple[int, Placing]], now: Moment) -> list[Plain]:
    """The plain ones among the calls, with everything they refer to, priced, and nothing about them to look at."""
    channels = approval.possible_channels(now.tables[AUTO_APPROVE.name])
    most_lines = now.decided["orders.most_lines"]
    orders = [
        Plain(index, call.spec, call.by, bool(call.key))
        for index, call in calls
        if call.spec.channel in channels and plain.shaped(call.spec, now.today, most_lines)
    ]
    orders = _bought(orders)
    orders = _filled(orders, Decimal(now.decided["orders.most_quantity"]))
    orders = _priced(orders, now)
    return _unheard(orders, now) if orders else []


def _bought(orders: list[Plain]) -> list[Plain]:
    if not orders:
        return []
    known = buyers(order.spec.customer_id for order in orders)
    active = promising.open_warehouses()
    default = active[0] if active else 0
    fine: list[Plain] = []
    for order in orders:
        order.buyer = known.get(order.spec.customer_id)
        order.warehouse_id = default if order.spec.warehouse_id is None else order.spec.warehouse_id
        if order.warehouse_id in active and plain.buys(order.buyer, order.by, order.spec.invoice_kind):
            fine.append(order)
    return fine


def _filled(orders: list[Plain], most: Decimal) -> list[Plain]:
    """With their lines, where every article can be sold as asked."""
    codes = {line.sku for order in orders for line in order.spec.lines if line.sku_id is None}
    ids = resolve(codes) if codes else {}
    known = (
        goods(line.sku_id or ids.get(line.sku, 0) for order in orders for line in order.spec.lines) if orders else {}
    )
    fine: list[Plain] = []
    for order in orders:
        for wanted in order.spec.lines:
            line = plain.read_line(wanted, known.get(wanted.sku_id or ids.get(wanted.sku, 0)), most)
            if line is None:
                break
            order.lines.append(line)
        else:
            fine.append(order)
    return fine


def _priced(orders: list[Plain], now: Moment) -> list[Plain]:
    """At the listed prices, where the system approves and confirms."""
    wanted = [
        Wanted(order.customer.id, order.customer.grade, line.good.id, line.quantity, line.good.tax_rate)
        for order in orders
        for line in order.lines
    ]
    quotes = iter(listed(wanted, on=now.today, currency=CURRENCY, includes_tax=True))
    for order in orders:
        for line in order.lines:
            line.quote = next(quotes)
    signed = written.Measure.of(now.decided)
    fine = [o for o in orders if plain.price(o) and not signed.asks_of_plain(o.gross, len(o.lines))]
    return _approved(fine, now)


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


def _unheard(orders: list[Plain], now: Moment) -> list[Plain]:
    """Without those that look like another order, here or among the calls: somebody must look, or it is refused."""
    facts.lock_places([order.spec for order in orders])
    known = heard.heard_of([order.marks() for order in orders], now.at, now.decided["orders.duplicate_days"])
    fine: list[Plain] = []
    for order in orders:
        marks = order.marks()
        if known.isdisjoint(marks):
            fine.append(order)
            known.update(marks)
    return fine
