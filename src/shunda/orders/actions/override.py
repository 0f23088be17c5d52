"""Answering for warnings: who goes on in spite of one says why, and that stays with the order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening, why_wrong_status
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.orders import checks, facts, overrides
from shunda.orders import reasons as why
from shunda.orders.checks import Finding
from shunda.orders.models import Order
from shunda.orders.queries import overridden, seen_by
from shunda.orders.states import ORDER

__all__ = ["override"]

Reasons = Mapping[int, Mapping[str, str]]
"""For each order (id) a reason for each code of warning."""
Open = Mapping[str, Sequence[Finding]]
"""Warnings that ask for a reason, by code."""

MOST = 500
"""A reason is as long as the reason of a hold or a cancellation may be at most, and a little more."""
SHOWN = 10
"""So many warnings of one code are read out in the timeline; the marks of all are kept."""


@action("orders.submit_order")
def override(
    reasons: Reasons,
    *,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Order]:
    """Go on in spite of warnings: for each order (id) a reason for each code of warning.

    Each code becomes an event of its own with the reason, the warnings it answers and their marks. A code of which no
    unanswered warning is left is passed over. Refused: an empty reason, one that is too long, and orders that are no
    drafts.
    """
    batch = Batch(seen_by(by), reasons, None, "order.override", versions=versions)
    batch.refuse_if(lambda order: why_wrong_status(ORDER, ORDER["edit"], order))
    batch.refuse_if(lambda order: why_not_reasons(order.pk, reasons[order.pk]))
    known = facts.for_checks(batch.rows, at)
    found = {order.pk: checks.findings(order, known) for order in batch}
    answer(batch, unanswered(batch.ids, found), reasons, by=by, at=at)
    return Outcome(batch.rows, batch.refused)


def unanswered(ids: Collection[int], found: Mapping[int, Sequence[Finding]]) -> dict[int, Open]:
    """The warnings of these orders that nobody has answered for yet, by order and code; no query where none asks."""
    wanted = [pk for pk in ids if overrides.asking(found[pk], {})]
    answered = overridden(wanted) if wanted else {}
    return {pk: overrides.asking(found[pk], answered[pk]) for pk in wanted}


def answer(batch: Batch[Order], open_: Mapping[int, Open], reasons: Reasons, *, by: Actor, at: datetime) -> None:
    """Write down the reasons for the warnings that are open, an event for each code."""
    said = [
        happening("order.override", order, **_said(code, findings, reasons[order.pk][code]))
        for order in batch
        for code, findings in open_.get(order.pk, {}).items()
        if code in reasons.get(order.pk, {})
    ]
    record(said, by=by, at=at)


def why_not_reasons(pk: int, reasons: Mapping[str, str]) -> list[Refusal]:
    """Reasons that are none: empty, or too long to be kept."""
    empty = [code for code, reason in reasons.items() if not reason.strip()]
    long = [code for code, reason in reasons.items() if len(reason) > MOST]
    return [
        *(why.REASON_REQUIRED(pk, warning=code, where=f"overrides.{code}") for code in empty),
        *(why.REASON_TOO_LONG(pk, limit=MOST, warning=code, where=f"overrides.{code}") for code in long),
    ]


def _said(code: str, findings: Sequence[Finding], reason: str) -> dict[str, Any]:
    return {
        "code": code,
        "reason": reason.strip(),
        "marks": [overrides.mark(finding) for finding in findings],
        "reasons": [{"code": finding.code, "data": dict(finding.data)} for finding in findings[:SHOWN]],
    }
