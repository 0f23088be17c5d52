"""Deciding cases: a second person the first time, a third one on appeal, or a review meeting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from shunda.assessments import queries, rules, tasks
from shunda.assessments import reasons as why
from shunda.assessments.actions.handle import Versions, batch_of, settle_waived
from shunda.assessments.models import Assessment, Ruling
from shunda.assessments.specs import RulingSpec
from shunda.assessments.states import AssessmentStatus
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.policies import queries as policies

__all__ = ["decide", "review"]


@action("assessments.decide_assessment")
def decide(specs: Sequence[RulingSpec], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[Assessment]:
    """Uphold, reduce or waive what the rules say follows: by a second person, after the statement or the days for it.

    Refused: oneself and who is named; who brought the case; programs; serious faults, which a meeting decides; a
    decision before the person had his days to speak; a reduction that is none; no reason.
    """
    wanted = {spec.assessment_id: spec for spec in specs}
    batch = batch_of(wanted, "decide", by=by, versions=versions)
    meetings = queries.meeting_numbers(batch)
    brought = queries.brought_by(batch.ids)
    batch.refuse_if(lambda case: rules.why_not_second(case, brought[case.pk], by))
    batch.refuse_if(lambda case: rules.why_before_meeting(case, meetings))
    batch.refuse_if(lambda case: why_too_early(case, at))
    batch.refuse_if(lambda case: rules.why_not_ruled(case, wanted[case.pk]))
    return rule(batch, wanted, by=by, at=at)


@action("assessments.review_assessment")
def review(specs: Sequence[RulingSpec], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[Assessment]:
    """Decide on appeals, and so for good: by a third person, who neither brought the case nor decided the first time.

    What was decided stands, becomes less or is waived; an appeal makes nothing worse.
    """
    wanted = {spec.assessment_id: spec for spec in specs}
    batch = batch_of(wanted, "review", by=by, versions=versions)
    first, brought = queries.first_deciders(batch.ids), queries.brought_by(batch.ids)

    def why_not_third(case: Assessment) -> list[Refusal]:
        if by.persons & first.get(case.pk, set()):
            return [why.FIRST_DECIDER(case.pk, number=case.number)]
        return rules.why_not_second(case, brought[case.pk], by)

    batch.refuse_if(why_not_third)
    batch.refuse_if(lambda case: rules.why_not_ruled(case, wanted[case.pk]))
    _keep(batch, wanted, 2, by=by, at=at)
    outcome = batch.commit(by=by, at=at, stamp="final_at")
    tasks.close(batch.ids, by=by, at=at)
    tasks.tell_person(outcome.done, by=by, at=at)
    return outcome


def why_too_early(case: Assessment, at: datetime) -> Refusal | None:
    """The person has his days to speak before anybody decides."""
    if case.status != AssessmentStatus.NOTIFIED or case.statement_until is None or case.statement_until < at:
        return None
    return why.STATEMENT_AWAITED(case.pk, number=case.number, until=rules.moment_said(case.statement_until))


def rule(batch: Batch[Assessment], wanted: Mapping[int, RulingSpec], *, by: Actor, at: datetime) -> Outcome[Assessment]:
    """Write the first decision about each case; who has nothing to appeal has a final case at once."""
    limit = rules.until(policies.calendar(), at, policies.value("assessments.appeal_days"))
    _keep(batch, wanted, 1, by=by, at=at)
    outcome = batch.commit(by=by, at=at, stamp="decided_at", appeal_until=limit)
    tasks.close(batch.ids, by=by, at=at)
    tasks.tell_person(outcome.done, by=by, at=at)
    return Outcome(settle_waived(outcome.done, by=by, at=at), outcome.refused)


def _keep(
    batch: Batch[Assessment], wanted: Mapping[int, RulingSpec], instance: int, *, by: Actor, at: datetime
) -> None:
    """What is decided about each case, kept for good and on the case itself."""
    rulings = []
    for case in batch:
        assert by.id is not None, "programs are refused before"
        spec = wanted[case.pk]
        consequence, amount = rules.ruled(case, spec)
        said = {"verdict": spec.verdict, "reason": spec.reason.strip()}
        meeting_id = case.meeting_id if instance == 1 else None
        rulings.append(
            Ruling(
                assessment=case, instance=instance, consequence=consequence, amount=amount,
                meeting_id=meeting_id, decided_by_id=by.id, at=at, **said,
            )
        )  # fmt: skip
        batch.amend(case, {"verdict": spec.verdict, "outcome": consequence, "outcome_amount": amount}, {})
        batch.note(case.pk, number=case.number, **said)
    Ruling.objects.bulk_create(rulings)
