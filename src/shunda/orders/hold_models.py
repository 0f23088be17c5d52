"""Holds: what stops one kind of step of an order, or of one of its lines, until it is released."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import undeletable


class HoldKind(models.TextChoices):
    """What a hold is about."""

    PAYMENT = "payment", _("payment")
    CREDIT = "credit", _("credit")
    STOCK = "stock", _("stock")
    FRAUD = "fraud", _("suspected fraud")
    ADDRESS = "address", _("address")
    QUALITY = "quality", _("quality")
    LEGAL = "legal", _("legal")
    MANUAL = "manual", _("manual")


class Stops(models.TextChoices):
    """The step a hold stops."""

    CONFIRM = "confirm", _("confirmation")
    SHIP = "ship", _("shipping")
    INVOICE = "invoice", _("invoicing")


class ReleaseRule(models.TextChoices):
    """How a hold ends, besides on its last moment where it has one."""

    HAND = "hand", _("whoever may release holds")
    OTHER = "other", _("somebody else than who placed it")
    PAID = "paid", _("by itself when the order is paid")
    LETTER = "letter", _("by itself when the signed confirmation letter is there")


class Hold(models.Model):
    """Somebody or some rule stops one kind of step; with a line, only what concerns that line."""

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="holds")
    line = models.ForeignKey("orders.OrderLine", models.PROTECT, null=True, related_name="holds")
    kind = models.CharField(max_length=10, choices=HoldKind)
    stops = models.CharField(max_length=10, choices=Stops)
    reason = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    rule = models.CharField(max_length=10, choices=ReleaseRule, default=ReleaseRule.HAND)
    expires_at = models.DateTimeField(null=True)
    decided = models.JSONField(null=True)  # table, version and rows, where a decision table placed it
    placed_by = models.CharField(max_length=120)
    placed_by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.CharField(max_length=120, blank=True)
    released_at = models.DateTimeField(null=True)
    released_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["order", "line", "kind", "stops"],
                name="hold_open_once",
                condition=Q(released_at__isnull=True),
                nulls_distinct=False,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-id"], name="hold_open", condition=Q(released_at__isnull=True)),
            models.Index(
                fields=["expires_at"],
                name="hold_ends",
                condition=Q(released_at__isnull=True, expires_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [undeletable("hold")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
