"""Working days of China, and the working time between two moments."""

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from shunda.policies.calendar import KNOWN_YEARS, Calendar, UnknownYear

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


BERLIN = Calendar(
    hours=((time(0), time(6)), (time(22), time(23, 59))), zone=ZoneInfo("Europe/Berlin"), china=False,
    weekdays={6: ((time(0), time(6)),), 7: ((time(0), time(6)),)}, extra_years=frozenset({2026}),
)  # fmt: skip
"""A night shift where clocks are put forward on 29 March and back on 25 October 2026."""


def berlin(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=BERLIN.zone)


@pytest.mark.parametrize(
    ("night", "worked", "due"),
    [
        ((3, 28), 6, (3, 28, 4)),  # an ordinary night
        ((3, 29), 5, (3, 29, 5)),  # two o'clock is three o'clock
        ((10, 25), 7, (10, 25, 3)),  # three o'clock is two o'clock again
    ],
)
def test_the_night_when_clocks_are_moved_has_an_hour_less_or_more(night, worked, due):
    start = berlin(*night, 0)
    assert BERLIN.between(start, berlin(*night, 8)) == timedelta(hours=worked)
    assert BERLIN.add(start, timedelta(hours=4)) == berlin(*due)
    assert BERLIN.between(start, BERLIN.add(start, timedelta(hours=20))) == timedelta(hours=20)


def test_an_office_notices_nothing_of_the_weekend_when_clocks_are_moved():
    office = Calendar(zone=ZoneInfo("Europe/Berlin"), china=False, extra_years=frozenset({2026}))
    for friday, monday in (((3, 27), (3, 30)), ((10, 23), (10, 26))):
        assert office.add(berlin(*friday, 17), timedelta(hours=2)) == berlin(*monday, 10)
        assert office.between(berlin(*friday, 17), berlin(*monday, 10)) == timedelta(hours=2)


def test_a_year_nobody_entered_is_unknown_where_the_holidays_are_not_chinas():
    with pytest.raises(UnknownYear):
        Calendar(zone=ZoneInfo("Europe/Berlin"), china=False).is_working_day(date(2026, 5, 6))


def test_a_weekday_may_have_hours_of_its_own_and_a_made_up_saturday_is_a_whole_day():
    calendar = Calendar(weekdays={5: ((time(9), time(12)),), 6: ((time(9), time(11)),)})
    hours = {day: calendar.hours_of(date(2026, *day)) for day in ((1, 9), (1, 10), (2, 14), (2, 21), (9, 26))}
    assert hours[1, 9] == ((time(9), time(12)),)  # a short Friday
    assert hours[1, 10] == ((time(9), time(11)),)  # a Saturday
    assert hours[2, 14] == calendar.hours  # a Saturday made up for the Spring Festival
    assert hours[2, 21] == ()  # a Saturday within it
    assert hours[9, 26] == ()  # and one within Mid-Autumn


def test_working_time_skips_the_night_the_weekend_and_works_on_make_up_days():
    calendar = Calendar()
    friday = datetime(2026, 10, 9, 17, tzinfo=SH)
    assert calendar.add(friday, timedelta(hours=2)) == datetime(2026, 10, 10, 10, tzinfo=SH)  # a make-up Saturday
    assert calendar.between(friday, datetime(2026, 10, 12, 9, tzinfo=SH)) == timedelta(hours=9)


def test_a_year_that_is_not_known_says_so():
    with pytest.raises(UnknownYear):
        Calendar().is_working_day(date(2030, 1, 7))
    assert Calendar(overrides={date(2030, 1, 7): True}).is_working_day(date(2030, 1, 7))


def test_days_end_at_the_close_of_business():
    assert Calendar().add_days(datetime(2026, 5, 6, 20, tzinfo=SH), 3) == datetime.combine(
        date(2026, 5, 9), time(18), SH
    )
