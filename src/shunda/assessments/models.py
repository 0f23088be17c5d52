"""Cases, who is named in them, what was decided, review meetings, and the months HR got."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.assessments.states import ASSESSMENT, MEETING, AssessmentStatus, MeetingStatus
from shunda.core.fields import amount_field
from shunda.core.machine import append_only, undeletable
from shunda.files.models import StoredFile
from shunda.orders.models import Order

USER = settings.AUTH_USER_MODEL
CURRENCY = "CNY"
STATEMENT_LENGTH, REASON_LENGTH = 2000, 500


class AssessmentKind(models.TextChoices):
    """What went wrong."""

    LATE_STEP = "late_step", pgettext_lazy("assessment", "step done late")  # R206
    DELAY = "delay", pgettext_lazy("assessment", "order delayed by a fault")  # R208
    WRONG_SHIPMENT = "wrong_shipment", pgettext_lazy("assessment", "wrong shipment")  # R207
    MISSED_PLAN = "missed_plan", pgettext_lazy("assessment", "plan not filed in time")  # R083
    NOT_ENTERED = "not_entered", pgettext_lazy("assessment", "order missing in the production system")  # R085
    NOT_PICKED_UP = "not_picked_up", pgettext_lazy("assessment", "special order not picked up")  # R108
    RELEASE = "release", pgettext_lazy("assessment", "hold or warning released")


class Consequence(models.TextChoices):
    """What follows, from the lightest to the heaviest; a meeting finds its own."""

    NOTHING = "nothing", pgettext_lazy("assessment", "nothing")
    WARNING = "warning", pgettext_lazy("assessment", "warning")
    AMOUNT = "amount", pgettext_lazy("assessment", "amount")
    MEETING = "meeting", pgettext_lazy("assessment", "review meeting")


class Verdict(models.TextChoices):
    """What somebody decided about a case."""

    UPHELD = "upheld", pgettext_lazy("assessment", "upheld")
    REDUCED = "reduced", pgettext_lazy("assessment", "reduced")
    WAIVED = "waived", pgettext_lazy("assessment", "waived")


class Part(models.TextChoices):
    """As what somebody is at a review meeting; one person has one part."""

    CHAIR = "chair", pgettext_lazy("meeting", "chair")
    MEMBER = "member", pgettext_lazy("meeting", "member")
    RESPONSIBLE = "responsible", pgettext_lazy("meeting", "responsible person")
    HEARD = "heard", pgettext_lazy("meeting", "heard, without a vote")


DECIDING = (Part.CHAIR, Part.MEMBER)


class Meeting(models.Model):
    """A review meeting about serious faults: it fixes who is responsible and what follows (R209)."""

    number = models.CharField(_("meeting number"), max_length=30, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=MeetingStatus, default=MeetingStatus.CALLED)
    version = models.IntegerField(default=1)
    topic = models.CharField(_("topic"), max_length=200)
    held_at = models.DateTimeField(_("date"))
    findings = models.TextField(_("findings"), blank=True)
    decision = models.TextField(_("decision"), blank=True)
    minutes = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", db_index=False)
    called_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    called_at = models.DateTimeField()
    concluded_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    concluded_at = models.DateTimeField(null=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)  # of calling it off

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(status=MeetingStatus.CONCLUDED) | Q(minutes__isnull=False) & ~Q(decision=""),
                name="meeting_concluded_with_minutes",
            ),
        ]
        triggers: ClassVar = [MEETING.guard(), undeletable("meeting")]

    def __str__(self) -> str:
        return self.number


class MeetingPerson(models.Model):
    """Somebody at a review meeting, with one part: who is responsible is no member at the same time."""

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="people", db_index=False)
    person = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    part = models.CharField(_("part"), max_length=12, choices=Part)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "person"], name="meeting_person_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.person_id} {self.part}"


class Assessment(models.Model):
    """Something went wrong, and perhaps somebody answers for it: evidence, statement, decision, appeal (R206-R209).

    ``source_kind`` and ``source_id`` are what proves it (a task, a shipment, an order, an event); ``facts`` is the
    evidence as it stood when the case was made. ``about`` is the order it happened to; it is not called ``order``, so
    that no event of a case stands in the timeline of the order, which many people read. ``consequence`` and ``amount``
    are what the table says, ``outcome`` and ``outcome_amount`` what was decided last. Without ``recorded_by``
    the system found it.
    """

    number = models.CharField(_("case number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AssessmentKind)
    status = models.CharField(_("status"), max_length=10, choices=AssessmentStatus, default=AssessmentStatus.PROPOSED)
    version = models.IntegerField(default=1)
    person = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("person answerable")
    )
    source_kind = models.CharField(max_length=40, blank=True)
    source_id = models.BigIntegerField(null=True)
    about = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+", verbose_name=_("order"))
    label = models.CharField(max_length=60, blank=True)  # the number people know the evidence by
    happened_on = models.DateField(_("happened on"))
    late_hours = models.DecimalField(_("hours late"), max_digits=9, decimal_places=2, null=True)
    serious = models.BooleanField(_("serious fault"), default=False)
    what = models.CharField(_("what happened"), max_length=REASON_LENGTH, blank=True)
    facts = models.JSONField(default=dict)

    consequence = models.CharField(_("by the rules"), max_length=10, choices=Consequence)
    amount = amount_field(verbose_name=_("amount by the rules"))
    decided = models.JSONField(default=dict)  # table, version and rows that said so, and the facts asked

    recorded_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    assigned_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    notified_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    notified_at = models.DateTimeField(null=True)
    statement_until = models.DateTimeField(null=True)
    statement = models.TextField(_("statement"), blank=True)
    stated_at = models.DateTimeField(null=True)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="cases")
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict, blank=True)
    outcome = models.CharField(_("consequence"), max_length=10, choices=Consequence, blank=True)
    outcome_amount = amount_field(verbose_name=_("amount"))
    decided_at = models.DateTimeField(null=True)
    appeal_until = models.DateTimeField(null=True)
    appeal = models.TextField(_("appeal"), blank=True)
    appealed_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    month = models.DateField(_("month"), null=True)  # the sheet it is on, named by its first day
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)  # of cancelling

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source_id", "source_kind", "kind", "person"],
                name="assessment_evidence_once",
                condition=~Q(status=AssessmentStatus.CANCELLED),
            ),
            models.UniqueConstraint(
                fields=["source_id", "source_kind"],
                name="assessment_found_once",
                condition=Q(recorded_by__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "happened_on"],
                name="assessment_day_once",
                condition=Q(source_id__isnull=True) & ~Q(status=AssessmentStatus.CANCELLED),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False)
                | Q(status__in=[AssessmentStatus.PROPOSED, AssessmentStatus.CANCELLED]),
                name="assessment_person_before_told",
            ),
            models.CheckConstraint(
                condition=Q(outcome_amount=0) | Q(outcome=Consequence.AMOUNT, outcome_amount__gt=0),
                name="assessment_amount",
            ),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(status=AssessmentStatus.FINAL), name="assessment_month_when_final"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-id"], name="assessment_person"),
            models.Index(fields=["status", "-id"], name="assessment_status"),
            models.Index(fields=["kind", "-id"], name="assessment_kind"),
            models.Index(fields=["month", "-id"], name="assessment_month"),
            models.Index(fields=["appeal_until"], name="assessment_to_settle", condition=Q(status="decided")),
        ]
        triggers: ClassVar = [ASSESSMENT.guard(), undeletable("assessment")]

    def __str__(self) -> str:
        return self.number

    @property
    def currency(self) -> str:
        """Amounts of assessments are yuan."""
        return CURRENCY


class Named(models.Model):
    """Somebody else who is named in a case, such as a witness or who had the other half of the step."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="named", db_index=False)
    person = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["assessment", "person"], name="named_once")]
        triggers: ClassVar = append_only("named")

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.person_id}"


