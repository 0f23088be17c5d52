"""The public writes: a batch in, an outcome (done, refused) out; one use case a file."""

from shunda.assessments.actions.answer import appeal, state
from shunda.assessments.actions.conclude import conclude
from shunda.assessments.actions.decide import decide, review
from shunda.assessments.actions.handle import assign, cancel, notify, settle
from shunda.assessments.actions.meetings import call, call_off, minute
from shunda.assessments.actions.months import close
from shunda.assessments.actions.record import BY_HAND, record

__all__ = [
    "BY_HAND",
    "appeal",
    "assign",
    "call",
    "call_off",
    "cancel",
    "close",
    "conclude",
    "decide",
    "minute",
    "notify",
    "record",
    "review",
    "settle",
    "state",
]
