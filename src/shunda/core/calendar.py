"""Working hours, with Chinese holidays and make-up days. A year that is not known says so; it is never guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

KNOWN_YEARS = range(2004, 2027)
"""Years whose holidays *and* make-up days the state council has announced and the holidays package carries."""


SHANGHAI = ZoneInfo("Asia/Shanghai")


class UnknownYear(Exception):
    """Nobody has told this calendar the holidays of a year."""

    def __init__(self, year: int) -> None:
        super().__init__(f"the working days of {year} are not known")
        self.year = year


@lru_cache
def _china(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year)


@dataclass(frozen=True)
class Calendar:
    """Working days of China and the working hours of a company.

    ``overrides`` are days the company (or a later announcement) decided otherwise; ``extra_years`` are years it
    vouches for. Times are read in ``zone``; results come back in it.
    """

    hours: tuple[tuple[time, time], ...] = ((time(9), time(12)), (time(13), time(18)))
    zone: ZoneInfo = SHANGHAI
    overrides: Mapping[date, bool] = field(default_factory=dict)
    extra_years: frozenset[int] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day; refuses a year that is not known."""
        if day in self.overrides:
            return self.overrides[day]
        if day.year not in KNOWN_YEARS and day.year not in self.extra_years:
            raise UnknownYear(day.year)
        return _china(day.year).is_working_day(day)

    def add(self, start: datetime, work: timedelta) -> datetime:
        """The moment when ``work`` of working time has passed since ``start``."""
        left = work
        for opens, closes in self._spans(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise AssertionError("unreachable: spans go on until a year is unknown")

    def add_days(self, start: datetime, days: int) -> datetime:
        """The close of business ``days`` working days after the day of ``start``."""
        day = start.astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= self.is_working_day(day)
        return datetime.combine(day, self.hours[-1][1], self.zone)

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
        local = start.astimezone(self.zone)
        day = local.date()
        while True:
            if self.is_working_day(day):
                for opens, closes in self.hours:
                    since = max(datetime.combine(day, opens, self.zone), local)
                    until = datetime.combine(day, closes, self.zone)
                    if since < until:
                        yield since, until
            day += timedelta(days=1)
