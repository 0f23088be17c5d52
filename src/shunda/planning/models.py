"""Demand plans of regions by month, and their lines."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.catalog.models import Sku
from shunda.core.fields import quantity_field
from shunda.core.machine import undeletable

USER = settings.AUTH_USER_MODEL
NOTE_LENGTH = 500


class DemandPlan(models.Model):
    """What a region will need in a month (R083). It waits to be filed until ``filed_at``; its first filing counts."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("region"))
    month = models.DateField(_("month"))  # its first day
    due_at = models.DateTimeField(_("due"))
    version = models.IntegerField(default=1)
    filed_at = models.DateTimeField(_("filed"), null=True)
    filed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    changed_at = models.DateTimeField(_("last changed"), null=True)  # when it was filed again
    note = models.CharField(_("remark"), max_length=NOTE_LENGTH, blank=True)
    articles = models.IntegerField(_("articles"), default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["region", "month"], name="plan_once")]
        indexes: ClassVar = [models.Index(fields=["month", "id"], name="plan_month")]
        triggers: ClassVar = [undeletable("demand_plan")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.month:%Y-%m}"

    @property
    def in_time(self) -> bool | None:
        """Whether it was filed in time; nothing while it waits."""
        return None if self.filed_at is None else self.filed_at <= self.due_at


class PlanLine(models.Model):
    """An article of a plan, in its base unit."""

    plan = models.ForeignKey(DemandPlan, models.PROTECT, related_name="lines")
    line_no = models.IntegerField()
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+", db_index=False, verbose_name=_("article"))
    quantity = quantity_field(verbose_name=_("quantity"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["plan", "sku"], name="plan_line_article_once"),
            models.CheckConstraint(condition=models.Q(quantity__gt=0), name="plan_line_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.line_no}"
