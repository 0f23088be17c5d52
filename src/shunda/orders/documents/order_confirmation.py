"""The order confirmation: what we promise the customer, and when it comes (R064)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.timezone import localdate
from django.utils.translation import pgettext

from shunda.orders.documents import paper, sales_order
from shunda.orders.models import Order
from shunda.web.documents.codes import qr
from shunda.web.formats import day, filled

TEMPLATE = sales_order.TEMPLATE


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these orders' confirmations, in this order and the active language; constant queries.

    Phones and bank accounts are in full only for ``private`` eyes.
    """
    ours = paper.company()
    links = import_string(settings.SHUNDA_CUSTOMER_LINKS)(ids)
    return [
        _confirmed(order, sales_order.of_order(order, reviews, ours, private=private), links.get(order.pk, ""))
        for order, reviews in sales_order.read(ids)
    ]


def _confirmed(order: Order, told: dict[str, Any], link: str) -> dict[str, Any]:
    """A sales order, said as a promise: who confirms, since when, by which day, and where the customer follows it.

    Where the customer has a link, the code on the sheet leads there.
    """
    promised = [
        (pgettext("document", "Confirmed on"), day(localdate(order.confirmed_at)) if order.confirmed_at else ""),
        (pgettext("document", "Promised delivery"), filled(day, order.promised_date)),
    ]
    declaration = pgettext(
        "document",
        "Thank you for your order. We confirm it as follows; please tell us within one working day if anything "
        "differs from what was agreed.",
    )
    if link:
        follow = pgettext("document", "Follow your order at this address or by the code above: %(link)s")
        declaration = f"{declaration}\n{follow % {'link': link}}"
    return {
        **told,
        "qr": qr(link) if link else told["qr"],
        "title": pgettext("document", "Order confirmation"),
        "declaration": declaration,
        "facts": [*promised, *told["facts"]],
        "signatures": [
            (pgettext("document", "Seller (signature and seal)"), pgettext("document", "Date")),
            (pgettext("document", "Buyer (signature and seal)"), pgettext("document", "Date")),
        ],
    }
