"""The list a keeper picks by: in the order of the shelves, with barcodes to scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.fulfilment.documents import loading
from shunda.fulfilment.models import Shipment, ShipmentLine
from shunda.orders.documents import paper
from shunda.web.documents.codes import code128
from shunda.web.formats import day, moment, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The data of these shipments' pick lists, in this order and the active language; constant queries."""
    ours = paper.company()
    return [_paper(shipment, ours) for shipment in loading.shipments(ids)]


def _paper(shipment: Shipment, ours: dict[str, Any]) -> dict[str, Any]:
    lines = sorted(
        shipment.lines.all(), key=lambda line: (line.location == "", line.location, line.order_line.sku.code)
    )
    lines = [line for line in lines if line.quantity]
    order = shipment.order
    return {
        **paper.sheet(pgettext("document", "Pick list"), shipment.number, ours, loading.watermark(shipment)),
        "barcode": code128(shipment.number),
        "labels": {
            "location": pgettext("document", "Location"),
            "article": pgettext("document", "Article"),
            "barcode": pgettext("document", "Barcode"),
            "quantity": pgettext("document", "To pick"),
            "unit": pgettext("document", "Unit"),
            "picked": pgettext("document", "Picked"),
            "packing": pgettext("document", "Packing requirements"),
            "note": pgettext("document", "Note"),
            "urgent": pgettext("document", "URGENT"),
        },
        "urgent": order.urgent,
        "facts": [
            (pgettext("document", "Warehouse"), shipment.warehouse.name),
            (pgettext("document", "Order"), order.number),
            (pgettext("document", "Customer"), order.customer_name),
            (pgettext("document", "Priority"), order.get_priority_display()),
            (pgettext("document", "Wanted delivery"), day(order.wanted_date) if order.wanted_date else ""),
            (pgettext("document", "Planned"), moment(shipment.created_at)),
            *loading.transport(shipment)[:2],
            (pgettext("document", "Lines"), str(len(lines))),
            (pgettext("document", "Total"), loading.total(lines)),
        ],
        "rows": [_row(line) for line in lines],
        "packing": order.packing,
        "note": paper.joined(shipment.note, order.note),
        "signatures": [
            (pgettext("document", "Picked by"), pgettext("document", "Date")),
            (pgettext("document", "Checked by"), pgettext("document", "Date")),
        ],
    }


def _row(line: ShipmentLine) -> dict[str, str]:
    sku = line.order_line.sku
    return {
        "location": line.location or "—",
        **paper.article(line.order_line),
        "barcode": code128(sku.barcode or sku.code),
        "quantity": quantity(line.quantity),
        "unit": loading.unit(line),
        "picked": quantity(line.picked) if line.picked else "",
    }
