"""The columns the lists of invoices and payments can have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.billing.models import Invoice, Payment
from shunda.billing.states import InvoiceStatus, PaymentStatus
from shunda.core.money import plain
from shunda.orders.models import InvoiceKind, PaymentMethod
from shunda.web.columns import Column


def _page_of_order(row: Invoice) -> str:
    return reverse("orders:detail", args=[row.order_id])


def _owed(row: Invoice) -> Decimal | None:
    return row.open_amount if row.status == InvoiceStatus.ISSUED else None


def _left(row: Payment) -> Decimal | None:
    return row.left if row.status == PaymentStatus.RECORDED and row.left else None


def _proposed(row: Any) -> str:
    return "; ".join(f"{item.number} {plain(amount, 2)}" for item, amount in row.proposal)


INVOICES = (
    Column("number", _("Number"), cell="billing/cells/invoice.html", sort=("newest", "oldest"), fixed=True),
    Column("status", _("Status"), lambda row: InvoiceStatus(row.status), kind="badge"),
    Column("customer", _("Customer"), lambda row: row.buyer_name or row.customer),
    Column("order", _("Order"), "order.number", url=_page_of_order),
    Column("issued_at", _("Issued"), kind="day"),
    Column("due_date", _("Due"), kind="day"),
    Column("gross", _("Total"), kind="money"),
    Column("open_amount", _("Still owed"), _owed, kind="money"),
    Column("kind", _("kind"), lambda row: InvoiceKind(row.kind), shown=False),
    Column("tax_number", _("number of the tax authority"), shown=False),
    Column("customer_code", _("Customer number"), "customer.code", shown=False),
    Column("buyer_tax_code", _("buyer's tax number"), shown=False),
    Column("currency", _("currency"), shown=False),
    Column("net", _("net"), kind="money", shown=False),
    Column("tax", _("tax"), kind="money", shown=False),
    Column("credited", _("credited"), kind="money", shown=False),
    Column("paid", _("paid"), kind="money", shown=False),
    Column("created_at", _("Drafted"), kind="moment", shown=False),
)
"""What the list of invoices shows unless somebody chose otherwise, then what can be added."""

PAYMENTS = (
    Column("number", _("Number"), cell="billing/cells/payment.html", sort=("newest", "oldest"), fixed=True),
    Column("received_at", _("Received"), kind="day", sort=("latest", "earliest")),
    Column("customer", _("Customer")),
    Column("amount", _("Amount"), kind="money"),
    Column("left", _("Left"), _left, kind="money"),
    Column("proposal", _("Most likely pays"), _proposed, cell="billing/cells/proposal.html"),
    Column("status", _("Status"), lambda row: PaymentStatus(row.status), kind="badge", shown=False),
    Column("customer_code", _("Customer number"), "customer.code", shown=False),
    Column("method", _("payment method"), lambda row: PaymentMethod(row.method), shown=False),
    Column("reference", _("bank reference"), shown=False),
    Column("currency", _("currency"), shown=False),
    Column("matched", _("Matched"), kind="money", shown=False),
    Column("note", _("note"), shown=False),
)
"""The same for the list of payments."""
