"""What the actions take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shunda.orders.models import PaymentMethod


@dataclass(frozen=True, slots=True)
class PaymentSpec:
    """Money a customer sent, as the bank or the cashier tells it.

    ``same_reference`` says that somebody looked: another payment of this customer with the same bank reference is
    really another one. Without a currency it is the customer's.
    """

    customer_id: int
    amount: Decimal
    received_at: datetime
    method: str = PaymentMethod.TRANSFER
    currency: str = ""
    reference: str = ""
    note: str = ""
    same_reference: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """What a payment pays: an invoice, or an order (its open invoices first, the rest in advance).

    Without an amount: as much as is open and as is left of the payment.
    """

    order_id: int | None = None
    invoice_id: int | None = None
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MatchSpec:
    """Match a payment to these targets; without targets to what ``queries.proposals`` proposes."""

    payment_id: int
    targets: tuple[Target, ...] | None = None


@dataclass(frozen=True, slots=True)
class UnmatchSpec:
    """Take back what a payment pays: of these orders, or all of it."""

    payment_id: int
    order_ids: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class InvoiceSpec:
    """Draft an invoice for an order: base quantities by order line, or all that is shipped and not invoiced.

    Without a kind it is the one the order asks for.
    """

    order_id: int
    lines: Mapping[int, Decimal] | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class CreditSpec:
    """Take back an issued invoice: quantities by invoice line, or all that is left of it.

    ``freight`` takes the freight back too; with no lines named it always does.
    """

    invoice_id: int
    reason: str
    lines: Mapping[int, Decimal] | None = None
    freight: bool = False
