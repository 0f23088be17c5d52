"""What customers put on our worklists: an answer, from whoever the order belongs to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from shunda.core.actor import Actor
from shunda.portal.models import Wish
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

KIND = "customer.wish"
SUBJECT = Wish._meta.label_lower


def open_for(wishes: Iterable[Wish], *, at: datetime) -> None:
    """An answer is awaited; the orders are at hand."""
    open_tasks(
        [
            TaskSpec.of_order(wish.order, KIND, "portal.answer_wish", SUBJECT, wish.pk, wish.order.number)
            for wish in wishes
        ],
        at=at,
    )


def close(ids: Collection[int], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Nobody waits for these any more."""
    close_tasks([KIND], SUBJECT, ids, by=by, at=at, outcome=outcome)
