"""Until when a step should be done: a decision table over the steps; where it says nothing the settings hold."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from shunda.policies.conditions import YES_OR_NO, Names
from shunda.policies.decisions import Edition
from shunda.policies.kinds import Choice, Number
from shunda.policies.tables import Input, Output, Table, declare
from shunda.work.kinds import KINDS, Clock

LIMITS = declare(
    Table(
        "work.limits",
        _("Time limits of steps"),
        _("Asked when a step begins to wait."),
        (
            Input("step", _("step"), Names(tuple((kind.name, kind.label) for kind in KINDS.values()))),
            Input("urgent", _("urgent"), YES_OR_NO),
        ),
        (
            Output("hours", _("hours"), Number(unit=_("hours"))),
            Output(
                "clock",
                _("counted"),
                Choice(((Clock.WORKING.value, _("in working hours")), (Clock.WALL.value, _("by the clock")))),
            ),
        ),
        (),
        requirements=("R155", "R189", "R199"),
        otherwise=_("the settings of the time limits hold"),
    )
)

Step = tuple[str, bool]
"""Kind of step, and whether it is urgent."""


def ruled(edition: Edition, step: Step) -> tuple[str, Decimal] | None:
    """Hours and clock of a step by the table; none where it says nothing."""
    kind, urgent = step
    first = edition.rule({"step": kind, "urgent": "yes" if urgent else "no"}).first
    return (str(first["clock"]), first["hours"]) if first else None
