"""The kinds of value a setting can have: how each is entered, kept, read and shown.

``parse`` takes what a form or the API sends and returns the value, or raises ``Invalid`` with its reason; ``store``
gives what the row keeps (JSON), ``read`` turns that back into the value; ``show`` is what people see.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import time
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.core.money import plain
from shunda.core.refusal import Reason
from shunda.policies import reasons

Label = str | Promise


class Invalid(ValueError):
    """What was entered is no value of this kind; carries the reason and its data."""

    def __init__(self, reason: Reason, **data: Any) -> None:
        super().__init__(reason.code)
        self.reason, self.data = reason, data


class Kind(Protocol):
    """How values of a setting are entered, kept, read and shown."""

    @property
    def unit(self) -> Label:
        """What the number counts."""

    def parse(self, raw: object) -> Any:
        """The value of what was entered; raises ``Invalid``."""

    def store(self, value: Any) -> Any:
        """As JSON."""

    def read(self, stored: Any) -> Any:
        """Back from JSON."""

    def show(self, value: Any) -> str:
        """As people read it."""

    def edit(self, value: Any) -> str:
        """As people type it."""


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal number within limits; ``places`` decimals at most."""

    least: Decimal = Decimal(0)
    most: Decimal = Decimal(10_000)
    places: int = 2
    unit: Label = ""

    def parse(self, raw: object) -> Decimal:
        """Refuses text that is no number, too many places, and numbers outside the limits."""
        text = str(raw).strip()
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise Invalid(reasons.NOT_A_NUMBER, value=text) from None
        if isinstance(raw, bool) or not value.is_finite():
            raise Invalid(reasons.NOT_A_NUMBER, value=text)
        if not self.least <= value <= self.most:
            raise Invalid(
                reasons.OUT_OF_RANGE, value=text, least=plain(Decimal(self.least)), most=plain(Decimal(self.most))
            )
        if value != round(value, self.places):
            raise Invalid(reasons.TOO_PRECISE, value=text, places=self.places)
        return value

    def store(self, value: Any) -> Any:
        """As text: JSON numbers would lose digits."""
        return str(value)

    def read(self, stored: Any) -> Any:
        """A Decimal."""
        return Decimal(stored)

    def show(self, value: Any) -> str:
        """With its unit."""
        return f"{plain(value)} {self.unit}".strip()

    def edit(self, value: Any) -> str:
        """As it is typed."""
        return plain(value)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within limits."""

    least: int = 0
    most: int = 1_000_000
    unit: Label = ""

    def parse(self, raw: object) -> int:
        """Refuses what is no whole number within the limits."""
        text = str(raw).strip()
        if isinstance(raw, bool) or not re.fullmatch(r"-?[0-9]{1,12}", text):
            raise Invalid(reasons.NOT_WHOLE, value=text)
        if not self.least <= int(text) <= self.most:
            raise Invalid(reasons.OUT_OF_RANGE, value=text, least=str(self.least), most=str(self.most))
        return int(text)

    def store(self, value: Any) -> Any:
        """As it is."""
        return value

    def read(self, stored: Any) -> Any:
        """An int."""
        return int(stored)

    def show(self, value: Any) -> str:
        """With its unit."""
        return f"{value} {self.unit}".strip()

    def edit(self, value: Any) -> str:
        """As it is typed."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a whole: the value is 0.3, people read and type 30 %."""

    unit: Label = "%"

    def parse(self, raw: object) -> Decimal:
        """Takes percent: ``30`` or ``30%``; refuses what is outside 0 to 100."""
        return Number(most=Decimal(100)).parse(str(raw).strip().removesuffix("%")) / 100

    def store(self, value: Any) -> Any:
        """As text."""
        return str(value)

    def read(self, stored: Any) -> Any:
        """A Decimal between 0 and 1."""
        return Decimal(stored)

    def show(self, value: Any) -> str:
        """In percent."""
        return f"{plain(value * 100)} %"

    def edit(self, value: Any) -> str:
        """As it is typed."""
        return plain(value * 100)


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    unit: Label = ""

    def parse(self, raw: object) -> bool:
        """Takes true, yes, on, 1 and their opposites."""
        text = str(raw).strip().lower()
        if text in {"true", "yes", "on", "1", "是"}:
            return True
        if text in {"false", "no", "off", "0", "", "否"}:
            return False
        raise Invalid(reasons.NOT_YES_OR_NO, value=text)

    def store(self, value: Any) -> Any:
        """As it is."""
        return value

    def read(self, stored: Any) -> Any:
        """A bool."""
        return bool(stored)

    def show(self, value: Any) -> str:
        """In words."""
        return gettext("yes") if value else gettext("no")

    def edit(self, value: Any) -> str:
        """As a form sends it."""
        return "true" if value else "false"


