"""Carrying changes out: the only code that changes a confirmed order, run for real and, undone, to show the impact.

Every order is changed whole or not at all. Locks: orders, their shipments, drafts and payments, credit accounts, then
demands and balances, counters last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from shunda.billing import following as money
from shunda.billing import steps as billing_steps
from shunda.changes import content, figures, floors
from shunda.changes.gathering import Gathered, gather, most_planned
from shunda.changes.planning import CHANGED, Plan
from shunda.changes.specs import ChangeSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch
from shunda.core.refusal import Refusal
from shunda.credit import holding
from shunda.credit.models import Bucket
from shunda.credit.steps import Movement, shift
from shunda.customers.models import TermKind
from shunda.fulfilment import following as shipping
from shunda.inventory import steps as stock
from shunda.inventory.resizing import Size, resize
from shunda.orders import rows, rules, wishes
from shunda.orders import steps as order_steps
from shunda.orders.assembly import is_taken_out
from shunda.orders.models import Order, OrderLine
from shunda.orders.specs import HEAD as ORDER_HEAD
from shunda.orders.specs import LineChange
from shunda.orders.states import ORDER
from shunda.orders.worth import claimed
from shunda.policies import queries as policies

ZERO = Decimal(0)


@dataclass(slots=True)
class Effect:
    """What became of an order: the plan that was carried out, the order before and after, and what it did elsewhere."""

    plan: Plan
    before: dict[str, Any]  # content of the order as it was
    after: dict[str, Any]
    impact: dict[str, Any]
    gross_change: Decimal


@dataclass(slots=True)
class Carried:
    """Effects by order; refusals carry the order's id. ``plans`` are kept also of orders that were refused."""

    effects: dict[int, Effect]
    refused: list[Refusal]
    plans: dict[int, Plan]


def carry_out(
    specs: Mapping[int, ChangeSpec],
    *,
    by: Actor,
    at: datetime,
    numbers: Mapping[int, str],
    revisions: Mapping[int, int],
) -> Carried:
    """Change these orders, each whole or not at all, in as few attempts as orders are refused one after the other.

    An attempt in which stock or credit refuses somebody is undone and made again without him.
    """
    return attempted(specs, lambda todo: _attempt(todo, by=by, at=at, numbers=numbers, revisions=revisions))


Attempt = tuple[dict[int, Effect], list[Refusal], dict[int, Plan]]
"""What became of orders, who is refused, and the plans that were made."""


def attempted(specs: Mapping[int, ChangeSpec], attempt: Callable[[Mapping[int, ChangeSpec]], Attempt]) -> Carried:
    """Try for all; an attempt that refuses somebody is undone and made again without him."""
    todo, refused = dict(specs), list[Refusal]()
    plans: dict[int, Plan] = {}
    while todo:
        try:
            with transaction.atomic():
                effects, said, made = attempt(todo)
                plans |= made
                if said:
                    raise _Undo
        except _Undo:
            refused += said
            without = {refusal.id for refusal in said}
            todo = {pk: spec for pk, spec in todo.items() if pk not in without}
        else:
            return Carried(effects, refused, plans)
    return Carried({}, refused, plans)


class _Undo(Exception):
    """Roll the attempt back; nothing went wrong."""


def _attempt(
    specs: Mapping[int, ChangeSpec],
    *,
    by: Actor,
    at: datetime,
    numbers: Mapping[int, str],
    revisions: Mapping[int, int],
) -> Attempt:
    batch = Batch(Order.objects.select_related("term", "customer"), specs, ORDER, "change")
    if batch.refused:
        return {}, batch.refused, {}
    orders = {order.pk: order for order in batch}
    found = gather(orders, specs, by=by, at=at)
    plans = found.plans
    todo, refused = _lowered(found)
    if refused:
        return {}, refused, plans
    seen = figures.look(orders, {pk: list(made.before.values()) for pk, made in plans.items()})
    was = {pk: content.of(order, list(plans[pk].before.values())) for pk, order in orders.items()}
    before = {pk: (order.gross, _claimed(order, plans[pk].before.values())) for pk, order in orders.items()}
    _write(batch, found, todo, numbers=numbers, revisions=revisions, by=by, at=at)
    _bill(orders, plans, by=by, at=at)
    refused = _credit(orders, plans, before, at=at) + _take(orders, plans, at=at)
    if refused:
        return {}, refused, plans
    _show(orders, by=by, at=at)
    now = figures.look_anew(list(orders))
    effects = {
        pk: Effect(
            plan=plans[pk],
            before=was[pk],
            after=content.of(order, plans[pk].lines),
            impact=figures.compare(seen[pk], now[pk]) | {"floor": floors.told(plans[pk].under_floor)},
            gross_change=order.gross - before[pk][0],
        )
        for pk, order in orders.items()
    }
    return effects, [], plans


