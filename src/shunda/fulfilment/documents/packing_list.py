"""The list that lies in the parcel: what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.fulfilment.documents import loading
from shunda.fulfilment.models import Shipment
from shunda.orders.documents import paper
from shunda.web.documents.codes import code128
from shunda.web.formats import day, filled, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these shipments' packing lists, in this order and the active language; constant queries.

    The receiver's phone is on it for everybody who may print it: the driver needs it.
    """
    del private
    ours = paper.company()
    return [_paper(shipment, ours) for shipment in loading.shipments(ids)]


def _paper(shipment: Shipment, ours: dict[str, Any]) -> dict[str, Any]:
    lines, order = loading.going(shipment), shipment.order
    return {
        **paper.sheet(pgettext("document", "Packing list"), shipment.number, ours, loading.watermark(shipment)),
        "barcode": code128(shipment.number),
        "labels": _labels(),
        "facts": [
            (pgettext("document", "Order"), order.number),
            (pgettext("document", "Contract number"), order.contract_number),
            (pgettext("document", "Customer's order number"), order.customer_reference),
            (pgettext("document", "Shipped on"), filled(day, shipment.shipped_at)),
            *loading.transport(shipment),
        ],
        "sender": [
            (pgettext("document", "Company"), ours["name"]),
            (pgettext("document", "Warehouse"), shipment.warehouse.name),
            (pgettext("document", "Address"), shipment.warehouse.address),
        ],
        "consignee": [(pgettext("document", "Company"), order.customer_name), *paper.consignee(order, private=True)],
        "rows": [
            {
                "no": str(number),
                **paper.article(line.order_line),
                "quantity": quantity(line.quantity),
                "unit": loading.unit(line),
            }
            for number, line in enumerate(lines, 1)
        ],
        "total": loading.total(lines),
        "packing": order.packing,
        "note": shipment.note,
        "signatures": [
            (pgettext("document", "Packed by"), pgettext("document", "Date")),
            (pgettext("document", "Checked by"), pgettext("document", "Date")),
        ],
    }


def _labels() -> dict[str, str]:
    return {
        "sender": pgettext("document", "Shipped from"),
        "consignee": pgettext("document", "Ship to"),
        "line": pgettext("document", "No."),
        "sku": pgettext("document", "SKU"),
        "article": pgettext("document", "Product, model and specification"),
        "quantity": pgettext("document", "Quantity"),
        "unit": pgettext("document", "Unit"),
        "total": pgettext("document", "Total"),
        "packing": pgettext("document", "Packing requirements"),
        "note": pgettext("document", "Note"),
    }
