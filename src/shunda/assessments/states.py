"""The statuses of assessments and of review meetings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shunda.core.machine import Machine


class AssessmentStatus(TextChoices):
    """How far a case is."""

    PROPOSED = "proposed", pgettext_lazy("assessment", "proposed")
    NOTIFIED = "notified", pgettext_lazy("assessment", "told, statement awaited")
    STATED = "stated", pgettext_lazy("assessment", "statement made")
    DECIDED = "decided", pgettext_lazy("assessment", "decided, may be appealed")
    APPEALED = "appealed", pgettext_lazy("assessment", "appealed")
    FINAL = "final", pgettext_lazy("assessment", "final")
    CANCELLED = "cancelled", pgettext_lazy("assessment", "cancelled")


S = AssessmentStatus
UNDECIDED = (S.PROPOSED, S.NOTIFIED, S.STATED)
HIDDEN = (S.PROPOSED, S.CANCELLED)
"""What the person is not shown: nobody has told him."""

ASSESSMENT = Machine(
    "assessment",
    S,
    app="assessments",
    start=S.PROPOSED,
    moves=[
        ("assign",  {S.PROPOSED},             None,        _("Name the person answerable")),
        ("notify",  {S.PROPOSED},             S.NOTIFIED,  _("Tell the person")),
        ("state",   {S.NOTIFIED},             S.STATED,    _("Make a statement")),
        ("decide",  {S.NOTIFIED, S.STATED},   S.DECIDED,   _("Decide the case")),
        ("appeal",  {S.DECIDED},              S.APPEALED,  _("Appeal")),
        ("review",  {S.APPEALED},             S.FINAL,     _("Decide on the appeal")),
        ("settle",  {S.DECIDED},              S.FINAL,     _("Make the case final")),
        ("cancel",  set(UNDECIDED),           S.CANCELLED, _("Cancel the case")),
    ],
)  # fmt: skip


class MeetingStatus(TextChoices):
    """How far a review meeting is."""

    CALLED = "called", pgettext_lazy("meeting", "called")
    CONCLUDED = "concluded", pgettext_lazy("meeting", "concluded")
    CANCELLED = "cancelled", pgettext_lazy("meeting", "cancelled")


MEETING = Machine(
    "meeting",
    MeetingStatus,
    app="assessments",
    start=MeetingStatus.CALLED,
    moves=[
        ("minute",   {MeetingStatus.CALLED}, None,                    _("Attach the minutes")),
        ("conclude", {MeetingStatus.CALLED}, MeetingStatus.CONCLUDED, _("Conclude the meeting")),
        ("call_off", {MeetingStatus.CALLED}, MeetingStatus.CANCELLED, _("Call the meeting off")),
    ],
)  # fmt: skip
