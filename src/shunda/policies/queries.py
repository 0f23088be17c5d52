"""What the company decided: the value in force of each setting, and how it came to be. Tables: ``decisions``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.timezone import localtime

from shunda.core import sql
from shunda.core.models import Event
from shunda.policies.calendar import Calendar
from shunda.policies.decisions import Edition, edition
from shunda.policies.declared import SETTINGS
from shunda.policies.hours import Days, together
from shunda.policies.models import SettingChange
from shunda.policies.named import Named
from shunda.policies.setting import Setting


@dataclass(frozen=True, slots=True)
class Current:
    """A setting as it stands; ``change`` is empty while the default holds."""

    setting: Setting
    value: Any
    change: SettingChange | None

    @property
    def version(self) -> int:
        """Number of the change in force, 0 for the default: what an edit starts from."""
        return self.change.pk if self.change else 0

    @property
    def changed(self) -> bool:
        """Whether another value than the default holds."""
        return bool(self.value != self.setting.default)

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return self.setting.kind.show(self.value)

    @property
    def default_shown(self) -> str:
        """The default as people read it."""
        return self.setting.kind.show(self.setting.default)

    @property
    def entered(self) -> str:
        """The value as it is typed into the form."""
        return self.setting.kind.edit(self.value)


def current(*names: str) -> dict[str, Current]:
    """The settings of these names, or all of them, with the change in force: one query."""
    wanted = _known(names)
    newest = SettingChange.objects.filter(name__in=wanted).order_by("name", "-id").distinct("name")
    changes = {change.name: change for change in newest}
    return {name: _current(SETTINGS[name], changes.get(name)) for name in wanted}


def _current(setting: Setting, change: SettingChange | None) -> Current:
    value = setting.kind.read(change.value) if change else setting.default
    return Current(setting, value, change)


def _known(names: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in names if name not in SETTINGS]
    if unknown:
        raise LookupError(f"no setting is called {', '.join(unknown)}")
    return names or tuple(SETTINGS)


_VALUES = """
select distinct on (name) name, value from policies_settingchange where name = any(%s::text[]) order by name, id desc
"""  # written out: nearly every action asks, and the ORM would take several times as long to ask as the answer takes


def values(*names: str) -> dict[str, Any]:
    """The values in force of these settings, by name: one query."""
    wanted = _known(names)
    changed = {name: json.loads(value) for name, value in sql.fetch(_VALUES, [list(wanted)])}
    return {
        name: SETTINGS[name].kind.read(changed[name]) if name in changed else SETTINGS[name].default for name in wanted
    }


_DECIDED = """
(select distinct on (name) 's', name, value::text from policies_settingchange where name = any(%s::text[])
 order by name, id desc)
union all
(select distinct on ("table") 't', "table", id::text from policies_tableversion
 where "table" = any(%s::text[]) and status = 'published' and published_at <= %s::timestamptz
   and (valid_from is null or valid_from <= %s::date) and (valid_until is null or valid_until >= %s::date)
 order by "table", number desc)
"""


Decided = tuple[dict[str, Any], dict[str, Edition]]
"""The values of settings and the versions of decision tables, by their names."""


def decided(settings: Sequence[str], tables: Sequence[str], at: datetime) -> Decided:
    """The values of these settings and the versions of these decision tables in force: one query for all."""
    return deciding(settings, tables, at).run()


def deciding(settings: Sequence[str], tables: Sequence[str], at: datetime) -> sql.Statement[Decided]:
    """The statement of ``decided``; reading it asks for the rows of a table that was not seen before."""
    wanted, day = _known(tuple(settings)) if settings else (), localtime(at).date()

    def read(rows: list[sql.Row]) -> Decided:
        found: dict[str, dict[str, str]] = {"s": {}, "t": {}}
        for part, name, text in rows:
            found[part][name] = text
        changed = {name: SETTINGS[name].kind.read(json.loads(text)) for name, text in found["s"].items()}
        values = {name: changed.get(name, SETTINGS[name].default) for name in wanted}
        return values, {name: edition(name, int(found["t"].get(name, 0)) or None) for name in tables}

    return sql.Statement(_DECIDED, [list(wanted), list(tables), at, day, day], read)


def value(name: str) -> Any:
    """The value in force of one setting. Hours and amounts are Decimal, counts int, shares Decimal (0.3)."""
    return values(name)[name]


def history(name: str) -> QuerySet[SettingChange]:
    """The changes of a setting, newest first."""
    return SettingChange.objects.filter(name=name).order_by("-id")


CALENDAR = tuple(name for name in SETTINGS if name.startswith("calendar."))
"""The settings a calendar is made of."""


def newest(found: Mapping[str, Current]) -> int:
    """The version of settings that are looked at together: the newest change of any, 0 while all are as they came."""
    return max(one.version for one in found.values())


def moved() -> Event | None:
    """What the newest change of the calendar did to clocks that ran: when they were counted, and how many moved."""
    return Event.objects.filter(kind="clock.recount").order_by("-id").first()


def calendar(known: Mapping[str, Any] | None = None, code: str = "") -> Calendar:
    """The working calendar the company keeps, or the further one of that code; ``known`` are values already read.

    Where there is no calendar of that code, the company's holds: a clock never stops for want of one.
    """
    decided = known if known is not None else values(*CALENDAR)
    company = Calendar(
        hours=decided["calendar.working_hours"],
        overrides=_worked(together(decided["calendar.extra_working_days"], decided["calendar.extra_free_days"])),
        extra_years=frozenset(decided["calendar.known_years"]),
        weekdays=dict(decided["calendar.weekdays"]),
        zone=ZoneInfo(decided["calendar.zone"]),
        china=decided["calendar.holidays"] == "china",
    )
    named = further(decided, code) if code else None
    return company if named is None else _beside(company, named)


def _worked(days: Days) -> dict[date, bool]:
    return {day: works for day, (works, _name) in days.items()}


def _beside(company: Calendar, named: Named) -> Calendar:
    """A further calendar: its own week and days over the company's days, or alone where it works through them."""
    own = _worked(named.days)
    return replace(
        company,
        hours=named.hours,
        weekdays=dict(named.week),
        zone=ZoneInfo(named.zone) if named.zone else company.zone,
        overrides=own if named.through else {**company.overrides, **own},
        extra_years=company.extra_years | set(named.years),
        through=named.through,
    )


def further(decided: Mapping[str, Any], code: str) -> Named | None:
    """The further calendar of a code, also a retired one."""
    return next((one for one in decided["calendar.further"] if one.code == code), None)


def calendar_options() -> list[tuple[str, str]]:
    """Code and name of the further calendars steps can go by: one query."""
    return [(one.code, f"{one.code} {one.name}") for one in value("calendar.further") if not one.retired]
