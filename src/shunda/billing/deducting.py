"""The deposit of a special order that is not picked up in time: held, deducted, set off or given back (R106-R108).

From the day after the pick-up should have been, the deposit no longer pays the order. When the goods are picked up, the
share that is deducted by then stays with us and the rest pays the order again; what that pays too much is free to be
given back. All of it reconciles: it makes the deduction fit the facts, so running it twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from shunda.billing import following, queries, steps
from shunda.billing.models import Allocation, Deduction
from shunda.billing.rules import ZERO
from shunda.billing.states import DEDUCTION, DeductionStatus
from shunda.billing.steps import Part
from shunda.core.actor import Actor
from shunda.core.batch import Batch, happening
from shunda.core.event import record
from shunda.orders import pickup, rows
from shunda.orders.models import Order, OrderKind
from shunda.orders.pickup import PickUp, Standing
from shunda.orders.states import OrderStatus

BOUND = (OrderStatus.CONFIRMED, OrderStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class Due:
    """What a deduction is to be by now: so much kept, and so much of the deposit not paying the order."""

    pickup: PickUp
    kept: Decimal
    held: Decimal

    def columns(self) -> dict[str, Any]:
        """As the deduction says it."""
        one = self.pickup
        return {
            "standing": str(one.standing), "deposit": one.deposit, "share": one.share, "kept": self.kept,
            "held": self.held, "picked_on": one.picked_on,
        }  # fmt: skip


def due(one: PickUp, there: Decimal) -> Due:
    """At most what was paid is held and kept; once it is picked up nothing is held beyond what is kept."""
    deposit = min(one.deposit, there)
    kept = min(one.deducted, deposit)
    return Due(one, kept, kept if one.picked_on else deposit)


def reconcile(orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """Make, raise or settle the deductions of these orders, which are locked, as their pick-up stands."""
    special = [order for order in orders.values() if order.kind == OrderKind.SPECIAL and order.status in BOUND]
    late = {pk: one for pk, one in pickup.of(special, at=at).items() if one.standing != Standing.IN_TIME}
    there = {row.order_id: row for row in Deduction.objects.filter(order__in=late)}
    wanted = {
        pk: due(one, orders[pk].paid + (there[pk].held if pk in there else ZERO))
        for pk, one in late.items()
        if pk not in there or there[pk].status == DeductionStatus.HELD
    }
    wanted = {pk: one for pk, one in wanted.items() if one.held or pk in there}
    moves: dict[str, list[int]] = {
        "raise": [pk for pk, one in wanted.items() if not one.pickup.picked_on and _differs(there.get(pk), one)],
        "settle": [pk for pk, one in wanted.items() if one.pickup.picked_on],
    }
    before = {pk: row.held for pk, row in there.items()}
    made = _make([(orders[pk], one) for pk, one in wanted.items() if pk not in there], by=by, at=at)
    there |= {row.order_id: row for row in made}
    move({there[pk].pk: (pk, one.held - before.get(pk, ZERO)) for pk, one in wanted.items()}, orders, by=by, at=at)
    for name, ids in moves.items():
        batch = Batch(Deduction.objects.all(), [there[pk].pk for pk in ids], DEDUCTION, name)
        for row in batch:
            batch.amend(row, wanted[row.order_id].columns(), {})
            batch.note(row.pk, number=row.number, **_said(wanted[row.order_id]))
        batch.commit(by=by, at=at, stamp="settled_at" if name == "settle" else None)
    settled = {pk: orders[pk] for pk in moves["settle"]}
    following.free_surplus(settled, by=by, at=at)


def _differs(row: Deduction | None, one: Due) -> bool:
    return row is not None and (row.kept, row.held) != (one.kept, one.held)


def _said(one: Due) -> dict[str, str]:
    return {"deducted": f"{one.kept:.2f}", "not_set_off": f"{one.held - one.kept:.2f}"}


def _make(wanted: Sequence[tuple[Order, Due]], *, by: Actor, at: datetime) -> list[Deduction]:
    """New deductions; the money follows."""
    made = [
        Deduction(
            number=number,
            order=order,
            customer_id=order.customer_id,
            currency=order.currency,
            ready_on=one.pickup.ready_on,
            until=one.pickup.until,
            late_until=one.pickup.late_until,
            made_at=at,
            **one.columns(),
        )
        for (order, one), number in zip(wanted, steps.documents("DD", len(wanted), at), strict=True)
    ]
    rows.insert(Deduction, made)
    record(
        [
            happening("deduction.make", row, number=row.number, deposit=f"{row.deposit:.2f}", **_said(one))
            for row, (_order, one) in zip(made, wanted, strict=True)
        ],
        by=by,
        at=at,
    )
    return made


def move(wanted: Mapping[int, tuple[int, Decimal]], orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """By deduction: its order, and how much of what pays the order is held from now on; negative pays it again.

    The money stays matched. The oldest payment is taken first, advances before what pays an invoice.
    """
    taken = {order_id: amount for order_id, amount in wanted.values() if amount > 0}
    given = {pk: -amount for pk, (_order_id, amount) in wanted.items() if amount < 0}
    deduction_of = {order_id: pk for pk, (order_id, _amount) in wanted.items()}
    held: list[tuple[int, int, int, Decimal]] = []  # deduction, order, payment, amount
    parts: list[Part] = []
    paying = sorted(queries.allocated(order__in=list(taken)), key=lambda row: (row[2] is not None, row[0]))
    for payment_id, order_id, invoice_id, amount in paying:
        part = min(taken[order_id], amount)
        if part > 0:
            taken[order_id] -= part
            parts.append(Part(payment_id, order_id, invoice_id, -part))
            held.append((deduction_of[order_id], order_id, payment_id, part))
    for deduction_id, payment_id, amount in queries.withheld(given):
        part = min(given[deduction_id], amount)
        if part > 0:
            given[deduction_id] -= part
            order_id = wanted[deduction_id][0]
            parts.append(Part(payment_id, order_id, None, part))
            held.append((deduction_id, order_id, payment_id, -part))
    Allocation.objects.bulk_create(
        Allocation(payment_id=p, order_id=o, deduction_id=d, amount=amount, at=at, actor=by.name)
        for d, o, p, amount in held
    )
    steps.allocate(parts, orders, by=by, at=at)


def dissolve(orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """What is held of these orders' deposits pays them again: they are cancelled, and that decides what is kept."""
    special = [pk for pk, order in orders.items() if order.kind == OrderKind.SPECIAL]
    held = Deduction.objects.filter(order__in=special, status=DeductionStatus.HELD).values_list("pk", flat=True)
    if ids := list(held):
        give_back(Batch(Deduction.objects.all(), ids, DEDUCTION, "cancel"), orders, by, at).commit(by=by, at=at)


def give_back(batch: Batch[Deduction], orders: Mapping[int, Order], by: Actor, at: datetime) -> Batch[Deduction]:
    """All that the deductions of a batch hold pays their orders again; whoever calls commits the batch."""
    move({row.pk: (row.order_id, -row.held) for row in batch}, orders, by=by, at=at)
    for row in batch:
        batch.note(row.pk, number=row.number, given_back=f"{row.held:.2f}")
        batch.amend(row, {"held": ZERO, "kept": ZERO}, {})
    return batch
