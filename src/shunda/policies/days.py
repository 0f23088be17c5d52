"""The days of the company's calendar: what a list of days says, and what a year looks like. Pure, but for the clock."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import holidays
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shunda.core.refusal import Refusal, Refused
from shunda.policies import reasons
from shunda.policies.calendar import KNOWN_YEARS, SATURDAY, Calendar, Spans, UnknownYear, by_weekday
from shunda.policies.hours import NAME_LENGTH, Days, apart, named_days, together
from shunda.policies.named import Named
from shunda.policies.specs import DaySpec
from shunda.web import sheets

WORKED, FREE, EXTRA_YEARS = "calendar.extra_working_days", "calendar.extra_free_days", "calendar.known_years"
MOST_ROWS, MOST_BYTES = 2_000, 1024 * 1024
FIRST_YEAR, LAST_YEAR = 2000, 2100

OFF = frozenset(
    ["off", "free", "holiday", "0", "休", "休息", "休假", "放假", "假", "假日", "节假日", "法定节假日", "公休"]
)
WORK = frozenset(["work", "worked", "working", "workday", "1", "班", "上班", "工作", "工作日", "补班", "调休上班"])
"""Words people write for a free and for a worked day; 调休 alone is neither: some mean the one, some the other."""

HEADS = frozenset(["date", "day", "日期", "天"])
_DAY = re.compile(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})\D?")


@dataclass(frozen=True, slots=True)
class Given:
    """A row as it was read: what it says of a day, or why it says nothing (``row`` counts from 1)."""

    row: int
    spec: DaySpec
    day: date | None
    works: bool | None
    refusals: tuple[Refusal, ...] = ()

    @property
    def name(self) -> str:
        """What the day is called."""
        return self.spec.name.strip()


def judged(specs: Sequence[DaySpec]) -> list[Given]:
    """Each row with what stands against it: no day, neither off nor work, the day twice, a name that does not fit."""
    found: list[Given] = []
    rows: dict[date, int] = {}
    for index, spec in enumerate(specs):
        day, works = day_of(spec.day), worked(spec.works)
        why: list[Refusal] = []
        if day is None:
            limits = {"least": FIRST_YEAR, "most": LAST_YEAR}
            why.append(reasons.NO_DAY(index, where="day", value=spec.day.strip()[:40], **limits))
        elif day in rows:
            why.append(reasons.DAY_TWICE(index, where="day", day=day.isoformat(), first=rows[day]))
        else:
            rows[day] = index + 1
        if works is None:
            why.append(reasons.NOT_OFF_OR_WORK(index, where="works", value=spec.works.strip()[:40]))
        name = spec.name.strip()
        if len(name) > NAME_LENGTH or re.search(r"^\d|[,，、;；\n]", name):
            why.append(reasons.DAY_NAME(index, where="name", value=name[:40], most=NAME_LENGTH))
        found.append(Given(index + 1, spec, day, works, tuple(why)))
    return found


def day_of(text: str) -> date | None:
    """A day in every way people write one, between the years a calendar can have."""
    parts = _DAY.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    try:
        day = date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


def worked(text: str) -> bool | None:
    """Whether a word says that a day is worked; none where it says nothing."""
    word = unicodedata.normalize("NFKC", text.strip()).casefold()
    return True if word in WORK else False if word in OFF else None


def read(data: bytes) -> list[DaySpec]:
    """The rows of an Excel sheet, or of a text with commas, semicolons or tabs between; a line of heads is left out.

    Refuses what is neither, what has no row, more rows than 2,000 and files over 1 MB.
    """
    if len(data) > MOST_BYTES:
        raise Refused(reasons.NO_DAY_FILE(where="file"))
    try:
        return _specs(
            sheets.workbook(data) if data[:2] == b"PK" or sheets.packed(data) else sheets.split(sheets.decoded(data))
        )
    except sheets.Unreadable as error:
        raise Refused(reasons.NO_DAY_FILE(where="file")) from error


def pasted(text: str) -> list[DaySpec]:
    """The rows of what was pasted, from a sheet or typed."""
    try:
        return _specs(sheets.split(text))
    except sheets.Unreadable as error:
        raise Refused(reasons.NO_DAY_FILE(where="file")) from error


def _specs(lines: Iterable[Sequence[Any]]) -> list[DaySpec]:
    rows = [[_text(cell) for cell in line] for line in lines]
    rows = [row for row in rows if any(row)]
    if rows and unicodedata.normalize("NFKC", rows[0][0]).casefold() in HEADS:
        del rows[0]
    if not rows:
        raise Refused(reasons.NO_DAYS(where="file"))
    if len(rows) > MOST_ROWS:
        raise Refused(reasons.TOO_MANY_DAYS(where="file", most=MOST_ROWS))
    return [DaySpec(*[*row, "", "", ""][:3]) for row in rows]


def _text(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def entered(decided: Mapping[str, Any]) -> Days:
    """The days the company entered itself: whether each is worked, and its name. What is free goes before."""
    return together(decided[WORKED], decided[FREE])


def stored(days: Days) -> dict[str, list[str]]:
    """The two settings that keep these days, as they are entered."""
    worked, free = apart(days)
    return {WORKED: named_days.store(worked), FREE: named_days.store(free)}


def announced(year: int, decided: Mapping[str, Any]) -> bool:
    """Whether a year's holidays come with the package, and the company keeps to them."""
    return bool(decided["calendar.holidays"] == "china") and year in KNOWN_YEARS


