"""Review meetings about serious faults: called, minuted, concluded; nobody responsible takes part (R209)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.timezone import localtime

from shunda.assessments import queries, rules
from shunda.assessments import reasons as why
from shunda.assessments.actions.handle import Versions
from shunda.assessments.models import DECIDING, Assessment, Meeting, MeetingPerson, Part
from shunda.assessments.specs import MeetingSpec
from shunda.assessments.states import MEETING, AssessmentStatus
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.core.sequence import numbers
from shunda.files.specs import Upload
from shunda.files.steps import store

__all__ = ["call", "call_off", "minute"]

OPEN = (AssessmentStatus.NOTIFIED, AssessmentStatus.STATED)


@action("assessments.create_meeting")
def call(specs: Sequence[MeetingSpec], *, by: Actor, at: datetime) -> Outcome[Meeting]:
    """Call review meetings about cases whose persons are told; those become the responsible persons at the meeting.

    Refused, by index: no topic or case; a case that is not told, decided already or before another meeting; no chair or
    member; a chair or member who is responsible or named; oneself.
    """
    ids = {pk for spec in specs for pk in spec.case_ids}
    batch = Batch(queries.seen_by(by), ids, None, "assessment.convene")
    cases = {case.pk: case for case in batch}
    named = queries.named_in(batch.ids)
    people = queries.active(person for spec in specs for person in spec.people)
    before = queries.meeting_numbers(cases.values())
    wrong: dict[int, list[Refusal]] = {}
    taken: set[int] = set()
    for index, spec in enumerate(specs):
        wrong[index] = [*_why_not(index, spec, people), *_why_not_cases(index, spec, cases, named, before, taken, by)]
        wrong[index] += _why_taking_part(index, spec, cases, named, people) if not wrong[index] else []
        taken |= set(spec.case_ids) if not wrong[index] else set()
    good = [spec for index, spec in enumerate(specs) if not wrong[index]]
    made = _make(good, cases, by, at)
    put = {pk: meeting for spec, meeting in zip(good, made, strict=True) for pk in spec.case_ids}
    batch.rows = [case for case in batch if case.pk in put]
    for case in batch:
        batch.amend(case, {"meeting_id": put[case.pk].pk}, {})
        batch.note(case.pk, number=case.number, meeting=put[case.pk].number)
    batch.commit(by=by, at=at)
    return Outcome(made, [refusal for index in sorted(wrong) for refusal in wrong[index]])


def _why_not(index: int, spec: MeetingSpec, people: Mapping[int, str]) -> Iterable[Refusal]:
    if not spec.topic.strip():
        yield why.TOPIC_REQUIRED(index, where="topic")
    if not spec.case_ids:
        yield why.NO_CASES(index, where="cases")
    for person, part in spec.people.items():
        if person not in people:
            yield why.NO_PERSON(index, value=str(person), where="people")
        if part not in Part:
            yield why.PART(index, value=str(part)[:20], where="people")
    parts = list(spec.people.values())
    if parts.count(Part.CHAIR) != 1 or Part.MEMBER not in parts:
        yield why.CHAIR_REQUIRED(index, where="people")


def _why_not_cases(
    index: int,
    spec: MeetingSpec,
    cases: Mapping[int, Assessment],
    named: Mapping[int, set[int]],
    before: Mapping[int, str],
    taken: Collection[int],
    by: Actor,
) -> Iterable[Refusal]:
    for pk in spec.case_ids:
        case = cases.get(pk)
        if case is None:
            yield replace(NOT_FOUND(index), data={"where": "cases"})
            continue
        yield from (replace(one, id=index) for one in rules.why_involved(case, named.get(pk, ()), by))
        if case.meeting_id is not None or pk in taken:
            number = before.get(case.meeting_id or 0, "")
            yield why.IN_MEETING(index, number=case.number, meeting=number, where="cases")
        elif case.status not in OPEN:
            yield why.NOT_TOLD(index, number=case.number, where="cases")


def _why_taking_part(
    index: int,
    spec: MeetingSpec,
    cases: Mapping[int, Assessment],
    named: Mapping[int, set[int]],
    people: Mapping[int, str],
) -> list[Refusal]:
    """Whoever decides is neither responsible nor named in any case of the meeting."""
    return [
        why.TAKES_PART(index, person=people[person], number=cases[pk].number, where="people")
        for person, part in spec.people.items()
        for pk in spec.case_ids
        if part in DECIDING and (cases[pk].person_id == person or person in named.get(pk, ()))
    ]


def _make(specs: Sequence[MeetingSpec], cases: Mapping[int, Assessment], by: Actor, at: datetime) -> list[Meeting]:
    taken = numbers("RM", f"{localtime(at):%Y%m%d}", len(specs))
    made = [
        Meeting(number=number, topic=spec.topic.strip(), held_at=spec.held_at, called_by_id=by.id, called_at=at)
        for spec, number in zip(specs, taken, strict=True)
    ]
    Meeting.objects.bulk_create(made)
    MeetingPerson.objects.bulk_create(
        MeetingPerson(meeting=meeting, person_id=person, part=part)
        for spec, meeting in zip(specs, made, strict=True)
        for person, part in _parts(spec, cases).items()
    )
    record((happening("meeting.call", row, number=row.number) for row in made), by=by, at=at)
    return made


def _parts(spec: MeetingSpec, cases: Mapping[int, Assessment]) -> dict[int, str]:
    responsible = {person for pk in spec.case_ids if (person := cases[pk].person_id) is not None}
    return {**spec.people, **dict.fromkeys(sorted(responsible), str(Part.RESPONSIBLE))}


def not_responsible(batch: Batch[Meeting], by: Actor) -> None:
    """Who is responsible or named in a case of a meeting does nothing with it (R209)."""
    cases = list(Assessment.objects.filter(meeting__in=batch.ids))
    named = queries.named_in([case.pk for case in cases])
    against: dict[int | None, list[Refusal]] = {}
    for case in cases:
        found = [replace(one, id=case.meeting_id) for one in rules.why_involved(case, named.get(case.pk, ()), by)]
        against.setdefault(case.meeting_id, []).extend(found)
    batch.refuse_if(lambda meeting: against.get(meeting.pk))


@action("assessments.minute_meeting")
def minute(uploads: Mapping[int, Upload], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[Meeting]:
    """Attach the minutes of meetings (by id) that are not concluded; attached again, the newer ones count."""
    batch = Batch(queries.meetings(by), uploads, MEETING, "minute", versions=versions)
    not_responsible(batch, by)
    ids = batch.ids
    files, bad = store([uploads[pk] for pk in ids], by=by, at=at)
    against = {ids[one.id or 0]: replace(one, id=ids[one.id or 0]) for one in bad}
    batch.refuse_if(lambda meeting: against.get(meeting.pk))
    kept = {ids[index]: file for index, file in files.items()}
    for meeting in batch:
        batch.amend(meeting, {"minutes_id": kept[meeting.pk].pk}, {})
        batch.note(meeting.pk, number=meeting.number, text=kept[meeting.pk].name)
    return batch.commit(by=by, at=at)


@action("assessments.call_off_meeting")
def call_off(
    ids: Collection[int], reason: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Meeting]:
    """Call meetings off; their cases go on without them, serious ones need another meeting."""
    batch = Batch(queries.meetings(by), ids, MEETING, "call_off", versions=versions)
    not_responsible(batch, by)
    batch.refuse_if(lambda meeting: rules.why_no_reason(meeting.pk, reason))
    for meeting in batch:
        batch.note(meeting.pk, number=meeting.number, reason=reason.strip())
    left = Assessment.objects.filter(meeting__in=batch.ids).values_list("pk", flat=True)
    cases = Batch(Assessment.objects.all(), list(left), None, "assessment.adjourn")
    for case in cases:
        cases.note(case.pk, number=case.number)
    cases.commit(by=by, at=at, meeting_id=None)
    return batch.commit(by=by, at=at, reason=reason.strip())
