"""The pages of billing: payments, invoices, settlements, statements, and the panel on the order page."""

from shunda.billing.pages.invoices import (
    cancel_draft,
    credit_invoice,
    draft,
    invoice_detail,
    invoices,
    issue,
    to_invoice,
)
from shunda.billing.pages.panel import order_panel
from shunda.billing.pages.payments import match, payment_detail, payments, record, unmatch, void
from shunda.billing.pages.settlements import confirm, settlements
from shunda.billing.pages.statement import statement

__all__ = [
    "cancel_draft",
    "confirm",
    "credit_invoice",
    "draft",
    "invoice_detail",
    "invoices",
    "issue",
    "match",
    "order_panel",
    "payment_detail",
    "payments",
    "record",
    "settlements",
    "statement",
    "to_invoice",
    "unmatch",
    "void",
]
