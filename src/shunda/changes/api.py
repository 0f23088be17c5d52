"""The API of changes: weigh, ask, decide, sign, make, tell; and the revisions of orders."""

from __future__ import annotations

from typing import Any

from ninja import File, Query
from ninja.files import UploadedFile

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, Items, Moved, Page
from shunda.changes import actions, queries
from shunda.changes.actions import SignSpec
from shunda.changes.answers import (
    ChangeImpactOut,
    ChangeOrderOut,
    ChangeOrderRowOut,
    ChangeVoiceOut,
    OrderRevisionOut,
    WaitingChangeVoiceOut,
)
from shunda.changes.models import Change, Voice
from shunda.changes.schemas import ChangeFilter, ChangeOrderIn, ChangeOrdersIn, ChangeVoicesIn
from shunda.changes.states import CHANGE
from shunda.changes.weighing import weigh
from shunda.core.batch import Outcome
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes
from shunda.orders import queries as orders

router = Router("changes")
revisions = Router("revisions")
VIEW = "orders.view_order"


@router.read("", response=Page[ChangeOrderRowOut], permission=VIEW, summary="Changes of orders")
def changes(request: ApiRequest, paging: Query[Paging], where: Query[ChangeFilter]) -> Any:
    """The changes of the orders you may see, newest first."""
    return paging.page(where.filter(queries.rows(request.actor)))


@router.read("/voices", response=Page[WaitingChangeVoiceOut], permission=VIEW, summary="Decisions that wait for you")
def voices(request: ApiRequest, paging: Query[Paging]) -> Any:
    """What you have to agree to, oldest first."""
    return paging.page(queries.waiting(request.actor), newest_first=False)


@router.read("/{int:pk}", response=ChangeOrderOut, permission=VIEW, summary="One change")
def change(request: ApiRequest, pk: Id) -> Any:
    """What was asked for, its impact, who has to agree and what they said."""
    return found(queries.whole(queries.rows(request.actor)), pk)


@router.write("/impact", response=ChangeImpactOut, permission=VIEW, summary="What a change would do")
def impact(request: ApiRequest, body: ChangeOrderIn) -> Any:
    """Stock, production, price, credit, dates, clocks, shipments and invoices, as they would be. Nothing is sent."""
    order = found(orders.seen_by(request.actor), body.order_id)
    spec = body.spec()
    return ChangeImpactOut.of(weigh({order.pk: spec}, by=request.actor, at=request.at)[order.pk])


@router.write("", response=ChangeOrderOut, status=201, permission=VIEW, summary="Ask for a change")
def ask(request: ApiRequest, body: ChangeOrderIn) -> Any:
    """Made at once in the free window and for small things; otherwise it waits for those who have to agree."""
    made = actions.request([body.spec()], versions=body.versions, by=request.actor, at=request.at).one()
    return created(_whole(made.pk))


@router.write("/batch", response=Done[ChangeOrderRowOut], permission=VIEW, summary="Ask for changes")
def ask_many(request: ApiRequest, body: ChangeOrdersIn) -> Any:
    """One for each order; a refusal's ``id`` is the place in the list, counted from 0."""
    versions = {one.order_id: one.version for one in body.changes if one.version is not None}
    specs = [one.spec() for one in body.changes]
    return answered(actions.request(specs, versions=versions, by=request.actor, at=request.at))


@router.write("/agree", response=Done[ChangeVoiceOut], permission=VIEW, summary="Agree to changes")
def agree(request: ApiRequest, body: ChangeVoicesIn) -> Any:
    """Ids of voices. With the last one the change is made, or waits for the customer's signature."""
    ready = dict.fromkeys(body.ids, body.ready_on) if body.ready_on else {}
    outcome = actions.agree(body.ids, body.remark, ready=ready, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_voices(outcome))


@router.write("/reject", response=Done[ChangeVoiceOut], permission=VIEW, summary="Reject changes")
def reject(request: ApiRequest, body: ChangeVoicesIn) -> Any:
    """Ids of voices. The remark says why and must not be empty."""
    outcome = actions.reject(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_voices(outcome))


def _voices(outcome: Outcome[Voice]) -> list[Voice]:
    rows = Voice.objects.filter(pk__in=[voice.pk for voice in outcome.done])
    return list(rows.select_related("decided_by").order_by("pk"))


@router.write(
    "/{int:pk}/agreement", response=ChangeOrderOut, permission=CHANGE["sign"].permission, summary="Signed agreement"
)
def sign(request: ApiRequest, pk: Id, file: File[UploadedFile]) -> Any:
    """Keep the signed copy; a change that everybody agreed to is made then."""
    upload = Upload.of(file, most_bytes())
    actions.sign([SignSpec(pk, upload)], by=request.actor, at=request.at).one()
    return _whole(pk)


@router.write("/apply", response=Done[Moved], permission=CHANGE["apply"].permission, summary="Make agreed changes")
def apply(request: ApiRequest, body: Items) -> Any:
    """Those that could not be made when everybody had agreed."""
    return answered(actions.apply(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/withdraw", response=Done[Moved], permission=CHANGE["withdraw"].permission, summary="Withdraw changes")
def withdraw(request: ApiRequest, body: Items) -> Any:
    """Those that are not made yet; the orders stay as they are."""
    return answered(actions.withdraw(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/tell", response=Done[Moved], permission=CHANGE["tell"].permission, summary="Customer told")
def tell(request: ApiRequest, body: Items) -> Any:
    """Note that the customer knows of the changes."""
    return answered(actions.tell(body.ids, versions=body.versions, by=request.actor, at=request.at))


def _whole(pk: int) -> Change:
    return queries.whole(Change.objects.select_related("order")).get(pk=pk)


@revisions.read("", response=Page[OrderRevisionOut], permission=VIEW, summary="Revisions of an order")
def of_order(request: ApiRequest, order_id: Id, paging: Query[Paging]) -> Any:
    """The order as it stood after each of its changes, newest first; 0 is what was confirmed."""
    return paging.page(queries.revisions(request.actor).filter(order_id=order_id))


@revisions.read("/{int:pk}", response=OrderRevisionOut, permission=VIEW, summary="One revision")
def revision(request: ApiRequest, pk: Id) -> Any:
    """Head and lines as they stood."""
    return found(queries.revisions(request.actor), pk)
