"""An order as it stood after one of its changes, laid out as the sales order (R062, R222)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import pgettext

from shunda.catalog.models import Unit
from shunda.catalog.rules import local
from shunda.changes import content
from shunda.changes.models import Revision
from shunda.orders.documents import paper, sales_order
from shunda.orders.models import Order
from shunda.pricing.rules import capitals, words
from shunda.web.formats import amount, money, percent, price, quantity

TEMPLATE = sales_order.TEMPLATE


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these revisions' documents, in this order and the active language: everything as it stood then."""
    found, ours = Revision.objects.in_bulk(ids), paper.company()
    orders = sales_order.read([found[pk].order_id for pk in ids])
    units = {unit.pk: unit for unit in Unit.objects.all()}
    made = []
    for pk, (order, reviews) in zip(ids, orders, strict=True):
        old = content.then(order, found[pk].content)
        base = sales_order.of_order(old, reviews, ours, private=private)
        made.append(_paper(found[pk], old, base, units))
    return made


def _paper(revision: Revision, order: Order, base: Mapping[str, Any], units: Mapping[int, Unit]) -> dict[str, Any]:
    kept = revision.content
    number = pgettext("document", "%(order)s, revision %(number)s") % {"order": order.number, "number": revision.number}
    return {
        **base,
        "number": number,
        "rows": [_row(order, line, units) for line in kept["lines"]],
        "totals": _totals(order, kept),
        "figures": money(revision.gross, order.currency),
        "capitals": capitals(revision.gross, order.currency),
        "words": words(revision.gross, order.currency),
    }


def _row(order: Order, line: Mapping[str, Any], units: Mapping[int, Unit]) -> dict[str, str]:
    unit = units[line["unit_id"]]
    shown = Decimal(line["gross"] if order.prices_include_tax else line["net"]) + Decimal(line["order_discount"])
    rate = Decimal(line["discount_rate"])
    parameters = [f"{key}: {value}" for key, value in line["parameters"].items()]
    return {
        "no": str(line["line_no"]),
        "sku": line["sku"],
        "name": line["name"],
        "note": " · ".join(part for part in (line["model"], line["specification"], *parameters, line["note"]) if part),
        "quantity": quantity(Decimal(line["quantity"])),
        "unit": local(unit.name, unit.name_en),
        "price": price(Decimal(line["unit_price"])),
        "discount": percent(rate) if rate else "",
        "tax_rate": percent(Decimal(line["tax_rate"])),
        "amount": amount(shown, order.currency),
    }


def _totals(order: Order, kept: Mapping[str, Any]) -> list[tuple[str, str, bool]]:
    freight = Decimal(kept["freight_net"]) + (Decimal(kept["freight_tax"]) if order.prices_include_tax else 0)
    discount = Decimal(kept["discount"])
    rows = [(pgettext("document", "Order discount"), amount(-discount, order.currency), False)] if discount else []
    return [
        *rows,
        (pgettext("document", "Freight"), amount(freight, order.currency), False),
        (pgettext("document", "Net"), amount(Decimal(kept["net"]), order.currency), False),
        (pgettext("document", "Tax"), amount(Decimal(kept["tax"]), order.currency), False),
        (pgettext("document", "Total"), money(Decimal(kept["gross"]), order.currency), True),
    ]