def vouched(years: Collection[int], days: Iterable[date], decided: Mapping[str, Any]) -> list[int]:
    """The later years that are known when these days were entered for whole years."""
    return sorted({*years, *(day.year for day in days if not announced(day.year, decided))})


class Week(NamedTuple):
    """The week of a calendar: what made-up days are worked by, the hours of each weekday, its zone, its holidays.

    Of a further calendar an empty zone is the company's, and the holidays are ``company`` or ``through``.
    """

    usual: Spans
    days: dict[int, Spans]
    zone: str
    holidays: str


def week_of(decided: Mapping[str, Any], further: Named | None = None) -> Week:
    """The company's week, or that of a further calendar."""
    usual, own = decided["calendar.working_hours"], decided["calendar.weekdays"]
    zone, holidays = decided["calendar.zone"], decided["calendar.holidays"]
    if further:
        usual, own, zone = further.hours, further.week, further.zone
        holidays = "through" if further.through else "company"
    hours = dict(own)
    return Week(usual, {day: by_weekday(day, usual, hours) for day in range(1, 8)}, zone, holidays)


def shown(spans: Spans) -> list[str]:
    """Working time as people read it, each span in one piece: 09:00–12:00."""
    return [f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans]


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar: worked, free, or not known; its name, and whether it was entered in this calendar.

    ``spans`` are its hours as people read them. ``usual`` says whether its weekday is worked; ``company`` that a
    further calendar has it from the company's.
    """

    day: date
    works: bool | None
    name: str = ""
    own: bool = False
    spans: Sequence[str] = ()
    usual: bool = True
    company: bool = False

    @property
    def hours(self) -> str:
        """Its spans in one text."""
        return ", ".join(self.spans)

    @property
    def unusual(self) -> bool:
        """A day that is worked or free though its weekday is not, or that has a name."""
        return self.own or bool(self.name) or (self.works is not None and self.works != self.usual)

    @property
    def weekday(self) -> int:
        """1 is Monday."""
        return self.day.isoweekday()

    @property
    def look(self) -> str:
        """How a calendar shows it: unknown, made up, worked, holiday, free."""
        if self.works is None:
            return "unknown"
        if self.works:
            return "made-up" if self.weekday >= SATURDAY and self.unusual else "worked"
        return "holiday" if self.own or self.name or self.usual else "free"


def year_of(year: int, calendar: Calendar, decided: Mapping[str, Any], further: Named | None = None) -> list[Day]:
    """Every day of a year as the company's calendar has it, or a further one, named in the reader's language."""
    through = further is not None and further.through
    company = {} if through else entered(decided)
    own = company if further is None else further.days
    known = announced(year, decided) and not through
    first = date(year, 1, 1)
    return [
        _day(first + timedelta(days=n), calendar, own, company, known=known)
        for n in range((date(year + 1, 1, 1) - first).days)
    ]


def _day(day: date, calendar: Calendar, own: Days, company: Days, *, known: bool) -> Day:
    usual = bool(calendar.ordinary(day.isoweekday()))
    try:
        spans = calendar.hours_of(day)
    except UnknownYear:
        return Day(day, None, usual=usual)
    said = own.get(day) or company.get(day)
    name = said[1] if said else _announced_name(day, works=bool(spans)) if known else ""
    return Day(day, bool(spans), name, day in own, shown(spans), usual, day in company and day not in own)


def _announced_name(day: date, *, works: bool) -> str:
    if works:
        made_up = day.isoweekday() >= SATURDAY and _china("en_US", day.year).is_working_day(day)
        return _("made up for a holiday") if made_up else ""
    name = _china("zh_CN" if (get_language() or "").startswith("zh") else "en_US", day.year).get(day, "")
    return re.split(r"[（(]", name)[0].strip()


@lru_cache(maxsize=16)
def _china(language: str, year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("CN", years=year, language=language)


def months(days: Sequence[Day]) -> list[tuple[date, list[list[Day | None]]]]:
    """The days of a year by month, in weeks from Monday; places outside the month are empty."""
    found: list[tuple[date, list[list[Day | None]]]] = []
    for month in range(1, 13):
        inside = [day for day in days if day.day.month == month]
        places: list[Day | None] = [None] * (inside[0].weekday - 1) + list(inside)
        places += [None] * (-len(places) % 7)
        found.append((inside[0].day, [places[n : n + 7] for n in range(0, len(places), 7)]))
    return found
