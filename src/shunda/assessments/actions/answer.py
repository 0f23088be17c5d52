"""What the person a case is about does himself: say how it was, and appeal once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from shunda.assessments import queries, tasks
from shunda.assessments import reasons as why
from shunda.assessments.models import STATEMENT_LENGTH, Assessment, Verdict
from shunda.assessments.rules import moment_said
from shunda.assessments.states import ASSESSMENT
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome
from shunda.core.refusal import Refusal

__all__ = ["appeal", "state"]

Versions = Mapping[int, int] | None


def _mine(ids: Collection[int], move: str, text: str, by: Actor, versions: Versions) -> Batch[Assessment]:
    """Cases about the actor himself, without empty and endless texts; those of others he may see are refused."""
    batch = Batch(queries.seen_by(by) | queries.of_person(by), ids, ASSESSMENT, move, versions=versions)

    def why_not(case: Assessment) -> Refusal | None:
        if by.id is None or case.person_id != by.id:
            return why.NOT_YOURS(case.pk, number=case.number)
        if not text.strip():
            return why.WHAT_REQUIRED(case.pk, where="text")
        return why.TOO_LONG(case.pk, limit=STATEMENT_LENGTH, where="text") if len(text) > STATEMENT_LENGTH else None

    batch.refuse_if(why_not)
    for case in batch:
        batch.note(case.pk, number=case.number)
    return batch


@transaction.atomic
def state(
    ids: Collection[int], text: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Assessment]:
    """Say how it was, once, while the case is not decided; also after the days for it, as long as nobody decided.

    It needs no permission: what is said about a person is the person's own to answer.
    """
    return _mine(ids, "state", text, by, versions).commit(by=by, at=at, stamp="stated_at", statement=text.strip())


@transaction.atomic
def appeal(
    ids: Collection[int], text: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Assessment]:
    """Appeal against a decision about oneself: once, in time. A third person decides on it. It needs no permission."""
    batch = _mine(ids, "appeal", text, by, versions)

    def why_not(case: Assessment) -> Refusal | None:
        if case.verdict == Verdict.WAIVED:
            return why.NOTHING_TO_APPEAL(case.pk, number=case.number)
        if case.appeal_until is not None and case.appeal_until < at:
            return why.APPEAL_OVER(case.pk, number=case.number, until=moment_said(case.appeal_until))
        return None

    batch.refuse_if(why_not)
    outcome = batch.commit(by=by, at=at, stamp="appealed_at", appeal=text.strip())
    tasks.open_for([(tasks.REVIEW, case) for case in outcome.done], at=at)
    return outcome
