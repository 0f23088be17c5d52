"""Handing drafts to review, and taking them back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import F

from shunda.core.actor import Actor, system
from shunda.core.batch import ACTIONS, Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.orders import checks, decisions, facts, rules, screening, steps, tasks
from shunda.orders.actions.parts import drop_reviews
from shunda.orders.checks import CheckFacts, Finding
from shunda.orders.models import Hold, Order, Review
from shunda.orders.queries import seen_by
from shunda.orders.rows import insert
from shunda.orders.screening import SCREENING
from shunda.orders.states import ORDER, ReviewStatus
from shunda.policies.decisions import in_force

__all__ = ["submit", "withdraw"]


@action("orders.submit_order")
def submit(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Hand drafts to the departments that review them, side by side, with the system's findings (R043-R047, R054).

    Refused: missing required fields and malformed ones, no lines, no price, a price under the floor (unless the actor
    may override it), a wanted date that is past, an article no longer sold, a frozen customer.
    """
    batch = Batch(seen_by(by), ids, ORDER, "submit", versions=versions)
    known = facts.for_checks(batch.rows, at)
    batch.refuse_if(lambda order: _why_not(order, known, by))
    rulings = decisions.reviewers(batch.rows, known, at=at)
    reviews: list[Review] = []
    for order in batch:
        order.round += 1
        found = checks.findings(order, known)
        reviews += _reviews(order, found, decisions.steps(rulings[order.pk].outcomes))
        warnings = sum(finding.level != "ok" for finding in found)
        batch.note(order.pk, round=order.round, warnings=warnings, decided=[rulings[order.pk].trace()])
    _number_rounds(batch)
    outcome = batch.commit(by=by, at=at, stamp="submitted_at", blocked_by=[])
    insert(Review, reviews)
    _screen(batch.rows, known, at)
    tasks.close((tasks.SUBMIT, tasks.REVISE), batch.ids, by=by, at=at)
    first = [review for review in reviews if review.status == ReviewStatus.PENDING]
    tasks.open_all([(tasks.REVIEWS[review.department], review.order) for review in first], at=at)
    return outcome


def _screen(orders: Sequence[Order], known: CheckFacts, at: datetime) -> None:
    """Hold what the screening holds (R018, R157); what it held before and no longer would goes on."""
    edition = in_force(SCREENING.name, at)
    rulings = screening.screened(edition, orders, known.customers, known.lines)
    wanted = list(screening.holds(rulings, at))
    again = [order.pk for order in orders if order.round > 1]
    places = {(spec.order_id, spec.kind, spec.stops) for spec in wanted}
    open_ones = Hold.objects.filter(order_id__in=again, released_at__isnull=True, decided__isnull=False)
    gone = [hold for hold in open_ones.order_by("pk") if (hold.order_id, hold.kind, hold.stops) not in places]
    steps.release(gone, by=system(), at=at)
    steps.place_holds(wanted, by=system(), at=at)


def _reviews(order: Order, found: list[Finding], wanted: dict[str, int]) -> list[Review]:
    """A review for each department; those of the first step begin at once, the others wait for them."""
    first = min(wanted.values())
    return [
        Review(
            order=order,
            round=order.round,
            department=department,
            step=step,
            findings=[finding.as_dict() for finding in checks.for_department(found, department)],
            **({} if step == first else {"status": ReviewStatus.LATER}),
        )
        for department, step in wanted.items()
    ]


ACTIONS.setdefault(rules.OVERRIDE_FLOOR, []).append(f"{submit.__module__}.{submit.__qualname__}")


def _why_not(order: Order, known: CheckFacts, by: Actor) -> list[Refusal]:
    return list(
        rules.why_not_submit(
            order,
            known.lines[order.pk],
            known.customers[order.customer_id],
            known.skus,
            known.today,
            may_override=by.may(rules.OVERRIDE_FLOOR),
        )
    )


def _number_rounds(batch: Batch[Order]) -> None:
    Order.objects.filter(pk__in=batch.ids).update(round=F("round") + 1)


@action("orders.withdraw_order")
def withdraw(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Take orders back from review, or approved ones before they are confirmed: they are drafts again.

    Reviews still waiting are dropped; those already given count for nothing after the next submission.
    """
    batch = Batch(seen_by(by), ids, ORDER, "withdraw", versions=versions)
    drop_reviews(batch.ids, by=by, at=at)
    outcome = batch.commit(by=by, at=at, blocked_by=[])
    tasks.close((*tasks.REVIEWS.values(), tasks.CONFIRM), batch.ids, by=by, at=at, outcome="dropped")
    tasks.open_for(tasks.SUBMIT, outcome.done, at=at)
    return outcome
