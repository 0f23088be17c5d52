"""The settlement: what a signed delivery costs, what is paid, what is still owed (R160, R172-R174)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from shunda.billing.models import Settlement, SettlementLine
from shunda.billing.states import SettlementStatus
from shunda.catalog.rules import local
from shunda.orders.documents import paper
from shunda.pricing.rules import capitals, effective_price, words
from shunda.web.formats import amount, day, moment, money, price, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The data of these settlements, in this order and the active language; constant queries."""
    lines = SettlementLine.objects.select_related("order_line__sku__product__unit").order_by("order_line__line_no")
    rows = (
        Settlement.objects.filter(pk__in=ids)
        .select_related("order__term")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    ours = paper.company()
    return [_paper(rows[pk], ours) for pk in ids]


def _paper(settlement: Settlement, ours: dict[str, Any]) -> dict[str, Any]:
    order, currency = settlement.order, settlement.currency
    owed = max(settlement.total - settlement.paid_before, settlement.total * 0)
    confirmed = settlement.status == SettlementStatus.CONFIRMED
    return {
        **paper.sheet(_("Settlement"), settlement.number, ours),
        "labels": _labels(),
        "facts": [
            (_("Made"), day(settlement.made_at)),
            (_("Order"), order.number),
            (_("Delivery"), settlement.delivery),
            (_("Payment term"), local(order.term.name, order.term.name_en)),
            (_("Payment deadline"), day(order.payment_due) if order.payment_due else ""),
            (_("Contract number"), order.contract_number),
            (_("Customer's order number"), order.customer_reference),
            (_("Status"), settlement.get_status_display()),
            (_("Confirmed"), f"{settlement.confirmed_by}, {moment(settlement.confirmed_at)}" if confirmed else ""),
        ],
        "buyer": paper.buyer(order),
        "payee": [
            (_("Name"), ours["name"]),
            (_("Credit code"), ours["credit_code"]),
            (_("Bank"), ours["bank"]),
            (_("Account"), ours["bank_account"]),
        ],
        "rows": [_row(number, line, currency) for number, line in enumerate(settlement.lines.all(), 1)],
        "totals": [
            (_("Goods accepted"), amount(settlement.goods, currency), False),
            (_("Freight"), amount(settlement.freight, currency), False),
            (_("Total"), money(settlement.total, currency), True),
            (_("Paid before"), amount(-settlement.paid_before, currency), False),
            (_("Still to pay"), money(owed, currency), True),
        ],
        "capitals": capitals(owed, currency),
        "words": words(owed, currency),
        "signatures": [
            (_("Customer agrees (signature and seal)"), _("Date")),
            (_("Finance (signature and seal)"), _("Date")),
        ],
    }


def _labels() -> dict[str, str]:
    return {
        "buyer": _("Buyer"),
        "payee": _("Pay to"),
        "line": _("No."),
        "article": _("Product, model and specification"),
        "quantity": _("Accepted"),
        "unit": _("Unit"),
        "price": _("Price with tax after discounts"),
        "amount": _("Amount with tax"),
        "in_words": _("Still to pay, in words"),
        "in_capitals": _("Still to pay, in capitals"),
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
