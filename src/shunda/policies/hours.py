"""Kinds of value of a calendar: weekdays with hours of their own, named days, and time zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.policies import reasons
from shunda.policies.kinds import WEEKDAYS, Choice, Label, Several, hours_of_work, in_order, span, weekday

FREE = "free"


def _weekday_hours(text: str) -> tuple[int, tuple[tuple[time, time], ...]]:
    day, _sign, hours = text.partition("=")
    spans = () if hours == FREE else tuple(span(part) for part in hours.split("+"))
    if not in_order(spans):
        raise ValueError(text)
    return weekday(day), spans


def _write_weekday(value: tuple[int, tuple[tuple[time, time], ...]]) -> str:
    return f"{value[0]}={'+'.join(hours_of_work.write(each) for each in value[1]) or FREE}"


def _show_weekday(value: tuple[int, tuple[tuple[time, time], ...]]) -> str:
    hours = " ".join(hours_of_work.write(each) for each in value[1]) or gettext("free")
    return f"{WEEKDAYS[value[0] - 1]} {hours}"


hours_of_weekdays = Several(
    _weekday_hours, reasons.NOT_WEEKDAY_HOURS, _write_weekday, _show_weekday,
    check=lambda days: len({day for day, _hours in days}) == len(days),
)  # fmt: skip
"""Weekdays with hours of their own, ``6=09:00-12:00+13:00-15:00`` or ``5=free``: ``((6, spans), ...)``."""

NamedDay = tuple[date, str]
"""A day and what it is called, such as (2027-01-01, "New Year"); the name may be empty."""

NAME_LENGTH = 30


def _named_day(text: str) -> NamedDay:
    day, _space, name = text.partition(" ")
    name = name.strip()
    if len(name) > NAME_LENGTH or name[:1].isdecimal():  # a second date with no comma between is no name
        raise ValueError(text)
    return date.fromisoformat(day), name


def _write_day(value: NamedDay) -> str:
    return f"{value[0].isoformat()} {value[1]}".strip()


named_days = Several(
    _named_day, reasons.NOT_NAMED_DAYS, _write_day, split=r"[,，、;；\n]+",
    check=lambda days: len({day for day, _name in days}) == len(days),
)  # fmt: skip
"""Days, each with or without its name: ``2027-01-01 New Year, 2027-02-05``."""

Days = Mapping[date, tuple[bool, str]]
"""Days that were entered: whether each is worked, and what it is called."""


def together(worked: Iterable[NamedDay], free: Iterable[NamedDay]) -> Days:
    """The worked and the free days as one; what is free goes before."""
    days: dict[date, tuple[bool, str]] = {day: (True, name) for day, name in worked}
    return days | {day: (False, name) for day, name in free}


def apart(days: Days) -> tuple[tuple[NamedDay, ...], tuple[NamedDay, ...]]:
    """The worked and the free days, each in order."""
    said = sorted(days.items())
    return tuple((d, name) for d, (works, name) in said if works), tuple((d, n) for d, (works, n) in said if not works)


HOLIDAYS = Choice((("china", _("of China, as announced")), ("none", _("entered here alone"))))
"""Which public holidays and make-up days the company keeps."""

OVER_HOLIDAYS = Choice(
    (
        ("company", _("as the company keeps them")),
        ("through", _("worked through: the week holds every day of the year")),
    )
)
"""What a further calendar makes of the company's holidays."""

ZONES: tuple[tuple[str, Label], ...] = (
    ("Asia/Shanghai", _("China")),
    ("Asia/Hong_Kong", _("Hong Kong")),
    ("Asia/Singapore", _("Singapore")),
    ("Asia/Tokyo", _("Japan")),
    ("Asia/Kolkata", _("India")),
    ("Asia/Dubai", _("Gulf")),
    ("Europe/Moscow", _("Moscow")),
    ("Europe/Berlin", _("Central Europe")),
    ("Europe/London", _("Britain")),
    ("America/Sao_Paulo", _("Brazil, east")),
    ("America/New_York", _("North America, east")),
    ("America/Los_Angeles", _("North America, west")),
    ("Australia/Sydney", _("Australia, south-east")),
    ("UTC", _("Universal time")),
)
"""Time zones working hours can be meant in."""
