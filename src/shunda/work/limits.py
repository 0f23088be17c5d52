"""Until when a step should be done: a decision table over the steps; where it says nothing the settings hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from shunda.policies import queries as policies
from shunda.policies.conditions import YES_OR_NO, Names
from shunda.policies.decisions import Edition, Ruling
from shunda.policies.kinds import Choice, Number
from shunda.policies.named import CalendarCode
from shunda.policies.reasons import NO_CALENDAR
from shunda.policies.tables import Case, Fault, Input, Output, Preset, Row, Table, declare
from shunda.work import reasons
from shunda.work.kinds import KINDS, Clock
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
            region = task.region.code if task.region else ""
            case = {"step": task.kind, "urgent": "yes" if task.urgent else "no", "region": region}
            yield Case(task.order_id or task.subject_id, task.label, case)

    def _rows(self, since: datetime, until: datetime) -> QuerySet[Task]:
        return Task.objects.filter(opened_at__gte=since, opened_at__lt=until).select_related("region").order_by("pk")


DAYS = "days"
"""Until the close of business so many working days later."""

REVIEWS = ", ".join(name for name in KINDS if name.startswith("review."))
TELLING = "shipment.tell, shipment.call, change.tell"


STEP, RECEIPT = "step", "receipt"
"""From when a limit is counted: each step's own beginning, or the receipt of the order."""


def _row(steps: str, limit: int, counted: str, since: str = STEP) -> Row:
    return Row({"step": steps}, {"hours": str(limit), "clock": counted} | ({"since": since} if since != STEP else {}))


def _faults(rows: Sequence[Row]) -> list[Fault]:
    return [*_whole_days(rows), *_calendars(rows)]


def _calendars(rows: Sequence[Row]) -> list[Fault]:
    """Calendars that are not kept, or no longer."""
    named = {index: row.then["calendar"] for index, row in enumerate(rows) if row.then.get("calendar")}
    kept = {code for code, _title in policies.calendar_options()} if named else set()
    return [
        Fault(f"rows.{index}.calendar", NO_CALENDAR, {"value": code})
        for index, code in named.items()
        if code not in kept
    ]


def _whole_days(rows: Sequence[Row]) -> list[Fault]:
    """Rows that count in days have no part of a day."""
    counted = [(index, row.then) for index, row in enumerate(rows) if row.then.get("clock") == DAYS]
    return [
        Fault(f"rows.{index}.hours", reasons.NOT_WHOLE, {"value": then["hours"]})
        for index, then in counted
        if Decimal(then["hours"]) % 1
    ]


LIMITS = declare(
    Table(
        "work.limits",
        _("Time limits of steps"),
        _("Asked when a step begins to wait."),
        (
            Input("step", _("step"), Names(tuple((kind.name, kind.label) for kind in KINDS.values()))),
            Input("urgent", _("urgent"), YES_OR_NO),
            Input("region", _("region"), Names()),
        ),
        (
            Output("hours", _("limit"), Number()),
            Output(
                "clock",
                _("counted in"),
                Choice(
                    (
                        (Clock.WORKING.value, _("working hours")),
                        (Clock.WALL.value, _("hours by the clock")),
                        (DAYS, _("working days")),
                    )
                ),
            ),
            Output(
                "since",
                _("counted from"),
                Choice(
                    (
                        (STEP, _("the beginning of the step")),
                        (RECEIPT, _("the receipt of the order: one clock over these steps")),
                    )
                ),
                required=False,
            ),
            Output("calendar", _("calendar"), CalendarCode(policies.calendar_options), required=False),
        ),
        (),
        requirements=("R155", "R189", "R199"),
        subject_url="orders:detail",
        history=Opened(),
        told_by="step",
        check=_faults,
        otherwise=_("the settings of the time limits hold"),
        presets=(
            Preset(
                "stages",
                _("A limit for each stage: data 3, review 2, packing 2, shipping 3 hours (R190-R197)"),
                (
                    _row("order.submit, order.revise, change.apply", 3, Clock.WORKING.value),
                    _row(f"{REVIEWS}, order.confirm", 2, Clock.WORKING.value),
                    _row("shipment.pick, shipment.pack", 2, Clock.WORKING.value),
                    _row("shipment.create, shipment.ship", 3, Clock.WORKING.value),
                    _row(TELLING, 24, Clock.WALL.value),
                ),
            ),
            Preset(
                "whole",
                _("From receipt: 4 hours for review, creation and signature, 3 working days for shipping (R199, R200)"),
                (
                    _row(f"order.submit, order.revise, {REVIEWS}, order.confirm", 4, Clock.WORKING.value, RECEIPT),
                    _row("shipment.create, shipment.pick, shipment.pack, shipment.ship", 3, DAYS, RECEIPT),
                    _row(TELLING, 24, Clock.WALL.value),
                ),
            ),
        ),
    )
)

Step = tuple[str, bool, str]
"""Kind of step, whether it is urgent, and the code of its region where the table asks for it."""


def regional(edition: Edition) -> bool:
    """Whether any row asks for the region of a step."""
    return "region" in edition.grid.asked


def ruled(edition: Edition, step: Step) -> Ruling:
    """What the table says about a step; nothing where no row fits."""
    kind, urgent, region = step
    return edition.rule({"step": kind, "urgent": "yes" if urgent else "no", "region": region})


def rule_text(ruling: Ruling) -> str:
    """Version and row, as a task keeps them: ``3.2``."""
    return f"{ruling.version}.{ruling.rows[0]}"


def trace(rule: str) -> dict[str, Any] | None:
    """Table, version and row a task's limit came from; none where the settings gave it."""
    version, _dot, row = rule.partition(".")
    return {"table": LIMITS.name, "version": int(version), "rows": [int(row)]} if row else None
