"""The links customers follow to their orders, and what they ask for there."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.core.machine import undeletable
from shunda.orders.models import Order

USER = settings.AUTH_USER_MODEL


class Link(models.Model):
    """One customer's way to one order. The word alone opens nothing: the address carries it signed."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="links")
    word = models.CharField(max_length=22, unique=True)  # 128 random bits
    version = models.IntegerField(default=1)
    made_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(null=True)
    opened = models.IntegerField(default=0)  # how often, by somebody who is not signed in
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["order"], name="link_of_order", condition=Q(revoked_at__isnull=True)),
        ]
        triggers: ClassVar = [undeletable("link")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.pk}"


class WishKind(models.TextChoices):
    """What a customer asks for."""

    CANCEL = "cancel", pgettext_lazy("wish", "cancel the order")
    CHANGE = "change", pgettext_lazy("wish", "change the order")
    QUESTION = "question", pgettext_lazy("wish", "a question")


class Wish(models.Model):
    """What a customer asked for behind his link, and what he was answered. Open until it is answered."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="wishes")
    link = models.ForeignKey(Link, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("what is asked for"), max_length=10, choices=WishKind)
    text = models.CharField(_("in the customer's words"), max_length=1000)
    version = models.IntegerField(default=1)
    asked_at = models.DateTimeField()
    answer = models.CharField(_("answer"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        triggers: ClassVar = [undeletable("wish")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind}"
