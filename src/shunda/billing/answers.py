"""What the API of billing answers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from shunda.api.schemas import Amount, Out, Quantity, Rate
from shunda.billing.models import Allocation, CreditNoteLine, Invoice, InvoiceLine, Payment, Settlement, SettlementLine
from shunda.billing.states import DeductionStatus, InvoiceStatus, PaymentStatus, SettlementStatus
from shunda.orders.models import InvoiceKind, PaymentMethod
from shunda.orders.pickup import Standing


class PaymentOut(Out):
    """Money a customer sent; ``left`` is not matched yet."""

    id: int
    number: str
    status: PaymentStatus
    version: int
    customer_id: int
    method: PaymentMethod
    currency: str
    amount: Amount
    matched: Amount
    left: Amount
    reference: str
    received_at: datetime
    note: str
    reason: str


class AllocationOut(Out):
    """So much of a payment pays an order, on an invoice or (null) in advance; negative took it back."""

    payment_id: int
    order_id: int
    order: str
    invoice_id: int | None
    invoice: str | None
    deduction_id: int | None
    amount: Amount
    at: datetime
    actor: str

    @staticmethod
    def resolve_order(allocation: Allocation) -> str:
        """The order's number."""
        return allocation.order.number

    @staticmethod
    def resolve_invoice(allocation: Allocation) -> str | None:
        """The invoice's number."""
        return allocation.invoice.number if allocation.invoice else None


class PaymentDetailOut(PaymentOut):
    """A payment and everything it was matched to, in the order it happened."""

    allocations: list[AllocationOut]

    @staticmethod
    def resolve_allocations(payment: Payment) -> list[Allocation]:
        """As fetched with the payment."""
        return list(payment.allocations.all())


class ProposalOut(Out):
    """What a payment most likely pays."""

    order_id: int
    order: str
    invoice_id: int | None
    invoice: str | None
    due_date: date | None
    amount: Amount


class InvoiceOut(Out):
    """A VAT invoice; ``open`` is what is still owed of it once it is issued."""

    id: int
    number: str
    tax_number: str
    kind: InvoiceKind
    status: InvoiceStatus
    version: int
    order_id: int
    order: str
    customer_id: int
    buyer_name: str
    buyer_tax_code: str
    buyer_address: str
    buyer_bank: str
    currency: str
    freight_net: Amount
    freight_tax: Amount
    net: Amount
    tax: Amount
    gross: Amount
    credited: Amount
    paid: Amount
    open: Amount
    created_at: datetime
    issued_at: datetime | None
    due_date: date | None

    @staticmethod
    def resolve_order(invoice: Invoice) -> str:
        """The order's number."""
        return invoice.order.number

    @staticmethod
    def resolve_open(invoice: Invoice) -> Decimal:
        """Nothing until it is issued."""
        return invoice.open_amount if invoice.status == InvoiceStatus.ISSUED else Decimal(0)


class InvoiceLineOut(Out):
    """How much of an order line an invoice bills, in the article's base unit."""

    id: int
    order_line_id: int
    line_no: int
    sku: str
    name: str
    quantity: Quantity
    credited: Quantity
    net: Amount
    tax: Amount
    gross: Amount

    @staticmethod
    def resolve_line_no(line: InvoiceLine) -> int:
        """The order's line number."""
        return line.order_line.line_no

    @staticmethod
    def resolve_sku(line: InvoiceLine) -> str:
        """The article's code."""
        return line.order_line.sku.code

    @staticmethod
    def resolve_name(line: InvoiceLine) -> str:
        """The article as the order names it."""
        return line.order_line.name


class InvoiceDetailOut(InvoiceOut):
    """An invoice with its lines."""

    lines: list[InvoiceLineOut]

    @staticmethod
    def resolve_lines(invoice: Invoice) -> list[InvoiceLine]:
        """As fetched with the invoice."""
        return list(invoice.lines.all())


class CreditNoteLineOut(Out):
    """How much of an invoice line a credit note takes back."""

    invoice_line_id: int
    sku: str
    quantity: Quantity
    net: Amount
    tax: Amount
    gross: Amount

    @staticmethod
    def resolve_sku(line: CreditNoteLine) -> str:
        """The article's code."""
        return line.invoice_line.order_line.sku.code


class CreditNoteOut(Out):
    """Takes back an invoice or part of it."""

    id: int
    number: str
    invoice_id: int
    order_id: int
    customer_id: int
    reason: str
    currency: str
    freight_net: Amount
    freight_tax: Amount
    net: Amount
    tax: Amount
    gross: Amount
    issued_at: datetime
    lines: list[CreditNoteLineOut]


class SettlementLineOut(Out):
    """How much of an order line a settlement covers, in the article's base unit."""

    order_line_id: int
    sku: str
    quantity: Quantity
    gross: Amount

    @staticmethod
    def resolve_sku(line: SettlementLine) -> str:
        """The article's code."""
        return line.order_line.sku.code


class SettlementOut(Out):
    """What a signed delivery costs; ``owed`` was not paid when it was made."""

    id: int
    number: str
    status: SettlementStatus
    version: int
    order_id: int
    customer_id: int
    delivery: str
    currency: str
    goods: Amount
    freight: Amount
    total: Amount
    paid_before: Amount
    owed: Amount
    made_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    lines: list[SettlementLineOut]

    @staticmethod
    def resolve_owed(settlement: Settlement) -> Decimal:
        """What is still to be paid."""
        owed: Decimal = settlement.total - settlement.paid_before
        return owed


class DeductionOut(Out):
    """What is deducted from the deposit of a special order not picked up in time; ``held`` pays the order not now."""

    id: int
    number: str
    status: DeductionStatus
    version: int
    order_id: int
    customer_id: int
    currency: str
    standing: Standing
    deposit: Amount
    share: Rate
    held: Amount
    kept: Amount
    ready_on: date
    until: date
    late_until: date
    picked_on: date | None
    made_at: datetime
    settled_at: datetime | None
    waived_at: datetime | None
    waived_by: str
    reason: str


class OrderToInvoiceOut(Out):
    """An order with goods shipped and not invoiced."""

    id: int
    number: str
    customer_id: int
    customer_name: str
    invoice_kind: InvoiceKind
    currency: str
    gross: Amount
    invoiced: Amount


class StatementEntryOut(Out):
    """A document on a statement; ``amount`` raises or lowers what is owed, ``balance`` is owed after it."""

    at: datetime
    kind: str
    id: int
    number: str
    amount: Amount
    balance: Amount


class TradeYearOut(Out):
    """What was traded with a customer in a year, in one currency. ``ordered`` leaves cancelled orders out."""

    year: int
    currency: str
    orders: int
    cancelled: int
    ordered: Amount
    invoiced: Amount
    credit_notes: int
    credited: Amount
    received: Amount


class StatementOut(Out):
    """The documents of a customer in one currency, with what was owed before and is owed after."""

    customer_id: int
    currency: str
    opening: Amount
    closing: Amount
    entries: list[StatementEntryOut]
