"""The statuses of invoices, payments and settlements."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import Machine


class InvoiceStatus(TextChoices):
    """How far an invoice is."""

    DRAFT = "draft", _("draft")
    ISSUED = "issued", _("issued")
    CANCELLED = "cancelled", _("cancelled")


I = InvoiceStatus  # noqa: E741  # the table below is easier to read

INVOICE = Machine(
    "invoice",
    I,
    app="billing",
    start=I.DRAFT,
    moves=[
        ("issue",  {I.DRAFT},  I.ISSUED,    _("Issue")),
        ("cancel", {I.DRAFT},  I.CANCELLED, _("Cancel draft")),
        ("credit", {I.ISSUED}, None,        _("Issue credit note")),
    ],
)  # fmt: skip


class PaymentStatus(TextChoices):
    """Whether a payment counts."""

    RECORDED = "recorded", _("recorded")
    VOIDED = "voided", _("voided")


P = PaymentStatus

PAYMENT = Machine(
    "payment",
    P,
    app="billing",
    start=P.RECORDED,
    moves=[
        ("match",   {P.RECORDED}, None,     _("Match")),
        ("unmatch", {P.RECORDED}, None,     _("Take back a match")),
        ("void",    {P.RECORDED}, P.VOIDED, _("Void")),
    ],
)  # fmt: skip


class SettlementStatus(TextChoices):
    """Made by the system, confirmed by finance with the customer (R173, R174)."""

    MADE = "made", _("to confirm")
    CONFIRMED = "confirmed", _("confirmed")


T = SettlementStatus

SETTLEMENT = Machine(
    "settlement",
    T,
    app="billing",
    start=T.MADE,
    moves=[("confirm", {T.MADE}, T.CONFIRMED, _("Confirm settlement"))],
)


class DeductionStatus(TextChoices):
    """What becomes of the deposit of a special order that is not picked up in time (R106-R108)."""

    HELD = "held", _("deposit not set off yet")
    SETTLED = "settled", _("rest set off at pick-up")
    WAIVED = "waived", _("waived")
    CANCELLED = "cancelled", _("order cancelled")


D = DeductionStatus

DEDUCTION = Machine(
    "deduction",
    D,
    app="billing",
    start=D.HELD,
    moves=[
        ("raise",  {D.HELD},            None,        _("Raise the deduction")),
        ("settle", {D.HELD},            D.SETTLED,   _("Set the rest off")),
        ("waive",  {D.HELD, D.SETTLED}, D.WAIVED,    _("Waive the deduction")),
        ("cancel", {D.HELD},            D.CANCELLED, _("Give back for the cancellation")),
    ],
)  # fmt: skip
