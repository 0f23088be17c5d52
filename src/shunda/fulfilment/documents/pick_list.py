"""The list a keeper picks by: in the order of the shelves, with barcodes to scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.fulfilment.documents import loading
from shunda.fulfilment.documents.loading import Shelves
from shunda.fulfilment.models import Shipment, ShipmentLine
from shunda.orders.documents import paper
from shunda.web.documents.codes import code128
from shunda.web.formats import day, filled, moment, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these shipments' pick lists, in this order and the active language; constant queries."""
    del private  # it says nothing private
    ours, found = paper.company(), loading.shipments(ids)
    shelves = loading.shelves(found)
    return [_paper(shipment, shelves, ours) for shipment in found]


def _paper(shipment: Shipment, shelves: Shelves, ours: dict[str, Any]) -> dict[str, Any]:
    def shelf(line: ShipmentLine) -> str:
        return line.location or shelves.get((line.sku_id, shipment.warehouse_id), "")

    lines = sorted(loading.going(shipment), key=lambda line: (not shelf(line), shelf(line), line.order_line.sku.code))
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
        },
        "mark": pgettext("document", "URGENT") if order.urgent else "",
        "facts": [
            (pgettext("document", "Warehouse"), shipment.warehouse.name),
            (pgettext("document", "Order"), order.number),
            (pgettext("document", "Customer"), order.customer_name),
            (pgettext("document", "Priority"), order.get_priority_display()),
            (pgettext("document", "Wanted delivery"), filled(day, order.wanted_date)),
            (pgettext("document", "Planned"), moment(shipment.created_at)),
            *loading.transport(shipment)[:2],
            (pgettext("document", "Lines"), str(len(lines))),
            (pgettext("document", "Total"), loading.total(lines)),
        ],
        "rows": [_row(line, shelf(line)) for line in lines],
        "packing": order.packing,
        "note": paper.joined(shipment.note, order.note),
        "signatures": [
            (pgettext("document", "Picked by"), pgettext("document", "Date")),
            (pgettext("document", "Checked by"), pgettext("document", "Date")),
        ],
    }


def _row(line: ShipmentLine, shelf: str) -> dict[str, str]:
    sku = line.order_line.sku
    return {
        "location": shelf or "—",
        **paper.article(line.order_line),
        "barcode": code128(sku.barcode or sku.code),
        "quantity": quantity(line.quantity),
        "unit": loading.unit(line),
        "picked": quantity(line.picked) if line.picked else "",
    }
