"""How the clock of a step is set: its limit, its calendar, when it is due and when people are warned."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shunda.core.calendar import UnknownYear
from shunda.policies import queries as policies
from shunda.policies.declared import SETTINGS
from shunda.work.kinds import KINDS, SHIPPING, Clock, Kind
from shunda.work.limits import DAYS, LIMITS, Step, ruled
from shunda.work.rules import Counter, Warn

UNKNOWN = "unknown-year"
LATER = timedelta(days=36500)
"""What has no due time comes after everything that has one."""

CALENDAR = [name for name in SETTINGS if name.startswith("calendar.")]
WARNING = ["work.warning", "work.warning_share", "work.warning_minutes"]


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a step should be done: the limit, how it is counted, the moment, or why there is no moment."""

    limit_minutes: int | None = None
    due_at: datetime | None = None
    clock: Clock = Clock.WORKING
    note: str = ""
    warn_at: datetime | None = None


def clocks(steps: Collection[Step], *, at: datetime) -> dict[Step, Due]:
    """When steps (kind, urgent) that start at ``at`` are due; one query. An undeclared kind raises ``LookupError``.

    The decision table ``work.limits`` goes before the settings.
    """
    kinds = {kind for kind, _urgent in steps}
    unknown = kinds - KINDS.keys()
    if unknown:
        raise LookupError(f"no kind of step is called {', '.join(sorted(unknown))}: declare it in work/kinds.py")
    limits = {limit for kind in kinds for limit in (KINDS[kind].limit, KINDS[kind].whole) if limit}
    decided, tables = policies.decided(["work.policy", *WARNING, *sorted(limits), *CALENDAR], [LIMITS.name], at)
    return {
        step: _set(
            _ruled(ruling) if (ruling := ruled(tables[LIMITS.name], step)) else _usual(step[0], decided), decided, at
        )
        for step in steps
    }


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hours, or until the close of business so many working days later; nothing where there is no limit."""

    clock: Clock = Clock.WORKING
    hours: Decimal | None = None
    days: int | None = None


def _ruled(ruling: tuple[str, Decimal]) -> Limit:
    clock, limit = ruling
    return Limit(days=int(limit)) if clock == DAYS else Limit(Clock(clock), limit)


def _usual(name: str, decided: Mapping[str, Any]) -> Limit:
    """What the settings say."""
    kind: Kind = KINDS[name]
    setting = kind.whole if kind.whole and decided["work.policy"] == "whole" else kind.limit
    if setting is None:
        return Limit(kind.clock)
    return Limit(days=decided[setting]) if setting == SHIPPING else Limit(kind.clock, decided[setting])


def _set(limit: Limit, decided: Mapping[str, Any], at: datetime) -> Due:
    """The clock of a step that begins now."""
    if limit.hours is None and limit.days is None:
        return Due(clock=limit.clock)
    counter = Counter(limit.clock, policies.calendar(decided))
    minutes = None if limit.hours is None else int(limit.hours * 60)
    try:
        if minutes is None:
            due = counter.calendar.add_days(at, limit.days or 0)
        else:
            due = counter.after(at, timedelta(minutes=minutes))
        return Due(minutes, due, limit.clock, warn_at=warn(decided).moment(at, due, counter))
    except UnknownYear:
        return Due(minutes, None, limit.clock, UNKNOWN)


def warn(decided: Mapping[str, Any]) -> Warn:
    """When the company wants people to be warned."""
    if decided["work.warning"] == "share":
        return Warn(decided["work.warning_share"])
    return Warn(None, timedelta(minutes=decided["work.warning_minutes"]))


def again(left: timedelta, clock: Clock, decided: Mapping[str, Any], at: datetime, limit: timedelta | None) -> Due:
    """The clock of a step that goes on with so much left; warned when as much is left as it would have been before."""
    counter = Counter(clock, policies.calendar(decided))
    try:
        due = counter.after(at, left)
        lead = warn(decided).lead(limit if limit is not None else left)
        return Due(None, due, clock, warn_at=counter.after(at, left - lead) if timedelta() < lead < left else None)
    except UnknownYear:
        return Due(None, None, clock, UNKNOWN)