class Ruling(models.Model):
    """What somebody, or a meeting, decided about a case: the first time (1) or on appeal (2). Kept for good."""

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="rulings", db_index=False)
    instance = models.SmallIntegerField()
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict)
    consequence = models.CharField(_("consequence"), max_length=10, choices=Consequence)
    amount = amount_field()
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH)
    meeting = models.ForeignKey(Meeting, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "instance"], name="ruling_once"),
            models.CheckConstraint(condition=Q(instance__in=[1, 2]), name="ruling_instance"),
        ]
        triggers: ClassVar = append_only("ruling")

    def __str__(self) -> str:
        return f"{self.assessment_id}.{self.instance} {self.verdict}"


class Month(models.Model):
    """A month that is closed: what became final later is on the sheet of the next one."""

    month = models.DateField(_("month"), unique=True)  # its first day
    closed_by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", db_index=False)
    closed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(month__day=1), name="month_first_day")]
        triggers: ClassVar = append_only("month")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class SheetRow(models.Model):
    """What HR gets of one person for one month: final cases only."""

    month = models.ForeignKey(Month, models.PROTECT, to_field="month", db_column="month", related_name="rows")
    person = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("person"))
    cases = models.IntegerField(_("cases"))
    waived = models.IntegerField(_("waived"))
    warnings = models.IntegerField(_("warnings"))
    amounts = models.IntegerField(_("cases with an amount"))
    total = amount_field(verbose_name=_("amount"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["month", "person"], name="sheet_person_once"),
            models.CheckConstraint(condition=Q(cases__gte=F("waived") + F("warnings")), name="sheet_row_adds_up"),
        ]
        triggers: ClassVar = append_only("sheet_row")

    def __str__(self) -> str:
        return f"{self.month_id} {self.person_id}"

    @property
    def currency(self) -> str:
        """Amounts of assessments are yuan."""
        return CURRENCY
