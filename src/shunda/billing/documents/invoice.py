"""The print of a VAT invoice, laid out like the tax authority's form (R044, R173)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.billing.models import Invoice, InvoiceLine
from shunda.billing.states import InvoiceStatus
from shunda.catalog.rules import local
from shunda.customers.rules import masked_account
from shunda.orders.documents import paper
from shunda.orders.models import InvoiceKind
from shunda.pricing.rules import capitals, effective_price, words
from shunda.web.formats import amount, day, money, percent, price, quantity

TEMPLATE = Path(__file__).with_suffix(".typ")


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these invoices, in this order and the active language; constant queries.

    Phones and bank accounts of the customer are in full only for ``private`` eyes.
    """
    lines = InvoiceLine.objects.select_related("order_line__sku__product__unit").order_by("order_line__line_no")
    rows = (
        Invoice.objects.filter(pk__in=ids)
        .select_related("order__customer", "order__term")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    ours = paper.company()
    return [_paper(rows[pk], ours, private=private) for pk in ids]


def _paper(invoice: Invoice, ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    special = invoice.kind == InvoiceKind.SPECIAL
    currency = invoice.currency
    return {
        **paper.sheet(
            pgettext("document", "Special VAT invoice") if special else pgettext("document", "Ordinary VAT invoice"),
            invoice.number,
            ours,
            _watermark(invoice),
        ),
        "labels": _labels(),
        "facts": [
            (pgettext("document", "Number of the tax authority"), invoice.tax_number),
            (pgettext("document", "Issued"), day(invoice.issued_at) if invoice.issued_at else ""),
            (pgettext("document", "Order"), invoice.order.number),
            (pgettext("document", "Customer's order number"), invoice.order.customer_reference),
            (pgettext("document", "Due"), day(invoice.due_date) if invoice.due_date else ""),
            (pgettext("document", "Credited"), amount(invoice.credited, currency) if invoice.credited else ""),
        ],
        "buyer": _buyer(invoice, private=private),
        "seller": _seller(ours),
        "rows": _rows(invoice),
        "net": money(invoice.net, currency),
        "tax": money(invoice.tax, currency),
        "figures": money(invoice.gross, currency),
        "capitals": capitals(invoice.gross, currency),
        "words": words(invoice.gross, currency),
        "people": [
            (pgettext("document", "Payee"), ""),
            (pgettext("document", "Checked by"), ""),
            (pgettext("document", "Drawn by"), ""),
            (pgettext("document", "Seller (seal)"), ""),
        ],
    }


def _buyer(invoice: Invoice, *, private: bool) -> list[paper.Pair]:
    show = str if private else _veiled
    return [
        (pgettext("document", "Name"), invoice.buyer_name),
        (pgettext("document", "Tax number"), invoice.buyer_tax_code),
        (pgettext("document", "Address, phone"), show(invoice.buyer_address)),
        (pgettext("document", "Bank, account"), show(invoice.buyer_bank)),
    ]


def _veiled(text: str) -> str:
    """Phones and account numbers within a text masked."""
    return re.sub(r"[+\d][\d -]{6,}\d", lambda found: masked_account(found.group()), text)


def _seller(ours: dict[str, Any]) -> list[paper.Pair]:
    return [
        (pgettext("document", "Name"), ours["name"]),
        (pgettext("document", "Tax number"), ours["credit_code"]),
        (pgettext("document", "Address, phone"), paper.joined(ours["address"], ours["phone"])),
        (pgettext("document", "Bank, account"), paper.joined(ours["bank"], ours["bank_account"])),
    ]


def _watermark(invoice: Invoice) -> str:
    match invoice.status:
        case InvoiceStatus.DRAFT:
            return pgettext("document", "DRAFT")
        case InvoiceStatus.CANCELLED:
            return pgettext("document", "CANCELLED")
    return ""


def _labels() -> dict[str, str]:
    return {
        "buyer": pgettext("document", "Buyer"),
        "seller": pgettext("document", "Seller"),
        "article": pgettext("document", "Goods or services"),
        "specification": pgettext("document", "Model, specification"),
        "unit": pgettext("document", "Unit"),
        "quantity": pgettext("document", "Quantity"),
        "price": pgettext("document", "Unit price"),
        "amount": pgettext("document", "Amount"),
        "tax_rate": pgettext("document", "Tax rate"),
        "tax": pgettext("document", "Tax"),
        "sum": pgettext("document", "Sum"),
        "total": pgettext("document", "Total with tax"),
        "in_capitals": pgettext("document", "in capitals"),
        "in_figures": pgettext("document", "in figures"),
        "hint": pgettext("document", "A print for checking and filing; the invoice of the tax authority counts."),
    }


def _rows(invoice: Invoice) -> list[dict[str, str]]:
    rows = [_row(line, invoice.currency) for line in invoice.lines.all()]
    if invoice.freight_net or invoice.freight_tax:
        rate = invoice.order.freight_tax_rate
        rows.append(
            _figures(
                pgettext("document", "Freight"),
                "",
                "",
                None,
                invoice.freight_net,
                rate,
                invoice.freight_tax,
                invoice.currency,
            )
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
