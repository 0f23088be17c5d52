"""The delivery confirmation letter: before large goods leave, the customer confirms when they can come (R140)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.fulfilment.documents import loading
from shunda.fulfilment.models import Shipment, ShipmentLine
from shunda.orders.documents import paper
from shunda.web.formats import day, filled, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these shipments' letters, to be signed by the customer and sent back.

    The receiver's phone is on it for everybody who may print it: the customer checks it.
    """
    del private
    ours = paper.company()
    return [_paper(shipment, ours) for shipment in loading.shipments(ids)]


def _paper(shipment: Shipment, ours: dict[str, Any]) -> dict[str, Any]:
    lines, order = loading.going(shipment), shipment.order
    weight = f"{quantity(shipment.weight)} kg" if shipment.weight else ""
    said = pgettext(
        "document",
        "To %(customer)s: the goods below are to be delivered to you. Please check day, address and receiver, tick "
        "what is ready at your site, and send this letter back signed and sealed. Large goods leave us when we have "
        "it.",
    )
    return {
        **paper.sheet(
            pgettext("document", "Delivery confirmation letter"), shipment.number, ours, loading.watermark(shipment)
        ),
        "labels": _labels(),
        "declaration": said % {"customer": order.customer_name},
        "facts": [
            (pgettext("document", "Order"), order.number),
            (pgettext("document", "Contract number"), order.contract_number),
            (pgettext("document", "Customer's order number"), order.customer_reference),
            (pgettext("document", "Promised delivery"), filled(day, order.promised_date)),
            *loading.transport(shipment),
            (pgettext("document", "Weight"), weight),
        ],
        "consignee": [(pgettext("document", "Company"), order.customer_name), *paper.consignee(order, private=True)],
        "rows": [_row(number, line) for number, line in enumerate(lines, 1)],
        "total": loading.total(lines),
        "packing": order.packing,
        **_to_fill_in(),
    }


def _to_fill_in() -> dict[str, Any]:
    """What the customer ticks, writes and signs."""
    return {
        "ready": [
            pgettext("document", "Address, receiver and phone are right as stated above."),
            pgettext(
                "document", "The vehicle can drive up to the place of unloading (width, height, load of the way)."
            ),
            pgettext("document", "Forklift, crane or people to unload are there on the day."),
            pgettext("document", "The place where the goods are put is cleared and can carry them."),
            pgettext("document", "Somebody who may check and sign for the goods is there on the day."),
        ],
        "blanks": [
            pgettext("document", "Day and time of delivery we agree to"),
            pgettext("document", "Contact at the site and phone"),
            pgettext("document", "Anything to look out for"),
        ],
        "signatures": [
            (pgettext("document", "Customer (signature and seal)"), pgettext("document", "Date")),
            (pgettext("document", "Seller (signature and seal)"), pgettext("document", "Date")),
        ],
    }


def _labels() -> dict[str, str]:
    return {
        "consignee": pgettext("document", "Ship to"),
        "line": pgettext("document", "No."),
        "article": pgettext("document", "Product, model and specification"),
        "quantity": pgettext("document", "Quantity"),
        "unit": pgettext("document", "Unit"),
        "total": pgettext("document", "Total"),
        "packing": pgettext("document", "Packing"),
        "ready": pgettext("document", "Ready at the site (please tick)"),
    }


def _row(number: int, line: ShipmentLine) -> dict[str, str]:
    return {
        "no": str(number),
        **paper.article(line.order_line),
        "quantity": quantity(line.quantity),
        "unit": loading.unit(line),
    }
