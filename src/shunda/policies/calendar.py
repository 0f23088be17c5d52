"""Working hours, with Chinese holidays and make-up days. A year that is not known says so; it is never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

KNOWN_YEARS = range(2004, 2027)
"""Years whose holidays *and* make-up days the state council has announced and the holidays package carries."""


SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY, SATURDAY = 5, 6


class UnknownYear(Exception):
    """Nobody has told this calendar the holidays of a year."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known")
        self.year = year


@lru_cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


def _in_holiday(day: date) -> bool:
    """Whether a free day belongs to a holiday; of a weekend the Friday or Monday beside it says so."""
    friday = day - timedelta(days=day.isoweekday() - FRIDAY)
    beside = (friday, friday + timedelta(days=3)) if day.isoweekday() > FRIDAY else ()
    return any(each in _china(each.year) for each in (day, *beside))


@lru_cache(maxsize=4096)  # every clock asks for the days it runs over, and the package thinks long about each
def _announced(day: date) -> tuple[bool, bool]:
    """Whether China works on a day, and whether it is free for a holiday."""
    works = _china(day.year).is_working_day(day)
    return works, not works and _in_holiday(day)


Spans = tuple[tuple[time, time], ...]
"""Working time of a day, in order: ``((09:00, 12:00), (13:00, 18:00))``."""


def by_weekday(weekday: int, usual: Spans, own: Mapping[int, Spans]) -> Spans:
    """The working time of a day that is only its weekday (1 is Monday): its own hours, else the usual to Friday."""
    return own.get(weekday, usual if weekday < SATURDAY else ())


@dataclass(frozen=True)
class Calendar:
    """Working days and the working hours of a company.

    ``weekdays`` are days of the week (ISO, 1 is Monday) with hours of their own, none at all where nobody works; a
    weekend day that is made up is worked by the ordinary ``hours``. ``overrides`` are days the company (or a later
    announcement) decided otherwise; ``extra_years`` are years it vouches for: where one was not announced, its
    overrides are all the holidays it has. Where they are not China's (``china``), no year is known that nobody
    vouched for; one that works ``through`` holidays keeps to its week in every year. Times are read in ``zone``,
    results come back in it; what passes is measured in real time, so the hour that a clock is moved is neither lost nor
    worked twice.
    """

    hours: Spans = ((time(9), time(12)), (time(13), time(18)))
    zone: ZoneInfo = SHANGHAI
    overrides: Mapping[date, bool] = field(default_factory=dict)
    extra_years: frozenset[int] = frozenset()
    weekdays: Mapping[int, Spans] = field(default_factory=dict)
    china: bool = True
    through: bool = False

    def hours_of(self, day: date) -> Spans:
        """The working time of a day, nothing when it is free; refuses a year that is not known."""
        weekday = day.isoweekday()
        if day in self.overrides:
            return (self.weekdays.get(weekday) or self.hours) if self.overrides[day] else ()
        ordinary = self.ordinary(weekday)
        if self.through:
            return ordinary
        if not (self.china and day.year in KNOWN_YEARS):
            if day.year not in self.extra_years:
                raise UnknownYear(day.year)
            return ordinary
        works, holiday = _announced(day)
        if works:
            return self.hours if weekday >= SATURDAY else ordinary
        return () if holiday else ordinary

    def ordinary(self, weekday: int) -> Spans:
        """The working time of a weekday that is no holiday, not made up and not entered."""
        return by_weekday(weekday, self.hours, self.weekdays)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day; refuses a year that is not known."""
        return bool(self.hours_of(day))

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The moment when ``work`` of working time has passed since ``start``."""
        left = work
        for opens, closes in self._spans(start):
            if closes - opens >= left:
                return (opens + left).astimezone(self.zone)
            left -= closes - opens
        raise AssertionError("unreachable: spans go on until a year is unknown")

    def add_days(self, start: datetime, days: int) -> datetime:
        """The close of business ``days`` working days after the day of ``start``."""
        day = start.astimezone(self.zone).date()
        hours = self.hours
        while days:
            day += timedelta(days=1)
            hours = self.hours_of(day)
            days -= bool(hours)
        return datetime.combine(day, (hours or self.hours)[-1][1], self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from ``start`` to ``end``; zero when ``end`` is not later."""
        total = timedelta()
        if end <= start:
            return total
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from then on, in universal time: differences of local times forget that clocks are moved."""
        since = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        while True:
            for from_, to in self.hours_of(day):
                opens = max(datetime.combine(day, from_, self.zone).astimezone(UTC), since)
                closes = datetime.combine(day, to, self.zone).astimezone(UTC)
                if opens < closes:
                    yield opens, closes
            day += timedelta(days=1)
