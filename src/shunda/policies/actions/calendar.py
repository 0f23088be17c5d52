"""Changing the calendar: days, whole years, and the week. What is kept are the settings ``calendar.…``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.refusal import Refusal, Refused
from shunda.policies import days, queries, reasons
from shunda.policies.actions.settings import change_setting
from shunda.policies.calendar import SATURDAY
from shunda.policies.declared import SETTINGS
from shunda.policies.kinds import Invalid, hours_of_work
from shunda.policies.models import SettingChange
from shunda.policies.specs import DaySpec, SettingSpec, WeekSpec

USUAL, WEEK, ZONE, HOLIDAYS = "calendar.working_hours", "calendar.weekdays", "calendar.zone", "calendar.holidays"


@action("policies.change_setting")
def import_days(
    specs: Sequence[DaySpec], *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Outcome[SettingChange]:
    """Let a list of days be all the company has entered for its years; years that were not announced are known then.

    ``version`` is the ``queries.calendar_version`` one started from. All or nothing: refused with every row that says
    nothing, a list without a day, a calendar that somebody else changed meanwhile, and one that says so already.
    """
    given = _read(specs)
    decided = _locked(version)
    years = {row.day.year for row in given if row.day}
    kept = {day: said for day, said in days.entered(decided).items() if day.year not in years}
    new = {row.day: (bool(row.works), row.name) for row in given if row.day}
    known = days.vouched(decided[days.EXTRA_YEARS], new, decided)
    return _hold({**days.stored(kept | new), days.EXTRA_YEARS: [str(year) for year in known]}, reason, by=by, at=at)


@action("policies.change_setting")
def change_days(
    specs: Sequence[DaySpec],
    *,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    removed: Collection[date] = (),
) -> Outcome[SettingChange]:
    """Enter single days, or take back what the company entered for some; the other days stay as they are.

    All or nothing, refused as ``import_days``.
    """
    given = _read(specs) if specs or not removed else []
    decided = _locked(version)
    kept = {day: said for day, said in days.entered(decided).items() if day not in removed}
    new = {row.day: (bool(row.works), row.name) for row in given if row.day}
    return _hold(days.stored(kept | new), reason, by=by, at=at)


@action("policies.change_setting")
def change_week(
    spec: WeekSpec, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Outcome[SettingChange]:
    """Let the week have these hours, in this zone; made-up days are worked by the usual hours.

    Refused, beside the field: what are no hours; a calendar that somebody else changed, or that says so already.
    """
    usual, week = _hours(spec)
    _locked(version)
    values: dict[str, Any] = {USUAL: usual, WEEK: week, ZONE: spec.zone, HOLIDAYS: spec.holidays}
    return _hold(values, reason, by=by, at=at)


def _read(specs: Sequence[DaySpec]) -> list[days.Given]:
    if not specs:
        raise Refused(reasons.NO_DAYS(where="days"))
    given = days.judged(specs)
    wrong = [refusal for row in given for refusal in row.refusals]
    if wrong:
        raise Refused(*wrong)
    return given


def _locked(version: int | None) -> Mapping[str, Any]:
    """What the calendar says now; two who change it wait for each other, as with any setting."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('policies.change_setting'))")
    now = queries.current(*queries.CALENDAR)
    if version is not None and version != queries.newest(now):
        raise Refused(reasons.CALENDAR_STALE())
    return {name: one.value for name, one in now.items()}


def _hold(values: Mapping[str, Any], reason: str, *, by: Actor, at: datetime) -> Outcome[SettingChange]:
    now = queries.current(*values)
    new = [name for name, value in values.items() if SETTINGS[name].kind.parse(value) != now[name].value]
    if not new:
        raise Refused(reasons.CALENDAR_SAME())
    outcome = change_setting([SettingSpec(name, values[name], reason) for name in new], by=by, at=at)
    if outcome.refused:  # the same reason is missing in each
        raise Refused(*[one for one in outcome.refused if one.id == outcome.refused[0].id])
    return outcome


def _hours(spec: WeekSpec) -> tuple[str, list[str]]:
    """The two settings that keep the week: weekdays are named where they differ from the usual ones."""
    wrong: list[Refusal] = []

    def parsed(text: str, where: str) -> Any:
        try:
            return hours_of_work.parse(text) if text.strip() or where == "usual" else ()
        except Invalid as invalid:
            wrong.append(invalid.reason(None, where=where, setting=str(SETTINGS[USUAL].label), **invalid.data))
            return ()

    usual = parsed(spec.usual, "usual")
    week = {day: parsed(spec.days.get(day, ""), f"day{day}") for day in range(1, 8)}
    if wrong:
        raise Refused(*wrong)
    differing = {day: hours for day, hours in week.items() if hours != (usual if day < SATURDAY else ())}
    return hours_of_work.edit(usual), [
        f"{day}={'+'.join(hours_of_work.store(hours)) or 'free'}" for day, hours in differing.items()
    ]
