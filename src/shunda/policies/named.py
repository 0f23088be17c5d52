"""Further calendars beside the company's: a warehouse that works on Saturdays, a region with its own hours, a plant.

They are one setting, so that whoever reads the company's calendar has them all, and every change keeps who, when, why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from shunda.policies import reasons
from shunda.policies.calendar import Spans
from shunda.policies.hours import Days, NamedDay, hours_of_weekdays, named_days, together
from shunda.policies.kinds import Invalid, Label, Verbatim, hours_of_work, years

CODE = r"[A-Z0-9][A-Z0-9_-]{0,11}"
TITLE_LENGTH = 40
MOST = 50


@dataclass(frozen=True, slots=True)
class Named:
    """A calendar of its own week and days, over the company's holidays, make-up days and entered days.

    Without a ``zone`` its hours are meant in the company's. One that works ``through`` holidays keeps to its week every
    day of every year, but for its own days. ``years`` are later ones whose days were entered for it. A retired one is
    not given to steps any more; clocks that run by it go on.
    """

    code: str
    name: str
    hours: Spans
    week: tuple[tuple[int, Spans], ...] = ()
    zone: str = ""
    through: bool = False
    worked: tuple[NamedDay, ...] = ()
    free: tuple[NamedDay, ...] = ()
    years: tuple[int, ...] = ()
    retired: bool = False

    @property
    def days(self) -> Days:
        """The days entered for it: whether each is worked, and its name."""
        return together(self.worked, self.free)

    @property
    def text(self) -> str:
        """As it is kept."""
        said: dict[str, Any] = {"code": self.code, "name": self.name, "hours": hours_of_work.store(self.hours)}
        said |= {"week": hours_of_weekdays.store(self.week)} if self.week else {}
        said |= {"zone": self.zone} if self.zone else {}
        said |= {"through": True} if self.through else {}
        said |= {"worked": named_days.store(self.worked)} if self.worked else {}
        said |= {"free": named_days.store(self.free)} if self.free else {}
        said |= {"years": list(self.years)} if self.years else {}
        return json.dumps(said | ({"retired": True} if self.retired else {}), ensure_ascii=False)


@lru_cache(maxsize=256)
def _named(text: str) -> Named:
    said = json.loads(text)
    return Named(
        said["code"],
        said["name"],
        hours_of_work.read(said["hours"]),
        hours_of_weekdays.read(said.get("week", ())),
        said.get("zone", ""),
        bool(said.get("through")),
        named_days.read(said.get("worked", ())),
        named_days.read(said.get("free", ())),
        years.read(map(str, said.get("years", ()))),
        bool(said.get("retired")),
    )


@dataclass(frozen=True, slots=True)
class Calendars:
    """The further calendars, in the order of their codes; they are changed on the pages of the calendar."""

    unit: Label = ""

    def parse(self, raw: object) -> tuple[Named, ...]:
        """Takes the calendars, or the texts they are kept as; refuses what is neither, and a code that comes twice."""
        given = raw if isinstance(raw, list | tuple) else [raw]
        try:
            found = [one if isinstance(one, Named) else _named(str(one)) for one in given if one != ""]
        except (ValueError, KeyError, TypeError):
            raise Invalid(reasons.NOT_CALENDARS) from None
        codes = {one.code for one in found}
        if len(codes) < len(found) or len(found) > MOST or not all(re.fullmatch(CODE, code) for code in codes):
            raise Invalid(reasons.NOT_CALENDARS)
        return tuple(sorted(found, key=lambda one: one.code))

    def store(self, value: Any) -> Any:
        """As a list of texts."""
        return [one.text for one in value]

    def read(self, stored: Any) -> Any:
        """The calendars."""
        return tuple(map(_named, stored))

    def show(self, value: Any) -> str:
        """Their names; nothing is a dash."""
        return ", ".join(one.name for one in value if not one.retired) or "–"

    def edit(self, value: Any) -> str:
        """Their codes: nobody types a calendar."""
        return ", ".join(one.code for one in value)


@dataclass(frozen=True, slots=True)
class CalendarCode(Verbatim):
    """The code of a further calendar, in a cell of a decision table. Whether there is one, ``options`` says."""

    options: Callable[[], Iterable[tuple[str, Label]]]
    unit: Label = ""

    def parse(self, raw: object) -> str:
        """Refuses what no code looks like; without looking into the database, as tables are read everywhere."""
        text = str(raw).strip().upper()
        if not re.fullmatch(CODE, text):
            raise Invalid(reasons.NO_CALENDAR_CODE, value=text[:40])
        return text