class Verbatim:
    """Texts, kept, read, typed and shown as they are."""

    __slots__ = ()

    def store(self, value: Any) -> Any:
        """As it is."""
        return value

    def read(self, stored: Any) -> Any:
        """A str."""
        return str(stored)

    def show(self, value: Any) -> str:
        """As it is; a dash when there is none."""
        return str(value) or "–"

    def edit(self, value: Any) -> str:
        """As it is."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Choice(Verbatim):
    """One of a few named values."""

    options: tuple[tuple[str, Label], ...]
    unit: Label = ""

    def parse(self, raw: object) -> str:
        """Refuses what is not among the options."""
        text = str(raw).strip()
        if text not in dict(self.options):
            raise Invalid(reasons.NOT_A_CHOICE, value=text, choices=", ".join(code for code, _label in self.options))
        return text

    def show(self, value: Any) -> str:
        """The option as people read it."""
        return str(dict(self.options).get(value, value))


@dataclass(frozen=True, slots=True)
class Text(Verbatim):
    """A short text that matches a pattern; ``expected`` says in words what fits."""

    pattern: str
    expected: Label
    unit: Label = ""

    def parse(self, raw: object) -> str:
        """Refuses what does not match the pattern."""
        text = str(raw).strip()
        if not re.fullmatch(self.pattern, text):
            raise Invalid(reasons.NOT_TEXT, value=text[:40], expected=str(self.expected))
        return text


@dataclass(frozen=True, slots=True)
class Several:
    """A list of values, entered with commas between; each is parsed, kept and shown alone."""

    one: Callable[[str], Any]
    refuse: Reason
    write: Callable[[Any], str] = str
    label: Callable[[Any], str] | None = None
    empty: bool = True
    check: Callable[[tuple[Any, ...]], bool] = field(default=lambda _values: True)
    unit: Label = ""
    split: str = r"[,，、;；\s]+"

    def parse(self, raw: object) -> tuple[Any, ...]:
        """Takes ``a, b`` or a JSON list; refuses the whole when one of them is wrong."""
        parts: Iterable[object] = raw if isinstance(raw, list | tuple) else re.split(self.split, str(raw))
        texts = [str(part).strip() for part in parts if str(part).strip()]
        shown = ", ".join(texts)[:80]
        try:
            values = tuple(self.one(text) for text in texts)
        except (ValueError, KeyError):
            raise Invalid(self.refuse, value=shown) from None
        if (not values and not self.empty) or not self.check(values):
            raise Invalid(self.refuse, value=shown)
        return values

    def store(self, value: Any) -> Any:
        """As a list of texts."""
        return [self.write(one) for one in value]

    def read(self, stored: Any) -> Any:
        """A tuple of values."""
        return tuple(self.one(text) for text in stored)

    def show(self, value: Any) -> str:
        """With commas between; nothing is a dash."""
        return ", ".join((self.label or self.write)(one) for one in value) or "–"

    def edit(self, value: Any) -> str:
        """As it is typed."""
        return ", ".join(self.write(one) for one in value)


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A time of day in the company's zone."""

    unit: Label = ""

    def parse(self, raw: object) -> time:
        """Takes 15:00."""
        try:
            return _clock(str(raw).strip())
        except ValueError:
            raise Invalid(reasons.NOT_A_TIME, value=str(raw)[:20]) from None

    def store(self, value: Any) -> Any:
        """As 15:00."""
        return f"{value:%H:%M}"

    def read(self, stored: Any) -> Any:
        """A time."""
        return time.fromisoformat(stored)

    def show(self, value: Any) -> str:
        """As 15:00."""
        return f"{value:%H:%M}"

    def edit(self, value: Any) -> str:
        """As 15:00."""
        return f"{value:%H:%M}"


def _clock(text: str) -> time:
    if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", text):
        raise ValueError(text)
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def span(text: str) -> tuple[time, time]:
    """A span of time as typed: 09:00-12:00."""
    opens, closes = (_clock(part) for part in re.split(r"[-–~]", text))
    return opens, closes


def in_order(spans: tuple[tuple[time, time], ...]) -> bool:
    """Whether spans of a day follow one another; one shift may end when the next begins."""
    return all(a < b for a, b in spans) and all(a[1] <= b[0] for a, b in pairwise(spans))


def weekday(text: str) -> int:
    """A day of the week by its number, 1 is Monday."""
    number = int(text)
    if not 1 <= number <= 7:
        raise ValueError(text)
    return number


WEEKDAYS: tuple[Label, ...] = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip

hours_of_work = Several(
    span, reasons.NOT_HOURS, lambda one: f"{one[0]:%H:%M}-{one[1]:%H:%M}", empty=False, check=in_order
)
"""Spans of working time in a day, in order: ``((09:00, 12:00), (13:00, 18:00))``."""

weekdays = Several(
    weekday, reasons.NOT_WEEKDAYS, label=lambda day: str(WEEKDAYS[day - 1]), check=lambda d: len(set(d)) == len(d)
)
"""Days of the week, 1 is Monday (ISO 8601)."""

years = Several(int, reasons.NOT_A_DATE, check=lambda all_: all(2000 <= year <= 2100 for year in all_))


def _ending(text: str) -> str:
    if not re.fullmatch(r"\.?[A-Za-z0-9]{1,5}", text):
        raise ValueError(text)
    return text.lower().removeprefix(".")


endings = Several(_ending, reasons.NOT_ENDINGS, empty=False)
"""Endings of file names, such as pdf."""
