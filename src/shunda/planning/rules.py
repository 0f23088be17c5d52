"""Pure decisions: when plans are due, which days orders are released on, and what a row of a plan says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from shunda.policies.calendar import Calendar, UnknownYear

MOST_LINES = 2_000
MONTHS_AHEAD = 3
PLACES = 4


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def due(month: date, day: int, at: time, zone: ZoneInfo) -> datetime:
    """When the plan of a month is due: on that day of the month before (R083)."""
    before = month.replace(day=1) - timedelta(days=1)
    return datetime.combine(before.replace(day=day), at, zone)


def asked_for(now: datetime, day: int, at: time, zone: ZoneInfo) -> tuple[date, datetime]:
    """The month whose plan is due next, and when: what has passed is not asked for afterwards."""
    month = month_after(now.astimezone(zone).date())
    moment = due(month, day, at, zone)
    if moment > now:
        return month, moment
    later = month_after(month)
    return later, due(later, day, at, zone)


@dataclass(frozen=True, slots=True)
class Release:
    """A day on which orders are released; ``meant`` is the weekday it was moved from."""

    day: date
    meant: date

    @property
    def moved(self) -> bool:
        """Whether a holiday moved it."""
        return self.day != self.meant


def releases(calendar: Calendar, weekdays: Collection[int], first: date, most: int, *, move: bool) -> list[Release]:
    """The next release days from a day on (R084): a free one is moved to the next working day, or left out.

    Ends where the calendar does not know the year. Two that fall on one day are one.
    """
    found: dict[date, Release] = {}
    begin = first - timedelta(days=14)  # one moved past a long holiday may fall on today
    try:
        for n in range(14 + 7 * (most + 4)):
            meant = begin + timedelta(days=n)
            if meant.isoweekday() not in weekdays or not (move or calendar.is_working_day(meant)):
                continue
            day = meant
            while not calendar.is_working_day(day):
                day += timedelta(days=1)
            if day >= first and (day == meant or day not in found):
                found[day] = Release(day, meant)
    except UnknownYear:
        pass
    return [found[day] for day in sorted(found)][:most]


def quantity(text: str) -> Decimal | None:
    """A quantity as people write it; none where it says none."""
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
    except InvalidOperation:
        return None
    fits = value.is_finite() and 0 < value < Decimal(10) ** 12 and value == round(value, PLACES)
    return value if fits else None


def twice(skus: Sequence[int | None]) -> dict[int, int]:
    """Rows whose article stands in an earlier row: their place, and that one's."""
    first: dict[int, int] = {}
    return {
        place: first[sku] for place, sku in enumerate(skus) if sku is not None and first.setdefault(sku, place) != place
    }
