"""Stopping a step of an order, letting it go on, and saying how soon the order goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.orders import reasons as why
from shunda.orders import rules, steps
from shunda.orders.models import Hold, HoldKind, Order, Priority, Stops
from shunda.orders.queries import open_holds, seen_by
from shunda.orders.specs import HoldSpec, PrioritySpec
from shunda.orders.states import ORDER
from shunda.work.steps import mark_urgent

__all__ = ["place_hold", "prioritise", "release_hold"]


@action("orders.hold_order")
def place_hold(
    ids: Collection[int],
    reason: str,
    *,
    kind: str = HoldKind.MANUAL,
    stops: str = Stops.SHIP,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Hold]:
    """Stop one step (confirmation, shipping, invoicing) of orders, for a reason, until somebody releases it.

    Refused: no reason, an unknown kind or step, and a hold of the same kind on the same step. ``Refusal.id`` is the
    order.
    """
    batch = Batch(seen_by(by), ids, ORDER, "hold", versions=versions)
    there = open_holds(batch.ids, stops)
    batch.refuse_if(lambda order: None if reason.strip() else why.REASON_REQUIRED(order.pk, where="reason"))
    batch.refuse_if(lambda order: None if kind in HoldKind else why.HOLD_CHOICE(order.pk, value=kind, where="kind"))
    batch.refuse_if(lambda order: None if stops in Stops else why.HOLD_CHOICE(order.pk, value=stops, where="stops"))
    batch.refuse_if(
        lambda order: [
            why.HOLD_EXISTS(order.pk, reason=rules.hold_reason(hold)) for hold in there[order.pk] if hold.kind == kind
        ]
    )
    specs = [HoldSpec(order.pk, reason[:200], kind, stops) for order in batch]
    return Outcome(steps.place_holds(specs, by=by, at=at), batch.refused)


@action("orders.release_order")
def release_hold(
    ids: Collection[int],
    *,
    kind: str = HoldKind.MANUAL,
    stops: str = Stops.SHIP,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Hold]:
    """Let orders go on: release their open hold of this kind on this step. Refused where there is none."""
    batch = Batch(seen_by(by), ids, ORDER, "release", versions=versions)
    there = {pk: [hold for hold in holds if hold.kind == kind] for pk, holds in open_holds(batch.ids, stops).items()}
    batch.refuse_if(lambda order: None if there[order.pk] else why.NO_HOLD(order.pk))
    holds = [hold for order in batch for hold in there[order.pk]]
    return Outcome(steps.release(holds, by=by, at=at), batch.refused)


@action("orders.prioritise_order")
def prioritise(
    specs: Mapping[int, PrioritySpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Say how important and how urgent orders are (R014, R015); their waiting tasks follow."""
    batch = Batch(seen_by(by), specs, ORDER, "prioritise", versions=versions)
    batch.refuse_if(
        lambda order: (
            None
            if specs[order.pk].priority in set(Priority)
            else why.UNKNOWN_CHOICE["priority"](order.pk, value=str(specs[order.pk].priority), where="priority")
        )
    )
    for order in batch:
        wanted = specs[order.pk]
        batch.amend(order, {"priority": wanted.priority, "urgent": wanted.urgent})
    outcome = batch.commit(by=by, at=at)
    for urgent in (True, False):
        mark_urgent([order.pk for order in outcome.done if order.urgent is urgent], urgent=urgent)
    return outcome
