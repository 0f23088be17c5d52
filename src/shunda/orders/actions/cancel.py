"""Cancelling orders, with the consequences each stage has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.utils.timezone import localtime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.credit import queries as credit
from shunda.credit.models import Bucket
from shunda.credit.steps import Movement, shift
from shunda.inventory import steps as stock
from shunda.orders import forfeit, rules, steps, tasks, window
from shunda.orders import reasons as why
from shunda.orders.actions.parts import drop_reviews
from shunda.orders.models import Order
from shunda.orders.queries import lines_of, open_holds, seen_by
from shunda.orders.specs import LineChange
from shunda.orders.states import ORDER, OrderStatus
from shunda.work.notices import CANCELLED

__all__ = ["cancel", "carry_out"]


@action("orders.cancel_order")
def cancel(
    ids: Collection[int], reason: str, *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Cancel orders at any stage before completion (R170); nothing is deleted, the number stays.

    Waiting reviews and tasks are dropped; of a confirmed order the demand is cancelled (locked stock is free again),
    the credit it holds is given back and its holds are released. Refused while goods are in shipments or have left,
    or while something is invoiced: the sentence says what to undo first. What was paid stays on the order and in its
    event, for billing to give back, but for what is kept of the deposit of a special order. A reason is required. A
    confirmed order past its free window is cancelled by a change that those concerned decide (R161, R167).
    """
    batch = Batch(seen_by(by).select_related("term"), ids, ORDER, "cancel", versions=versions)
    batch.refuse_if(lambda order: None if reason.strip() else why.REASON_REQUIRED(order.pk, where="reason"))
    ends = window.free_until(batch.rows)
    batch.refuse_if(lambda order: _why_late(order, ends[order.pk], by, at))
    return carry_out(batch, reason, by=by, at=at)


def _why_late(order: Order, end: datetime | None, by: Actor, at: datetime) -> Refusal | None:
    """After the free window whoever is concerned decides, by a request; what the system does was decided before."""
    if order.status != OrderStatus.CONFIRMED or (by.id is None and by.may("*")) or window.is_open(end, at):
        return None
    return why.CANCEL_LATE(order.pk, until=f"{localtime(end):%Y-%m-%d %H:%M}" if end else "")


def _money(order: Order, kept: Decimal | None) -> dict[str, str]:
    """What was paid is given back, but for what is kept of the deposit."""
    if not order.paid:
        return {}
    said = {"to_refund": str(order.paid - (kept or 0))}
    return {**said, "deposit_kept": str(kept)} if kept else said


def carry_out(batch: Batch[Order], reason: str, *, by: Actor, at: datetime) -> Outcome[Order]:
    """Cancel the orders of a batch for the move "cancel"; whoever calls has decided that they may be."""
    lines = lines_of(batch.ids)
    batch.refuse_if(lambda order: rules.why_not_cancel(order, lines[order.pk]))
    confirmed = [order for order in batch if order.status == OrderStatus.CONFIRMED]
    open_lines = [
        (line, rules.open_quantity(line))
        for order in confirmed
        for line in lines[order.pk]
        if rules.open_quantity(line) > 0
    ]
    deposits = forfeit.kept(confirmed, at=at)  # while the goods are still theirs
    standing = credit.by_order([order.pk for order in confirmed])
    shift(
        [
            Movement(order.customer_id, order.pk, Bucket.ORDERED, None, standing[order.pk].ordered, "cancel")
            for order in confirmed
        ],
        at=at,
    )
    stock.cancel({line.demand_id: quantity for line, quantity in open_lines if line.demand_id}, at=at)
    steps.progress([LineChange(line.pk, cancelled=quantity) for line, quantity in open_lines])
    drop_reviews(batch.ids, by=by, at=at)
    holds = open_holds(batch.ids)
    steps.release([hold for members in holds.values() for hold in members], by=by, at=at)
    for order in batch:
        batch.note(order.pk, reason=reason, **_money(order, deposits.get(order.pk)))
    outcome = batch.commit(by=by, at=at, stamp="cancelled_at", blocked_by=[])
    tasks.close(tasks.PERMISSIONS, batch.ids, by=by, at=at, outcome="dropped")
    tasks.tell_owners(CANCELLED, outcome.done, reason, by=by, at=at)
    return outcome
