"""What changes of settings and decision tables take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """A setting is to take this value, entered as people enter it (text) or as JSON; ``reason`` says why."""

    name: str
    value: object
    reason: str


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A draft is to have these rows (``{"when": {}, "then": {}, "note": ""}``, cells as people type them)."""

    id: int
    rows: Sequence[Mapping[str, Any]]
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class DaySpec:
    """A row of a list of days, as people write it: the date, off or work, and a name (may be empty)."""

    day: str
    works: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class WeekSpec:
    """A calendar's week: its usual hours, and the hours of each weekday (1 is Monday) as typed; empty is free.

    ``holidays`` are ``china`` or ``none`` of the company's, ``company`` or ``through`` of a further calendar.
    """

    usual: str
    days: Mapping[int, str]
    zone: str
    holidays: str


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A further calendar to begin with: its code, its name and its week."""

    code: str
    name: str
    week: WeekSpec
