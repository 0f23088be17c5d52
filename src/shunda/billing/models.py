"""Payments, allocations, invoices, credit notes, settlements."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shunda.billing.states import (
    DEDUCTION,
    INVOICE,
    PAYMENT,
    SETTLEMENT,
    DeductionStatus,
    InvoiceStatus,
    PaymentStatus,
    SettlementStatus,
)
from shunda.core.fields import amount_field, quantity_field
from shunda.core.machine import append_only, undeletable
from shunda.customers.models import Customer
from shunda.orders.models import InvoiceKind, Order, OrderLine, PaymentMethod
from shunda.orders.pickup import Standing


class Payment(models.Model):
    """Money a customer sent; ``matched`` is how much of it is allocated."""

    number = models.CharField(_("payment number"), max_length=30, unique=True)
    customer = models.ForeignKey(Customer, models.PROTECT, verbose_name=_("customer"))
    status = models.CharField(_("status"), max_length=10, choices=PaymentStatus, default=PaymentStatus.RECORDED)
    version = models.IntegerField(default=1)
    method = models.CharField(_("payment method"), max_length=12, choices=PaymentMethod)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    amount = amount_field(verbose_name=_("amount"))
    matched = amount_field()
    reference = models.CharField(_("bank reference"), max_length=80, blank=True)
    received_at = models.DateTimeField(_("received"))
    same_reference = models.BooleanField(default=False)  # somebody looked: this is no second record of one payment
    note = models.CharField(_("note"), max_length=200, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # of voiding

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount"),
            models.CheckConstraint(condition=Q(matched__gte=0, matched__lte=F("amount")), name="payment_matched"),
            models.UniqueConstraint(
                fields=["customer", "reference"],
                name="payment_reference",
                condition=~Q(reference="") & Q(status=PaymentStatus.RECORDED, same_reference=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="payment_customer"),
            models.Index(fields=["received_at", "id"], name="payment_received"),
            models.Index(
                fields=["-id"], name="payment_open", condition=Q(status=PaymentStatus.RECORDED, matched__lt=F("amount"))
            ),
        ]
        triggers: ClassVar = [PAYMENT.guard(), undeletable("payment")]

    def __str__(self) -> str:
        return self.number

    @property
    def left(self) -> Decimal:
        """What is not matched yet."""
        left: Decimal = self.amount - self.matched
        return left


class Invoice(models.Model):
    """A VAT invoice for what was shipped, special or ordinary (R044, R173). The buyer is copied at issue."""

    number = models.CharField(_("invoice number"), max_length=30, unique=True)
    tax_number = models.CharField(_("number of the tax authority"), max_length=30, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=InvoiceKind)
    order = models.ForeignKey(Order, models.PROTECT, related_name="invoices")
    customer = models.ForeignKey(Customer, models.PROTECT)
    status = models.CharField(_("status"), max_length=10, choices=InvoiceStatus, default=InvoiceStatus.DRAFT)
    version = models.IntegerField(default=1)
    buyer_name = models.CharField(_("buyer"), max_length=120)
    buyer_tax_code = models.CharField(_("buyer's tax number"), max_length=30, blank=True)
    buyer_address = models.CharField(_("buyer's address and phone"), max_length=250, blank=True)
    buyer_bank = models.CharField(_("buyer's bank and account"), max_length=200, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    freight_net = amount_field()
    freight_tax = amount_field()
    net = amount_field(verbose_name=_("net"))
    tax = amount_field(verbose_name=_("tax"))
    gross = amount_field(verbose_name=_("total"))
    credited = amount_field(verbose_name=_("credited"))
    paid = amount_field(verbose_name=_("paid"))
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    due_date = models.DateField(_("due"), null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="invoice_gross"),
            models.CheckConstraint(
                condition=Q(credited__gte=0, paid__gte=0, gross__gte=F("credited")), name="invoice_amounts"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="invoice_customer"),
            models.Index(fields=["status", "-id"], name="invoice_status"),
            models.Index(
                fields=["customer", "due_date"],
                name="invoice_open",
                condition=Q(status=InvoiceStatus.ISSUED, gross__gt=F("credited") + F("paid")),
            ),
        ]
        triggers: ClassVar = [INVOICE.guard(), undeletable("invoice")]

    def __str__(self) -> str:
        return self.number

    @property
    def open_amount(self) -> Decimal:
        """What is still owed of it."""
        left: Decimal = self.gross - self.credited - self.paid
        return left


class InvoiceLine(models.Model):
    """How much of an order line an invoice bills."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="invoice_lines")
    quantity = quantity_field()
    net = amount_field()
    tax = amount_field()
    gross = amount_field()
    credited = quantity_field(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["invoice", "order_line"], name="invoice_line_once"),
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="invoice_line_gross"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, credited__gte=0, credited__lte=F("quantity")), name="invoice_line_quantity"
            ),
        ]
        triggers: ClassVar = [undeletable("invoice_line")]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.quantity}"


