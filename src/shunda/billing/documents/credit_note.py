"""The print of a credit note 红字发票: the form of the invoice it takes back, every figure negative (R044, R173)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.billing.documents import vat
from shunda.billing.models import CreditNote, CreditNoteLine
from shunda.orders.documents import paper
from shunda.orders.models import InvoiceKind
from shunda.web.formats import day

TEMPLATE = vat.TEMPLATE


def papers(ids: Sequence[int], *, private: bool) -> list[dict[str, Any]]:
    """The data of these credit notes, in this order and the active language; constant queries.

    Phones and bank accounts of the customer are in full only for ``private`` eyes.
    """
    lines = CreditNoteLine.objects.select_related("invoice_line__order_line__sku__product__unit")
    rows = (
        CreditNote.objects.filter(pk__in=ids)
        .select_related("invoice", "order")
        .prefetch_related(Prefetch("lines", lines.order_by("invoice_line__order_line__line_no", "pk")))
        .in_bulk()
    )
    ours = paper.company()
    return [_paper(rows[pk], ours, private=private) for pk in ids]


def _paper(note: CreditNote, ours: dict[str, Any], *, private: bool) -> dict[str, Any]:
    invoice = note.invoice
    special = invoice.kind == InvoiceKind.SPECIAL
    return {
        **paper.sheet(
            pgettext("document", "Credit note to a special VAT invoice")
            if special
            else pgettext("document", "Credit note to an ordinary VAT invoice"),
            note.number,
            ours,
        ),
        "labels": vat.labels(),
        "facts": [
            (pgettext("document", "Takes back invoice"), invoice.number),
            (pgettext("document", "Number of the tax authority"), invoice.tax_number),
            (pgettext("document", "Issued"), day(note.issued_at)),
            (pgettext("document", "Order"), note.order.number),
            (pgettext("document", "Customer's order number"), note.order.customer_reference),
            (pgettext("document", "Reason"), note.reason),
        ],
        "buyer": vat.buyer(invoice, private=private),
        "seller": vat.seller(ours),
        "rows": _rows(note),
        **vat.totals(-note.net, -note.tax, -note.gross, note.currency),
        "people": vat.people(),
    }


def _rows(note: CreditNote) -> list[dict[str, str]]:
    rows = [
        vat.row(line.invoice_line.order_line, -line.quantity, -line.net, -line.tax, note.currency)
        for line in note.lines.all()
    ]
    if note.freight_net or note.freight_tax:
        rows.append(vat.freight(-note.freight_net, note.order.freight_tax_rate, -note.freight_tax, note.currency))
    return rows
