"""Working days of China, and the working time between two moments."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shunda.core.calendar import KNOWN_YEARS, Calendar, UnknownYear

SH = ZoneInfo("Asia/Shanghai")

ANNOUNCED = json.loads((Path(__file__).parent / "china.json").read_text())
"""Year -> weekdays that were free and weekend days that were worked, as month and day (notices of the State Council).

31 December 2005 was worked in exchange for 3 January 2006 (notice 35 of 2005); some tables forget it.
"""


@pytest.mark.req("R189")
@pytest.mark.parametrize("year", KNOWN_YEARS)
def test_every_day_of_a_known_year_is_worked_or_free_as_announced(year):
    free, worked = (set(ANNOUNCED[str(year)][kind].split()) for kind in ("free", "worked"))
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    wrong = [
        day
        for day in days
        if day.year == year
        and Calendar().is_working_day(day)
        != ((day.weekday() < 5 and f"{day:%m%d}" not in free) or f"{day:%m%d}" in worked)
    ]
    assert wrong == []


def test_working_time_between_moments_is_what_was_added():
    calendar = Calendar()
    start = datetime(2024, 9, 27, 16, 45, tzinfo=SH)  # before the October holidays and two make-up days
    for hours in (0, 1, 7, 8, 30, 100):
        end = calendar.add(start, timedelta(hours=hours))
        assert calendar.between(start, end) == timedelta(hours=hours)


def test_limits_run_in_the_hours_of_the_company():
    half_day = Calendar(hours=((time(8), time(12)),))
    assert half_day.add(datetime(2024, 5, 6, 11, tzinfo=SH), timedelta(hours=2)) == datetime(2024, 5, 7, 9, tzinfo=SH)


def test_a_moment_of_another_zone_is_read_in_the_zone_of_the_company():
    utc = datetime(2024, 5, 6, 1, tzinfo=ZoneInfo("UTC"))  # nine in Shanghai
    assert Calendar().add(utc, timedelta(hours=1)) == datetime(2024, 5, 6, 10, tzinfo=SH)


def test_a_span_that_runs_into_an_unknown_year_says_so_and_an_entered_year_is_known():
    eve = datetime(KNOWN_YEARS[-1], 12, 31, 17, tzinfo=SH)
    with pytest.raises(UnknownYear) as unknown:
        Calendar().add(eve, timedelta(hours=9))
    assert unknown.value.year == KNOWN_YEARS[-1] + 1
    vouched = Calendar(extra_years=frozenset({unknown.value.year}))
    assert vouched.add(eve, timedelta(hours=2)).year == unknown.value.year


def test_a_year_before_the_known_ones_is_not_guessed():
    with pytest.raises(UnknownYear):
        Calendar().is_working_day(date(KNOWN_YEARS[0] - 1, 5, 6))


def test_time_that_ends_before_it_starts_is_nothing():
    start = datetime(2024, 5, 6, 10, tzinfo=SH)
    assert Calendar().between(start, start - timedelta(hours=1)) == timedelta()
