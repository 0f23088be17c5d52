"""Cancelling whole orders as a change does: shipments to be picked are called off first; run for real or to look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import datetime
from decimal import Decimal
from typing import Any

from shunda.billing import deducting
from shunda.changes import content, figures
from shunda.changes.carrying import Attempt, Carried, Effect, attempted
from shunda.changes.gathering import lines_of
from shunda.changes.planning import Plan
from shunda.changes.specs import ChangeSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch
from shunda.fulfilment import following as shipping
from shunda.orders import forfeit
from shunda.orders.actions.cancel import carry_out as cancel
from shunda.orders.authority import Part
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import ORDER

ZERO = Decimal(0)


def carry_out(specs: Mapping[int, ChangeSpec], *, by: Actor, at: datetime, numbers: Mapping[int, str]) -> Carried:
    """Cancel these orders, whatever their stage before completion, each whole or not at all (R170)."""
    return attempted(specs, lambda todo: _attempt(todo, by=by, at=at, numbers=numbers))


def _attempt(specs: Mapping[int, ChangeSpec], *, by: Actor, at: datetime, numbers: Mapping[int, str]) -> Attempt:
    batch = Batch(Order.objects.select_related("term", "customer"), specs, ORDER, "cancel")
    if batch.refused:
        return {}, batch.refused, {}
    orders = {order.pk: order for order in batch}
    lines = lines_of(list(orders))
    plans = {pk: _plan(order, specs[pk], lines[pk]) for pk, order in orders.items()}
    shipments = shipping.lock_open(list(orders))
    held = shipping.contents([s for found in shipments.values() for s in found])
    todo, refused = shipping.Steps(), []
    for pk, order in orders.items():
        most = {line.pk: line.shipped for line in lines[pk] if line.planned > line.shipped}
        refused += shipping.lower(shipping.Follow(order, most), shipments[pk], held, plans[pk].before, todo)
    if refused:
        return {}, refused, plans
    seen = figures.look(orders, lines)
    deducting.dissolve(orders, by=by, at=at)
    deposits = forfeit.kept(orders.values(), at=at)
    reasons = {specs[pk].reason for pk in orders}
    shipping.write(todo, shipments, reason=", ".join(sorted(filter(None, numbers.values()))) or "cancel", by=by, at=at)
    outcome = cancel(batch, " / ".join(sorted(reasons))[:200], by=by, at=at)
    if outcome.refused:
        return {}, outcome.refused, plans
    now = figures.look_anew(list(orders))
    effects = {
        pk: Effect(
            plans[pk],
            content.of(plans[pk].order, lines[pk]),
            {},
            _impact(orders[pk], figures.compare(seen[pk], now[pk]), deposits.get(pk, ZERO)),
            ZERO,
        )
        for pk in orders
    }
    return effects, [], plans


def _plan(order: Order, spec: ChangeSpec, lines: Sequence[OrderLine]) -> Plan:
    made = Plan(order, spec, {line.pk: copy(line) for line in lines}, list(lines))
    made.part(Part.CANCEL, order.gross)
    return made


def _impact(order: Order, compared: dict[str, Any], kept: Decimal) -> dict[str, Any]:
    """With what was paid: free to be given back, or kept of the deposit."""
    if order.paid:
        compared["money"]["to_refund"] = ["0", content.plain(order.paid - kept)]
    if kept:
        compared["money"]["deposit_kept"] = ["0", content.plain(kept)]
    return compared
