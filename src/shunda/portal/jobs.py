"""What follows from orders: a wish to cancel is fulfilled when the order is cancelled. Running it twice is harmless."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shunda.core.actor import system
from shunda.core.batch import Batch
from shunda.orders import steps
from shunda.orders.states import OrderStatus
from shunda.portal import tasks
from shunda.portal.models import Wish, WishKind


@transaction.atomic
def fulfil_cancelled(order_ids: list[int], at: datetime) -> None:
    """Nobody has to answer what was asked for by then: the order says it. A question stays open."""
    by = system()
    steps.lock(order_ids)
    rows = Wish.objects.filter(order__in=order_ids, order__status=OrderStatus.CANCELLED, answered_at__isnull=True)
    open_ones = list(rows.exclude(kind=WishKind.QUESTION).values_list("pk", flat=True))
    if open_ones:
        done = Batch(Wish.objects.filter(answered_at__isnull=True), open_ones, None, "wish.fulfil")
        ids = [wish.pk for wish in done.commit(by=by, at=at, stamp="answered_at").done]
        tasks.close(ids, by=by, at=at)
