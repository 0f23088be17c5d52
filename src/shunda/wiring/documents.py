"""The documents as PDF: which there are, who may print them, their addresses in the pages and in the API.

Every export is an event of the document's subject (R226: look-up and traceability; exports are logged).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import Id
from shunda.billing import queries as billing
from shunda.billing.documents import credit_note, invoice, settlement
from shunda.changes import queries as changes
from shunda.changes.documents import change_agreement, revision
from shunda.core import event
from shunda.core.actor import Actor
from shunda.core.batch import happening
from shunda.core.refusal import NOT_FOUND, NotPermitted, Refused
from shunda.customers.rules import sees_private
from shunda.fulfilment import queries as fulfilment
from shunda.fulfilment.documents import delivery_letter, delivery_receipt, packing_list, pick_list
from shunda.orders import queries as orders
from shunda.orders.documents import (
    configuration,
    confirmation_letter,
    intake_form,
    order_confirmation,
    processing_form,
    sales_order,
)
from shunda.orders.models import Order
from shunda.orders.states import OrderStatus
from shunda.web.documents.reasons import NOTHING_CHOSEN, TOO_MANY
from shunda.web.documents.render import MOST
from shunda.web.documents.render import render as typeset
from shunda.web.pages import actor, now, page, ticked

Language = Literal["zh-hans", "en"]


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of document: its subject's address and rows, the permission, where its data and template are."""

    name: str
    title: str | Promise
    address: str
    subject: str
    permission: str
    seen_by: Callable[[Actor], QuerySet[Any]]
    papers: Callable[..., list[dict[str, Any]]]
    template: Path


def _document(
    name: str, title: str | Promise, address: str, permission: str, seen_by: Any, module: Any, subject: str = ""
) -> Document:
    subject = subject or permission.rpartition("_")[2]
    return Document(name, title, address, subject, permission, seen_by, module.papers, module.TEMPLATE)


ORDER, SHIPMENT = "orders.view_order", "fulfilment.view_shipment"


def _confirmed(by: Actor) -> QuerySet[Order]:
    """Orders that were confirmed and are not cancelled: only those can be promised on paper."""
    return orders.seen_by(by).filter(confirmed_at__isnull=False).exclude(status=OrderStatus.CANCELLED)


def _configured(by: Actor) -> QuerySet[Order]:
    return configuration.configured(orders.seen_by(by))


def _of_order(name: str, title: str | Promise, address: str, module: Any, seen_by: Any = orders.seen_by) -> Document:
    return _document(name, title, f"orders/{{}}/{address}", ORDER, seen_by, module)


DOCUMENTS = {
    document.name: document
    for document in (
        _of_order("intake-form", pgettext_lazy("document", "Order intake form"), "intake/pdf", intake_form),
        _of_order(
            "processing-form", pgettext_lazy("document", "Order processing form"), "processing/pdf", processing_form
        ),
        _of_order("sales-order", pgettext_lazy("document", "Sales order"), "pdf", sales_order),
        _of_order(
            "confirmation-letter",
            pgettext_lazy("document", "Purchase confirmation letter"),
            "letter/pdf",
            confirmation_letter,
        ),
        _of_order(
            "product-configuration",
            pgettext_lazy("document", "Product configuration"),
            "configuration/pdf",
            configuration,
            _configured,
        ),
        _of_order(
            "order-confirmation",
            pgettext_lazy("document", "Order confirmation"),
            "confirmation/pdf",
            order_confirmation,
            _confirmed,
        ),
        _document(
            "pick-list",
            pgettext_lazy("document", "Pick list"),
            "shipments/{}/pick-list/pdf",
            SHIPMENT,
            fulfilment.seen_by,
            pick_list,
        ),
        _document(
            "packing-list",
            pgettext_lazy("document", "Packing list"),
            "shipments/{}/packing-list/pdf",
            SHIPMENT,
            fulfilment.seen_by,
            packing_list,
        ),
        _document(
            "delivery-letter",
            pgettext_lazy("document", "Delivery confirmation letter"),
            "shipments/{}/letter/pdf",
            SHIPMENT,
            fulfilment.seen_by,
            delivery_letter,
        ),
        _document(
            "delivery-receipt",
            pgettext_lazy("document", "Delivery receipt"),
            "shipments/{}/receipt/pdf",
            SHIPMENT,
            fulfilment.seen_by,
            delivery_receipt,
        ),
        _document(
            "settlement",
            pgettext_lazy("document", "Settlement"),
            "settlements/{}/pdf",
            "billing.view_settlement",
            billing.settlements_seen_by,
            settlement,
        ),
        _document(
            "invoice",
            pgettext_lazy("document", "Invoice print"),
            "invoices/{}/pdf",
            "billing.view_invoice",
            billing.invoices_seen_by,
            invoice,
        ),
        _document(
            "credit-note",
            pgettext_lazy("document", "Credit note print"),
            "credit-notes/{}/pdf",
            "billing.view_invoice",
            billing.credit_notes_seen_by,
            credit_note,
            "credit_note",
        ),
        _document(
            "change-agreement",
            pgettext_lazy("document", "Change agreement"),
            "changes/{}/pdf",
            ORDER,
            changes.seen_by,
            change_agreement,
            "change",
        ),
        _document(
            "revision",
            pgettext_lazy("document", "Sales order revision"),
            "revisions/{}/pdf",
            ORDER,
            changes.revisions,
            revision,
            "revision",
        ),
    )
}


