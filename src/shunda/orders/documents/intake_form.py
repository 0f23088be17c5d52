"""The intake form: what a customer asked for, as it was taken down and given to a salesperson (R012, R013)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.catalog.rules import local
from shunda.orders.assembly import is_taken_out
from shunda.orders.documents import paper
from shunda.orders.models import Order, OrderAttachment, OrderLine
from shunda.web.formats import day, filled, moment

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these orders' intake forms, in this order and the active language; constant queries.

    Phones and bank accounts are in full only for ``private`` eyes.
    """
    lines = OrderLine.objects.select_related("sku__product", "unit").order_by("line_no")
    attached = OrderAttachment.objects.select_related("file").order_by("pk")
    orders = (
        Order.objects.filter(pk__in=ids)
        .select_related("owner", "team", "region", "created_by", "term")
        .prefetch_related(Prefetch("lines", lines), Prefetch("attachments", attached))
        .in_bulk()
    )
    ours = paper.company()
    return [_form(orders[pk], ours, private=private) for pk in ids]


def _form(order: Order, ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    return {
        **paper.sheet(pgettext("document", "Order intake form"), order.number, ours),
        "labels": {
            "buyer": pgettext("document", "Customer"),
            "consignee": pgettext("document", "Ship to"),
            "line": pgettext("document", "No."),
            "article": pgettext("document", "Product, model and specification"),
            "wishes": pgettext("document", "Parameters and particular wishes"),
            "quantity": pgettext("document", "Quantity"),
            "unit": pgettext("document", "Unit"),
            "wanted": pgettext("document", "Wanted delivery"),
            "packing": pgettext("document", "Packing requirements"),
            "note": pgettext("document", "Note"),
            "papers": pgettext("document", "Papers that came with it"),
        },
        "facts": _facts(order),
        "buyer": paper.buyer(order, private=private),
        "consignee": paper.consignee(order, private=private),
        "rows": [_row(order, line) for line in order.lines.all() if not is_taken_out(line)],
        "packing": order.packing,
        "note": order.note,
        "papers": paper.listed(f"{one.file.name} ({one.get_kind_display()})" for one in order.attachments.all()),
        "signatures": [
            (pgettext("document", "Taken down by"), str(order.created_by or "")),
            (pgettext("document", "Given to (sales representative)"), str(order.owner or "")),
            (pgettext("document", "Customer (in agreement)"), pgettext("document", "Date")),
        ],
    }


def _facts(order: Order) -> list[paper.Pair]:
    return [
        (pgettext("document", "Taken down at"), moment(order.created_at)),
        (pgettext("document", "Came in by"), order.get_channel_display()),
        (pgettext("document", "Number in the channel"), paper.joined(order.shop, order.external_number)),
        (pgettext("document", "Order type"), order.get_kind_display()),
        (pgettext("document", "Customer's order number"), order.customer_reference),
        (pgettext("document", "Contract number"), order.contract_number),
        (pgettext("document", "Wanted delivery"), filled(day, order.wanted_date)),
        (pgettext("document", "Priority"), order.get_priority_display()),
        (pgettext("document", "Urgent"), pgettext("document", "yes") if order.urgent else pgettext("document", "no")),
        (pgettext("document", "Payment method"), order.get_payment_method_display()),
        (pgettext("document", "Invoice"), order.get_invoice_kind_display()),
        (pgettext("document", "Transport mode"), order.transport),
        (pgettext("document", "Region"), str(order.region or "")),
        (pgettext("document", "Team"), str(order.team or "")),
    ]


def _row(order: Order, line: OrderLine) -> dict[str, str]:
    told = paper.article(line)
    wishes = [*(f"{key}: {value}" for key, value in (line.parameters or {}).items()), line.note]
    facts = [line.model, line.specification, line.sku.variant]
    wanted = line.wanted_date or order.wanted_date
    return {
        "no": str(line.line_no),
        "sku": told["sku"],
        "name": told["name"],
        "note": " · ".join(part for part in facts if part),
        "wishes": "\n".join(wish for wish in wishes if wish),
        "quantity": paper.line_quantity(line),
        "unit": local(line.unit.name, line.unit.name_en),
        "wanted": filled(day, wanted),
    }
