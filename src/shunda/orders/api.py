"""The API of orders: entry, reviews, every move, holds, papers, timeline, archive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import File, Form, Query
from ninja.files import UploadedFile

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.crowd import Asked, row_key
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, EventOut, Id, Items, Moved, Page
from shunda.core.models import Event
from shunda.core.refusal import NOT_FOUND, Refused
from shunda.files.responses import file_response
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes
from shunda.orders import actions, facts, feed, intake, queries
from shunda.orders.answers import (
    FindingOut,
    HoldOut,
    OrderAttachmentOut,
    OrderOut,
    OrderRowOut,
    ReviewOut,
    WaitingReviewOut,
)
from shunda.orders.assembly import spec_of
from shunda.orders.models import Order, OrderAttachment
from shunda.orders.placed import PlacedOut, PlacedRowOut, many_placed, one_placed
from shunda.orders.schemas import (
    OrderAttachmentIn,
    OrderChange,
    OrderCommentIn,
    OrderFilter,
    OrderHoldIn,
    OrderIn,
    OrderPriorityIn,
    OrderReasoned,
    OrderReleaseIn,
    OrderRowsIn,
    OrdersIn,
    OrderSubmitIn,
    ReviewDecisionIn,
)
from shunda.orders.specs import PrioritySpec
from shunda.orders.states import OrderStatus

router = Router("orders")
VIEW = "orders.view_order"


def _rows(request: ApiRequest) -> QuerySet[Order]:
    return queries.rows(request.actor)


# --- reading --------------------------------------------------------------------------------------------------------


@router.read("", response=Page[OrderRowOut], permission=VIEW, summary="Orders")
def orders(request: ApiRequest, paging: Query[Paging], where: Query[OrderFilter]) -> Any:
    """The orders you may see, newest first."""
    return paging.page(where.filter(_rows(request)))


@router.read("/archive", response=Page[OrderRowOut], permission=VIEW, summary="Archived orders")
def archived(request: ApiRequest, paging: Query[Paging], where: Query[OrderFilter]) -> Any:
    """Archived orders are kept for years and stay searchable by everything orders are found by."""
    return paging.page(where.filter(_rows(request).filter(status=OrderStatus.ARCHIVED)))


@router.read("/reviews", response=Page[WaitingReviewOut], permission=VIEW, summary="Reviews that wait for you")
def reviews(request: ApiRequest, paging: Query[Paging]) -> Any:
    """Waiting reviews of the departments you review for, with the system's own findings, oldest first."""
    return paging.page(queries.waiting_reviews(request.actor), newest_first=False)


@router.read("/{int:pk}", response=OrderOut, permission=VIEW, summary="One order")
def order(request: ApiRequest, pk: Id) -> Any:
    """Head, money, lines with what happened to them, reviews, holds and papers."""
    return found(queries.whole(queries.seen_by(request.actor)), pk)


