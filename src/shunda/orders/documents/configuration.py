"""The product configuration: what is made for one order, to be agreed and then frozen (R103, R104)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import pgettext

from shunda.catalog.rules import local
from shunda.orders.assembly import is_taken_out
from shunda.orders.documents import paper
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import OrderStatus
from shunda.web.formats import day, filled

TEMPLATE = Path(__file__).with_suffix(".typ")
_MADE = Q(made_to_order=True) | ~Q(parameters={})


def configured(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those with something made to order or with parameters of their own: one look by index for each."""
    return orders.filter(Exists(OrderLine.objects.filter(_MADE, order=OuterRef("pk"))))


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these orders' configurations, in this order and the active language; constant queries.

    Phones and bank accounts are in full only for ``private`` eyes.
    """
    lines = OrderLine.objects.filter(_MADE).select_related("sku__product", "unit").order_by("line_no")
    orders = (
        Order.objects.filter(pk__in=ids)
        .select_related("owner")
        .prefetch_related(Prefetch("lines", lines, to_attr="made"))
        .in_bulk()
    )
    ours = paper.company()
    return [_sheet(orders[pk], ours, private=private) for pk in ids]


def _sheet(order: Order, ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    made: list[OrderLine] = order.made  # type: ignore[attr-defined]
    frozen = order.confirmed_at is not None
    said = (
        pgettext(
            "document",
            "This configuration was confirmed with the order and is frozen: no region may change it. What has to "
            "differ is asked for with a product change request.",
        )
        if frozen
        else pgettext("document", "This configuration is not confirmed yet; once the order is, it is frozen.")
    )
    return {
        **paper.sheet(pgettext("document", "Product configuration"), order.number, ours, _watermark(order)),
        "labels": {
            "buyer": pgettext("document", "Customer"),
            "parameter": pgettext("document", "Parameter"),
            "value": pgettext("document", "Agreed value"),
            "note": pgettext("document", "Note"),
        },
        "declaration": said,
        "facts": [
            (pgettext("document", "Order date"), day(order.order_date)),
            (pgettext("document", "Frozen since"), day(localdate(order.confirmed_at)) if order.confirmed_at else ""),
            (pgettext("document", "Order type"), order.get_kind_display()),
            (pgettext("document", "Contract number"), order.contract_number),
            (pgettext("document", "Customer's order number"), order.customer_reference),
            (pgettext("document", "Promised delivery"), filled(day, order.promised_date)),
            (pgettext("document", "Sales representative"), str(order.owner or "")),
        ],
        "buyer": paper.buyer(order, private=private),
        "articles": [_article(line) for line in made if not is_taken_out(line)],
        "signatures": [
            (pgettext("document", "Buyer (signature and seal)"), pgettext("document", "Date")),
            (pgettext("document", "Sales manager"), pgettext("document", "Date")),
            (pgettext("document", "Research and development"), pgettext("document", "Date")),
            (pgettext("document", "Production"), pgettext("document", "Date")),
        ],
    }


def _watermark(order: Order) -> str:
    if order.status == OrderStatus.CANCELLED:
        return pgettext("document", "CANCELLED")
    return "" if order.confirmed_at else pgettext("document", "DRAFT")


def _article(line: OrderLine) -> dict[str, Any]:
    """One article with everything it is made by; what the product has of itself comes first."""
    facts = [
        (pgettext("document", "Model"), line.model),
        (pgettext("document", "Specification"), line.specification),
        (pgettext("document", "Variant"), line.sku.variant),
        *((str(name), str(value)) for name, value in (line.parameters or {}).items()),
        (pgettext("document", "Wanted delivery"), filled(day, line.wanted_date)),
    ]
    told = paper.article(line)
    return {
        "no": str(line.line_no),
        "sku": told["sku"],
        "name": told["name"],
        "quantity": f"{paper.line_quantity(line)} {local(line.unit.name, line.unit.name_en)}",
        "parameters": [(name, value) for name, value in facts if value],
        "note": line.note,
    }
