"""What the folder puts on worklists: one place that says which task an order opens for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from shunda.core.actor import Actor
from shunda.orders.models import Department, Order
from shunda.work import steps as work
from shunda.work.specs import NoticeSpec, TaskSpec

SUBJECT = "orders.order"
SUBMIT, REVISE, CONFIRM, DELIVER, COMPLETE, ARCHIVE = (
    "order.submit", "order.revise", "order.confirm", "order.deliver", "order.complete", "order.archive",
)  # fmt: skip
REVIEWS = {str(department): f"review.{department}" for department in Department}
PERMISSIONS = {
    SUBMIT: "orders.submit_order",
    REVISE: "orders.submit_order",
    CONFIRM: "orders.confirm_order",
    DELIVER: "orders.submit_order",
    COMPLETE: "orders.complete_order",
    ARCHIVE: "orders.archive_order",
    **{kind: f"orders.review_{department}" for department, kind in REVIEWS.items()},
}


def spec(kind: str, order: Order) -> TaskSpec:
    """The task of this kind about an order; what sales has to do waits for the order's owner."""
    return TaskSpec.of_order(order, kind, PERMISSIONS[kind], SUBJECT, order.pk, order.number)


def open_for(kind: str, orders: Iterable[Order], *, at: datetime) -> None:
    """Put a step on the worklists for each order."""
    open_all([(kind, order) for order in orders], at=at)


def open_confirm(orders: Iterable[Order], permissions: Mapping[int, str], *, at: datetime) -> None:
    """Put the confirmation of orders on the worklists of whoever confirms each, by order id; else of all who may."""
    specs = [spec(CONFIRM, order) for order in orders]
    work.open_tasks([replace(one, permission=permissions.get(one.subject_id, one.permission)) for one in specs], at=at)


def open_all(wanted: Iterable[tuple[str, Order]], *, at: datetime) -> None:
    """Put steps of several kinds on the worklists."""
    work.open_tasks([spec(kind, order) for kind, order in wanted], at=at)


def close(kinds: Iterable[str], ids: list[int], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Take steps of these orders off the worklists."""
    work.close_tasks(kinds, SUBJECT, ids, by=by, at=at, outcome=outcome)


def tell_owners(kind: str, orders: Iterable[Order], text: str, *, by: Actor, at: datetime) -> None:
    """Tell whoever an order belongs to what somebody else did with it, as he chose to be told."""
    told = [order for order in orders if order.owner_id]
    work.tell(
        [NoticeSpec(order.owner_id or 0, SUBJECT, order.pk, order.number, text.strip(), kind) for order in told],
        by=by,
        at=at,
    )