@router.read("/{int:pk}/timeline", response=Page[EventOut], permission=VIEW, summary="Timeline of an order")
def timeline(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """Everything that happened to the order and its documents: who, when, why, from where; newest first."""
    found(_rows(request), pk)
    return paging.page(Event.objects.filter(order_id=pk))


@router.read("/{int:pk}/findings", response=list[FindingOut], permission=VIEW, summary="The system's own checks")
def findings(request: ApiRequest, pk: Id) -> Any:
    """What the checks find right now: prices, credit, stock, dates, duplicates, terms."""
    return facts.findings([found(_rows(request), pk)], request.at)[pk]


# --- entry ----------------------------------------------------------------------------------------------------------


@router.crowd(
    "",
    body=OrderIn,
    combine=intake.PLACING,
    shown=one_placed,
    response=PlacedOut,
    status=201,
    permission=intake.PLACE,
    summary="Place an order",
)
def place(asked: Asked, body: OrderIn) -> list[intake.Intake]:
    """Taken in, checked, priced, promised and confirmed at once; 409 with every reason where that cannot be.

    An order that a person has to look at is ``in_review``, and ``findings`` say why.
    """
    return [intake.intake(asked, body, asked.key)]


@router.crowd(
    "/batch",
    body=OrderRowsIn,
    combine=intake.PLACING,
    shown=many_placed,
    response=Done[PlacedRowOut],
    permission=intake.PLACE,
    summary="Place orders",
)
def place_many(asked: Asked, body: OrderRowsIn) -> list[intake.Intake]:
    """Each order is placed or refused whole; ``row``, and the ``id`` of a refusal, is the place in the list from 0.

    A row without a ``key`` takes one from the key of the request, so that the request can be repeated.
    """
    return [intake.intake(asked, row, row.key or row_key(asked.key, number)) for number, row in enumerate(body.orders)]


router.stream(
    "/stream",
    feed.ORDERS,
    permission=intake.PLACE,
    summary="Place orders out of a file",
    description="""One order in each line (NDJSON), or CSV with a line for each article; of any length.

    Answered line by line while the file still comes in: `{"line", "key", "placed"}` or `{"line", "key", "refused"}`,
    at last `{"end", "line", "placed", "replayed", "refused"}`. Rows take their `key`, or the key of the request and
    their line. Cut off, or `end` false? Send the same again: what was placed is answered again, the rest goes on.
    """,
)


@router.write("/drafts", response=OrderOut, status=201, permission="orders.create_order", summary="New draft")
def create(request: ApiRequest, body: OrderIn) -> Any:
    """A draft. It may lack things; what is sent must exist and be possible. Submit it when it is complete."""
    made = actions.create([body.spec()], by=request.actor, at=request.at).one()
    return created(queries.whole(Order.objects.all()).get(pk=made.pk))


@router.write("/drafts/batch", response=Done[OrderRowOut], permission="orders.create_order", summary="New drafts")
def create_many(request: ApiRequest, body: OrdersIn) -> Any:
    """Each order is made or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    outcome = actions.create([each.spec() for each in body.orders], by=request.actor, at=request.at)
    made = {row.pk: row for row in queries.staged(Order.objects.filter(pk__in=[row.pk for row in outcome.done]))}
    return answered(outcome, done=[made[row.pk] for row in outcome.done])


@router.write("/{int:pk}", response=OrderOut, method="PATCH", permission="orders.edit_order", summary="Change a draft")
def edit(request: ApiRequest, pk: Id, body: OrderChange) -> Any:
    """Drafts and orders sent back. What is left out stays; ``lines``, when sent, replace all lines."""
    row = found(_rows(request), pk)
    spec = replace(spec_of(row, queries.lines_of([pk])[pk]), **body.changes())
    actions.edit({pk: spec}, versions={pk: body.version}, by=request.actor, at=request.at).one()
    return queries.whole(Order.objects.all()).get(pk=pk)


@router.write("/clone", response=Done[OrderRowOut], permission="orders.create_order", summary="Copy orders")
def clone(request: ApiRequest, body: Items) -> Any:
    """New drafts of the same customers and lines at today's prices. ``done`` are the new orders."""
    outcome = actions.clone(body.ids, by=request.actor, at=request.at)
    made = queries.staged(Order.objects.filter(pk__in=[row.pk for row in outcome.done])).order_by("pk")
    return answered(outcome, done=list(made))


# --- moves ----------------------------------------------------------------------------------------------------------


@router.write("/submit", response=Done[Moved], permission="orders.submit_order", summary="Submit for review")
def submit(request: ApiRequest, body: OrderSubmitIn) -> Any:
    """Hand drafts to the departments that review them. Every gap is told at once.

    Findings of some codes ask for a reason; without one the order is refused (``orders.warnings-ask``) and
    ``warnings`` are the codes. The reasons are kept with the order; what was answered for before is not asked again.
    """
    given, by = body.reasons, request.actor
    return answered(actions.submit(body.ids, reasons=given, versions=body.versions, by=by, at=request.at))


@router.write("/withdraw", response=Done[Moved], permission="orders.withdraw_order", summary="Withdraw")
def withdraw(request: ApiRequest, body: Items) -> Any:
    """Orders in review or approved are drafts again."""
    return answered(actions.withdraw(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/reviews/approve", response=Done[ReviewOut], permission=VIEW, summary="Approve reviews")
def approve(request: ApiRequest, body: ReviewDecisionIn) -> Any:
    """Ids of reviews. The last approval approves the order, which is then confirmed by itself."""
    restock = dict.fromkeys(body.ids, body.restock_date) if body.restock_date else {}
    return answered(
        actions.approve(body.ids, body.remark, restock=restock, versions=body.versions, by=request.actor, at=request.at)
    )


@router.write("/reviews/send-back", response=Done[ReviewOut], permission=VIEW, summary="Send orders back")
def send_back(request: ApiRequest, body: ReviewDecisionIn) -> Any:
    """Ids of reviews. The remark tells sales what to change and must not be empty."""
    restock = dict.fromkeys(body.ids, body.restock_date) if body.restock_date else {}
    return answered(
        actions.send_back(
            body.ids, body.remark, restock=restock, versions=body.versions, by=request.actor, at=request.at
        )
    )


@router.write("/confirm", response=Done[Moved], permission="orders.confirm_order", summary="Confirm")
def confirm(request: ApiRequest, body: Items) -> Any:
    """Stock is reserved and credit held for each whole order, or it is refused with every reason."""
    return answered(actions.confirm(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/cancel", response=Done[Moved], permission="orders.cancel_order", summary="Cancel")
def cancel(request: ApiRequest, body: OrderReasoned) -> Any:
    """Stock and credit are free again. Refused while goods are under way or invoiced."""
    return answered(actions.cancel(body.ids, body.reason, versions=body.versions, by=request.actor, at=request.at))


@router.write("/complete", response=Done[Moved], permission="orders.complete_order", summary="Complete")
def complete(request: ApiRequest, body: Items) -> Any:
    """Orders that are shipped, signed, invoiced and paid."""
    return answered(actions.complete(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/to-archive", response=Done[Moved], permission="orders.archive_order", summary="Archive")
def archive(request: ApiRequest, body: Items) -> Any:
    """Completed orders, with a manifest of their documents; they are never changed again."""
    return answered(actions.archive(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/prioritise", response=Done[Moved], permission="orders.prioritise_order", summary="Set priority")
def prioritise(request: ApiRequest, body: OrderPriorityIn) -> Any:
    """How important and urgent the orders are; urgent ones are served first."""
    specs = dict.fromkeys(body.ids, PrioritySpec(body.priority, body.urgent))
    return answered(actions.prioritise(specs, versions=body.versions, by=request.actor, at=request.at))


@router.write("/hold", response=Done[HoldOut], permission="orders.hold_order", summary="Place a hold")
def hold(request: ApiRequest, body: OrderHoldIn) -> Any:
    """Stops confirmation, shipping or invoicing of the order, or of one of its lines, until it is released."""
    terms = actions.HoldTerms(body.line, body.owner_id, str(body.rule), body.expires_at)
    how: dict[str, Any] = {"kind": str(body.kind), "stops": str(body.stops), "terms": terms}
    return answered(
        actions.place_hold(body.ids, body.reason, versions=body.versions, by=request.actor, at=request.at, **how)
    )


@router.write("/release", response=Done[HoldOut], permission="orders.release_order", summary="Release a hold")
def release(request: ApiRequest, body: OrderReleaseIn) -> Any:
    """The orders' open hold of this kind on this step ends."""
    how = {"kind": str(body.kind), "stops": str(body.stops), "reason": body.reason}
    return answered(actions.release_hold(body.ids, versions=body.versions, by=request.actor, at=request.at, **how))


@router.write("/comment", response=Done[Moved], permission="orders.comment_order", summary="Comment")
def comment(request: ApiRequest, body: OrderCommentIn) -> Any:
    """Stands in the timeline of each order, whatever its status."""
    return answered(actions.comment(body.ids, body.text, by=request.actor, at=request.at))


# --- papers ---------------------------------------------------------------------------------------------------------


@router.write(
    "/{int:pk}/attachments",
    response=OrderAttachmentOut,
    status=201,
    permission="orders.attach_order",
    summary="Attach a paper",
)
def attach(request: ApiRequest, pk: Id, file: File[UploadedFile], what: Form[OrderAttachmentIn]) -> Any:
    """The signed confirmation letter, a technical agreement, a talk record ..."""
    spec = actions.AttachmentSpec(pk, Upload.of(file, most_bytes()), what.kind, what.note)
    return created(actions.attach([spec], by=request.actor, at=request.at).one())


@router.read(
    "/{int:pk}/attachments/{int:attachment_pk}",
    response=None,
    permission=VIEW,
    summary="Download a paper",
    binary="application/octet-stream",
)
def attachment(request: ApiRequest, pk: Id, attachment_pk: Id) -> HttpResponse:
    """The file as it was sent."""
    papers = OrderAttachment.objects.filter(order__in=queries.seen_by(request.actor), order_id=pk)
    paper = papers.filter(pk=attachment_pk).select_related("file__content").first()
    if paper is None:
        raise Refused(NOT_FOUND(attachment_pk))
    return file_response(request, paper.file)
