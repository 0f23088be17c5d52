"""Bringing a case: naming who answers for it, telling him, giving it up; and making it final."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from shunda.assessments import queries, rules, tasks
from shunda.assessments import reasons as why
from shunda.assessments.models import Assessment, Consequence, Verdict
from shunda.assessments.specs import Found
from shunda.assessments.states import ASSESSMENT, AssessmentStatus
from shunda.assessments.steps import one_at_a_time, weigh
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.policies import queries as policies

__all__ = ["assign", "cancel", "notify", "settle", "settle_waived"]

Versions = Mapping[int, int] | None


def batch_of(ids: Collection[int], move: str, *, by: Actor, versions: Versions) -> Batch[Assessment]:
    """The cases of a move, without those the actor is in himself."""
    batch = Batch(queries.seen_by(by), ids, ASSESSMENT, move, versions=versions)
    named = queries.named_in(batch.ids)
    batch.refuse_if(lambda case: rules.why_involved(case, named.get(case.pk, ()), by))
    return batch


@action("assessments.assign_assessment")
def assign(people: Mapping[int, int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[Assessment]:
    """Say who answers for cases that name nobody yet: person by case. What follows is asked of the table anew.

    Refused: oneself, people who are not active, cases that name somebody, and evidence that is recorded for the person.
    """
    one_at_a_time()
    active = queries.active(people.values())
    batch = batch_of(people, "assign", by=by, versions=versions)
    sources = {case.source_id for case in batch if case.source_id}
    rows = Assessment.objects.filter(source_id__in=sources, person__isnull=False)
    rows = rows.exclude(status=AssessmentStatus.CANCELLED)
    there = {(r.source_kind, r.source_id, r.kind, r.person_id): r.number for r in rows}
    names = dict(rows.model.objects.filter(pk__in=batch.ids).values_list("pk", "person__name"))

    def why_not(case: Assessment) -> Refusal | None:
        person = people[case.pk]
        if case.person_id is not None:
            return why.NAMED_ALREADY(case.pk, number=case.number, person=names[case.pk])
        if person in by.persons:
            return why.ONESELF(case.pk, number=case.number, where="person")
        if person not in active:
            return why.NO_PERSON(case.pk, value=str(person), where="person")
        same = there.get((case.source_kind, case.source_id, case.kind, person))
        return why.TWICE(case.pk, number=same, where="person") if same else None

    batch.refuse_if(why_not)
    said = weigh([_found(case, people[case.pk]) for case in batch], at=at)
    for case, follows in zip(batch, said, strict=True):
        changes: dict[str, Any] = {"person_id": people[case.pk]}
        if follows.consequence != Consequence.NOTHING:
            changes |= {"consequence": follows.consequence, "amount": follows.amount, "decided": dict(follows.decided)}
        batch.amend(case, changes, {})
        batch.note(case.pk, number=case.number)
    return batch.commit(by=by, at=at, assigned_by_id=by.id)


def _found(case: Assessment, person: int) -> Found:
    facts = case.decided.get("facts", {})
    return Found(
        kind=case.kind,
        person_id=person,
        happened_on=case.happened_on,
        late_hours=case.late_hours,
        serious=case.serious,
        released=facts.get("released", ""),
        own=facts.get("own") == "yes",
    )


@action("assessments.notify_assessment")
def notify(ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[Assessment]:
    """Tell people of the cases about them; from now on they see the evidence and may make a statement in time.

    Refused: cases that name nobody yet.
    """
    limit = rules.until(policies.calendar(), at, policies.value("assessments.statement_days"))
    batch = batch_of(ids, "notify", by=by, versions=versions)
    batch.refuse_if(lambda case: None if case.person_id else why.NOBODY_NAMED(case.pk, number=case.number))
    for case in batch:
        batch.note(case.pk, number=case.number)
    outcome = batch.commit(by=by, at=at, stamp="notified_at", notified_by_id=by.id, statement_until=limit)
    tasks.close(batch.ids, by=by, at=at)
    tasks.open_for([(tasks.DECIDE, case) for case in outcome.done], at=at)
    tasks.tell_person(outcome.done, by=by, at=at)
    return outcome


@action("assessments.cancel_assessment")
def cancel(
    ids: Collection[int], reason: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[Assessment]:
    """Give up cases that are not decided; the reason says why. Nobody cancels a case about himself."""
    batch = batch_of(ids, "cancel", by=by, versions=versions)
    batch.refuse_if(lambda case: rules.why_no_reason(case.pk, reason))
    meetings = queries.meeting_numbers(batch)
    batch.refuse_if(lambda case: rules.why_before_meeting(case, meetings) if case.meeting_id else None)
    for case in batch:
        batch.note(case.pk, number=case.number, reason=reason.strip())
    told = [case for case in batch if case.status != AssessmentStatus.PROPOSED]
    outcome = batch.commit(by=by, at=at, reason=reason.strip())
    tasks.close(batch.ids, by=by, at=at, outcome="dropped")
    tasks.tell_person(told, by=by, at=at)
    return outcome


@action("assessments.settle_assessment")
def settle(ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[Assessment]:
    """Make decided cases final that nobody appealed in time, or in which there was nothing to appeal."""
    batch = batch_of(ids, "settle", by=by, versions=versions)

    def why_not(case: Assessment) -> Refusal | None:
        over = case.verdict == Verdict.WAIVED or case.appeal_until is None or case.appeal_until < at
        return (
            None if over else why.APPEAL_RUNS(case.pk, number=case.number, until=rules.moment_said(case.appeal_until))
        )

    batch.refuse_if(why_not)
    for case in batch:
        batch.note(case.pk, number=case.number)
    return batch.commit(by=by, at=at, stamp="final_at")


def settle_waived(cases: Collection[Assessment], *, by: Actor, at: datetime) -> list[Assessment]:
    """Make waived cases final at once, in the transaction of the decision: there is nothing to appeal. Returns all."""
    waived = [case.pk for case in cases if case.verdict == Verdict.WAIVED]
    batch = Batch(Assessment.objects.all(), waived, ASSESSMENT, "settle")
    for case in batch:
        batch.note(case.pk, number=case.number)
    final = {case.pk: case for case in batch.commit(by=by, at=at, stamp="final_at").done}
    return [final.get(case.pk, case) for case in cases]