def _lowered(found: Gathered) -> tuple[shipping.Steps, list[Refusal]]:
    """What becomes of open shipments, and everything that stands against the plans so far."""
    todo = shipping.Steps()
    refused = [refusal for made in found.plans.values() for refusal in made.refused]
    for pk, made in found.plans.items():
        if not made.refused:
            refused += shipping.lower(_follow(made, found), found.shipments[pk], found.held, made.before, todo)
    return todo, refused


def _follow(made: Plan, found: Gathered) -> shipping.Follow:
    mode = made.head.get("transport_mode") or None
    return shipping.Follow(made.order, most_planned(made), mode, found.carriers.get(made.spec.carrier_id or 0))


# --- rows -----------------------------------------------------------------------------------------------------------


def _write(
    batch: Batch[Order],
    found: Gathered,
    todo: shipping.Steps,
    *,
    numbers: Mapping[int, str],
    revisions: Mapping[int, int],
    by: Actor,
    at: datetime,
) -> None:
    """Shipments first, they only get smaller; then lines and heads with one event for each order."""
    least = int(policies.value("orders.change_priority"))
    shipping.write(todo, found.shipments, reason=_reason(numbers), by=by, at=at)
    _lines(found.plans)
    for order in batch:
        made = found.plans[order.pk]
        made.head["priority"] = max(order.priority, least)
        made.head["revision"] = revisions[order.pk] + 1
        said = {
            name: [content.plain(getattr(order, name)), content.plain(value)]
            for name, value in made.head.items()
            if name in ORDER_HEAD
        }
        batch.amend(order, made.head, {name: pair for name, pair in said.items() if pair[0] != pair[1]})
        batch.note(order.pk, change=numbers[order.pk], revision=revisions[order.pk] + 1, lines=_said(made))
    batch.commit(by=by, at=at)


def _reason(numbers: Mapping[int, str]) -> str:
    """Why shipments follow: the change, by its number."""
    return ", ".join(sorted({number for number in numbers.values() if number}))[:200] or "change"


def _lines(plans: Mapping[int, Plan]) -> None:
    rows.update(OrderLine, [line for made in plans.values() for line in made.touched], CHANGED)
    rows.insert_lines([made.order for made in plans.values()], [made.added for made in plans.values()])
    gone = [
        LineChange(line.pk, cancelled=made.before[line.pk].base_quantity)
        for made in plans.values()
        for line in made.out
    ]
    counted = [LineChange(made.lines[0].pk) for made in plans.values()]  # their orders' delivery is judged anew
    order_steps.progress([*gone, *counted])


def _said(made: Plan) -> dict[str, list[dict[str, Any] | None]]:
    """What was and what is, line by line, as the timeline of an edit tells it."""
    pairs: dict[str, list[dict[str, Any] | None]] = {}
    for line in made.lines:
        old = made.before.get(line.pk) if line not in made.added else None
        pair = [_told(old) if old else None, None if is_taken_out(line) else _told(line)]
        if pair[0] != pair[1]:
            pairs[str(line.line_no)] = pair
    return pairs


def _told(line: OrderLine) -> dict[str, Any]:
    names = ("quantity", "unit_price", "discount_rate", "wanted_date", "note", "parameters")
    return {"sku": line.sku.code, **{name: content.plain(getattr(line, name)) for name in names}}


# --- credit and stock -----------------------------------------------------------------------------------------------


def _claimed(order: Order, lines: Any) -> Decimal:
    return claimed(copy(order), lines) if order.term.kind == TermKind.CREDIT else ZERO


