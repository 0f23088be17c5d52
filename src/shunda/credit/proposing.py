"""What the model proposes: a decision table over the score and the figures it rests on (R051)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shunda.credit import queries, scoring
from shunda.credit.queries import Exposure
from shunda.credit.rules import Score
from shunda.customers.models import Customer, Grade
from shunda.policies.conditions import Names, Numbers
from shunda.policies.decisions import Ruling, decide
from shunda.policies.kinds import Choice, Whole
from shunda.policies.tables import Input, Output, Row, Table, declare

HUNDRED = Decimal(100)
NEVER_DUE = Decimal(-1)
"""The repayment rate, as a fact, of who had nothing to pay yet."""


def _row(grade: str, limit: int, note: str, /, **when: str) -> Row:
    return Row(when, {"grade": grade, "limit": str(limit)}, note)


PROPOSALS = declare(
    Table(
        "credit.proposals",
        _("Which grade and limit are proposed"),
        _(
            "Asked every night for each customer with a limit who had something to pay, and when somebody asks what the"
            " model would propose. A second person decides; nothing changes by itself."
        ),
        (
            Input("score", _("credit score"), Numbers()),
            Input("grade_now", _("present grade"), Names(Grade.choices)),
            Input("repaid", _("repaid of what was due"), Numbers("%")),
            Input("used", _("used of the limit"), Numbers("%")),
            Input("days", _("oldest overdue"), Numbers(_("days"))),
            Input("limit_now", _("present limit"), Numbers(_("yuan"))),
        ),
        (
            Output("grade", _("proposed grade"), Choice(tuple(Grade.choices))),
            Output("limit", _("proposed limit, of the present one"), Whole(0, 1000, "%")),
        ),
        (
            _row(Grade.A, 120, gettext_noop("good payer, limit nearly used"), score=">= 85", used=">= 75"),
            _row(Grade.A, 100, gettext_noop("good payer"), score=">= 85"),
            _row(Grade.B, 100, gettext_noop("regular payer"), score=">= 70"),
            _row(Grade.C, 100, gettext_noop("weak payer"), score=">= 50"),
            _row(Grade.D, 100, gettext_noop("on watch already"), score="< 50", grade_now=Grade.D),
            _row(Grade.D, 50, gettext_noop("poor payer: half the limit"), score="< 50"),
        ),
        requirements=("R049", "R051"),
        otherwise=_("nothing is proposed"),
    )
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A grade and a limit for a customer, with the score they rest on and the row that says so."""

    customer: Customer
    standing: Exposure
    score: Score
    grade: str
    limit: Decimal
    ruling: Ruling

    @property
    def changes(self) -> bool:
        """Whether anything would be different."""
        return self.grade != self.customer.grade or self.limit != self.standing.limit


def proposed(customer_ids: Iterable[int], at: datetime) -> dict[int, Proposed]:
    """What the model says of each customer with an account; five queries, however many. No row fits: left out."""
    wanted = list(customer_ids)
    people = Customer.objects.in_bulk(wanted)
    standings = {pk: one for pk, one in queries.exposure(wanted, at).items() if one.version}
    scores = scoring.weigh(standings, scoring.decided(), at)
    rulings = _rulings([(people[pk], standings[pk], scores[pk]) for pk in standings], at)
    found: dict[int, Proposed] = {}
    for pk, ruling in zip(standings, rulings, strict=True):
        if ruling.first:
            limit = new_limit(standings[pk].limit, ruling.first["limit"])
            found[pk] = Proposed(people[pk], standings[pk], scores[pk], ruling.first["grade"], limit, ruling)
    return found


def _rulings(asked: Sequence[tuple[Customer, Exposure, Score]], at: datetime) -> list[Ruling]:
    return decide(PROPOSALS.name, [facts(*one) for one in asked], at=at)


def facts(customer: Customer, standing: Exposure, score: Score) -> Mapping[str, Any]:
    """What the table looks at."""
    return {
        "score": score.points,
        "grade_now": customer.grade,
        "repaid": NEVER_DUE if score.rate is None else score.rate * 100,
        "used": score.used,
        "days": score.inputs.days,
        "limit_now": standing.limit,
    }


def new_limit(limit: Decimal, percent: int) -> Decimal:
    """So many per cent of a limit, in whole hundreds; the same limit stays as it is."""
    if percent == HUNDRED:
        return limit
    return (limit * percent / HUNDRED / HUNDRED).quantize(Decimal(1), ROUND_HALF_UP) * HUNDRED
