"""Tasks: open steps and the record of closed ones."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.core.machine import append_only, undeletable
from shunda.core.refusal import Refusal

PUNCTUAL = timedelta(minutes=5)
"""What is told within this time of its moment is told in time: clocks are looked at every minute."""


class Awaited(models.TextChoices):
    """Who is waited for while a clock stands."""

    CUSTOMER = "customer", _("the customer")
    SUPPLIER = "supplier", _("the supplier")
    CARRIER = "carrier", _("the carrier")
    COLLEAGUE = "colleague", _("another department")
    AUTHORITY = "authority", _("an authority or bank")


class Alarms(models.TextChoices):
    """What a clock tells, and in a task the worst it told."""

    NONE = "", _("nothing yet")
    WARNING = "warning", _("due soon")
    OVERDUE = "overdue", _("overdue")
    ESCALATION = "escalation", _("escalated")
    REMINDER = "reminder", _("brought to mind")


class Task(models.Model):
    """A step waits for somebody who holds ``permission``; closed when it is done or no longer needed.

    ``due_at`` is empty when nothing limits the step, or when the calendar does not know the year (``clock_note``).
    ``rank_at`` sorts worklists: when it is due, or long after everything that is due, by when it was opened.
    While somebody else's answer is awaited the clock stands (``paused_at``); its due time is counted anew afterwards.
    ``next_at`` is when its clock has something to say next: ``ringing.py``.
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
    limit_days = models.IntegerField(null=True)  # working days, where the limit is counted in them
    counted_from = models.DateTimeField(null=True)  # the receipt of the order, where one clock runs over several steps
    due_at = models.DateTimeField(null=True)
    rank_at = models.DateTimeField()
    clock = models.CharField(max_length=10, db_default="working")  # or "wall"; see kinds.Clock
    calendar = models.CharField(max_length=12, db_default="")  # code of a further calendar; empty: the company's
    limit_rule = models.CharField(max_length=12, db_default="")  # version and row of work.limits ("3.2"); see limits.py
    clock_note = models.CharField(max_length=40, blank=True)  # "unknown-year"
    warn_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    awaited = models.CharField(max_length=20, db_default="", choices=Awaited)  # while it stands
    stood_seconds = models.IntegerField(db_default=0)  # how long the clock of a late step stood, in its own time
    alarm = models.CharField(max_length=10, db_default="", choices=Alarms)  # the last that was told
    level = models.SmallIntegerField(db_default=0)  # of escalation
    reminders = models.SmallIntegerField(db_default=0)
    version = models.IntegerField(db_default=1)
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
            models.Index(fields=["-id"], name="task_late", condition=Q(closed_at__gt=models.F("due_at"))),
            models.Index(fields=["closed_at"], name="task_closed_late", condition=Q(closed_at__gt=models.F("due_at"))),
            models.Index(
                fields=["next_at", "id"],
                name="task_next",
                condition=Q(closed_at__isnull=True, next_at__isnull=False),
            ),
        ]
        triggers: ClassVar = [undeletable("task")]

    def __str__(self) -> str:
        return f"{self.kind} {self.label}"

    @property
    def began_at(self) -> datetime:
        """When its clock began: with the step, or before it where one clock runs over several steps."""
        return self.counted_from or self.opened_at

    @property
    def in_time(self) -> bool | None:
        """Whether a closed step was done in its time; nothing when it had no due time."""
        return None if self.due_at is None or self.closed_at is None else self.closed_at <= self.due_at


class Wait(models.Model):
    """An order waits for somebody's answer; meanwhile the clocks of these steps of it stand (section 20.2).

    ``source`` names what waits (a hold, a change) and is the key by which the answer is told.
    """

    order_id = models.BigIntegerField()
    source = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    awaited = models.CharField(max_length=20, choices=Awaited)
    reason = models.CharField(max_length=200)  # the code of a reason, or words
    kinds = models.JSONField()  # steps
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source"], name="wait_open_once", condition=Q(until__isnull=True)),
        ]
        indexes: ClassVar = [models.Index(fields=["order_id"], name="wait_open", condition=Q(until__isnull=True))]
        triggers: ClassVar = [undeletable("wait")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.source}"


class Pause(models.Model):
    """The clock of a task stood: who was waited for and why. ``left_seconds`` were left on it when it was stopped."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="pauses")
    awaited = models.CharField(_("waiting for"), max_length=20, choices=Awaited)
    reason = models.CharField(_("reason"), max_length=200)
    wait = models.ForeignKey(Wait, models.PROTECT, null=True, related_name="pauses")  # it stands by itself
    left_seconds = models.IntegerField(null=True)  # of the clock's own time; none where the task has no due time
    paused_at = models.DateTimeField()
    paused_by = models.CharField(max_length=120)
    resumed_at = models.DateTimeField(null=True)
    resumed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task"], name="pause_open_once", condition=Q(resumed_at__isnull=True)),
        ]
        triggers: ClassVar = [undeletable("pause")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.awaited}"

    @property
    def why(self) -> str:
        """What is waited for, in the language of the reader."""
        return Refusal(None, self.reason).message


class Alarm(models.Model):
    """A clock told something, once. ``meant_at`` is the moment it is about, ``told_at`` when it was said.

    Where the system did not run at that moment, ``down_from`` and ``down_until`` say since when and until when.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=10, choices=Alarms)
    number = models.SmallIntegerField(default=0)  # the level of an escalation, the how manieth reminder
    roles = models.CharField(max_length=200, blank=True)  # to whom it was escalated
    people = models.IntegerField(default=0)  # how many were told
    meant_at = models.DateTimeField()
    told_at = models.DateTimeField()
    down_from = models.DateTimeField(null=True)
    down_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "kind", "number"], name="alarm_once"),
        ]
        triggers: ClassVar = append_only("alarm")

    def __str__(self) -> str:
        return f"{self.task_id} {self.kind} {self.number}"

    @property
    def late(self) -> bool:
        """Whether it was told noticeably after the moment it is about."""
        return self.told_at - self.meant_at > PUNCTUAL


class Pulse(models.Model):
    """Clocks were looked after from ``since`` to ``until`` without a break; between two rows the system did not run."""

    since = models.DateTimeField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.since} {self.until}"


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


class Assignment(models.Model):
    """Whom a waiting step was given to, and why (R113, R114). Others who may can do it all the same.

    Without a person: the step was looked at, and nobody is meant.
    """

    task = models.OneToOneField(Task, models.CASCADE, related_name="assignment")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided = models.JSONField(default=dict)  # table, version, rows and the candidates with their load
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "task"], name="assignment_person", condition=Q(person__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.person_id}"
