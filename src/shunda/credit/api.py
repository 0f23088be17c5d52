"""The API of credit: limits, what is used of them and by what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.utils.timezone import localdate
from ninja import Query
from pydantic import Field

from shunda.api.answers import answered, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Amount, Done, Filter, FilterLookup, Id, In, Out, Page, Rate, Version
from shunda.credit import actions, exposures, queries, scoring
from shunda.credit.specs import LimitSpec
from shunda.customers import queries as customers

router = Router("credit")
VIEW, SET = "credit.view_exposure", "credit.set_limit"


class CreditAccountOut(Out):
    """A customer's limit and what is used of it; ``exposure`` is ordered + shipped + invoiced."""

    customer_id: int
    currency: str
    limit: Amount
    raised: Annotated[Amount, Field(description="What the temporary raises that run add to the limit.")]
    ordered: Amount
    shipped: Amount
    invoiced: Amount
    exposure: Amount
    version: int


class CreditFilter(Filter):
    """Narrow the accounts."""

    grade: Annotated[str | None, FilterLookup("customer__grade"), Field(max_length=1)] = None
    currency: Annotated[str | None, Field(max_length=3)] = None


class CreditPartOut(Out):
    """One input's share of a score: ``points`` of at most ``weight``, both of 100."""

    name: Annotated[str, Field(description="repayment, debt, overdue or age.")]
    weight: Rate
    points: Rate


class CreditScoreOut(Out):
    """A customer's score now, its parts, and what they rest on."""

    points: Annotated[int, Field(description="0 to 100.")]
    parts: list[CreditPartOut]
    due: Annotated[Amount, Field(description="Had to be paid in the months looked back on, or is open from before.")]
    paid: Annotated[Amount, Field(description="So much of it was.")]
    debt: Amount
    limit: Annotated[Amount, Field(description="With the temporary raises that run.")]
    overdue: Amount
    days: Annotated[int, Field(description="Days since the oldest overdue day.")]


class OpenItemOut(Out):
    """An issued invoice of which so much is unpaid."""

    id: int
    number: str
    amount: Amount
    due: date | None


class MadeOut(Out):
    """An amount of an order in a bucket: the invoice it stands on, or the shipments that left."""

    order_id: int
    amount: Amount
    invoice: OpenItemOut | None
    shipments: list[tuple[int, str]]
    days: Annotated[int, Field(description="Days overdue.")]


class SectionOut(Out):
    """A bucket; ``rows`` and ``rest`` together are ``total``, the bucket of the account."""

    bucket: str
    total: Amount
    overdue: Amount
    rest: Annotated[Amount, Field(description="Of orders that are not among the rows.")]
    rows: list[MadeOut]


class MakerOut(Out):
    """What an order has in each bucket."""

    order_id: int
    ordered: Amount
    shipped: Amount
    invoiced: Amount
    exposure: Amount


class CreditEntryOut(Out):
    """An amount went into a bucket (positive) or left it (negative)."""

    id: int
    order_id: int | None
    bucket: str
    amount: Amount
    reason: str
    at: datetime


class LimitIn(In):
    """A customer's new limit. The version is that of the account; leave it out for a customer who has none."""

    customer_id: Id
    limit: Amount
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    version: Version | None = None


class LimitsIn(In):
    """Limits of several customers."""

    limits: Annotated[list[LimitIn], Field(min_length=1, max_length=1000)]


@router.read("", response=Page[CreditAccountOut], permission=VIEW, summary="Credit accounts")
def accounts(request: ApiRequest, paging: Query[Paging], where: Query[CreditFilter]) -> Any:
    """Of the customers you may see, by customer id."""
    return paging.page(where.filter(queries.accounts(request.actor)), newest_first=False)


@router.read("/{int:pk}", response=CreditAccountOut, permission=VIEW, summary="A customer's credit account")
def account(request: ApiRequest, pk: Id) -> Any:
    """By the customer's id. Answers 404 for a customer who has no account."""
    return found(queries.accounts(request.actor), pk)


@router.read("/{int:pk}/score", response=CreditScoreOut, permission=VIEW, summary="A customer's credit score")
def score(request: ApiRequest, pk: Id) -> Any:
    """Computed now, by the weights the company set (settings ``credit.*``)."""
    found(customers.seen_by(request.actor), pk)
    return scoring.scores([pk], request.at)[pk].as_dict()


@router.read("/{int:pk}/exposure", response=list[SectionOut], permission=VIEW, summary="Exposure by document")
def exposure(request: ApiRequest, pk: Id) -> Any:
    """Confirmed, shipped and invoiced, each amount with its order, invoice and shipments; what is overdue is marked."""
    found(customers.seen_by(request.actor), pk)
    return exposures.sections(queries.exposure([pk], request.at)[pk], localdate(request.at))


@router.read("/{int:pk}/orders", response=list[MakerOut], permission=VIEW, summary="What makes the exposure")
def makers(request: ApiRequest, pk: Id) -> Any:
    """The customer's orders that use the limit, the largest first."""
    found(customers.seen_by(request.actor), pk)
    return [
        {
            "order_id": order_id,
            "ordered": standing.ordered,
            "shipped": standing.shipped,
            "invoiced": standing.invoiced,
            "exposure": standing.exposure,
        }
        for order_id, standing in queries.makers(pk)
    ]


@router.read("/{int:pk}/entries", response=Page[CreditEntryOut], permission=VIEW, summary="A customer's credit ledger")
def entries(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """Newest first. It only grows."""
    found(customers.seen_by(request.actor), pk)
    return paging.page(queries.entries(pk))


@router.write("/set-limits", response=Done[CreditAccountOut], permission=SET, summary="Set credit limits")
def set_limits(request: ApiRequest, body: LimitsIn) -> Any:
    """Each customer is done or refused; the reason is kept with the change."""
    specs = [LimitSpec(each.customer_id, each.limit, each.reason, each.currency) for each in body.limits]
    versions = {each.customer_id: each.version for each in body.limits if each.version is not None}
    outcome = actions.set_limits(specs, by=request.actor, at=request.at, versions=versions)
    done = list(queries.accounts(request.actor).filter(pk__in=[row.pk for row in outcome.done]).order_by("pk"))
    return answered(outcome, done=done)
