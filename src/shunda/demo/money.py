"""Customers pay: when, and how finance takes it in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from shunda.billing import actions as billing
from shunda.billing.models import Invoice
from shunda.billing.specs import MatchSpec, PaymentSpec, Target
from shunda.core.actor import Actor
from shunda.demo.company import done
from shunda.orders.models import Order


def pay(sums: Sequence[tuple[Order, Decimal]], *, by: Actor, at: datetime) -> None:
    """Money comes in and is matched to its order."""
    if not sums:
        return
    specs = [
        PaymentSpec(order.customer_id, amount, at, reference=f"NW{order.external_number}") for order, amount in sums
    ]
    payments = done(billing.record_payments(specs, by=by, at=at))
    matches = [
        MatchSpec(payment.pk, (Target(order_id=order.pk),)) for payment, (order, _) in zip(payments, sums, strict=True)
    ]
    done(billing.match(matches, by=by, at=at))


def paid_on(invoice: Invoice) -> date:
    """The day this customer pays: when it is due, a few days earlier, or, one in six, up to two weeks late."""
    assert invoice.due_date is not None
    habit = invoice.customer_id % 6
    late = 3 + invoice.order_id % 11 if habit == 0 else 0
    return invoice.due_date + timedelta(days=late - habit)
