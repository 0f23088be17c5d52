"""Deciding reviews: approve, or send the order back to sales with a remark."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import F, Min

from shunda.core.actor import Actor
from shunda.core.batch import ACTIONS, Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.orders import queries, rules, tasks
from shunda.orders import reasons as why
from shunda.orders.actions.parts import drop_reviews
from shunda.orders.models import Department, Order, Review
from shunda.orders.queries import seen_by
from shunda.orders.rows import update
from shunda.orders.states import ORDER, REVIEW, OrderStatus, ReviewStatus
from shunda.policies import queries as policies
from shunda.work.notices import SENT_BACK

__all__ = ["approve", "send_back"]


@action("orders.view_order")
def approve(
    ids: Collection[int],
    remark: str = "",
    *,
    by: Actor,
    at: datetime,
    restock: Mapping[int, date] | None = None,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Review]:
    """Approve reviews (ids of reviews); the last one of a round approves the order and starts its execution (R047).

    Whoever decides holds ``orders.review_<department>``; the order is not his own, and he did not enter or change it.
    ``restock`` is when the warehouse expects stock that is short and not announced (R045), by review id; without it
    that review is refused.
    """
    batch = _batch(ids, "approve", by, restock or {}, versions)
    outcome = _decide(batch, remark, restock or {}, by=by, at=at)
    touched = {review.order_id for review in outcome.done}
    _open_next(touched, by=by, at=at)
    orders = Batch(Order.objects.all(), _passed(touched), ORDER, "approve")
    orders.commit(by=by, at=at)
    return outcome


@action("orders.view_order")
def send_back(
    ids: Collection[int],
    remark: str,
    *,
    by: Actor,
    at: datetime,
    restock: Mapping[int, date] | None = None,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Review]:
    """Send orders back to sales (ids of reviews); the remark says what to change, and must not be empty (R047).

    The other reviews of the round are dropped; sales changes the order and submits it again.
    """
    batch = _batch(ids, "send_back", by, restock or {}, versions)
    batch.refuse_if(lambda review: None if remark.strip() else why.REMARK_REQUIRED(review.pk, where="remark"))
    outcome = _decide(batch, remark, restock or {}, by=by, at=at)
    orders = Batch(Order.objects.all(), {review.order_id for review in outcome.done}, ORDER, "send_back")
    drop_reviews(orders.ids, by=by, at=at)
    for review in outcome.done:
        orders.note(review.order_id, department=review.department, remark=remark)
    back = orders.commit(by=by, at=at)
    tasks.tell_owners(SENT_BACK, back.done, remark, by=by, at=at)
    tasks.close(tasks.REVIEWS.values(), orders.ids, by=by, at=at, outcome="dropped")
    tasks.open_for(tasks.REVISE, back.done, at=at)
    return outcome


def _batch(
    ids: Collection[int], move: str, by: Actor, restock: Mapping[int, date], versions: Mapping[int, int] | None
) -> Batch[Review]:
    """The reviews, their orders locked first: everybody locks orders before what belongs to them."""
    mine = Review.objects.filter(order__in=seen_by(by))
    wanted = mine.filter(pk__in=ids).values_list("order_id", flat=True)
    orders = {order.pk: order for order in Order.objects.filter(pk__in=wanted).order_by("pk").select_for_update()}
    may_own = policies.value("orders.review_own")
    editors = queries.editors(orders)
    batch = Batch(mine, ids, REVIEW, move, versions=versions)

    def why_not(review: Review) -> list[Refusal]:
        order = orders[review.order_id]
        reasons = list(rules.why_not_decide(review, order, by, editors[order.pk], may_own=may_own))
        unknown = rules.why_restock_unknown(review, order, restock)
        return [*reasons, unknown] if unknown else reasons

    batch.refuse_if(why_not)
    return batch


def _decide(
    batch: Batch[Review], remark: str, restock: Mapping[int, date], *, by: Actor, at: datetime
) -> Outcome[Review]:
    for review in batch:
        review.restock_date = restock.get(review.pk)
        data = {"department": review.department, "round": review.round}
        batch.note(review.pk, **data, **({"remark": remark} if remark else {}))
        if review.restock_date:
            batch.note(review.pk, restock_date=review.restock_date.isoformat())
    update(Review, [review for review in batch if review.restock_date], ["restock_date"])
    outcome = batch.commit(by=by, at=at, stamp="decided_at", decided_by_id=by.id, remark=remark)
    for department, kind in tasks.REVIEWS.items():
        decided = [review.order_id for review in outcome.done if review.department == department]
        tasks.close([kind], decided, by=by, at=at)
    return outcome


def _open_next(order_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Where nobody of the present step is waited for any more, the departments of the next step begin."""
    rows = Review.objects.filter(order_id__in=order_ids, round=F("order__round"))
    waited_for = rows.filter(status=ReviewStatus.PENDING).values("order_id")
    later = rows.filter(status=ReviewStatus.LATER).exclude(order_id__in=waited_for)
    steps = dict(later.values_list("order_id").annotate(Min("step")).order_by("order_id"))
    ids = [review.pk for review in later if review.step == steps[review.order_id]]
    opened = Batch(Review.objects.select_related("order"), ids, REVIEW, "open").commit(by=by, at=at)
    tasks.open_all([(tasks.REVIEWS[review.department], review.order) for review in opened.done], at=at)


def _passed(order_ids: Collection[int]) -> list[int]:
    """Orders in review whose reviews of this round are all approved."""
    waiting = Review.objects.filter(order_id__in=order_ids, round=F("order__round")).exclude(
        status=ReviewStatus.APPROVED
    )
    orders = Order.objects.filter(pk__in=order_ids, status=OrderStatus.IN_REVIEW)
    return list(orders.exclude(pk__in=waiting.values("order_id")).values_list("pk", flat=True))


for _department in Department:
    for _move in (approve, send_back):
        ACTIONS.setdefault(f"orders.review_{_department}", []).append(f"{_move.__module__}.{_move.__qualname__}")
