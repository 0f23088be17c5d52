"""The sales order to be printed and signed (R026, R027, R062)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from shunda.catalog.rules import local
from shunda.orders.documents import paper
from shunda.orders.models import Order, OrderLine
from shunda.orders.queries import reviews_of
from shunda.orders.states import OrderStatus, ReviewStatus
from shunda.pricing.rules import capitals, words
from shunda.web.formats import amount, day, money, percent, price

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The data of these orders' documents, in this order and the active language; constant queries."""
    lines = OrderLine.objects.select_related("sku__product", "unit").order_by("line_no")
    orders = (
        Order.objects.filter(pk__in=ids)
        .select_related("term", "owner", "created_by", "warehouse")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    reviews = reviews_of(orders)
    ours = paper.company()
    return [_paper(orders[pk], reviews[pk], ours) for pk in ids]


def _paper(order: Order, reviews: Sequence[Any], ours: dict[str, Any]) -> dict[str, Any]:
    approved = [r for r in reviews if r.status == ReviewStatus.APPROVED and r.round == order.round]
    return {
        **paper.sheet(_("Sales order"), order.number, ours, _watermark(order)),
        "labels": _labels(order),
        "facts": _facts(order),
        "buyer": paper.buyer(order),
        "consignee": paper.consignee(order),
        "rows": [_row(order, line) for line in order.lines.all()],
        "totals": _totals(order),
        "figures": money(order.gross, order.currency),
        "capitals": capitals(order.gross, order.currency),
        "words": words(order.gross, order.currency),
        "packing": order.packing,
        "note": order.note,
        "people": [
            (_("Prepared by"), str(order.created_by or "")),
            (_("Sales representative"), str(order.owner or "")),
            (_("Approved by"), paper.listed(str(r.decided_by) for r in approved)),
        ],
        "signatures": [
            (_("Buyer (signature and seal)"), _("Date")),
            (_("Seller (signature and seal)"), _("Date")),
        ],
    }


def _watermark(order: Order) -> str:
    match order.status:
        case OrderStatus.DRAFT | OrderStatus.SENT_BACK:
            return _("DRAFT")
        case OrderStatus.IN_REVIEW:
            return _("IN REVIEW")
        case OrderStatus.CANCELLED:
            return _("CANCELLED")
    return ""


def _labels(order: Order) -> dict[str, str]:
    with_tax = order.prices_include_tax
    return {
        "buyer": _("Buyer"),
        "consignee": _("Ship to"),
        "line": _("No."),
        "article": _("Product, model and specification"),
        "quantity": _("Quantity"),
        "unit": _("Unit"),
        "price": _("Unit price with tax") if with_tax else _("Unit price without tax"),
        "discount": _("Discount"),
        "tax_rate": _("Tax rate"),
        "amount": _("Amount with tax") if with_tax else _("Amount without tax"),
        "in_words": _("Total in words"),
        "in_capitals": _("Total in capitals"),
        "packing": _("Packing requirements"),
        "note": _("Note"),
    }


def _facts(order: Order) -> list[paper.Pair]:
    return [
        (_("Order date"), day(order.order_date)),
        (_("Wanted delivery"), day(order.wanted_date) if order.wanted_date else ""),
        (_("Payment deadline"), day(order.payment_due) if order.payment_due else ""),
        (_("Payment term"), local(order.term.name, order.term.name_en)),
        (_("Payment method"), order.get_payment_method_display()),
        (_("Invoice"), order.get_invoice_kind_display()),
        (_("Order type"), order.get_kind_display()),
        (_("Contract number"), order.contract_number),
        (_("Customer's order number"), order.customer_reference),
        (_("Currency"), order.currency),
        (_("Transport mode"), order.transport_mode),
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

    rows = [(_("Goods with tax") if with_tax else _("Goods without tax"), figure(goods), False)]
    if order.discount:
        rows.append((_("Order discount"), figure(-order.discount), False))
    rows.append((_("Freight"), figure(freight), False))
    total = (_("Total"), money(order.gross, order.currency), True)
    net, tax = (_("Net"), figure(order.net), False), (_("Tax"), figure(order.tax), False)
    if with_tax:
        return [*rows, total, (_("of which net"), *net[1:]), (_("of which tax"), *tax[1:])]
    return [*rows, net, tax, total]