def _credit(
    orders: Mapping[int, Order],
    plans: Mapping[int, Plan],
    before: Mapping[int, tuple[Decimal, Decimal]],
    *,
    at: datetime,
) -> list[Refusal]:
    """What an order holds of its customer's credit follows its total; more of it must be free (R043, R049)."""
    refused: list[Refusal] = []
    moves: list[Movement] = []
    on_credit = [order for order in orders.values() if order.term.kind == TermKind.CREDIT]
    accounts = holding.lock({order.customer_id for order in on_credit}, at=at).run()
    for order in sorted(on_credit, key=lambda order: order.gross - before[order.pk][0]):
        account, (gross, gone) = accounts[order.customer_id], before[order.pk]
        more = order.gross - gross
        if more > 0 and (reason := account.why_not(more, order.currency)):
            refused.append(replace(reason, id=order.pk))
            continue
        account.exposure += more
        now = _claimed(order, plans[order.pk].lines)
        moves += _moves(order, Bucket.ORDERED, (order.gross - now) - (gross - gone))
        moves += _moves(order, Bucket.SHIPPED, now - gone)
    frozen = [order for order in orders.values() if order.customer.frozen and order.gross > before[order.pk][0]]
    refused += [rules.why_frozen(order, order.customer) for order in frozen]
    if not refused:
        shift(moves, at=at)
    return refused


def _moves(order: Order, bucket: Bucket, amount: Decimal) -> list[Movement]:
    source, target = (None, bucket) if amount > 0 else (bucket, None)
    return [Movement(order.customer_id, order.pk, source, target, abs(amount), "change")] if amount else []


def _take(orders: Mapping[int, Order], plans: Mapping[int, Plan], *, at: datetime) -> list[Refusal]:
    """Demands follow the lines; what is wanted more is promised from stock, or the order is refused (R050)."""
    new = [(orders[pk], line) for pk, made in plans.items() for line in made.added]
    for (_order, line), demand in zip(new, stock.want([wishes.demand(*pair) for pair in new], at=at), strict=True):
        line.demand_id = demand
    rows.point_at_demands([(line.pk, line.demand_id) for _order, line in new if line.demand_id])
    stock.lock(line.demand_id for made in plans.values() for line in made.lines if line.demand_id)
    resize(
        [size for pk, made in plans.items() for line in made.lines if (size := _size(orders[pk], line, made))], at=at
    )
    gone = {line.demand_id: line.base_quantity for made in plans.values() for line in made.out if line.demand_id}
    stock.cancel(gone, at=at)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    number_of: dict[int, int] = {}
    for pk, made in plans.items():
        for line in made.lines:
            before = made.before.get(line.pk)
            more = line.base_quantity > (before.base_quantity if before else ZERO)
            if more and line.demand_id and not line.made_to_order:
                groups[pk].append(line.demand_id)
                number_of[line.demand_id] = line.line_no
    return [wishes.by_lines(refusal, number_of) for refusal in stock.reserve(list(groups.items()), at=at)]


def _size(order: Order, line: OrderLine, made: Plan) -> Size | None:
    """How a line's demand has to look, if it does not look so already."""
    if line.pk not in made.before or is_taken_out(line) or line.demand is None:
        return None
    demand, size = line.demand, (line.base_quantity, wishes.due(order, line), order.priority)
    return Size(demand.pk, *size) if (demand.quantity, demand.due, demand.priority) != size else None


# --- what follows ---------------------------------------------------------------------------------------------------


def _bill(orders: Mapping[int, Order], plans: Mapping[int, Plan], *, by: Actor, at: datetime) -> None:
    """Drafts say what they come to now, and what is paid too much is free."""
    lines = {pk: {line.pk: line for line in made.lines} for pk, made in plans.items()}
    money.refresh_drafts(orders, lines, by=by, at=at)
    money.free_surplus(orders, by=by, at=at)


def _show(orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """Payment holds and the worklists, now that everything is where it belongs."""
    money.hold_or_release(list(orders.values()), by=by, at=at)
    shipping.show(orders, by=by, at=at)
    billing_steps.show_what_remains(orders.values(), by=by, at=at)
