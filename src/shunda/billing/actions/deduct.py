"""Deductions make themselves; waiving one takes somebody with authority."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from shunda.billing import deducting, following, queries, rules, steps
from shunda.billing.models import Deduction
from shunda.billing.reasons import OWN_ORDER
from shunda.billing.states import DEDUCTION
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action


@action("billing.waive_deduction")
def waive_deductions(
    ids: Collection[int], reason: str, *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Deduction]:
    """Give up deductions from deposits: all that is held or kept pays the order again, and what is too much is free.

    It stays waived: no later day deducts anew. Refused without a reason, and for orders that are one's own.
    """
    seen = queries.deductions_seen_by(by)
    orders = steps.lock_orders(seen.filter(pk__in=ids).values_list("order_id", flat=True))
    batch = Batch(seen, ids, DEDUCTION, "waive", versions=versions)
    batch.refuse_if(lambda row: rules.why_reason(row.pk, reason))
    batch.refuse_if(lambda row: OWN_ORDER(row.pk, order=row.order.number) if row.order.owner_id in by.persons else None)
    deducting.give_back(batch, orders, by, at)
    for row in batch:
        batch.note(row.pk, reason=reason.strip())
    outcome = batch.commit(by=by, at=at, stamp="waived_at", waived_by=by.name, reason=reason.strip())
    following.free_surplus({row.order_id: orders[row.order_id] for row in outcome.done}, by=by, at=at)
    return outcome
