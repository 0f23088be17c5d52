"""What speaks against limits and raises, and the score of a customer; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shunda.core.actor import Actor
from shunda.core.money import rounded
from shunda.core.refusal import Refusal
from shunda.credit import reasons
from shunda.credit.models import CreditAccount
from shunda.credit.specs import LimitSpec, ProposalSpec, RaiseSpec
from shunda.customers.models import Grade

MOST = Decimal("99999999999999.99")
ZERO, ONE = Decimal(0), Decimal(1)


def why_not_set(spec: LimitSpec, account: CreditAccount | None) -> Iterator[Refusal]:
    """Every reason that speaks against a new limit; ``account`` is the present one, if there is any (R051)."""
    pk = spec.customer_id
    if not is_amount(spec.limit, spec.currency):
        yield reasons.BAD_LIMIT(pk, most=f"{MOST:.0f}", where="limit")
    if not spec.reason.strip() or len(spec.reason) > 200:
        yield reasons.NO_REASON(pk, where="reason")
    if not re.fullmatch("[A-Z]{3}", spec.currency):
        yield reasons.BAD_CURRENCY(pk, currency=spec.currency, where="currency")
    elif account and account.exposure and account.currency != spec.currency:
        yield reasons.CURRENCY_IN_USE(
            pk, exposure=f"{account.exposure:.2f}", account=account.currency, where="currency"
        )


def is_amount(amount: Decimal, currency: str) -> bool:
    """Whether it is an amount of this currency a limit can have."""
    return amount.is_finite() and 0 <= amount <= MOST and amount == rounded(amount, currency)


def why_no_raise(index: int, spec: RaiseSpec, currency: str, at: datetime, most_days: int) -> Iterator[Refusal]:
    """Every reason that speaks against a temporary raise of an account kept in this currency."""
    if not is_amount(spec.amount, currency) or not spec.amount:
        yield reasons.BAD_AMOUNT(index, where="amount")
    if not spec.reason.strip() or len(spec.reason) > 200:
        yield reasons.NO_RAISE_REASON(index, where="reason")
    since = spec.since or at
    if spec.until <= max(at, since):
        yield reasons.RAISE_PAST(index, where="until")
    elif spec.until - max(at, since) > timedelta(days=most_days):
        yield reasons.RAISE_LONG(index, days=most_days, where="until")


def why_no_proposal(index: int, spec: ProposalSpec, limit: Decimal, currency: str, grade: str) -> Iterator[Refusal]:
    """Every reason that speaks against a proposal for a customer of this limit and grade."""
    if not spec.reason.strip() or len(spec.reason) > 200:
        yield reasons.NO_PROPOSAL_REASON(index, where="reason")
    if spec.limit is not None and not is_amount(spec.limit, currency):
        yield reasons.BAD_LIMIT(index, most=f"{MOST:.0f}", where="limit")
    if spec.grade is not None and spec.grade not in Grade.values:
        yield reasons.BAD_GRADE(index, grade=spec.grade[:10], where="grade")
    if spec.limit in (None, limit) and spec.grade in (None, grade):
        yield reasons.NOTHING_NEW(index)


def why_bad_remark(pk: int, remark: str) -> Refusal | None:
    """A remark is short."""
    return reasons.LONG_REMARK(pk, where="remark") if len(remark) > 200 else None


def same_person(asked: Collection[int], asked_by: str, by: Actor) -> bool:
    """Whether who decides is who asked, or one of them stood in for the other: four eyes see more than two.

    ``asked`` is whoever asked and in whose name; programs are told apart by their names.
    """
    return bool(by.persons & set(asked)) if asked or by.id is not None else asked_by == by.name


# --- the score (R049) -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a customer's score looks at.

    ``due`` is what had to be paid in the time looked back on, ``paid`` how much of it was; ``debt`` all that is owed or
    about to be, ``limit`` what may be; ``overdue`` what is late, ``days`` for how many days the oldest of it.
    """

    due: Decimal = ZERO
    paid: Decimal = ZERO
    debt: Decimal = ZERO
    limit: Decimal = ZERO
    overdue: Decimal = ZERO
    days: int = 0


@dataclass(frozen=True, slots=True)
class Model:
    """How much each input weighs, and where its points end; settings of the company."""

    repayment: int = 40
    debt: int = 20
    overdue: int = 20
    age: int = 20
    no_history: Decimal = Decimal("0.5")  # of the points for repayment, where nothing had to be paid yet
    overdue_share: Decimal = Decimal("0.2")  # so much of the limit overdue leaves no points
    overdue_days: int = 60  # so many days overdue leave no points


@dataclass(frozen=True, slots=True)
class Part:
    """One input's share of the score: ``points`` of at most ``weight``, both of 100."""

    name: str
    weight: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 100, what it is made of, and what that rests on."""

    points: int
    parts: tuple[Part, ...]
    inputs: Inputs

    @property
    def rate(self) -> Decimal | None:
        """The repayment rate; none where nothing had to be paid."""
        return self.inputs.paid / self.inputs.due if self.inputs.due else None

    @property
    def used(self) -> int:
        """How much of the limit is used, in per cent; 100 for what is owed without a limit."""
        if not self.inputs.limit:
            return 100 if self.inputs.debt else 0
        return int(self.inputs.debt * 100 / self.inputs.limit)

    def as_dict(self) -> dict[str, Any]:
        """As it is kept and told."""
        parts = [{"name": p.name, "weight": str(p.weight), "points": str(p.points)} for p in self.parts]
        amounts = ("due", "paid", "debt", "limit", "overdue")
        figures = {name: f"{getattr(self.inputs, name):.2f}" for name in amounts}
        return {"points": self.points, "parts": parts, **figures, "days": self.inputs.days}


def score(inputs: Inputs, model: Model) -> Score:
    """The release model (R049): repayment of the last months, present debt, how much is overdue and for how long.

    Each input earns between none and all of its weight; the weights are brought to 100 together, the points of a part
    have one decimal, and the score is their sum as a whole number. Paying more never lowers it; owing more, more
    overdue or later never raises it. Weights that are all nought weigh nothing: 100.
    """
    earned = {
        "repayment": (model.repayment, _repaid(inputs, model)),
        "debt": (model.debt, _free(inputs)),
        "overdue": (model.overdue, 1 - _part_of(inputs.overdue, inputs.limit * model.overdue_share)),
        "age": (model.age, 1 - _part_of(Decimal(max(inputs.days, 0)), Decimal(model.overdue_days))),
    }
    whole = sum(weight for weight, _ in earned.values())
    if not whole:
        return Score(100, (), inputs)
    parts = tuple(
        Part(name, _tenth(Decimal(100 * weight) / whole), _tenth(Decimal(100 * weight) / whole * share))
        for name, (weight, share) in earned.items()
        if weight
    )
    points = sum((part.points for part in parts), ZERO).quantize(Decimal(1), ROUND_HALF_UP)
    return Score(min(int(points), 100), parts, inputs)


def _repaid(inputs: Inputs, model: Model) -> Decimal:
    return min(max(inputs.paid, ZERO) / inputs.due, ONE) if inputs.due > 0 else model.no_history


def _free(inputs: Inputs) -> Decimal:
    return 1 - _part_of(inputs.debt, inputs.limit)


def _part_of(amount: Decimal, whole: Decimal) -> Decimal:
    """How much of the whole, from 0 to 1; anything is all of nothing."""
    if amount <= 0:
        return ZERO
    return min(amount / whole, ONE) if whole > 0 else ONE


def _tenth(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"), ROUND_HALF_UP)
