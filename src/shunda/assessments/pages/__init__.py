"""The pages of assessments: cases, one's own cases, review meetings, and the months for HR."""

from shunda.assessments.pages.cases import detail, index, mine, notify_ticked, people, record
from shunda.assessments.pages.meetings import call, call_off, conclude, meeting, meetings, minute, minutes
from shunda.assessments.pages.months import close, months, sheet
from shunda.assessments.pages.moves import appeal, assign, cancel, decide, notify, review, state

__all__ = [
    "appeal",
    "assign",
    "call",
    "call_off",
    "cancel",
    "close",
    "conclude",
    "decide",
    "detail",
    "index",
    "meeting",
    "meetings",
    "mine",
    "minute",
    "minutes",
    "months",
    "notify",
    "notify_ticked",
    "people",
    "record",
    "review",
    "sheet",
    "state",
]
