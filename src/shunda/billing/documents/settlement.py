"""The settlement: what a signed delivery costs, what is paid, what is still owed (R160, R172-R174)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.billing.models import Settlement, SettlementLine
from shunda.billing.states import SettlementStatus
from shunda.catalog.rules import local
from shunda.orders.documents import paper
from shunda.pricing.rules import capitals, effective_price, words
from shunda.web.formats import amount, day, filled, moment, money, price, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these settlements, in this order and the active language; constant queries.

    Phones and bank accounts of the customer are in full only for ``private`` eyes.
    """
    lines = SettlementLine.objects.select_related("order_line__sku__product__unit").order_by("order_line__line_no")
    rows = (
        Settlement.objects.filter(pk__in=ids)
        .select_related("order__term")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    ours = paper.company()
    return [_paper(rows[pk], ours, private=private) for pk in ids]


def _paper(settlement: Settlement, ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    order, currency = settlement.order, settlement.currency
    owed = max(settlement.total - settlement.paid_before, settlement.total * 0)
    return {
        **paper.sheet(pgettext("document", "Settlement"), settlement.number, ours),
        "labels": _labels(),
        "facts": _facts(settlement),
        "buyer": paper.buyer(order, private=private),
        "payee": [
            (pgettext("document", "Name"), ours["name"]),
            (pgettext("document", "Credit code"), ours["credit_code"]),
            (pgettext("document", "Bank"), ours["bank"]),
            (pgettext("document", "Account"), ours["bank_account"]),
        ],
        "rows": [_row(number, line, currency) for number, line in enumerate(settlement.lines.all(), 1)],
        "totals": [
            (pgettext("document", "Goods accepted"), amount(settlement.goods, currency), False),
            (pgettext("document", "Freight"), amount(settlement.freight, currency), False),
            (pgettext("document", "Total"), money(settlement.total, currency), True),
            (pgettext("document", "Paid before"), amount(-settlement.paid_before, currency), False),
            (pgettext("document", "Still to pay"), money(owed, currency), True),
        ],
        "capitals": capitals(owed, currency),
        "words": words(owed, currency),
        "signatures": [
            (pgettext("document", "Customer agrees (signature and seal)"), pgettext("document", "Date")),
            (pgettext("document", "Finance (signature and seal)"), pgettext("document", "Date")),
        ],
    }


def _facts(settlement: Settlement) -> list[paper.Pair]:
    order, confirmed = settlement.order, settlement.status == SettlementStatus.CONFIRMED
    return [
        (pgettext("document", "Made on"), day(settlement.made_at)),
        (pgettext("document", "Order"), order.number),
        (pgettext("document", "Delivery"), settlement.delivery),
        (pgettext("document", "Payment term"), local(order.term.name, order.term.name_en)),
        (pgettext("document", "Payment deadline"), filled(day, order.payment_due)),
        (pgettext("document", "Contract number"), order.contract_number),
        (pgettext("document", "Customer's order number"), order.customer_reference),
        (pgettext("document", "Status"), settlement.get_status_display()),
        (
            pgettext("document", "Confirmed"),
            f"{settlement.confirmed_by}, {moment(settlement.confirmed_at)}" if confirmed else "",
        ),
    ]


def _labels() -> dict[str, str]:
    return {
        "buyer": pgettext("document", "Buyer"),
        "payee": pgettext("document", "Pay to"),
        "line": pgettext("document", "No."),
        "article": pgettext("document", "Product, model and specification"),
        "quantity": pgettext("document", "Accepted"),
        "unit": pgettext("document", "Unit"),
        "price": pgettext("document", "Price with tax after discounts"),
        "amount": pgettext("document", "Amount with tax"),
        "in_words": pgettext("document", "Still to pay, in words"),
        "in_capitals": pgettext("document", "Still to pay, in capitals"),
    }


def _row(number: int, line: SettlementLine, currency: str) -> dict[str, str]:
    unit = line.order_line.sku.product.unit
    return {
        "no": str(number),
        **paper.article(line.order_line),
        "quantity": quantity(line.quantity),
        "unit": local(unit.name, unit.name_en),
        "price": price(effective_price(line.gross, line.quantity)),
        "amount": amount(line.gross, currency),
    }
