"""The API of what a second person decides about credit: temporary raises, proposed grades and limits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import FilterLookup, Query
from pydantic import Field

from shunda.api.answers import answered, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Amount, Done, Filter, Id, In, Items, Out, Page
from shunda.credit import actions, queries
from shunda.credit.specs import ProposalSpec, RaiseSpec
from shunda.credit.states import PROPOSAL, RAISE, ProposalStatus, RaiseStatus

raises, proposals = Router("credit raises"), Router("credit proposals")
VIEW = "credit.view_exposure"

Words = Annotated[str, Field(min_length=1, max_length=200)]
Remark = Annotated[str, Field(max_length=200)]


class LimitRaiseOut(Out):
    """For some days a customer may owe so much more; it counts from ``since`` until before ``until``."""

    id: int
    customer_id: int
    status: RaiseStatus
    amount: Amount
    currency: str
    reason: str
    since: datetime
    until: datetime
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    remark: str
    ended_at: datetime | None
    version: int


class LimitRaiseIn(In):
    """How much more, until when, and why."""

    customer_id: Id
    amount: Amount
    reason: Words
    until: Annotated[datetime, Field(description="It counts until before this moment.")]
    since: Annotated[datetime | None, Field(description="From when; left out: at once.")] = None


class LimitRaisesIn(In):
    """Raises to ask for."""

    raises: Annotated[list[LimitRaiseIn], Field(min_length=1, max_length=1000)]


class LimitRaiseFilter(Filter):
    """Which raises."""

    status: RaiseStatus | None = None
    customer_id: Annotated[Id | None, FilterLookup("customer_id")] = None


class CreditRemarked(Items):
    """Which ones, and a remark."""

    remark: Remark = ""


class CreditRejected(Items):
    """Which ones, and why not."""

    remark: Words


@raises.read("", response=Page[LimitRaiseOut], permission=VIEW, summary="Temporary raises")
def all_raises(request: ApiRequest, paging: Query[Paging], where: Query[LimitRaiseFilter]) -> Any:
    """Of the customers you may see, newest first."""
    return paging.page(where.filter(queries.raises(request.actor)))


@raises.read("/{int:pk}", response=LimitRaiseOut, permission=VIEW, summary="One raise")
def one_raise(request: ApiRequest, pk: Id) -> Any:
    """Answers 404 when there is none you may see."""
    return found(queries.raises(request.actor), pk)


@raises.write("", response=Done[LimitRaiseOut], permission="credit.create_raise", summary="Ask for temporary raises")
def ask(request: ApiRequest, body: LimitRaisesIn) -> Any:
    """Small ones (setting ``credit.raise_alone_amount``) hold at once; the others wait for a second person."""
    specs = [RaiseSpec(each.customer_id, each.amount, each.reason, each.until, each.since) for each in body.raises]
    return answered(actions.ask_raises(specs, by=request.actor, at=request.at))


@raises.write(
    "/approve", response=Done[LimitRaiseOut], permission=RAISE["approve"].permission, summary="Approve raises"
)
def approve(request: ApiRequest, body: CreditRemarked) -> Any:
    """Never one you asked for yourself."""
    return answered(
        actions.approve_raises(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at)
    )


@raises.write("/reject", response=Done[LimitRaiseOut], permission=RAISE["reject"].permission, summary="Reject raises")
def reject(request: ApiRequest, body: CreditRejected) -> Any:
    """Never one you asked for yourself: that you may withdraw."""
    return answered(
        actions.reject_raises(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at)
    )


@raises.write(
    "/withdraw", response=Done[LimitRaiseOut], permission=RAISE["withdraw"].permission, summary="Withdraw raises"
)
def withdraw(request: ApiRequest, body: Items) -> Any:
    """Those nobody has decided on yet."""
    return answered(actions.withdraw_raises(body.ids, versions=body.versions, by=request.actor, at=request.at))


@raises.write("/end", response=Done[LimitRaiseOut], permission=RAISE["end"].permission, summary="End raises early")
def end(request: ApiRequest, body: CreditRemarked) -> Any:
    """Confirmed orders stay; new ones see the lower limit at once."""
    return answered(actions.end_raises(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at))


# --- proposals ------------------------------------------------------------------------------------------------------


class CreditProposalOut(Out):
    """A grade and a limit somebody, or the model, would have; ``inputs`` is the score then and what it rested on."""

    id: int
    customer_id: int
    status: ProposalStatus
    currency: str
    grade_was: str
    grade: str
    limit_was: Amount
    limit: Amount
    score: int
    inputs: dict[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    remark: str
    version: int


class CreditProposalIn(In):
    """The grade and the limit a customer should have; what is left out stays as it is."""

    customer_id: Id
    reason: Words
    grade: Literal["A", "B", "C", "D"] | None = None
    limit: Amount | None = None


class CreditProposalsIn(In):
    """Proposals to make."""

    proposals: Annotated[list[CreditProposalIn], Field(min_length=1, max_length=1000)]


class CreditProposalFilter(Filter):
    """Which proposals."""

    status: ProposalStatus | None = None
    customer_id: Annotated[Id | None, FilterLookup("customer_id")] = None


@proposals.read("", response=Page[CreditProposalOut], permission=VIEW, summary="Proposed grades and limits")
def all_proposals(request: ApiRequest, paging: Query[Paging], where: Query[CreditProposalFilter]) -> Any:
    """For the customers you may see, newest first."""
    return paging.page(where.filter(queries.proposals(request.actor)))


@proposals.read("/{int:pk}", response=CreditProposalOut, permission=VIEW, summary="One proposal")
def one_proposal(request: ApiRequest, pk: Id) -> Any:
    """Answers 404 when there is none you may see."""
    return found(queries.proposals(request.actor), pk)


@proposals.write(
    "", response=Done[CreditProposalOut], permission="credit.create_proposal", summary="Propose grades and limits"
)
def propose(request: ApiRequest, body: CreditProposalsIn) -> Any:
    """Nothing changes until somebody else approves."""
    specs = [ProposalSpec(each.customer_id, each.reason, each.grade, each.limit) for each in body.proposals]
    return answered(actions.propose(specs, by=request.actor, at=request.at))


@proposals.write(
    "/approve",
    response=Done[CreditProposalOut],
    permission=PROPOSAL["approve"].permission,
    summary="Approve proposed grades and limits",
)
def approve_proposals(request: ApiRequest, body: CreditRemarked) -> Any:
    """Sets the grade and the limit. Never one you made yourself."""
    return answered(
        actions.approve_proposals(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at)
    )


@proposals.write(
    "/reject",
    response=Done[CreditProposalOut],
    permission=PROPOSAL["reject"].permission,
    summary="Reject proposed grades and limits",
)
def reject_proposals(request: ApiRequest, body: CreditRejected) -> Any:
    """Never one you made yourself: that you may withdraw."""
    return answered(
        actions.reject_proposals(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at)
    )


@proposals.write(
    "/withdraw",
    response=Done[CreditProposalOut],
    permission=PROPOSAL["withdraw"].permission,
    summary="Withdraw proposed grades and limits",
)
def withdraw_proposals(request: ApiRequest, body: Items) -> Any:
    """Those nobody has decided on yet."""
    return answered(actions.withdraw_proposals(body.ids, versions=body.versions, by=request.actor, at=request.at))
