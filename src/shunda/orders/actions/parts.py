"""What several actions do alike."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shunda.core.actor import Actor
from shunda.core.batch import Batch
from shunda.orders.models import Review
from shunda.orders.states import REVIEW, ReviewStatus


def drop_reviews(order_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Reviews of these orders that still wait are not needed any more; the order rows are locked."""
    open_ones = [ReviewStatus.LATER, ReviewStatus.PENDING]
    waiting = Review.objects.filter(order_id__in=order_ids, status__in=open_ones)
    Batch(Review.objects.all(), waiting.values_list("pk", flat=True), REVIEW, "drop").commit(by=by, at=at)
