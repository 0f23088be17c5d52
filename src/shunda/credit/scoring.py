"""The score of customers as it stands at a moment: three queries, however many customers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.timezone import localtime

from shunda.credit import queries
from shunda.credit.queries import Exposure
from shunda.credit.rules import Inputs, Model, Score, score
from shunda.credit.specs import Repayment
from shunda.policies import queries as policies

SETTINGS = (
    "credit.repayment_months", "credit.heeds_present_debt", "credit.weight_repayment", "credit.weight_debt",
    "credit.weight_overdue", "credit.weight_age", "credit.no_history_share", "credit.overdue_share",
    "credit.overdue_days", "credit.release_score",
)  # fmt: skip
"""What the company decided about the score, and from which score on the system releases."""


def scores(customer_ids: Iterable[int], at: datetime) -> dict[int, Score]:
    """The score of each customer."""
    wanted = list(dict.fromkeys(customer_ids))
    if not wanted:
        return {}
    return weigh(queries.exposure(wanted, at), decided(), at)


def decided() -> dict[str, Any]:
    """What the company decided about the score: one query."""
    return policies.values(*SETTINGS)


def weigh(exposures: Mapping[int, Exposure], decided: Mapping[str, Any], at: datetime) -> dict[int, Score]:
    """The score of each of these customers, whose exposure and whose settings are known already; one query."""
    if not exposures:
        return {}
    today = localtime(at).date()
    known = _repayment(exposures.keys(), months_before(today, decided["credit.repayment_months"]), today)
    weights = model(decided)
    return {
        pk: score(_inputs(standing, known.get(pk, Repayment()), today), weights) for pk, standing in exposures.items()
    }


def model(decided: Mapping[str, Any]) -> Model:
    """The model as the company set it."""
    return Model(
        repayment=decided["credit.weight_repayment"],
        debt=decided["credit.weight_debt"] if decided["credit.heeds_present_debt"] else 0,
        overdue=decided["credit.weight_overdue"],
        age=decided["credit.weight_age"],
        no_history=decided["credit.no_history_share"],
        overdue_share=decided["credit.overdue_share"],
        overdue_days=decided["credit.overdue_days"],
    )


def months_before(day: date, months: int) -> date:
    """The same day so many months before, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _inputs(standing: Exposure, repaid: Repayment, today: date) -> Inputs:
    return Inputs(
        due=repaid.due,
        paid=repaid.paid,
        debt=standing.exposure,
        limit=standing.effective,
        overdue=repaid.overdue,
        days=(today - repaid.oldest).days if repaid.oldest else 0,
    )


def _repayment(customer_ids: Collection[int], since: date, on: date) -> Mapping[int, Repayment]:
    """What had to be paid and was: the folder that knows invoices lies above, wiring names it."""
    ask: Callable[[Collection[int], date, date], Mapping[int, Repayment]] = import_string(settings.SHUNDA_REPAYMENT)
    return ask(customer_ids, since, on)
