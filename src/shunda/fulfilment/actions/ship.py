"""Goods leave the warehouse, and come back when they went wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.credit import steps as credit
from shunda.credit.models import Bucket
from shunda.customers.models import TermKind
from shunda.fulfilment import queries, rules, steps
from shunda.fulfilment.models import Carrier, Shipment
from shunda.fulfilment.queries import Contents
from shunda.fulfilment.reasons import HELD
from shunda.fulfilment.specs import ShipSpec
from shunda.inventory import steps as inventory
from shunda.orders import queries as order_queries
from shunda.orders import rows
from shunda.orders import steps as order_steps
from shunda.orders.models import Hold, Order, Stops
from shunda.orders.rules import hold_reason, holds_of_line
from shunda.orders.specs import LineChange
from shunda.orders.worth import claimed


@action("fulfilment.ship_shipment")
def ship(
    specs: Sequence[ShipSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """Packed shipments leave: stock is issued, lines are shipped, credit moves from ordered to shipped (R138, R145).

    The freight counts with the order's first shipment. Refused: a hold on shipping, no carrier or tracking number
    (unless we deliver ourselves or the customer comes), and goods that are no longer reserved.
    """
    batch, orders = steps.locked([spec.shipment_id for spec in specs], "ship", by=by, versions=versions)
    wanted = {spec.shipment_id: spec for spec in specs}
    wanted = {s.pk: _with_plan(wanted[s.pk], s) for s in batch}
    holds = order_queries.open_holds(orders.keys(), Stops.SHIP)
    carriers = queries.carriers([*(s.carrier_id for s in wanted.values()), *(s.carrier_id for s in batch)])
    contents = queries.contents(batch)
    before = _claimed(orders, contents)

    def why_not(shipment: Shipment) -> list[Refusal]:
        lines = {line.order_line_id for line in contents.of(shipment)}
        found = _held(shipment, orders[shipment.order_id], holds_of_line(holds[shipment.order_id], lines))
        found += rules.why_not_carried(wanted[shipment.pk], carriers)
        return [*found, *rules.why_not_issue(contents.of(shipment), take=not found)]

    batch.refuse_if(why_not)
    for shipment in batch:
        _hand_over(batch, shipment, wanted[shipment.pk], carriers)
    rows.update(Shipment, batch.rows, ["carrier_id", "tracking_number", "mode"])
    _advance(batch, contents, 1)
    _shift(before, orders, contents, "ship", at=at)
    amounts, numbers = _amounts(batch, contents)
    inventory.issue(amounts, reference=numbers, by=by, at=at)
    outcome = batch.commit(by=by, at=at, stamp="shipped_at")
    steps.close_steps(("ship",), outcome.done, by=by, at=at)
    steps.open_steps(("sign", "tell"), outcome.done, orders, at=at)
    return outcome


@action("fulfilment.reverse_shipment")
def reverse(
    ids: Iterable[int], *, reason: str, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """Undo shipments that should not have left, by compensating movements; nothing is erased.

    The goods are back in stock, reserved for the order again and to be planned anew; credit goes back to ordered.
    Refused when more is invoiced than would remain shipped: the invoice is credited first.
    """
    batch, orders = steps.locked(list(ids), "reverse", by=by, versions=versions)
    batch.refuse_if(lambda s: rules.why_reason(s.pk, reason))
    contents = queries.contents(batch)
    before = _claimed(orders, contents)
    batch.refuse_if(lambda s: rules.why_not_reverse(contents.of(s)))
    _advance(batch, contents, -1)
    _shift(before, orders, contents, "reverse", at=at)
    amounts, numbers = _amounts(batch, contents)
    inventory.unissue(amounts, reference=numbers, by=by, at=at)
    for shipment in batch:
        batch.note(shipment.pk, number=shipment.number, reason=reason.strip())
    outcome = batch.commit(by=by, at=at, reason=reason.strip())
    steps.close_steps(("sign", "tell", "confirm", "resolve"), outcome.done, by=by, at=at, outcome="dropped")
    steps.show_what_remains([orders[s.order_id] for s in outcome.done], by=by, at=at)
    return outcome


def _with_plan(spec: ShipSpec, shipment: Shipment) -> ShipSpec:
    """What the caller leaves empty stays as planned; a mode without a carrier needs none."""
    mode = spec.mode or shipment.mode
    carrier_id = spec.carrier_id or (None if mode in rules.WITHOUT_CARRIER else shipment.carrier_id)
    return replace(spec, mode=mode, carrier_id=carrier_id)


def _hand_over(batch: Batch[Shipment], shipment: Shipment, spec: ShipSpec, carriers: Mapping[int, Carrier]) -> None:
    """Transport as it really is; the event names the carrier as people do."""
    before, after = (carriers.get(pk or 0) for pk in (shipment.carrier_id, spec.carrier_id))
    number = spec.tracking_number.strip()
    changes: dict[str, list[str | None]] = {
        "carrier": [before.name if before else None, after.name if after else None],
        "tracking_number": [shipment.tracking_number, number],
        "mode": [shipment.mode, spec.mode],
    }
    shipment.carrier_id, shipment.tracking_number, shipment.mode = spec.carrier_id, number, spec.mode
    told = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    batch.note(shipment.pk, number=shipment.number, changes=told)


def _held(shipment: Shipment, order: Order, holds: Iterable[Hold]) -> list[Refusal]:
    return [HELD(shipment.pk, order=order.number, reason=hold_reason(hold), kind=hold.kind) for hold in holds]


def _advance(batch: Batch[Shipment], contents: Contents, sign: int) -> None:
    """The order's lines are shipped; reversed, they are also free to be planned anew."""
    order_steps.progress(
        [
            LineChange(line.order_line_id, shipped=sign * line.quantity, planned=min(sign, 0) * line.quantity)
            for shipment in batch
            for line in contents.of(shipment)
        ]
    )


def _amounts(batch: Batch[Shipment], contents: Contents) -> tuple[dict[int, Decimal], dict[int, str]]:
    """Quantities by demand, and the numbers of the shipments that move them."""
    amounts: defaultdict[int, Decimal] = defaultdict(Decimal)
    numbers: defaultdict[int, list[str]] = defaultdict(list)
    for shipment in batch:
        for line in contents.of(shipment):
            demand_id = line.order_line.demand_id
            assert demand_id is not None, "what was planned is reserved, so it has a demand"
            amounts[demand_id] += line.quantity
            numbers[demand_id].append(shipment.number)
    return amounts, {pk: ", ".join(found)[:60] for pk, found in numbers.items()}


def _claimed(orders: Mapping[int, Order], contents: Contents) -> dict[int, Decimal]:
    """By order on credit: what has left its ordered bucket."""
    return {
        pk: claimed(orders[pk], lines.values())
        for pk, lines in contents.order_lines.items()
        if orders[pk].term.kind == TermKind.CREDIT
    }


def _shift(
    before: Mapping[int, Decimal], orders: Mapping[int, Order], contents: Contents, reason: str, *, at: datetime
) -> None:
    """Credit follows the goods between ordered and shipped, by what the order is worth delivered."""
    movements = []
    for pk, after in _claimed(orders, contents).items():
        change = after - before[pk]
        source, target = (Bucket.ORDERED, Bucket.SHIPPED) if change > 0 else (Bucket.SHIPPED, Bucket.ORDERED)
        movements.append(credit.Movement(orders[pk].customer_id, pk, source, target, abs(change), reason))
    credit.shift(movements, at=at)
