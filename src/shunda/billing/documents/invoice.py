"""The print of a VAT invoice, laid out like the tax authority's form (R044, R173)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.billing.documents import vat
from shunda.billing.models import Invoice, InvoiceLine
from shunda.billing.states import InvoiceStatus
from shunda.orders.documents import paper
from shunda.web.formats import amount, day, filled

TEMPLATE = vat.TEMPLATE


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
    currency = invoice.currency
    return {
        **paper.sheet(vat.title(invoice), invoice.number, ours, _watermark(invoice)),
        "labels": vat.labels(),
        "facts": [
            (pgettext("document", "Number of the tax authority"), invoice.tax_number),
            (pgettext("document", "Issued"), filled(day, invoice.issued_at)),
            (pgettext("document", "Order"), invoice.order.number),
            (pgettext("document", "Customer's order number"), invoice.order.customer_reference),
            (pgettext("document", "Due"), filled(day, invoice.due_date)),
            (pgettext("document", "Credited"), amount(invoice.credited, currency) if invoice.credited else ""),
        ],
        "buyer": vat.buyer(invoice, private=private),
        "seller": vat.seller(ours),
        "rows": _rows(invoice),
        **vat.totals(invoice.net, invoice.tax, invoice.gross, currency),
        "people": vat.people(),
    }


def _watermark(invoice: Invoice) -> str:
    match invoice.status:
        case InvoiceStatus.DRAFT:
            return pgettext("document", "DRAFT")
        case InvoiceStatus.CANCELLED:
            return pgettext("document", "CANCELLED")
    return ""


def _rows(invoice: Invoice) -> list[dict[str, str]]:
    rows = [
        vat.row(line.order_line, line.quantity, line.net, line.tax, invoice.currency) for line in invoice.lines.all()
    ]
    if invoice.freight_net or invoice.freight_tax:
        rate = invoice.order.freight_tax_rate
        rows.append(vat.freight(invoice.freight_net, rate, invoice.freight_tax, invoice.currency))
    return rows
