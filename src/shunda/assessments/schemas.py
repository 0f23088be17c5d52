"""What the API of assessments takes and answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from shunda.api.schemas import Amount, Filter, Id, In, Items, Out, Version
from shunda.assessments.models import Assessment, AssessmentKind, Consequence, Meeting, MeetingPerson, Part, Verdict
from shunda.assessments.specs import CaseSpec, ConclusionSpec, MeetingSpec, RulingSpec
from shunda.assessments.states import AssessmentStatus, MeetingStatus

Reason = Annotated[str, Field(max_length=500)]


class AssessmentIn(In):
    """What went wrong. ``number``: of the shipment or order that proves it; ``named``: others who are named."""

    kind: AssessmentKind
    person_id: Id
    happened_on: date
    what: Reason
    number: Annotated[str, Field(max_length=30)] = ""
    serious: bool = False
    named: Annotated[list[Id], Field(max_length=50)] = Field(default_factory=list)

    def spec(self) -> CaseSpec:
        """As the action takes it."""
        return CaseSpec(**{**self.model_dump(), "kind": str(self.kind)})


class AssessmentsIn(In):
    """Several cases."""

    cases: Annotated[list[AssessmentIn], Field(min_length=1, max_length=200)]


class AnswerableIn(In):
    """Who answers for a case that names nobody yet."""

    id: Id
    person_id: Id
    version: Version | None = None


class AnswerablesIn(In):
    """Who answers for which case."""

    items: Annotated[list[AnswerableIn], Field(min_length=1, max_length=200)]


class SaidIn(Items):
    """Cases about yourself, and what you say."""

    text: Annotated[str, Field(max_length=2000)]


class CancelledIn(Items):
    """Why they are given up."""

    reason: Reason


class RulingIn(In):
    """A decision about one case. Consequence and amount: where it is reduced, or by a meeting."""

    id: Id
    verdict: Verdict
    reason: Reason
    consequence: Consequence | None = None
    amount: Amount | None = None
    version: Version | None = None

    def spec(self) -> RulingSpec:
        """As the action takes it."""
        return RulingSpec(self.id, str(self.verdict), self.reason, str(self.consequence or ""), self.amount)


class RulingsIn(In):
    """Decisions, one about each case."""

    items: Annotated[list[RulingIn], Field(min_length=1, max_length=200)]

    @property
    def specs(self) -> list[RulingSpec]:
        """As the action takes them."""
        return [one.spec() for one in self.items]

    @property
    def versions(self) -> dict[int, int]:
        """Of the cases whose version was given."""
        return {one.id: one.version for one in self.items if one.version is not None}


class AssessmentFilter(Filter):
    """Which cases; filters add up."""

    status: AssessmentStatus | None = None
    kind: AssessmentKind | None = None
    person_id: Id | None = None
    serious: bool | None = None
    month: Annotated[date | None, Field(description="First day of the month whose sheet they are on.")] = None


class AssessmentRulingOut(Out):
    """What was decided: 1 is the first decision, 2 the one on appeal."""

    instance: int
    verdict: Verdict
    consequence: Consequence
    amount: Amount
    reason: str
    decided_by_id: int
    meeting_id: int | None
    at: datetime


class AssessmentRowOut(Out):
    """A case. ``consequence`` and ``amount`` are what the rules say, ``outcome`` what was decided last."""

    id: int
    number: str
    kind: AssessmentKind
    status: AssessmentStatus
    version: int
    person_id: int | None
    person: str | None
    source_kind: str
    source_id: int | None
    order_id: int | None
    label: str
    happened_on: date
    late_hours: Amount | None
    serious: bool
    consequence: Consequence
    amount: Amount
    verdict: str
    outcome: str
    outcome_amount: Amount
    statement_until: datetime | None
    appeal_until: datetime | None
    final_at: datetime | None
    meeting_id: int | None
    month: date | None

    @staticmethod
    def resolve_person(case: Assessment) -> str | None:
        """The person's name."""
        return str(case.person) if case.person else None

    @staticmethod
    def resolve_order_id(case: Assessment) -> int | None:
        """The order it happened to."""
        return case.about_id


