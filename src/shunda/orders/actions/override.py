"""Answering for warnings: who goes on in spite of one says why, and that stays with the order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening, why_wrong_status
from shunda.core.event import Happening, record
from shunda.core.refusal import Refusal
from shunda.orders import checks, facts, overrides
from shunda.orders import reasons as why
from shunda.orders.models import Order
from shunda.orders.queries import overridden, seen_by
from shunda.orders.states import ORDER

__all__ = ["override"]

MOST = 500
"""A reason is as long as the reason of a hold or a cancellation may be at most, and a little more."""
SHOWN = 10
"""So many warnings of one code are read out in the timeline; the marks of all are kept."""


@action("orders.submit_order")
def override(
    reasons: Mapping[int, Mapping[str, str]],
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
    batch.refuse_if(lambda order: _why_not(order, reasons[order.pk]))
    known = facts.for_checks(batch.rows, at)
    answered = overridden(batch.ids)
    said: list[Happening] = []
    for order in batch:
        open_ = overrides.asking(checks.findings(order, known), answered[order.pk])
        given = reasons[order.pk]
        said += [
            happening("order.override", order, **_said(code, open_[code], given[code]))
            for code in open_
            if code in given
        ]
    record(said, by=by, at=at)
    return Outcome(batch.rows, batch.refused)


def _why_not(order: Order, reasons: Mapping[str, str]) -> list[Refusal]:
    empty = [code for code, reason in reasons.items() if not reason.strip()]
    long = [code for code, reason in reasons.items() if len(reason) > MOST]
    return [
        *(why.REASON_REQUIRED(order.pk, warning=code, where=f"overrides.{code}") for code in empty),
        *(why.REASON_TOO_LONG(order.pk, limit=MOST, warning=code, where=f"overrides.{code}") for code in long),
    ]


def _said(code: str, findings: list[checks.Finding], reason: str) -> dict[str, Any]:
    return {
        "code": code,
        "reason": reason.strip(),
        "marks": [overrides.mark(finding) for finding in findings],
        "reasons": [{"code": finding.code, "data": dict(finding.data)} for finding in findings[:SHOWN]],
    }
