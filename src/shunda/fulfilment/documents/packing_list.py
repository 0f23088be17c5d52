"""The list that lies in the parcel: what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from shunda.fulfilment.documents import loading
from shunda.fulfilment.models import Shipment
from shunda.orders.documents import paper
from shunda.web.documents.codes import code128
from shunda.web.formats import day, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The data of these shipments' packing lists, in this order and the active language; constant queries."""
    ours = paper.company()
    return [_paper(shipment, ours) for shipment in loading.shipments(ids)]


def _paper(shipment: Shipment, ours: dict[str, Any]) -> dict[str, Any]:
    lines, order = loading.going(shipment), shipment.order
    return {
        **paper.sheet(_("Packing list"), shipment.number, ours, loading.watermark(shipment)),
        "barcode": code128(shipment.number),
        "labels": {
            "sender": _("Shipped from"),
            "consignee": _("Ship to"),
            "line": _("No."),
            "sku": _("SKU"),
            "article": _("Product, model and specification"),
            "quantity": _("Quantity"),
            "unit": _("Unit"),
            "total": _("Total"),
            "packing": _("Packing requirements"),
            "note": _("Note"),
        },
        "facts": [
            (_("Order"), order.number),
            (_("Contract number"), order.contract_number),
            (_("Customer's order number"), order.customer_reference),
            (_("Shipped"), day(shipment.shipped_at) if shipment.shipped_at else ""),
            *loading.transport(shipment),
        ],
        "sender": [
            (_("Company"), ours["name"]),
            (_("Warehouse"), shipment.warehouse.name),
            (_("Address"), shipment.warehouse.address),
        ],
        "consignee": [(_("Company"), order.customer_name), *paper.consignee(order)],
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
        "signatures": [(_("Packed by"), _("Date")), (_("Checked by"), _("Date"))],
    }
