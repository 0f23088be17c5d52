"""Settings and decision tables that business people change."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import append_only, undeletable
from shunda.policies.states import TABLE, TableStatus


class SettingChange(models.Model):
    """A setting took this value; the newest row counts, the others are its history."""

    name = models.CharField(max_length=80)
    value = models.JSONField()
    changed_by = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["name", "-id"], name="setting_newest")]
        triggers: ClassVar = append_only("setting")

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"


class TableVersion(models.Model):
    """One version of a decision table. The newest published one whose days include today decides."""

    table = models.CharField(_("decision table"), max_length=60)
    number = models.IntegerField(_("version"))
    status = models.CharField(_("status"), max_length=10, choices=TableStatus, default=TableStatus.DRAFT)
    version = models.IntegerField(default=1)
    rows = models.JSONField(default=list)  # [{"when": {input: text}, "then": {output: text}, "note": text}]
    remarks = models.JSONField(null=True)  # gaps and overlaps of these rows, as ``Grid.kept`` gives them
    note = models.CharField(_("what is changed, and why"), max_length=200, blank=True)
    valid_from = models.DateField(_("first day"), null=True, blank=True)  # none: from its publication
    valid_until = models.DateField(_("last day"), null=True, blank=True)  # none: until another one is published
    authors = models.JSONField(default=list)  # ids of everybody who wrote in it: none of them publishes it
    written_by = models.CharField(max_length=120)
    written_at = models.DateTimeField()
    published_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["table", "number"], name="table_version_number"),
            models.UniqueConstraint(
                fields=["table"], name="table_one_draft", condition=Q(status__in=["draft", "proposed"])
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["table", "-number"], name="table_published", condition=Q(status="published")),
        ]
        triggers: ClassVar = [
            TABLE.guard(),
            undeletable("table_version"),
            pgtrigger.Protect(
                name="table_published_stays", operation=pgtrigger.Update, condition=pgtrigger.Q(old__status="published")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.number}"


class Trial(models.Model):
    """A draft tried on what really happened between two moments: which decisions would have been others."""

    draft = models.ForeignKey(TableVersion, models.CASCADE, related_name="trials")
    draft_version = models.IntegerField()  # the draft may be edited after it
    against = models.IntegerField()  # number of the version in force then; 0: the preset
    since = models.DateTimeField()
    until = models.DateTimeField()
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.draft_id} {self.since:%F}"

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class TrialChange(models.Model):
    """One case that the draft would have decided differently."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="changes")
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=60)
    about = models.CharField(max_length=60, default="", db_default="")  # the fact of ``Table.told_by``, by its code
    before = models.JSONField()  # numbers of the rows that decided, from 1
    after = models.JSONField()

    def __str__(self) -> str:
        return self.label
