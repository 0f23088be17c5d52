"""What people and programs can do with money."""

from shunda.billing.actions.credit import credit
from shunda.billing.actions.deduct import waive_deductions
from shunda.billing.actions.invoices import cancel_draft, invoice, issue
from shunda.billing.actions.matching import match, unmatch
from shunda.billing.actions.payments import record_payments, void
from shunda.billing.actions.settle import confirm_settlement

__all__ = [
    "cancel_draft",
    "confirm_settlement",
    "credit",
    "invoice",
    "issue",
    "match",
    "record_payments",
    "unmatch",
    "void",
    "waive_deductions",
]
