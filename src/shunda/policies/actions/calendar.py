"""Changing a calendar: days, whole years, and the week. What is kept are the settings ``calendar.…``.

Without a code it is the company's; the further calendars are one setting among them (``named``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.refusal import Refusal, Refused
from shunda.policies import days, queries, reasons
from shunda.policies.actions.settings import change_setting
from shunda.policies.calendar import Spans, by_weekday
from shunda.policies.declared import SETTINGS
from shunda.policies.hours import OVER_HOLIDAYS, Days, apart, hours_of_weekdays
from shunda.policies.kinds import Invalid, Kind, hours_of_work
from shunda.policies.models import SettingChange
from shunda.policies.named import Named
from shunda.policies.specs import DaySpec, SettingSpec, WeekSpec

FURTHER = "calendar.further"
OwnHours = tuple[tuple[int, Spans], ...]
"""Weekdays with hours of their own."""
USUAL, WEEK, ZONE, HOLIDAYS = "calendar.working_hours", "calendar.weekdays", "calendar.zone", "calendar.holidays"


@action("policies.change_setting")
def import_days(
    specs: Sequence[DaySpec],
    *,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    calendar: str = "",
) -> Outcome[SettingChange]:
    """Let a list of days be all that is entered for its years; years that were not announced are known then.

    ``version`` is the ``queries.newest`` one started from, ``calendar`` the code of a further one. All or nothing:
    refused with every row that says nothing, a list without a day, a calendar that somebody else changed meanwhile, one
    that is not there, and one that says so already.
    """
    given = _read(specs)
    decided = locked(version)
    years = {row.day.year for row in given if row.day}
    new = {row.day: (bool(row.works), row.name) for row in given if row.day}
    if calendar:
        one = _further(decided, calendar)
        kept = {day: said for day, said in one.days.items() if day.year not in years} | new
        known = tuple(days.vouched(one.years, new, decided))
        return put(decided, replace(_with_days(one, kept), years=known), reason, by=by, at=at)
    kept = {day: said for day, said in days.entered(decided).items() if day.year not in years}
    known_years = [str(year) for year in days.vouched(decided[days.EXTRA_YEARS], new, decided)]
    return _hold(decided, {**days.stored(kept | new), days.EXTRA_YEARS: known_years}, reason, by=by, at=at)


@action("policies.change_setting")
def change_days(
    specs: Sequence[DaySpec],
    *,
    reason: str,
    by: Actor,
    at: datetime,
    version: int | None = None,
    removed: Collection[date] = (),
    calendar: str = "",
) -> Outcome[SettingChange]:
    """Enter single days, or take back what was entered for some; the other days stay as they are.

    All or nothing, refused as ``import_days``.
    """
    given = _read(specs) if specs or not removed else []
    decided = locked(version)
    new = {row.day: (bool(row.works), row.name) for row in given if row.day}
    if calendar:
        one = _further(decided, calendar)
        own = {day: said for day, said in one.days.items() if day not in removed} | new
        return put(decided, _with_days(one, own), reason, by=by, at=at)
    kept = {day: said for day, said in days.entered(decided).items() if day not in removed}
    return _hold(decided, days.stored(kept | new), reason, by=by, at=at)


@action("policies.change_setting")
def change_week(
    spec: WeekSpec, *, reason: str, by: Actor, at: datetime, version: int | None = None, calendar: str = ""
) -> Outcome[SettingChange]:
    """Let the week have these hours, in this zone; made-up days are worked by the usual hours.

    Of a further calendar (``calendar``) an empty zone is the company's, and its holidays are ``company`` (its holidays,
    make-up days and entered days hold) or ``through`` (it works through them). Refused, beside the field: what are no
    hours, an unknown zone, other holidays; a calendar that somebody else changed, that is not there, or that says so
    already.
    """
    usual, week = hours_of(spec)
    decided = locked(version)
    if calendar:
        return put(decided, with_week(_further(decided, calendar), spec, usual, week), reason, by=by, at=at)
    hours = {USUAL: hours_of_work.store(usual), WEEK: hours_of_weekdays.store(week)}
    zone = _chosen(SETTINGS[ZONE].kind, spec.zone, ZONE)
    holidays = _chosen(SETTINGS[HOLIDAYS].kind, spec.holidays, HOLIDAYS)
    return _hold(decided, {**hours, ZONE: zone, HOLIDAYS: holidays}, reason, by=by, at=at)


def _read(specs: Sequence[DaySpec]) -> list[days.Given]:
    if not specs:
        raise Refused(reasons.NO_DAYS(where="days"))
    given = days.judged(specs)
    wrong = [refusal for row in given for refusal in row.refusals]
    if wrong:
        raise Refused(*wrong)
    return given


def locked(version: int | None) -> Mapping[str, Any]:
    """What the calendar says now; two who change it wait for each other, as with any setting."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('policies.change_setting'))")
    now = queries.current(*queries.CALENDAR)
    if version is not None and version != queries.newest(now):
        raise Refused(reasons.CALENDAR_STALE())
    return {name: one.value for name, one in now.items()}


def put(decided: Mapping[str, Any], one: Named, reason: str, *, by: Actor, at: datetime) -> Outcome[SettingChange]:
    """A further calendar is as it is given now, new or changed; the others stay."""
    others = [each for each in decided[FURTHER] if each.code != one.code]
    return _hold(decided, {FURTHER: (*others, one)}, reason, by=by, at=at)


def _further(decided: Mapping[str, Any], code: str) -> Named:
    one = queries.further(decided, code)
    if one is None or one.retired:
        raise Refused(reasons.NO_CALENDAR(value=code[:40], where="calendar"))
    return one


def _with_days(one: Named, said: Days) -> Named:
    worked, free = apart(said)
    return replace(one, worked=worked, free=free)


def with_week(one: Named, spec: WeekSpec, usual: Spans, week: OwnHours) -> Named:
    """A further calendar with this week. Refused: a week nobody works in, an unknown zone, other holidays."""
    own = dict(week)
    if not any(by_weekday(day, usual, own) for day in range(1, 8)):
        raise Refused(reasons.NO_WEEK(where="usual"))
    zone = _chosen(SETTINGS[ZONE].kind, spec.zone, ZONE) if spec.zone else ""
    over = _chosen(OVER_HOLIDAYS, spec.holidays, HOLIDAYS)
    return replace(one, hours=usual, week=week, zone=zone, through=over == "through")


def _chosen(kind: Kind, text: str, setting: str) -> Any:
    """What was chosen; refused beside its field, which is called as the end of the setting's name."""
    try:
        return kind.parse(text)
    except Invalid as invalid:
        where, label = setting.removeprefix("calendar."), str(SETTINGS[setting].label)
        raise Refused(invalid.reason(where=where, setting=label, **invalid.data)) from None


def _hold(
    decided: Mapping[str, Any], values: Mapping[str, Any], reason: str, *, by: Actor, at: datetime
) -> Outcome[SettingChange]:
    new = [name for name, value in values.items() if SETTINGS[name].kind.parse(value) != decided[name]]
    if not new:
        raise Refused(reasons.CALENDAR_SAME())
    outcome = change_setting([SettingSpec(name, values[name], reason) for name in new], by=by, at=at)
    if outcome.refused:  # the same reason is missing in each
        raise Refused(*[one for one in outcome.refused if one.id == outcome.refused[0].id])
    return outcome


def hours_of(spec: WeekSpec) -> tuple[Spans, OwnHours]:
    """The values of the two settings that keep a week: weekdays are named where they differ from the usual ones."""
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
    return usual, tuple((day, hours) for day, hours in week.items() if hours != by_weekday(day, usual, {}))
