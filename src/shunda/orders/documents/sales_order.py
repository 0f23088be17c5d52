"""The sales order to be printed and signed (R026, R027, R062)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.catalog.rules import local
from shunda.orders.assembly import is_taken_out
from shunda.orders.documents import paper
from shunda.orders.models import Order, OrderLine
from shunda.orders.queries import reviews_of
from shunda.orders.states import OrderStatus, ReviewStatus
from shunda.pricing.rules import capitals, words
from shunda.web.formats import amount, day, filled, money, percent, price

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these orders' documents, in this order and the active language; constant queries.

    Phones and bank accounts are in full only for ``private`` eyes.
    """
    ours = paper.company()
    return [of_order(order, reviews, ours, private=private) for order, reviews in read(ids)]


def read(ids: Sequence[int]) -> list[tuple[Order, Sequence[Any]]]:
    """These orders with everything their papers say, and the reviews of each; constant queries."""
    lines = OrderLine.objects.select_related("sku__product", "unit").order_by("line_no")
    orders = (
        Order.objects.filter(pk__in=ids)
        .select_related("term", "owner", "created_by", "warehouse")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    reviews = reviews_of(orders)
    return [(orders[pk], reviews[pk]) for pk in ids]


def of_order(order: Order, reviews: Sequence[Any], ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    """The data of one order's document."""
    approved = [r for r in reviews if r.status == ReviewStatus.APPROVED and r.round == order.round]
    return {
        **paper.sheet(pgettext("document", "Sales order"), order.number, ours, _watermark(order)),
        "declaration": "",
        "cancelled": order.status == OrderStatus.CANCELLED,
        "labels": _labels(order),
        "facts": _facts(order),
        "buyer": paper.buyer(order, private=private),
        "consignee": paper.consignee(order, private=private),
        "rows": [_row(order, line) for line in order.lines.all() if not is_taken_out(line)],
        "totals": _totals(order),
        "figures": money(order.gross, order.currency),
        "capitals": capitals(order.gross, order.currency),
        "words": words(order.gross, order.currency),
        "packing": order.packing,
        "note": order.note,
        "people": [
            (pgettext("document", "Prepared by"), str(order.created_by or "")),
            (pgettext("document", "Sales representative"), str(order.owner or "")),
            (pgettext("document", "Approved by"), paper.listed(str(r.decided_by or "") for r in approved)),
        ],
        "signatures": [
            (pgettext("document", "Buyer (signature and seal)"), pgettext("document", "Date")),
            (pgettext("document", "Seller (signature and seal)"), pgettext("document", "Date")),
        ],
    }


def _watermark(order: Order) -> str:
    match order.status:
        case OrderStatus.DRAFT | OrderStatus.SENT_BACK:
            return pgettext("document", "DRAFT")
        case OrderStatus.IN_REVIEW:
            return pgettext("document", "IN REVIEW")
        case OrderStatus.CANCELLED:
            return pgettext("document", "CANCELLED")
    return ""


def _labels(order: Order) -> dict[str, str]:
    with_tax = order.prices_include_tax
    return {
        "buyer": pgettext("document", "Buyer"),
        "consignee": pgettext("document", "Ship to"),
        "line": pgettext("document", "No."),
        "article": pgettext("document", "Product, model and specification"),
        "quantity": pgettext("document", "Quantity"),
        "unit": pgettext("document", "Unit"),
        "price": pgettext("document", "Unit price with tax")
        if with_tax
        else pgettext("document", "Unit price without tax"),
        "discount": pgettext("document", "Discount"),
        "tax_rate": pgettext("document", "Tax rate"),
        "amount": pgettext("document", "Amount with tax") if with_tax else pgettext("document", "Amount without tax"),
        "in_words": pgettext("document", "Total in words"),
        "in_capitals": pgettext("document", "Total in capitals"),
        "packing": pgettext("document", "Packing requirements"),
        "note": pgettext("document", "Note"),
    }


def _facts(order: Order) -> list[paper.Pair]:
    return [
        (pgettext("document", "Order date"), day(order.order_date)),
        (pgettext("document", "Wanted delivery"), filled(day, order.wanted_date)),
        (pgettext("document", "Payment deadline"), filled(day, order.payment_due)),
        (pgettext("document", "Payment term"), local(order.term.name, order.term.name_en)),
        (pgettext("document", "Payment method"), order.get_payment_method_display()),
        (pgettext("document", "Invoice"), order.get_invoice_kind_display()),
        (pgettext("document", "Order type"), order.get_kind_display()),
        (pgettext("document", "Contract number"), order.contract_number),
        (pgettext("document", "Customer's order number"), order.customer_reference),
        (pgettext("document", "Currency"), order.currency),
        (pgettext("document", "Transport mode"), order.transport),
    ]


def _row(order: Order, line: OrderLine) -> dict[str, str]:
    shown = (line.gross if order.prices_include_tax else line.net) + line.order_discount
    return {
        "no": str(line.line_no),
        **paper.article(line),
        "quantity": paper.line_quantity(line),
        "unit": local(line.unit.name, line.unit.name_en),
        "price": price(line.unit_price),
        "discount": paper.discount(line),
        "tax_rate": percent(line.tax_rate),
        "amount": amount(shown, order.currency),
    }


def _totals(order: Order) -> list[tuple[str, str, bool]]:
    """From the lines as they are shown down to what the customer pays; both tax modes add up as one reads."""
    lines = list(order.lines.all())
    with_tax = order.prices_include_tax
    goods = sum(((line.gross if with_tax else line.net) + line.order_discount for line in lines), Decimal(0))
    freight = order.freight_net + (order.freight_tax if with_tax else 0)

    def figure(value: Decimal) -> str:
        return amount(value, order.currency)

    rows = [
        (
            pgettext("document", "Goods with tax") if with_tax else pgettext("document", "Goods without tax"),
            figure(goods),
            False,
        )
    ]
    if order.discount:
        rows.append((pgettext("document", "Order discount"), figure(-order.discount), False))
    rows.append((pgettext("document", "Freight"), figure(freight), False))
    total = (pgettext("document", "Total"), money(order.gross, order.currency), True)
    net, tax = (
        (pgettext("document", "Net"), figure(order.net), False),
        (pgettext("document", "Tax"), figure(order.tax), False),
    )
    if with_tax:
        return [
            *rows,
            total,
            (pgettext("document", "of which net"), *net[1:]),
            (pgettext("document", "of which tax"), *tax[1:]),
        ]
    return [*rows, net, tax, total]
