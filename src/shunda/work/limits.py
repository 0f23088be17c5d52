"""Until when a step should be done: a decision table over the steps; where it says nothing the settings hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shunda.policies.conditions import YES_OR_NO, Names
from shunda.policies.decisions import Edition
from shunda.policies.kinds import Choice, Number
from shunda.policies.tables import Case, Input, Output, Table, declare
from shunda.work.kinds import KINDS, Clock, label_of
from shunda.work.models import Task


@dataclass(frozen=True, slots=True)
class Opened:
    """Steps that began to wait between two moments, each under its order."""

    def count(self, since: datetime, until: datetime) -> int:
        """How many."""
        return self._rows(since, until).count()

    def cases(self, since: datetime, until: datetime) -> Iterable[Case]:
        """Each as the table looks at it, read piece by piece."""
        for task in self._rows(since, until).iterator(chunk_size=2000):
            case = {"step": task.kind, "urgent": "yes" if task.urgent else "no"}
            yield Case(task.order_id or task.subject_id, f"{task.label} · {label_of(task.kind)}"[:60], case)

    def _rows(self, since: datetime, until: datetime) -> QuerySet[Task]:
        return Task.objects.filter(opened_at__gte=since, opened_at__lt=until).order_by("pk")


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
        subject_url="orders:detail",
        history=Opened(),
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
