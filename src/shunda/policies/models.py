"""Settings that business people change."""

from typing import ClassVar

from django.db import models

from shunda.core.machine import append_only


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
