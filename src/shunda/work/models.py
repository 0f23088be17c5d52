"""Tasks: open steps and the record of closed ones."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.core.machine import undeletable


class Task(models.Model):
    """A step waits for somebody who holds ``permission``; closed when it is done or no longer needed.

    ``due_at`` is empty when nothing limits the step, or when the calendar does not know the year (``clock_note``).
    ``rank_at`` sorts worklists: when it is due, or long after everything that is due, by when it was opened.
    """

    kind = models.CharField(_("step"), max_length=40)  # "review.sales", "shipment.pick"; see kinds.py
    permission = models.CharField(max_length=60)
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    order_id = models.BigIntegerField(null=True)
    label = models.CharField(max_length=60)  # the number people know it by
    party = models.CharField(max_length=120, blank=True)  # the customer it is about
    urgent = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    limit_minutes = models.IntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    rank_at = models.DateTimeField()
    clock_note = models.CharField(max_length=40, blank=True)  # "unknown-year"
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=20, blank=True)  # done, dropped

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id"],
                name="task_open_once",
                condition=Q(closed_at__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "-urgent", "rank_at", "id"], name="task_open", condition=Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["owner", "kind", "-urgent", "rank_at", "id"],
                name="task_own",
                condition=Q(closed_at__isnull=True),
            ),
            models.Index(fields=["order_id", "id"], name="task_order"),
        ]
        triggers: ClassVar = [undeletable("task")]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    @property
    def in_time(self) -> bool | None:
        """Whether a closed step was done in its time; nothing when it had no due time."""
        return None if self.due_at is None or self.closed_at is None else self.closed_at <= self.due_at


class NoticeChoice(models.Model):
    """How a person wants to be told about one kind of thing; without a row: on the home page."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    home = models.BooleanField(default=True)
    mail = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"


class Notice(models.Model):
    """A person is told something: named in a comment, an order came back. It stays on the home page until it is read.

    What somebody wants by mail alone is read from the start; ``to_mail`` until it was sent (``mailed_at``).
    """

    kind = models.CharField(max_length=20, default="mention")  # see notices.py
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=60)  # the number people know it by
    text = models.CharField(max_length=300)
    said_by = models.CharField(max_length=120)
    said_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    to_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True)
    headline = ""  # the sentence above the text, where it is shown

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["user", "-id"], name="notice_unread", condition=Q(read_at=None)),
            models.Index(fields=["subject_id"], name="notice_to_mail", condition=Q(to_mail=True, mailed_at=None)),
        ]
        triggers: ClassVar = [undeletable("notice")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.label}"