def export(
    document: Document, ids: Sequence[int], *, by: Actor, at: datetime, language: str | None = None
) -> HttpResponse:
    """These documents in one PDF, in the language asked for or the reader's own; each export is recorded.

    Refuses without the permission, and when one of the rows does not exist or is outside the actor's area.
    """
    if not by.may(document.permission):
        raise NotPermitted(document.permission)
    wanted = list(dict.fromkeys(ids))
    rows = document.seen_by(by).in_bulk(wanted)
    if lacking := [pk for pk in wanted if pk not in rows]:
        raise Refused(*(NOT_FOUND(pk) for pk in lacking))
    spoken = language or translation.get_language() or "zh-hans"
    with translation.override(spoken):
        title = str(document.title)
        pdf = typeset(
            document.template, document.papers(wanted, private=sees_private(by)), language=spoken, by=by.name, at=at
        )
    _record(document, [rows[pk] for pk in wanted], spoken, by, at)
    name = f"{title} {rows[wanted[0]]}.pdf" if len(wanted) == 1 else f"{title} ({len(wanted)}).pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"},
    )


def _record(document: Document, rows: Sequence[Any], language: str, by: Actor, at: datetime) -> None:
    """Events are numbered within their order, so the order is locked while one is written."""
    order_ids = sorted({row.order_id for row in rows})
    with transaction.atomic():
        list(Order.objects.filter(pk__in=order_ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        data = {"document": document.name, "language": language}
        event.record((happening(f"{document.subject}.pdf", row, **data) for row in rows), by=by, at=at)


def _view(document: Document) -> Callable[..., HttpResponse]:
    @page(document.permission, methods=["GET"])
    def one(request: HttpRequest, pk: int) -> HttpResponse:
        return export(document, [pk], by=actor(request), at=now(), language=_asked(request))

    return one


def _batch(document: Document) -> Callable[..., HttpResponse]:
    @page(document.permission)
    def several(request: HttpRequest) -> HttpResponse:
        """Those ticked in a list, or named by ``?id=``, in one PDF."""
        ids = ticked(request)[0] or [int(i) for i in request.GET.getlist("id") if i.isdecimal() and len(i) < 19]
        if not ids:
            raise Refused(NOTHING_CHOSEN())
        if len(ids) > MOST:
            raise Refused(TOO_MANY(asked=len(ids), most=MOST))
        return export(document, ids, by=actor(request), at=now(), language=_asked(request))

    return several


@page("orders.view_order", methods=["GET"])
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Every document of an order, to be printed in either language: found again from its order."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=pk)
    sources: list[tuple[str, QuerySet[Any]]] = [
        *((name, Order.objects.filter(pk=pk)) for name in ("intake-form", "processing-form", "sales-order")),
        ("confirmation-letter", Order.objects.filter(pk=pk)),
        ("product-configuration", _configured(by).filter(pk=pk)),
        ("order-confirmation", _confirmed(by).filter(pk=pk)),
        *(
            (name, fulfilment.seen_by(by).filter(order=pk))
            for name in ("pick-list", "packing-list", "delivery-letter", "delivery-receipt")
        ),
        ("settlement", billing.settlements_seen_by(by).filter(order=pk)),
        ("invoice", billing.invoices_seen_by(by).filter(order=pk)),
        ("credit-note", billing.credit_notes_seen_by(by).filter(order=pk)),
        ("change-agreement", changes.seen_by(by).filter(order=pk)),
        ("revision", changes.revisions(by).filter(order=pk)),
    ]
    found = [
        (DOCUMENTS[name].title, str(row), reverse(f"documents:{name}", args=[row.pk]))
        for name, rows in sources
        if by.may(DOCUMENTS[name].permission)
        for row in rows.order_by("pk")
    ]
    return render(request, "wiring/documents.html", {"order": order, "documents": found})


def _asked(request: HttpRequest) -> str | None:
    asked = request.GET.get("language", "")
    return asked if asked in ("zh-hans", "en") else None


app_name = "documents"
urlpatterns = [
    path("documents/of-order/<int:pk>/", panel, name="panel"),
    *(path(document.address.format("<int:pk>"), _view(document), name=name) for name, document in DOCUMENTS.items()),
    *(path(f"documents/{name}/pdf", _batch(document), name=f"{name}-batch") for name, document in DOCUMENTS.items()),
]

router = Router("documents")


def _endpoint(document: Document) -> None:
    def pdf(request: ApiRequest, pk: Id, language: Language | None = None) -> HttpResponse:
        return export(document, [pk], by=request.actor, at=request.at, language=language)

    pdf.__name__ = f"{document.name.replace('-', '_')}_pdf"
    pdf.__doc__ = (
        "A PDF/A-2b file in ``language``, or else in that of ``Accept-Language``. Each export is recorded on the "
        "timeline. Answers 404 when there is none the caller may see."
    )
    router.read(
        "/" + document.address.format("{int:pk}"),
        response=None,
        permission=document.permission,
        summary=f"{document.name.replace('-', ' ').capitalize()} as PDF",
        binary="application/pdf",
    )(pdf)


for _each in DOCUMENTS.values():
    _endpoint(_each)
