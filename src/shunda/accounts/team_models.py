"""Teams: who works together, for which territory, on what, and how much each looks after (R112-R114)."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shunda.core.machine import undeletable


class Team(models.Model):
    """People who share work. Without regions its territory is everywhere; without abilities it can do everything."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    regions = models.ManyToManyField("accounts.Region", verbose_name=_("territory"), related_name="teams", blank=True)
    abilities = ArrayField(models.CharField(max_length=80), verbose_name=_("abilities"), default=list)  # abilities.py
    active = models.BooleanField(_("active"), default=True)
    version = models.IntegerField(default=1)

    class Meta:
        triggers: ClassVar = [undeletable("team")]

    def __str__(self) -> str:
        return self.name if (get_language() or "").startswith("zh") else self.name_en or self.name


class Member(models.Model):
    """Somebody in a team; without abilities of his own he has those of the team."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members")
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="memberships", verbose_name=_("person"))
    place = models.SmallIntegerField(default=0)  # of two equals the first gets the work
    capacity = models.SmallIntegerField(_("looks after at most"), null=True)  # none: as the company decided
    abilities = ArrayField(models.CharField(max_length=80), verbose_name=_("abilities"), default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "user"], name="member_once"),
            models.CheckConstraint(condition=models.Q(capacity__gte=1), name="member_capacity"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.user_id}"
