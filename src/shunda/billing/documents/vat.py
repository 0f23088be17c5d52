"""What the prints of invoices and credit notes share: the layout of the tax authority's form (R044, R173)."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import pgettext

from shunda.billing.models import Invoice
from shunda.catalog.rules import local
from shunda.customers.rules import masked_account
from shunda.orders.documents import paper
from shunda.orders.models import InvoiceKind, OrderLine
from shunda.pricing.rules import capitals, effective_price, words
from shunda.web.formats import amount, money, percent, price, quantity

TEMPLATE = Path(__file__).with_name("invoice.typ")


def title(invoice: Invoice) -> str:
    """Which kind of VAT invoice."""
    if invoice.kind == InvoiceKind.SPECIAL:
        return pgettext("document", "Special VAT invoice")
    return pgettext("document", "Ordinary VAT invoice")


def totals(net: Decimal, tax: Decimal, gross: Decimal, currency: str) -> dict[str, str]:
    """The sums of the form, the last one in capitals and words too."""
    return {
        "net": money(net, currency),
        "tax": money(tax, currency),
        "figures": money(gross, currency),
        "capitals": capitals(gross, currency),
        "words": words(gross, currency),
    }


def people() -> list[paper.Pair]:
    """Who signs the form."""
    return [
        (pgettext("document", "Payee"), ""),
        (pgettext("document", "Checked by"), ""),
        (pgettext("document", "Drawn by"), ""),
        (pgettext("document", "Seller (seal)"), ""),
    ]


def buyer(invoice: Invoice, *, private: bool) -> list[paper.Pair]:
    """The buyer as the invoice copied it; phones and accounts in full only for ``private`` eyes."""
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


def seller(ours: dict[str, Any]) -> list[paper.Pair]:
    """Ourselves."""
    return [
        (pgettext("document", "Name"), ours["name"]),
        (pgettext("document", "Tax number"), ours["credit_code"]),
        (pgettext("document", "Address, phone"), paper.joined(ours["address"], ours["phone"])),
        (pgettext("document", "Bank, account"), paper.joined(ours["bank"], ours["bank_account"])),
    ]


def labels() -> dict[str, str]:
    """The words of the form."""
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


def freight(net: Decimal, rate: Decimal, tax: Decimal, currency: str) -> dict[str, str]:
    """The row of the freight."""
    return _figures(pgettext("document", "Freight"), "", "", None, net, rate, tax, currency)


def row(ordered: OrderLine, count: Decimal, net: Decimal, tax: Decimal, currency: str) -> dict[str, str]:
    """The row of an article: so many of an order line, in its base unit."""
    unit = ordered.sku.product.unit
    named = paper.article(ordered)
    specification = " ".join(part for part in (ordered.model, ordered.specification) if part)
    return _figures(
        named["name"], specification, local(unit.name, unit.name_en), count, net, ordered.tax_rate, tax, currency
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
