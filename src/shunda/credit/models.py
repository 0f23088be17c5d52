"""Credit accounts and their append-only ledger, temporary raises, proposals of grades and limits."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import append_only, undeletable
from shunda.credit.states import PROPOSAL, RAISE, ProposalStatus, RaiseStatus
from shunda.customers.models import Customer, Grade


class Bucket(models.TextChoices):
    """Where an amount owed or about to be owed stands."""

    ORDERED = "ordered", _("confirmed, not shipped")
    SHIPPED = "shipped", _("shipped, not invoiced")
    INVOICED = "invoiced", _("invoiced, not paid")


class CreditAccount(models.Model):
    """The balance of a customer: the sums of its ledger, changed in the same statement that adds to the ledger."""

    customer = models.OneToOneField(Customer, models.PROTECT, related_name="credit", primary_key=True)
    currency = models.CharField(max_length=3, default="CNY")
    limit = models.DecimalField(_("credit limit"), max_digits=18, decimal_places=4, default=0)
    ordered = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    shipped = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    invoiced = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    exposure = models.GeneratedField(
        expression=F("ordered") + F("shipped") + F("invoiced"),
        output_field=models.DecimalField(max_digits=18, decimal_places=4),
        db_persist=True,
    )
    version = models.IntegerField(default=1)
    raised = models.DecimalField(_("raised by"), max_digits=18, decimal_places=4, default=0)  # the running raises
    raised_until = models.DateTimeField(null=True)  # ``raised`` holds until then; none: until a raise is decided
    score = models.SmallIntegerField(_("score"), null=True)  # as it was found last; whoever decides computes it anew

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ordered__gte=0, shipped__gte=0, invoiced__gte=0, limit__gte=0), name="credit_not_negative"
            ),
            models.CheckConstraint(condition=Q(raised__gte=0), name="credit_raised_not_negative"),
        ]
        triggers: ClassVar = [undeletable("credit_account")]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class CreditEntry(models.Model):
    """An amount went into a bucket (positive) or left it (negative)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    order_id = models.BigIntegerField(null=True)  # the order it is about; a number here, not a known table
    bucket = models.CharField(max_length=10, choices=Bucket)
    amount = models.DecimalField(max_digits=18, decimal_places=4)
    reason = models.CharField(max_length=40)  # "confirm", "ship", "invoice", "pay", "cancel" ...
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="credit_entry_customer"),
            models.Index(fields=["order_id"], name="credit_entry_order"),
        ]
        triggers: ClassVar = append_only("credit_entry")

    def __str__(self) -> str:
        return f"{self.customer_id} {self.bucket} {self.amount}"


class LimitRaise(models.Model):
    """For some days a customer may owe so much more; it counts from ``since`` until before ``until``."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(_("status"), max_length=10, choices=RaiseStatus, default=RaiseStatus.ASKED)
    version = models.IntegerField(default=1)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=4)
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("why"), max_length=200)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    asked_by_id = models.BigIntegerField(null=True)
    asked_by = models.CharField(_("asked by"), max_length=120)
    asked_at = models.DateTimeField(_("asked"))
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="credit_raise_amount"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="credit_raise_days"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-id"], name="credit_raise_customer"),
            models.Index(fields=["until"], name="credit_raise_open", condition=Q(status__in=["asked", "approved"])),
        ]
        triggers: ClassVar = [RAISE.guard(), undeletable("credit_raise")]

    def __str__(self) -> str:
        return f"{self.customer_id} +{self.amount}"


class Proposal(models.Model):
    """A customer's grade and limit as somebody, or the model at night, would have them; what was known is kept."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(_("status"), max_length=10, choices=ProposalStatus, default=ProposalStatus.PROPOSED)
    version = models.IntegerField(default=1)
    currency = models.CharField(_("currency"), max_length=3)
    grade_was = models.CharField(_("grade then"), max_length=1, choices=Grade)
    grade = models.CharField(_("proposed grade"), max_length=1, choices=Grade)
    limit_was = models.DecimalField(_("limit then"), max_digits=18, decimal_places=4)
    limit = models.DecimalField(_("proposed limit"), max_digits=18, decimal_places=4)
    score = models.SmallIntegerField(_("score"))
    inputs = models.JSONField()  # the score's parts and what they rest on, as ``rules.Score.as_dict`` gives them
    decided = models.JSONField(null=True)  # by which row of ``credit.proposals``; none when a person proposed it
    reason = models.CharField(_("why"), max_length=200, blank=True)
    proposed_by_id = models.BigIntegerField(null=True)
    proposed_by = models.CharField(_("proposed by"), max_length=120)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    remark = models.CharField(_("remark"), max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer"], name="credit_one_proposal", condition=Q(status="proposed")),
            models.CheckConstraint(condition=Q(limit__gte=0), name="credit_proposal_limit"),
        ]
        indexes: ClassVar = [models.Index(fields=["customer", "-id"], name="credit_proposal_customer")]
        triggers: ClassVar = [PROPOSAL.guard(), undeletable("credit_proposal")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.grade} {self.limit}"
