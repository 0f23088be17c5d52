"""The receipt the customer's contact signs at the door: quantity, look and packing checked (R143)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.fulfilment.documents import loading
from shunda.fulfilment.models import Receipt, Shipment, ShipmentLine
from shunda.orders.documents import paper
from shunda.web.documents.codes import code128
from shunda.web.formats import day, filled, moment, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these shipments' receipts: to be signed on paper, or filled in when it was signed on a screen.

    The receiver's phone is on it for everybody who may print it: the driver needs it.
    """
    del private
    ours = paper.company()
    return [_paper(shipment, ours) for shipment in loading.shipments(ids)]


def _paper(shipment: Shipment, ours: dict[str, Any]) -> dict[str, Any]:
    lines, order = loading.going(shipment), shipment.order
    receipt = getattr(shipment, "receipt", None)
    checked = receipt if receipt and receipt.evidence_id is None else None  # a carrier's word is no look at the goods
    return {
        **paper.sheet(pgettext("document", "Delivery receipt"), shipment.number, ours, loading.watermark(shipment)),
        "barcode": code128(shipment.number),
        "labels": _labels(),
        "facts": [
            (pgettext("document", "Order"), order.number),
            (pgettext("document", "Contract number"), order.contract_number),
            (pgettext("document", "Customer's order number"), order.customer_reference),
            (pgettext("document", "Shipped on"), filled(day, shipment.shipped_at)),
            *loading.transport(shipment),
        ],
        "consignee": [(pgettext("document", "Company"), order.customer_name), *paper.consignee(order, private=True)],
        "rows": [_row(number, line, receipt) for number, line in enumerate(lines, 1)],
        "total": loading.total(lines),
        "checks": [
            (pgettext("document", "The quantity is right"), _complete(lines) if checked else None),
            (pgettext("document", "The goods are undamaged"), checked.looks_good if checked else None),
            (pgettext("document", "The packing is intact"), checked.packing_intact if checked else None),
        ],
        "remark": receipt.remark if receipt else "",
        "signed": _signature(receipt),
        "signed_by": receipt.signed_by if receipt else "",
        "signed_at": moment(receipt.signed_at) if receipt else "",
    }


def _labels() -> dict[str, str]:
    return {
        "consignee": pgettext("document", "Ship to"),
        "line": pgettext("document", "No."),
        "article": pgettext("document", "Product, model and specification"),
        "quantity": pgettext("document", "Shipped"),
        "unit": pgettext("document", "Unit"),
        "accepted": pgettext("document", "Accepted"),
        "damaged": pgettext("document", "Damaged"),
        "missing": pgettext("document", "Missing"),
        "total": pgettext("document", "Total shipped"),
        "checked": pgettext("document", "Checked on receipt"),
        "yes": pgettext("document", "Yes"),
        "no": pgettext("document", "No"),
        "remark": pgettext("document", "Remark"),
        "declaration": pgettext("document", "We have received the goods above and checked them as stated."),
        "receiver": pgettext("document", "Receiver (signature)"),
        "deliverer": pgettext("document", "Delivered by (signature)"),
        "date": pgettext("document", "Date"),
    }


def _row(number: int, line: ShipmentLine, receipt: Receipt | None) -> dict[str, str]:
    received = getattr(line, "receipt_line", None) if receipt else None
    return {
        "no": str(number),
        **paper.article(line.order_line),
        "quantity": quantity(line.quantity),
        "unit": loading.unit(line),
        "accepted": quantity(received.accepted) if received else "",
        "damaged": quantity(received.damaged) if received else "",
        "missing": quantity(received.missing) if received else "",
    }


def _complete(lines: Sequence[ShipmentLine]) -> bool:
    """Whether nothing is missing; what is damaged is still there."""
    return not any(line.receipt_line.missing for line in lines if hasattr(line, "receipt_line"))


def _signature(receipt: Receipt | None) -> bytes:
    if receipt is None or receipt.signature is None:
        return b""
    return bytes(receipt.signature.content.data)