class CreditNote(models.Model):
    """Takes back an issued invoice or part of it."""

    number = models.CharField(_("credit note number"), max_length=30, unique=True)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="credit_notes")
    order = models.ForeignKey(Order, models.PROTECT, related_name="credit_notes")
    customer = models.ForeignKey(Customer, models.PROTECT)
    reason = models.CharField(_("reason"), max_length=200)
    currency = models.CharField(max_length=3, default="CNY")
    freight_net = amount_field()
    freight_tax = amount_field()
    net = amount_field()
    tax = amount_field()
    gross = amount_field()
    issued_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(gross=F("net") + F("tax")), name="credit_note_gross"),
        ]
        triggers: ClassVar = append_only("credit_note")

    def __str__(self) -> str:
        return self.number


class CreditNoteLine(models.Model):
    """How much of an invoice line a credit note takes back."""

    note = models.ForeignKey(CreditNote, models.PROTECT, related_name="lines")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    invoice_line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="credit_lines")
    quantity = quantity_field()
    net = amount_field()
    tax = amount_field()
    gross = amount_field()

    class Meta:
        triggers: ClassVar = append_only("credit_note_line")

    def __str__(self) -> str:
        return f"{self.note_id} {self.quantity}"


class Deduction(models.Model):
    """What of the deposit of a special order is deducted because it was not picked up in time (R106-R108).

    Until the pick-up the whole deposit is ``held``: it pays the order no longer. Then ``kept`` of it stays with us
    and the rest pays the order again. An order has one at most, also after it was waived.
    """

    number = models.CharField(_("deduction number"), max_length=30, unique=True)
    order = models.OneToOneField(Order, models.PROTECT, related_name="deduction")
    customer = models.ForeignKey(Customer, models.PROTECT, db_index=False, related_name="+")
    status = models.CharField(_("status"), max_length=10, choices=DeductionStatus, default=DeductionStatus.HELD)
    version = models.IntegerField(default=1)
    currency = models.CharField(max_length=3, default="CNY")
    standing = models.CharField(_("pick-up"), max_length=10, choices=Standing)
    deposit = amount_field(verbose_name=_("deposit"))
    share = models.DecimalField(_("share deducted"), max_digits=6, decimal_places=4)
    held = amount_field(verbose_name=_("not set off"))  # taken off the order now; all of it kept once it is settled
    kept = amount_field(verbose_name=_("deducted"))
    ready_on = models.DateField(_("in stock since"))
    until = models.DateField(_("in time until"))
    late_until = models.DateField(_("late until"))
    picked_on = models.DateField(_("picked up on"), null=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    waived_at = models.DateTimeField(null=True)
    waived_by = models.CharField(max_length=120, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)  # of waiving

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kept__gte=0, held__gte=0, deposit__gte=F("held")), name="deduction_amounts"
            ),
        ]
        triggers: ClassVar = [DEDUCTION.guard(), undeletable("deduction")]

    def __str__(self) -> str:
        return self.number


class Allocation(models.Model):
    """``amount`` of a payment pays this order, and this invoice once there is one; negative takes it back.

    With a ``deduction`` it does not pay the order: it is held back or kept of its deposit.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    order = models.ForeignKey(Order, models.PROTECT, related_name="allocations")
    invoice = models.ForeignKey(Invoice, models.PROTECT, null=True, related_name="allocations")
    deduction = models.ForeignKey(Deduction, models.PROTECT, null=True, related_name="allocations", db_index=False)
    amount = amount_field()
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(amount=0), name="allocation_amount")]
        triggers: ClassVar = append_only("allocation")

    def __str__(self) -> str:
        return f"{self.payment_id} {self.amount}"


class Settlement(models.Model):
    """What a signed delivery costs, what is paid, what is still owed; made by itself at receipt (R160, R172).

    It covers what is signed on the order's lines and was not settled before.
    """

    number = models.CharField(_("settlement number"), max_length=30, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="settlements")
    customer = models.ForeignKey(Customer, models.PROTECT)
    delivery = models.CharField(_("delivery"), max_length=200, blank=True)  # numbers of the signed deliveries
    status = models.CharField(_("status"), max_length=10, choices=SettlementStatus, default=SettlementStatus.MADE)
    version = models.IntegerField(default=1)
    currency = models.CharField(max_length=3, default="CNY")
    goods = amount_field()  # gross of what was accepted
    freight = amount_field()  # gross, with the first settlement of the order
    total = amount_field()
    paid_before = amount_field()  # of the total
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(total=F("goods") + F("freight")), name="settlement_total"),
        ]
        indexes: ClassVar = [models.Index(fields=["status", "-id"], name="settlement_status")]
        triggers: ClassVar = [SETTLEMENT.guard(), undeletable("settlement")]

    def __str__(self) -> str:
        return self.number


class SettlementLine(models.Model):
    """How much of an order line a settlement covers, and what that costs."""

    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="lines")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, related_name="settlement_lines")
    quantity = quantity_field()
    gross = amount_field()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["settlement", "order_line"], name="settlement_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="settlement_line_quantity"),
        ]
        triggers: ClassVar = append_only("settlement_line")

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.quantity}"
