"""What follows from what went wrong: a decision table, and how often it happened to the person lately (R206-R209)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from shunda.assessments.models import Assessment, AssessmentKind, Consequence, Verdict
from shunda.assessments.specs import Found
from shunda.assessments.states import AssessmentStatus
from shunda.policies.conditions import NO, YES, YES_OR_NO, Names, Numbers
from shunda.policies.decisions import Edition
from shunda.policies.kinds import Choice, Number
from shunda.policies.tables import Case, Input, Output, Row, Table, declare

LATELY = timedelta(days=90)
"""How far back the same is counted for a person."""


class Released(TextChoices):
    """What somebody let pass."""

    NOTHING = "nothing", pgettext_lazy("released", "nothing")
    WARNING = "warning", pgettext_lazy("released", "warning")
    CREDIT = "credit", pgettext_lazy("released", "credit limit")
    HOLD = "hold", pgettext_lazy("released", "hold")


AMOUNTS: dict[str, str] = {
    AssessmentKind.MISSED_PLAN: "assessments.plan_not_filed_amount",
    AssessmentKind.NOT_ENTERED: "assessments.clerk_amount",
    AssessmentKind.NOT_PICKED_UP: "assessments.regional_manager_amount",
}
"""The settings that say the amount of a kind where the table leaves it open (R083, R085, R108)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Cases recorded between two moments, with the facts the table was asked."""

    def count(self, since: datetime, until: datetime) -> int:
        """How many."""
        return self._rows(since, until).count()

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:
        """Each as the table looked at it, read piece by piece."""
        for row in self._rows(since, until).iterator(chunk_size=1000):
            asked = row.decided.get("facts", {})
            facts = {**asked, "late": Decimal(asked.get("late", "0")), "times": int(asked.get("times", 1))}
            yield Case(row.pk, row.number, facts)

    def _rows(self, since: datetime, until: datetime) -> QuerySet[Assessment]:
        return Assessment.objects.filter(recorded_at__gte=since, recorded_at__lt=until).order_by("pk")


def _row(consequence: str, amount: str = "", note: str = "", **when: str) -> Row:
    then = {"consequence": consequence, "amount": amount} if amount else {"consequence": consequence}
    return Row({name: str(value) for name, value in when.items()}, then, note)


K = AssessmentKind
CONSEQUENCES = declare(
    Table(
        "assessments.consequences",
        _("Consequences of assessments"),
        _(
            "Asked when something went wrong. “Nothing”, or no row that fits, makes no case. Where an amount is left"
            " open, the setting of its kind says it."
        ),
        (
            Input("kind", _("what went wrong"), Names(tuple(AssessmentKind.choices))),
            Input("late", _("hours late"), Numbers(_("hours"))),
            Input("times", _("times in 90 days, this one too"), Numbers()),
            Input("serious", _("serious fault"), YES_OR_NO),
            Input("released", _("what was released"), Names(tuple(Released.choices))),
            Input("own", _("on an order of one's own"), YES_OR_NO),
        ),
        (
            Output("consequence", _("consequence"), Choice(tuple(Consequence.choices))),
            Output("amount", _("amount"), Number(most=Decimal(100_000), unit=_("yuan")), required=False),
        ),
        (
            _row(Consequence.MEETING, serious=YES),
            _row(
                Consequence.NOTHING,
                kind=K.LATE_STEP,
                late="< 1",
                serious=NO,
                note=gettext_noop("less than a working hour does not count"),
            ),
            _row(Consequence.WARNING, kind=K.LATE_STEP, late=">= 1", times="<= 2", serious=NO),
            _row(Consequence.AMOUNT, "50", kind=K.LATE_STEP, late=">= 1", times="> 2", serious=NO),
            _row(Consequence.WARNING, kind=f"{K.WRONG_SHIPMENT}, {K.DELAY}", times="1", serious=NO),
            _row(Consequence.AMOUNT, "100", kind=f"{K.WRONG_SHIPMENT}, {K.DELAY}", times="> 1", serious=NO),
            _row(Consequence.AMOUNT, kind=f"{K.MISSED_PLAN}, {K.NOT_ENTERED}, {K.NOT_PICKED_UP}", serious=NO),
            _row(
                Consequence.WARNING,
                kind=K.RELEASE,
                serious=NO,
                released=f"{Released.CREDIT}, {Released.HOLD}",
                own=YES,
                note=gettext_noop("who releases an order of his own"),
            ),
        ),
        requirements=("R083", "R085", "R108", "R206", "R207", "R208", "R209"),
        subject_url="assessments:detail",
        history=Recorded(),
        otherwise=_("nothing follows, and no case is made"),
    )
)


@dataclass(frozen=True, slots=True)
class Follows:
    """What the table says about one case: consequence, amount, and what is kept to explain it."""

    consequence: str
    amount: Decimal
    decided: Mapping[str, Any]


def follow(
    cases: Sequence[Found], table: Edition, amounts: Mapping[str, Any], before: Mapping[tuple[int, str], Sequence[date]]
) -> list[Follows]:
    """What follows from each case; ``before`` are the days on which the same happened to a person.

    Cases of one batch count for one another, in the order of their days. A case nobody answers for yet counts as the
    first.
    """
    seen = {key: list(days) for key, days in before.items()}
    found: dict[int, Follows] = {}
    for index, case in sorted(enumerate(cases), key=lambda pair: (pair[1].happened_on, pair[0])):
        times = 1
        if case.person_id is not None:
            days = seen.setdefault((case.person_id, case.kind), [])
            times += sum(case.happened_on - LATELY < day <= case.happened_on for day in days)
        found[index] = one = _ask(case, times, table, amounts)
        if case.person_id is not None and one.consequence != Consequence.NOTHING:
            days.append(case.happened_on)
    return [found[index] for index in range(len(cases))]


def _ask(case: Found, times: int, table: Edition, amounts: Mapping[str, Any]) -> Follows:
    facts = {
        "kind": str(case.kind),
        "late": case.late_hours or Decimal(0),
        "times": times,
        "serious": YES if case.serious else NO,
        "released": case.released or str(Released.NOTHING),
        "own": YES if case.own else NO,
    }
    ruling = table.rule(facts)
    first = ruling.first
    kept = {**ruling.trace(), "facts": {**facts, "late": str(facts["late"])}}
    if first is None:
        return Follows(Consequence.NOTHING, Decimal(0), kept)
    amount = Decimal(0)
    if first["consequence"] == Consequence.AMOUNT:
        amount = first["amount"] if first["amount"] is not None else amounts.get(AMOUNTS.get(case.kind, ""), Decimal(0))
    return Follows(str(first["consequence"]), amount, kept)


def days_before(keys: Iterable[tuple[int, str]], since: date) -> dict[tuple[int, str], list[date]]:
    """On which days the same happened to these persons since then: cases that are neither cancelled nor waived."""
    wanted = set(keys)
    rows = Assessment.objects.filter(
        person__in={person for person, _kind in wanted}, kind__in={kind for _person, kind in wanted},
        happened_on__gt=since - LATELY,
    ).exclude(status=AssessmentStatus.CANCELLED).exclude(verdict=Verdict.WAIVED)  # fmt: skip
    found: dict[tuple[int, str], list[date]] = {}
    for person, kind, day in rows.values_list("person_id", "kind", "happened_on"):
        if person is not None:
            found.setdefault((person, kind), []).append(day)
    return found
