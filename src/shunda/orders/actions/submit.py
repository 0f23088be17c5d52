"""Handing drafts to review, and taking them back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from shunda.core.actor import Actor, system
from shunda.core.batch import ACTIONS, Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.orders import checks, decisions, facts, keeping, rules, screening, steps, tasks, written
from shunda.orders import reasons as why
from shunda.orders.actions.override import Open, Reasons, answer, unanswered, why_not_reasons
from shunda.orders.actions.parts import drop_reviews
from shunda.orders.checks import CheckFacts, Finding
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import Hold, HoldKind, Order, OrderLine, Review, Stops
from shunda.orders.queries import seen_by
from shunda.orders.rows import insert
from shunda.orders.screening import SCREENING
from shunda.orders.specs import HoldSpec
from shunda.orders.states import ORDER, REVIEW, ReviewStatus
from shunda.policies.decisions import in_force

__all__ = ["submit", "withdraw"]


@action("orders.submit_order")
def submit(
    ids: Collection[int],
    *,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
    reasons: Reasons | None = None,
    ask: bool = True,
) -> Outcome[Order]:
    """Hand drafts to the departments that review them, side by side, with the system's findings (R043-R047, R054).

    Submitted again, only what changed is reviewed again; where all approvals still hold the order is approved at once.

    Refused: missing required fields and malformed ones, no lines, no price, a price under the floor (unless the actor
    may override it), a wanted date that is past, an article no longer sold, a frozen customer; and, from a person,
    warnings that ask for a reason (``overrides.ASKS``) and have none. ``reasons`` are those given now, by order and
    code; they stay with the order. The system is not asked, nor who hands in for a sender that is told the findings
    (``ask=False``): its warnings are for the reviewers.
    """
    batch = Batch(seen_by(by), ids, ORDER, "submit", versions=versions)
    known = facts.for_checks(batch.rows, at)
    batch.refuse_if(lambda order: _why_not(order, known, by))
    findings = {order.pk: checks.findings(order, known) for order in batch}
    _answered(batch, findings, reasons or {}, ask=ask and by.id is not None, by=by, at=at)
    rulings = decisions.reviewers(batch.rows, known, at=at)
    approved = _approvals(order.pk for order in batch if order.round)
    reviews: list[Review] = []
    for order in batch:
        order.round += 1
        found = findings[order.pk]
        mine = _reviews(order, known.lines[order.pk], found, decisions.steps(rulings[order.pk].outcomes), approved)
        reviews += mine
        kept = [review.department for review in mine if review.kept_round]
        warnings = sum(finding.level != "ok" for finding in found)
        decided = [rulings[order.pk].trace()]
        batch.note(order.pk, round=order.round, warnings=warnings, decided=decided, **({"kept": kept} if kept else {}))
    _number_rounds(batch)
    outcome = batch.commit(by=by, at=at, stamp="submitted_at", blocked_by=[])
    insert(Review, reviews)
    _screen(batch.rows, known, at)
    tasks.close((tasks.SUBMIT, tasks.REVISE), batch.ids, by=by, at=at)
    first = [review for review in reviews if review.status == ReviewStatus.PENDING]
    tasks.open_all([(tasks.REVIEWS[review.department], review.order) for review in first], at=at)
    waited_for = {review.order_id for review in first}
    settled = [order.pk for order in batch if order.pk not in waited_for]
    Batch(Order.objects.all(), settled, ORDER, "approve").commit(by=system(), at=at)
    return outcome


def _answered(
    batch: Batch[Order], findings: Mapping[int, list[Finding]], reasons: Reasons, *, ask: bool, by: Actor, at: datetime
) -> None:
    """Write down the reasons given for warnings; refuse, where a person is asked, what lacks one."""
    batch.refuse_if(lambda order: why_not_reasons(order.pk, reasons.get(order.pk, {})))
    open_ = unanswered(batch.ids, findings) if ask or reasons else {}
    if ask:
        batch.refuse_if(lambda order: _why_ask(order.pk, open_.get(order.pk, {}), reasons.get(order.pk, {})))
    answer(batch, open_, reasons, by=by, at=at)


def _why_ask(pk: int, open_: Open, reasons: Mapping[str, str]) -> list[Refusal]:
    """The warnings of an order nobody answers for, as one refusal."""
    codes = sorted(code for code in open_ if code not in reasons)
    return [why.WARNINGS_ASK(pk, count=len(codes), warnings=codes, where="reasons")] if codes else []


def _screen(orders: Sequence[Order], known: CheckFacts, at: datetime) -> None:
    """Hold what the screening holds and what needs a signature (R018, R052, R157); what no longer does goes on."""
    edition = in_force(SCREENING.name, at)
    rulings = screening.screened(edition, orders, known)
    wanted = [*screening.holds(rulings, at), *_unwritten(orders, known)]
    again = [order.pk for order in orders if order.round > 1]
    places = {(spec.order_id, spec.kind, spec.stops) for spec in wanted}
    own = Q(decided__isnull=False) | Q(rule=ReleaseRule.LETTER)
    open_ones = Hold.objects.filter(own, order_id__in=again, released_at__isnull=True)
    gone = [hold for hold in open_ones.order_by("pk") if (hold.order_id, hold.kind, hold.stops) not in places]
    steps.release(gone, by=system(), at=at)
    steps.place_holds(wanted, by=system(), at=at)


def _unwritten(orders: Sequence[Order], known: CheckFacts) -> list[HoldSpec]:
    """Large and complex orders are confirmed when the customer has signed for them (R052)."""
    return [
        HoldSpec(order.pk, why.AWAITS_LETTER.code, HoldKind.LEGAL, Stops.CONFIRM, rule=ReleaseRule.LETTER)
        for order in orders
        if order.pk not in known.letters and any(_written(order, known))
    ]


def _written(order: Order, known: CheckFacts) -> Iterator[Refusal]:
    return written.needs(order, known.lines[order.pk], known.customers[order.customer_id].term_id, known.written)


Approvals = Mapping[tuple[int, str], Review]


def _approvals(order_ids: Iterable[int]) -> Approvals:
    """The last approval each department gave to these orders, by order and department."""
    given = Review.objects.filter(order_id__in=list(order_ids), status=ReviewStatus.APPROVED).order_by("round")
    return {(review.order_id, review.department): review for review in given}


def _reviews(
    order: Order, lines: Sequence[OrderLine], found: list[Finding], wanted: dict[str, int], approved: Approvals
) -> list[Review]:
    """A review for each department; those of the first step begin at once, the others wait for them.

    Where nothing has changed that a department decides by, its approval of an earlier round still holds.
    """
    marks = {department: keeping.basis(order, lines, department, found) for department in wanted}
    earlier = {department: approved.get((order.pk, department)) for department in wanted}
    kept = {name: one for name, one in earlier.items() if one is not None and one.basis == marks[name]}
    first = min((step for department, step in wanted.items() if department not in kept), default=0)
    return [
        Review(
            order=order,
            round=order.round,
            department=department,
            step=step,
            basis=marks[department],
            findings=[finding.as_dict() for finding in checks.for_department(found, department)],
            **(_as_before(kept[department]) if department in kept else {"status": OPEN if step == first else LATER}),
        )
        for department, step in wanted.items()
    ]


LATER, OPEN, APPROVED = REVIEW.along(), REVIEW.along("open"), REVIEW.along("open", "approve")


def _as_before(earlier: Review) -> dict[str, Any]:
    """An approval of an earlier round that still holds: who gave it, when, and what was remarked."""
    return {
        "status": APPROVED,
        "kept_round": earlier.kept_round or earlier.round,
        "decided_by_id": earlier.decided_by_id,
        "decided_at": earlier.decided_at,
        "remark": earlier.remark,
        "restock_date": earlier.restock_date,
    }


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
