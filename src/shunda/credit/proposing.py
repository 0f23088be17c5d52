"""What the model proposes: a decision table over the score and the figures it rests on (R051)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from shunda.credit import queries, scoring
from shunda.credit.models import CreditAccount
from shunda.credit.queries import Exposure
from shunda.credit.rules import Score
from shunda.customers.models import Customer, Grade
from shunda.policies.conditions import Names, Numbers
from shunda.policies.decisions import Ruling, decide
from shunda.policies.kinds import Choice, Whole
from shunda.policies.tables import Case, Input, Output, Row, Table, declare

HUNDRED = Decimal(100)
PIECE = 2_000
NEVER_DUE = Decimal(-1)
"""The repayment rate, as a fact, of who had nothing to pay yet."""


def _row(grade: str, limit: int, note: str, /, **when: str) -> Row:
    return Row(when, {"grade": grade, "limit": str(limit)}, note)


@dataclass(frozen=True, slots=True)
class Limited:
    """The customers with a limit, as they stand at the end of the days asked for: what a draft is tried on."""

    def count(self, since: datetime, until: datetime) -> int:  # noqa: ARG002  # it is asked of a state, not of days
        """How many."""
        return self._rows().count()

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:  # noqa: ARG002
        """Each with its score and figures, read piece by piece."""
        ids = self._rows().values_list("pk", flat=True).iterator(chunk_size=PIECE)
        while piece := list(islice(ids, PIECE)):
            for one in _standing(piece, until):
                yield Case(one[0].pk, f"{one[0].code} {one[0].short_name or one[0].name}"[:60], facts(*one))

    def _rows(self) -> QuerySet[CreditAccount]:
        return CreditAccount.objects.filter(limit__gt=0).order_by("pk")


PROPOSALS = declare(
    Table(
        "credit.proposals",
        _("Which grade and limit are proposed"),
        _(
            "Asked every night for each customer with a limit who had something to pay, and when somebody asks what the"
            " model would propose. A second person decides; nothing changes by itself. A draft is tried on every"
            " customer with a limit, as they stand now."
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
        subject_url="credit:detail",
        history=Limited(),
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
    asked = _standing(list(customer_ids), at)
    rulings = decide(PROPOSALS.name, [facts(*one) for one in asked], at=at)
    found: dict[int, Proposed] = {}
    for (customer, standing, score), ruling in zip(asked, rulings, strict=True):
        if ruling.first:
            limit = new_limit(standing.limit, ruling.first["limit"])
            found[customer.pk] = Proposed(customer, standing, score, ruling.first["grade"], limit, ruling)
    return found


def _standing(customer_ids: Sequence[int], at: datetime) -> list[tuple[Customer, Exposure, Score]]:
    """How customers with an account stand: four queries, however many."""
    people = Customer.objects.in_bulk(customer_ids)
    standings = {pk: one for pk, one in queries.exposure(customer_ids, at).items() if one.version}
    scores = scoring.weigh(standings, scoring.decided(), at)
    return [(people[pk], standings[pk], scores[pk]) for pk in standings]


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
