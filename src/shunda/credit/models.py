"""Credit accounts and their append-only ledger."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import append_only, undeletable
from shunda.customers.models import Customer


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

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ordered__gte=0, shipped__gte=0, invoiced__gte=0, limit__gte=0), name="credit_not_negative"
            ),
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
