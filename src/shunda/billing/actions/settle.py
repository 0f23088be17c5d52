"""Settlements: finance confirms with the customer what a delivery costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from shunda.billing import queries, steps
from shunda.billing.models import Settlement
from shunda.billing.states import SETTLEMENT
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action


@action("billing.confirm_settlement")
def confirm_settlement(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Settlement]:
    """Finance has checked the amounts and agreed on them with the customer (R173, R174)."""
    ids = list(ids)
    steps.lock_orders(Settlement.objects.filter(pk__in=ids).values_list("order_id", flat=True))
    batch = Batch(queries.settlements_seen_by(by), ids, SETTLEMENT, "confirm", versions=versions)
    for row in batch:
        batch.note(row.pk, number=row.number, total=str(row.total))
    outcome = batch.commit(by=by, at=at, stamp="confirmed_at", confirmed_by=by.name)
    steps.close_confirm(outcome.done, by=by, at=at)
    return outcome
