"""The purchase confirmation letter: the buyer's word, to be signed and kept with the order (R016, R029, R052)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import pgettext

from shunda.orders.documents import paper, sales_order

TEMPLATE = sales_order.TEMPLATE


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these orders' letters, in this order and the active language; constant queries.

    Phones and bank accounts are in full only for ``private`` eyes.
    """
    ours = paper.company()
    return [
        _letter(sales_order.of_order(order, reviews, ours, private=private), ours)
        for order, reviews in sales_order.read(ids)
    ]


def _letter(told: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """A sales order in the words of the buyer, who alone signs it."""
    said = pgettext(
        "document",
        "To %(seller)s: We confirm that we buy the goods below as they are described here, at these prices, to be "
        "delivered and paid for as stated. We have checked products, models, quantities and the address.",
    )
    return {
        **told,
        "title": pgettext("document", "Purchase confirmation letter"),
        "declaration": said % {"seller": ours["name"]},
        "watermark": told["watermark"] if told["cancelled"] else "",  # it is signed before the order is approved
        "signatures": [
            (pgettext("document", "Buyer (signature and seal)"), pgettext("document", "Date")),
            (pgettext("document", "Name and position of who signs"), pgettext("document", "Phone")),
        ],
    }
