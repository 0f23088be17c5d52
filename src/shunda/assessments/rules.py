"""Pure decisions about cases: who may decide, what is less than what, and which month counts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.timezone import localtime

from shunda.assessments import reasons as why
from shunda.assessments.models import REASON_LENGTH, Assessment, Consequence, Verdict
from shunda.assessments.specs import RulingSpec
from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.policies.calendar import Calendar, UnknownYear

RANK = {str(one): rank for rank, one in enumerate(Consequence)}


def why_involved(case: Assessment, named: Collection[int], by: Actor) -> list[Refusal]:
    """Nobody assesses or decides on himself, nor on a case he is named in (R208, R209). The system is nobody.

    Nor does somebody who stands in for such a person: what he may do is lent by that one.
    """
    if case.person_id in by.persons:
        return [why.ONESELF(case.pk, number=case.number)]
    return [why.NAMED(case.pk, number=case.number)] if by.persons & set(named) else []


def why_not_second(case: Assessment, brought: Collection[int], by: Actor) -> list[Refusal]:
    """A case is decided by a person who did not bring it, and in whose name nobody did."""
    if by.id is None:
        return [why.PEOPLE_ONLY(case.pk, number=case.number)]
    return [why.ASSESSOR(case.pk, number=case.number)] if by.persons & set(brought) else []


def why_not_ruled(case: Assessment, spec: RulingSpec) -> list[Refusal]:
    """What is said must be a decision about this case, with its reason; reducing says something less than before."""
    reason = spec.reason.strip()
    if spec.verdict not in Verdict:
        return [why.VERDICT(case.pk, value=spec.verdict[:20], where="verdict")]
    found = why_no_reason(case.pk, spec.reason)
    if spec.verdict == Verdict.REDUCED and reason:
        found += _why_not_less(case, spec)
    if spec.verdict == Verdict.UPHELD and standing_of(case)[0] == Consequence.MEETING:
        found += _why_open(case, spec)
    return found


def _why_open(case: Assessment, spec: RulingSpec) -> list[Refusal]:
    """The table sent it to a meeting: the meeting says what follows."""
    if spec.consequence not in (Consequence.WARNING, Consequence.AMOUNT):
        return [why.CONSEQUENCE_MISSING(case.pk, number=case.number, where="consequence")]
    if spec.consequence == Consequence.AMOUNT and (spec.amount or Decimal(0)) <= 0:
        return [why.AMOUNT_MISSING(case.pk, number=case.number, where="amount")]
    return []


def _why_not_less(case: Assessment, spec: RulingSpec) -> list[Refusal]:
    standing, amount = standing_of(case)
    wanted = spec.amount or Decimal(0)
    if spec.consequence == Consequence.AMOUNT and wanted <= 0:
        return [why.AMOUNT_MISSING(case.pk, number=case.number, where="amount")]
    known = spec.consequence in (Consequence.WARNING, Consequence.AMOUNT)
    lighter = RANK.get(spec.consequence, 0) < RANK[standing]
    if known and (lighter or (spec.consequence == standing == Consequence.AMOUNT and wanted < amount)):
        return []
    label = str(Consequence(standing).label)
    shown = plain(amount) if amount else ""
    return [why.NOT_LESS(case.pk, number=case.number, consequence=label, amount=shown, where="consequence")]


def standing_of(case: Assessment) -> tuple[str, Decimal]:
    """What holds before the next decision: what was decided, else what the table says."""
    return (case.outcome, case.outcome_amount) if case.verdict else (case.consequence, case.amount)


def ruled(case: Assessment, spec: RulingSpec) -> tuple[str, Decimal]:
    """Consequence and amount that a decision comes to."""
    if spec.verdict == Verdict.WAIVED:
        return str(Consequence.NOTHING), Decimal(0)
    if spec.verdict == Verdict.UPHELD and standing_of(case)[0] != Consequence.MEETING:
        return standing_of(case)
    amount = (spec.amount or Decimal(0)) if spec.consequence == Consequence.AMOUNT else Decimal(0)
    return spec.consequence, amount


def why_no_reason(pk: int, reason: str, where: str = "reason") -> list[Refusal]:
    """A reason is said, in so many characters."""
    if not reason.strip():
        return [why.REASON_REQUIRED(pk, where=where)]
    return [why.TOO_LONG(pk, limit=REASON_LENGTH, where=where)] if len(reason) > REASON_LENGTH else []


def why_before_meeting(case: Assessment, meetings: Mapping[int, str]) -> list[Refusal]:
    """One person does not decide what is before a meeting, or must come before one."""
    if case.meeting_id is not None:
        number = meetings.get(case.meeting_id, "")
        return [why.IN_MEETING(case.pk, number=case.number, meeting=number)]
    if case.consequence == Consequence.MEETING:
        return [why.NEEDS_MEETING(case.pk, number=case.number)]
    return []


def until(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The close of business so many working days later; twice the days and two weeks where the year is not known."""
    try:
        return calendar.add_days(at, days)
    except UnknownYear:
        return at + timedelta(days=2 * days + 14)


def moment_said(moment: datetime | None) -> str:
    """A moment in the sentence of a refusal."""
    return f"{localtime(moment):%Y-%m-%d %H:%M}" if moment else "–"


def first_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
