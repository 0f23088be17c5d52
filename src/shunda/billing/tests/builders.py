"""Money for tests, made through the actions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from shunda.billing import actions
from shunda.billing.models import Invoice, Payment
from shunda.billing.specs import InvoiceSpec, MatchSpec, PaymentSpec, Target
from shunda.core.actor import system
from shunda.customers.models import Customer
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT

BUYER = {
    "credit_code": "91310000MA1FL0XQ3D",
    "registered_address": "上海市世纪大道100号",
    "phone": "021-58880000",
    "bank": "中国银行上海分行",
    "bank_account": "437759281034",
}
"""What a special VAT invoice needs to know about a customer."""


def payment(customer: Customer, amount: Decimal | int | str, *, at: datetime = AT, **fields: object) -> Payment:
    """Money that a customer sent, not yet matched."""
    spec = PaymentSpec(customer.pk, Decimal(amount), at, **fields)  # type: ignore[arg-type]
    return actions.record_payments([spec], by=system(), at=at).one()


def paid(order: Order, amount: Decimal | int | str | None = None, *, at: datetime = AT) -> Payment:
    """Money that came in for an order: all of it unless told."""
    made = payment(order.customer, order.gross if amount is None else amount, at=at)
    return actions.match([MatchSpec(made.pk, (Target(order.pk),))], by=system(), at=at).one()


def drafted(order: Order, kind: str = "ordinary", *, at: datetime = AT) -> Invoice:
    """The draft of an invoice over what is shipped."""
    return actions.invoice([InvoiceSpec(order.pk, kind=kind)], by=system(), at=at).one()


def invoiced(order: Order, kind: str = "ordinary", *, at: datetime = AT) -> Invoice:
    """An issued invoice over what is shipped."""
    return actions.issue([drafted(order, kind, at=at).pk], by=system(), at=at).one()
