"""What the search box finds: the rows of each folder, how they are shown, and the address of the search in the API."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from ninja import Query
from pydantic import Field

from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import Filter, Out
from shunda.billing import search as billing
from shunda.billing.models import Invoice, Payment, Settlement
from shunda.catalog import queries as catalog
from shunda.catalog.queries import SkuFacts
from shunda.changes import search as changes
from shunda.changes.models import Change
from shunda.customers import search as customers
from shunda.customers.models import Customer
from shunda.fulfilment import search as fulfilment
from shunda.fulfilment.models import Shipment
from shunda.orders import search as orders
from shunda.orders.models import Order
from shunda.orders.pages.detail import moves_of
from shunda.orders.states import ORDER
from shunda.web.formats import money
from shunda.web.search import EACH, LONGEST, Shown, Source, rows_of


def _order(row: Order) -> Shown:
    note = f"{row.customer_name} · {money(row.gross, row.currency)}"
    reference = " · ".join(part for part in (row.customer_reference, row.external_number) if part)
    note = f"{note} · {reference}" if reference else note
    return Shown(row.pk, row.number, note, row.status, row.get_status_display())


def _customer(row: Customer) -> Shown:
    return Shown(row.pk, row.name, row.code)


def _product(row: SkuFacts) -> Shown:
    return Shown(
        row.product_id, row.code, " · ".join(part for part in (row.name, row.model, row.specification) if part)
    )


def _shipment(row: Shipment) -> Shown:
    note = f"{row.order.number} · {row.order.customer_name}"
    note = f"{note} · {row.tracking_number}" if row.tracking_number else note
    return Shown(row.pk, row.number, note, row.status, row.get_status_display())


def _change(row: Change) -> Shown:
    note = f"{row.order.number} · {row.order.customer_name}"
    return Shown(row.pk, row.number, note, row.status, row.get_status_display())


def _invoice(row: Invoice) -> Shown:
    note = f"{row.order.number} · {row.order.customer_name} · {money(row.gross, row.currency)}"
    return Shown(row.pk, row.number, note, row.status, row.get_status_display())


def _payment(row: Payment) -> Shown:
    note = f"{row.customer.name} · {money(row.amount, row.currency)}"
    return Shown(row.pk, row.number, note, row.status, row.get_status_display())


def _settlement(row: Settlement) -> Shown:
    note = f"{row.order.number} · {row.order.customer_name}"
    return Shown(row.pk, row.number, note, row.status, row.get_status_display())


SEARCH: dict[str, Source] = {
    "orders.order": Source(
        _("Orders"), "file-text", "orders.view_order", orders.find, _order, machine=ORDER, moves=moves_of
    ),
    "customers.customer": Source(_("Customers"), "building", "customers.view_customer", customers.find, _customer),
    "catalog.product": Source(
        _("Products"),
        "package",
        "catalog.view_product",
        lambda text, _actor, limit: catalog.find(text, limit),
        _product,
    ),
    "changes.change": Source(_("Order changes"), "pencil", "orders.view_order", changes.find, _change),
    "fulfilment.shipment": Source(_("Shipments"), "truck", "fulfilment.view_shipment", fulfilment.find, _shipment),
    "billing.invoice": Source(_("Invoices"), "file-invoice", "billing.view_invoice", billing.invoices, _invoice),
    "billing.payment": Source(_("Payments"), "cash", "billing.view_payment", billing.payments, _payment),
    "billing.settlement": Source(
        _("Settlements"), "receipt", "billing.view_settlement", billing.settlements, _settlement
    ),
}
"""Kind of subject -> how it is found and shown; its page is in ``tables.SUBJECTS``."""


router = Router("search")


class SearchFilter(Filter):
    """What is looked for."""

    q: Annotated[str, Field(min_length=1, max_length=LONGEST, description="Number, name, pinyin initials, phone tail.")]
    kind: Annotated[list[str] | None, Field(description="Only these kinds, such as “orders.order”.")] = None
    limit: Annotated[int, Field(ge=1, le=20, description="At most so many of each kind.")] = EACH


class HitOut(Out):
    """One thing found."""

    kind: str
    id: int
    label: str
    note: str
    status: str
    url: Annotated[str, Field(description="Its page.")]


@router.read("", response=list[HitOut], permission="", summary="Find anything")
def search(request: ApiRequest, where: Query[SearchFilter]) -> Any:
    """What a text means: orders, customers, products, changes, shipments, invoices, payments, settlements you may see.

    The best finds of each kind come first; a phone's last digits count only for those who may see phones.
    """
    groups = rows_of(where.q.strip(), request.actor, where.limit, where.kind or ())
    return [
        {"kind": group.kind, "id": hit.pk, "label": hit.label, "note": hit.note, "status": hit.status, "url": hit.url}
        for group in groups
        for hit in group.hits
    ]