class AssessmentOut(AssessmentRowOut):
    """A case with its evidence, what the person said, and every decision."""

    what: str
    facts: dict[str, Any]
    decided: Annotated[dict[str, Any], Field(description="Table, version and rows that said what follows.")]
    named: list[int]
    recorded_by_id: int | None
    recorded_at: datetime
    notified_at: datetime | None
    statement: str
    stated_at: datetime | None
    appeal: str
    appealed_at: datetime | None
    rulings: list[AssessmentRulingOut]
    reason: str

    @staticmethod
    def resolve_named(case: Assessment) -> list[int]:
        """Who else is named."""
        return [row.person_id for row in case.named.all()]


class ReviewMeetingPersonIn(In):
    """Somebody at a meeting. Who a case is about comes as responsible by himself."""

    person_id: Id
    part: Part


class ReviewMeetingIn(In):
    """A meeting to be called."""

    topic: Annotated[str, Field(max_length=200)]
    held_at: datetime
    cases: Annotated[list[Id], Field(max_length=200)]
    people: Annotated[list[ReviewMeetingPersonIn], Field(max_length=100)]

    def spec(self) -> MeetingSpec:
        """As the action takes it."""
        people = {one.person_id: str(one.part) for one in self.people}
        return MeetingSpec(self.topic, self.held_at, self.cases, people)


class ReviewConclusionIn(In):
    """What a meeting found and decided, with a decision about each of its cases."""

    findings: Annotated[str, Field(max_length=5000)]
    decision: Annotated[str, Field(max_length=5000)]
    cases: Annotated[list[RulingIn], Field(min_length=1, max_length=200)]
    version: Version | None = None

    def spec(self, pk: int) -> ConclusionSpec:
        """As the action takes it."""
        return ConclusionSpec(pk, self.findings, self.decision, [one.spec() for one in self.cases])


class ReviewMeetingFilter(Filter):
    """Which meetings."""

    status: MeetingStatus | None = None


class ReviewMeetingPersonOut(Out):
    """Somebody at a meeting."""

    person_id: int
    person: str
    part: Part

    @staticmethod
    def resolve_person(row: MeetingPerson) -> str:
        """The person's name."""
        return str(row.person)


class ReviewMeetingOut(Out):
    """A review meeting; ``cases`` are ids of assessments."""

    id: int
    number: str
    status: MeetingStatus
    version: int
    topic: str
    held_at: datetime
    findings: str
    decision: str
    minutes: str | None
    people: list[ReviewMeetingPersonOut]
    cases: list[int]
    called_at: datetime
    concluded_at: datetime | None
    reason: str

    @staticmethod
    def resolve_minutes(meeting: Meeting) -> str | None:
        """The name of the file."""
        return meeting.minutes.name if meeting.minutes else None

    @staticmethod
    def resolve_cases(meeting: Meeting) -> list[int]:
        """The cases it is about."""
        return [case.pk for case in meeting.cases.all()]


class MonthIn(In):
    """A month: any of its days."""

    month: date


class AssessmentMonthOut(Out):
    """A closed month."""

    id: int
    month: date
    closed_by_id: int | None
    closed_at: datetime


class SheetFilter(Filter):
    """Whose row, and of which month (its first day)."""

    month: date | None = None
    person_id: Id | None = None


class AssessmentSheetRowOut(Out):
    """What personnel gets of one person for one month; ``total`` in yuan."""

    id: int
    month: date
    person_id: int
    person: str
    cases: int
    waived: int
    warnings: int
    amounts: int
    total: Amount

    @staticmethod
    def resolve_month(row: Any) -> date:
        """Its first day."""
        month: date = row.month_id
        return month

    @staticmethod
    def resolve_person(row: Any) -> str:
        """The person's name."""
        return str(row.person)
