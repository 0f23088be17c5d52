"""Changes, the voices they need, and the revisions they make."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.changes.states import CHANGE, OPEN, VOICE, ChangeStatus, VoiceStatus
from shunda.core.fields import amount_field
from shunda.core.machine import append_only, undeletable
from shunda.orders.models import Channel, Order, OrderAttachment

USER = settings.AUTH_USER_MODEL


class ChangeKind(models.TextChoices):
    """What becomes of the order."""

    CHANGE = "change", pgettext_lazy("change", "change")
    PRODUCT = "product", pgettext_lazy("change", "product change")  # of a frozen configuration (R103, R104)
    CLOSE = "close", pgettext_lazy("change", "closed short")  # nothing more is delivered
    CANCEL = "cancel", pgettext_lazy("change", "cancellation")


class Role(models.TextChoices):
    """As what somebody decides: an authority, a department, or research and development (R104, R163-R167)."""

    FRONTLINE = "frontline", pgettext_lazy("voice", "front-line staff")
    SALES = "sales", pgettext_lazy("voice", "sales manager")
    FINANCE = "finance", pgettext_lazy("voice", "finance")
    WAREHOUSE = "warehouse", pgettext_lazy("voice", "warehouse")
    PRODUCTION = "production", pgettext_lazy("voice", "production")
    CONTRACT = "contract", pgettext_lazy("voice", "contracts")
    MANAGEMENT = "management", pgettext_lazy("voice", "top management")
    RND = "rnd", pgettext_lazy("voice", "research and development")


class Change(models.Model):
    """How a confirmed order shall be different: asked for, weighed, authorised, applied (R161-R170)."""

    number = models.CharField(_("change number"), max_length=30, unique=True)
    order = models.ForeignKey(Order, models.PROTECT, related_name="changes")
    kind = models.CharField(_("kind"), max_length=10, choices=ChangeKind, default=ChangeKind.CHANGE)
    status = models.CharField(_("status"), max_length=10, choices=ChangeStatus, default=ChangeStatus.ASKED)
    version = models.IntegerField(default=1)
    wanted = models.JSONField()  # what shall be different: ``specs.ChangeSpec`` as JSON
    reason = models.CharField(_("reason"), max_length=200)
    asked_by = models.CharField(_("who asked for it"), max_length=80, blank=True)  # at the customer (R042)
    asked_through = models.CharField(_("asked through"), max_length=10, choices=Channel, default=Channel.PHONE)
    asked_on = models.DateTimeField(_("asked at"))
    requested_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    requested_at = models.DateTimeField()
    impact = models.JSONField(default=dict)  # what was shown before it was sent
    effect = models.JSONField(default=dict)  # what it did
    worse = models.JSONField(default=list)  # refusal-like reasons why the customer signs an agreement (R169)
    decided = models.JSONField(default=list)  # the rows of the authority table that decided: table, version, rows
    facts = models.JSONField(default=list)  # what the table was asked, part by part
    blocked_by = models.JSONField(default=list)  # the refusals that stopped its application, if any
    agreement = models.ForeignKey(OrderAttachment, models.PROTECT, null=True, related_name="+", db_index=False)
    revision = models.IntegerField(null=True)  # the revision it made
    gross_change = amount_field()
    applied_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], name="change_open_once", condition=Q(status__in=OPEN)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["status", "-id"], name="change_status"),
            models.Index(fields=["-requested_at"], name="change_requested"),
        ]
        triggers: ClassVar = [CHANGE.guard(), undeletable("change")]

    def __str__(self) -> str:
        return self.number

    @property
    def needs_agreement(self) -> bool:
        """Whether the customer has to sign before it is made, and has not yet (R169)."""
        return bool(self.worse) and self.agreement_id is None


class Voice(models.Model):
    """One decision a change needs, and what was said."""

    change = models.ForeignKey(Change, models.PROTECT, related_name="voices")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(_("as"), max_length=12, choices=Role)
    step = models.SmallIntegerField(default=1)  # those of one step decide side by side, the next step after them
    status = models.CharField(max_length=10, choices=VoiceStatus, default=VoiceStatus.LATER)
    version = models.IntegerField(default=1)
    remark = models.CharField(max_length=200, blank=True)
    ready_on = models.DateField(null=True)  # when research and development will be done (R104)
    decided_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["change", "role"], name="voice_once")]
        indexes: ClassVar = [models.Index(fields=["role", "id"], name="voice_waiting", condition=Q(status="pending"))]
        triggers: ClassVar = [VOICE.guard(), undeletable("voice")]

    def __str__(self) -> str:
        return f"{self.change_id} {self.role}"


class Revision(models.Model):
    """The order as it stood after a change; number 0 is what was confirmed. Kept for good, printed again (R222)."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="revisions", db_index=False)
    number = models.IntegerField(_("revision"))
    change = models.OneToOneField(Change, models.PROTECT, null=True, related_name="made")
    content = models.JSONField()  # head and lines, ``content.of``
    net = amount_field()
    tax = amount_field()
    gross = amount_field()
    at = models.DateTimeField()
    actor = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order", "number"], name="revision_number"),
            models.CheckConstraint(condition=Q(gross=models.F("net") + models.F("tax")), name="revision_gross"),
        ]
        triggers: ClassVar = append_only("revision")

    def __str__(self) -> str:
        return f"{self.order.number} r{self.number}"
