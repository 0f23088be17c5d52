"""The pages of billing: payments, invoices, settlements, statements, and the panel on the order page."""

from shunda.billing.pages.deductions import deduction, waive
from shunda.billing.pages.invoices import (
    cancel_draft,
    credit_invoice,
    draft,
    draft_one,
    invoice_detail,
    invoices,
    issue,
    issue_one,
    to_invoice,
)
from shunda.billing.pages.panel import customer_panel, order_panel, trade_panel
from shunda.billing.pages.payments import match, match_by_hand, payment_detail, payments, record, unmatch, void
from shunda.billing.pages.settlements import confirm, settlement_detail, settlements
from shunda.billing.pages.statement import statement

__all__ = [
    "cancel_draft",
    "confirm",
    "credit_invoice",
    "customer_panel",
    "deduction",
    "draft",
    "draft_one",
    "invoice_detail",
    "invoices",
    "issue",
    "issue_one",
    "match",
    "match_by_hand",
    "order_panel",
    "payment_detail",
    "payments",
    "record",
    "settlement_detail",
    "settlements",
    "statement",
    "to_invoice",
    "trade_panel",
    "unmatch",
    "void",
    "waive",
]
