"""The print of a VAT invoice, laid out like the tax authority's form (R044, R173)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from shunda.billing.models import Invoice, InvoiceLine
from shunda.billing.states import InvoiceStatus
from shunda.catalog.rules import local
from shunda.orders.documents import paper
from shunda.orders.models import InvoiceKind
from shunda.pricing.rules import capitals, effective_price, words
from shunda.web.formats import amount, day, money, percent, price, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int]) -> list[dict[str, Any]]:
    """The data of these invoices, in this order and the active language; constant queries."""
    lines = InvoiceLine.objects.select_related("order_line__sku__product__unit").order_by("order_line__line_no")
    rows = (
        Invoice.objects.filter(pk__in=ids)
        .select_related("order__customer", "order__term")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    ours = paper.company()
    return [_paper(rows[pk], ours) for pk in ids]


def _paper(invoice: Invoice, ours: dict[str, Any]) -> dict[str, Any]:
    special = invoice.kind == InvoiceKind.SPECIAL
    currency = invoice.currency
    return {
        **paper.sheet(
            _("Special VAT invoice") if special else _("Ordinary VAT invoice"),
            invoice.number,
            ours,
            _watermark(invoice),
        ),
        "labels": _labels(),
        "facts": [
            (_("Number of the tax authority"), invoice.tax_number),
            (_("Issued"), day(invoice.issued_at) if invoice.issued_at else ""),
            (_("Order"), invoice.order.number),
            (_("Customer's order number"), invoice.order.customer_reference),
            (_("Due"), day(invoice.due_date) if invoice.due_date else ""),
            (_("Credited"), amount(invoice.credited, currency) if invoice.credited else ""),
        ],
        "buyer": [
            (_("Name"), invoice.buyer_name),
            (_("Tax number"), invoice.buyer_tax_code),
            (_("Address, phone"), invoice.buyer_address),
            (_("Bank, account"), invoice.buyer_bank),
        ],
        "seller": [
            (_("Name"), ours["name"]),
            (_("Tax number"), ours["credit_code"]),
            (_("Address, phone"), paper.joined(ours["address"], ours["phone"])),
            (_("Bank, account"), paper.joined(ours["bank"], ours["bank_account"])),
        ],
        "rows": _rows(invoice),
        "net": money(invoice.net, currency),
        "tax": money(invoice.tax, currency),
        "figures": money(invoice.gross, currency),
        "capitals": capitals(invoice.gross, currency),
        "words": words(invoice.gross, currency),
        "people": [(_("Payee"), ""), (_("Checked by"), ""), (_("Drawn by"), ""), (_("Seller (seal)"), "")],
    }


def _watermark(invoice: Invoice) -> str:
    match invoice.status:
        case InvoiceStatus.DRAFT:
            return _("DRAFT")
        case InvoiceStatus.CANCELLED:
            return _("CANCELLED")
    return ""


def _labels() -> dict[str, str]:
    return {
        "buyer": _("Buyer"),
        "seller": _("Seller"),
        "article": _("Goods or services"),
        "specification": _("Model, specification"),
        "unit": _("Unit"),
        "quantity": _("Quantity"),
        "price": _("Unit price"),
        "amount": _("Amount"),
        "tax_rate": _("Tax rate"),
        "tax": _("Tax"),
        "sum": _("Sum"),
        "total": _("Total with tax"),
        "in_capitals": _("in capitals"),
        "in_figures": _("in figures"),
        "hint": _("A print for checking and filing; the invoice of the tax authority counts."),
    }


def _rows(invoice: Invoice) -> list[dict[str, str]]:
    rows = [_row(line, invoice.currency) for line in invoice.lines.all()]
    if invoice.freight_net or invoice.freight_tax:
        rate = invoice.order.freight_tax_rate
        rows.append(
            _figures(_("Freight"), "", "", None, invoice.freight_net, rate, invoice.freight_tax, invoice.currency)
        )
    return rows


def _row(line: InvoiceLine, currency: str) -> dict[str, str]:
    ordered, unit = line.order_line, line.order_line.sku.product.unit
    named = paper.article(ordered)
    specification = " ".join(part for part in (ordered.model, ordered.specification) if part)
    return _figures(
        named["name"],
        specification,
        local(unit.name, unit.name_en),
        line.quantity,
        line.net,
        ordered.tax_rate,
        line.tax,
        currency,
    )


def _figures(
    name: str,
    specification: str,
    unit: str,
    count: Decimal | None,
    net: Decimal,
    rate: Decimal,
    tax: Decimal,
    currency: str,
) -> dict[str, str]:
    return {
        "name": name,
        "specification": specification,
        "unit": unit,
        "quantity": quantity(count) if count else "",
        "price": price(effective_price(net, count)) if count else "",
        "amount": amount(net, currency),
        "tax_rate": percent(rate),
        "tax": amount(tax, currency),
    }
