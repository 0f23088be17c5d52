"""Concluding a review meeting: its decision is the decision of its cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from shunda.assessments import queries, rules
from shunda.assessments import reasons as why
from shunda.assessments.actions.decide import rule, why_too_early
from shunda.assessments.actions.handle import Versions
from shunda.assessments.actions.meetings import not_responsible
from shunda.assessments.models import DECIDING, Assessment, Meeting, MeetingPerson
from shunda.assessments.specs import ConclusionSpec, RulingSpec
from shunda.assessments.states import ASSESSMENT, MEETING
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal

__all__ = ["conclude"]

Cases = Mapping[int, list[Assessment]]


@action("assessments.conclude_meeting")
def conclude(
    specs: Sequence[ConclusionSpec], *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Meeting]:
    """Write down what meetings found and decided; each of their cases is decided with it, all or none.

    Whoever concludes is the chair or a member and did not bring a case. Refused: before the meeting took place, without
    minutes, findings, decision, or a decision about each case and no other.
    """
    wanted = {spec.meeting_id: spec for spec in specs}
    batch = Batch(queries.meetings(by), wanted, MEETING, "conclude", versions=versions)
    not_responsible(batch, by)
    sitting = MeetingPerson.objects.filter(meeting__in=batch.ids, person=by.id, part__in=DECIDING)
    mine = set(sitting.values_list("meeting_id", flat=True))
    ids = Assessment.objects.filter(meeting__in=batch.ids).values_list("pk", flat=True)
    decided = Batch(Assessment.objects.all(), list(ids), ASSESSMENT, "decide")
    cases: dict[int, list[Assessment]] = {}
    for case in decided:
        cases.setdefault(case.meeting_id or 0, []).append(case)
    batch.refuse_if(lambda meeting: _why_not(meeting, wanted[meeting.pk], meeting.pk in mine, at))
    brought = queries.brought_by(decided.ids)
    batch.refuse_if(lambda meeting: _why_not_cases(meeting, wanted[meeting.pk], cases, brought, by, at))
    by_meeting = {meeting.pk: meeting for meeting in batch}
    decided.rows = [case for case in decided if case.meeting_id in by_meeting]
    rulings = {one.assessment_id: one for pk in by_meeting for one in wanted[pk].rulings}
    rule(decided, rulings, by=by, at=at)
    for meeting in batch:
        spec = wanted[meeting.pk]
        said = {"findings": spec.findings.strip(), "decision": spec.decision.strip(), "concluded_by_id": by.id}
        batch.amend(meeting, said, {})
        batch.note(meeting.pk, number=meeting.number)
    return batch.commit(by=by, at=at, stamp="concluded_at")


def _why_not(meeting: Meeting, spec: ConclusionSpec, sits: bool, at: datetime) -> list[Refusal]:  # noqa: FBT001
    said = {"number": meeting.number}
    checks = (
        (not sits, why.NOT_MEMBER(meeting.pk, **said)),
        (
            meeting.held_at > at,
            why.BEFORE_MEETING(meeting.pk, held=rules.moment_said(meeting.held_at), **said),
        ),
        (meeting.minutes_id is None, why.MINUTES_REQUIRED(meeting.pk, **said)),
        (not spec.findings.strip(), why.FINDINGS_REQUIRED(meeting.pk, where="findings", **said)),
        (not spec.decision.strip(), why.DECISION_REQUIRED(meeting.pk, where="decision", **said)),
    )
    return [refusal for is_so, refusal in checks if is_so]


def _why_not_cases(
    meeting: Meeting, spec: ConclusionSpec, cases: Cases, brought: Mapping[int, set[int]], by: Actor, at: datetime
) -> list[Refusal]:
    """Every case of the meeting is decided, rightly, and no other."""
    mine = {case.pk: case for case in cases.get(meeting.pk, ())}
    said = {one.assessment_id: one for one in spec.rulings}
    numbers = queries.numbers(said.keys() - mine.keys()) if said.keys() - mine.keys() else {}
    found = [
        why.NOT_ITS_CASE(meeting.pk, meeting=meeting.number, number=numbers.get(pk, str(pk)))
        for pk in sorted(said.keys() - mine.keys())
    ]
    for pk, case in mine.items():
        if pk not in said:
            found.append(why.CASE_LEFT(meeting.pk, meeting=meeting.number, number=case.number))
            continue
        found += [_of(meeting, refusal, pk) for refusal in _why_not_case(case, said[pk], brought[pk], by, at)]
    return found


def _why_not_case(
    case: Assessment, spec: RulingSpec, brought: Collection[int], by: Actor, at: datetime
) -> list[Refusal]:
    early = why_too_early(case, at)
    return [*rules.why_not_second(case, brought, by), *([early] if early else []), *rules.why_not_ruled(case, spec)]


def _of(meeting: Meeting, refusal: Refusal, case_id: int) -> Refusal:
    """The refusal of a case as one of its meeting, at the fields of the case."""
    data = dict(refusal.data)
    if "where" in data:
        data["where"] = f"{data['where']}_{case_id}"
    return Refusal(meeting.pk, refusal.code, data)
