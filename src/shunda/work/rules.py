"""What a clock says when: pure arithmetic over a calendar, so that every boundary can be tried with a moved clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shunda.policies.calendar import Calendar, UnknownYear
from shunda.work.kinds import Clock
from shunda.work.models import Alarms

NO_TIME = timedelta()


@dataclass(frozen=True, slots=True)
class Counter:
    """How time is counted for a step: by its calendar, or by the clock on the wall."""

    clock: Clock
    calendar: Calendar

    def after(self, start: datetime, span: timedelta) -> datetime:
        """The moment when so much of its time has passed; refuses a year the calendar does not know."""
        if self.clock is Clock.WORKING:
            return self.calendar.add(start, span)
        return (start.astimezone(UTC) + span).astimezone(start.tzinfo)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much of its time passes between two moments, none when the end is not later."""
        if self.clock is Clock.WORKING:
            return self.calendar.between(start, end)
        return max(NO_TIME, end - start)


@dataclass(frozen=True, slots=True)
class Warn:
    """When people are warned: when this share of the limit, or this much of its time, is left."""

    share: Decimal | None
    left: timedelta = NO_TIME

    def lead(self, whole: timedelta) -> timedelta:
        """How much of a limit is left when people are warned."""
        return self.left if self.share is None else whole * float(self.share)

    def moment(self, start: datetime, due: datetime, counter: Counter) -> datetime | None:
        """None where the limit is too short to be warned of: it would have to be before the step begins."""
        whole = counter.between(start, due)
        lead = self.lead(whole)
        return counter.after(start, whole - lead) if NO_TIME < lead < whole else None


@dataclass(frozen=True, slots=True)
class Level:
    """A step that is so late is told to the next level: who holds one of the roles."""

    number: int
    late: timedelta
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """Something a clock has to say at a moment."""

    kind: Alarms
    number: int
    at: datetime
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a clock told already, and when it is due."""

    warn_at: datetime | None
    due_at: datetime
    stood: timedelta  # how long it stood since
    alarm: str
    level: int
    reminders: int


@dataclass(frozen=True, slots=True)
class Saying:
    """What clocks say: the levels of the step, and how often a late one is brought to mind again."""

    levels: Sequence[Level]
    every: timedelta
    most: int


def ahead(told: Told, saying: Saying, counter: Counter) -> list[Ring]:
    """Everything a clock has still to say, in order. What lies in a year the calendar does not know is not said."""
    found: list[Ring] = []
    if told.alarm == Alarms.NONE and told.warn_at is not None and told.warn_at < told.due_at:
        found.append(Ring(Alarms.WARNING, 0, told.warn_at))
    if told.alarm in (Alarms.NONE, Alarms.WARNING):
        found.append(Ring(Alarms.OVERDUE, 0, told.due_at))
    try:
        found += [
            Ring(Alarms.ESCALATION, level.number, counter.after(told.due_at, told.stood + level.late), level.roles)
            for level in saying.levels
            if level.number > told.level
        ]
        if saying.every and told.reminders < saying.most:
            late = saying.every * (told.reminders + 1)
            found.append(Ring(Alarms.REMINDER, told.reminders + 1, counter.after(told.due_at, told.stood + late)))
    except UnknownYear:
        pass
    return sorted(found, key=lambda ring: (ring.at, ORDER.index(ring.kind), ring.number))


ORDER = [Alarms.WARNING, Alarms.OVERDUE, Alarms.ESCALATION, Alarms.REMINDER]
"""What is said first of what falls on one moment."""


def due_now(rings: Iterable[Ring], at: datetime) -> list[Ring]:
    """What has come by now."""
    return [ring for ring in rings if ring.at <= at]


def worth_saying(rings: Sequence[Ring]) -> list[Ring]:
    """What is said of all that came at once: no warning or reminder beside the news, else the last reminder alone."""
    late = any(ring.kind == Alarms.OVERDUE for ring in rings)
    reminders = [ring for ring in rings if ring.kind == Alarms.REMINDER]
    dropped = [ring for ring in rings if ring.kind == Alarms.WARNING] + reminders if late else reminders[:-1]
    return [ring for ring in rings if ring not in dropped]


def running(
    opened: datetime, until: datetime, pauses: Iterable[tuple[datetime, datetime | None]]
) -> list[tuple[datetime, datetime]]:
    """The spans in which a clock ran: from its beginning until then, without its pauses."""
    spans: list[tuple[datetime, datetime]] = []
    since = opened
    for stopped, resumed in sorted(pauses, key=lambda pause: pause[0]):
        spans.append((since, min(stopped, until)))
        since = until if resumed is None else min(resumed, until)
    return [(a, b) for a, b in [*spans, (since, until)] if a < b]


def counted(
    opened: datetime, until: datetime, pauses: Iterable[tuple[datetime, datetime | None]], counter: Counter
) -> timedelta:
    """How much of its time a clock counted: what passed while it was not stopped."""
    return sum((counter.between(a, b) for a, b in running(opened, until, pauses)), NO_TIME)


def remaining(
    start: datetime, whole: timedelta, pauses: Iterable[tuple[datetime, datetime]], counter: Counter
) -> tuple[datetime, timedelta]:
    """Since when, and for how long, the last part of a limit runs: what its clock stood does not count."""
    since, left = start, whole
    for stopped, resumed in joined(pauses):
        if resumed <= since:
            continue
        passed = counter.between(since, stopped)
        if passed >= left:
            break
        since, left = resumed, left - passed
    return since, left


def joined(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans in order, those that overlap as one."""
    found: list[tuple[datetime, datetime]] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(until, found[-1][1])
        else:
            found.append((since, until))
    return found


def gap(meant: datetime, pulses: Sequence[tuple[datetime, datetime]]) -> tuple[datetime, datetime] | None:
    """Since when and until when the system did not run at a moment; none where it ran, or nobody knows.

    ``pulses`` are the spans in which it ran, in order.
    """
    before = [until for since, until in pulses if since <= meant]
    after = [since for since, _until in pulses if since > meant]
    if not before or not after or max(before) >= meant:
        return None
    return max(before), min(after)
