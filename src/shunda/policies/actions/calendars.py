"""Keeping further calendars beside the company's: beginning one, renaming it, retiring it, using it again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.refusal import Refusal, Refused
from shunda.policies import decisions, queries, reasons
from shunda.policies.actions.calendar import FURTHER, hours_of, locked, put, with_week
from shunda.policies.models import SettingChange, TableVersion
from shunda.policies.named import CODE, MOST, TITLE_LENGTH, CalendarCode, Named
from shunda.policies.specs import CalendarSpec
from shunda.policies.states import TableStatus
from shunda.policies.tables import TABLES, Table


@action("policies.change_setting")
def add_calendar(
    spec: CalendarSpec, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Outcome[SettingChange]:
    """Begin a further calendar: its code (kept for good), its name and its week; steps go by it where a table says so.

    Refused, beside the field: a code that is none or is taken, a name that is missing or taken, what is no week; more
    than 50 calendars; a calendar that somebody else changed meanwhile.
    """
    usual, week = hours_of(spec.week)
    decided = locked(version)
    code = spec.code.strip().upper()
    wrong: list[Refusal] = []
    if not re.fullmatch(CODE, code):
        wrong.append(reasons.NO_CALENDAR_CODE(value=spec.code.strip()[:40], where="code"))
    elif queries.further(decided, code):
        wrong.append(reasons.CALENDAR_CODE_TAKEN(value=code, where="code"))
    wrong += _why_not_called(decided, code, spec.name)
    if len(decided[FURTHER]) >= MOST:
        wrong.append(reasons.TOO_MANY_CALENDARS(most=MOST))
    if wrong:
        raise Refused(*wrong)
    one = with_week(Named(code, spec.name.strip(), ()), spec.week, usual, week)
    return put(decided, one, reason, by=by, at=at)


@action("policies.change_setting")
def rename_calendar(
    code: str, name: str, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Outcome[SettingChange]:
    """Call a further calendar otherwise; its code stays. Refused: a name that is missing or taken, no such calendar."""
    decided = locked(version)
    one = _there(decided, code)
    wrong = _why_not_called(decided, code, name)
    if wrong:
        raise Refused(*wrong)
    return put(decided, replace(one, name=name.strip()), reason, by=by, at=at)


@action("policies.change_setting")
def retire_calendar(
    code: str, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Outcome[SettingChange]:
    """Give a further calendar to no step any more; clocks that run by it go on by it.

    Refused while a published row of a decision table gives it to steps, now or later.
    """
    decided = locked(version)
    one = _there(decided, code)
    wrong = list(_named_by_tables(code, at))
    if wrong:
        raise Refused(*wrong)
    return put(decided, replace(one, retired=True), reason, by=by, at=at)


@action("policies.change_setting")
def restore_calendar(
    code: str, *, reason: str, by: Actor, at: datetime, version: int | None = None
) -> Outcome[SettingChange]:
    """Let steps go by a retired calendar again."""
    decided = locked(version)
    return put(decided, replace(_there(decided, code), retired=False), reason, by=by, at=at)


def _there(decided: Mapping[str, Any], code: str) -> Named:
    one = queries.further(decided, code)
    if one is None:
        raise Refused(reasons.NO_CALENDAR(value=code[:40], where="calendar"))
    return one


def _why_not_called(decided: Mapping[str, Any], code: str, name: str) -> list[Refusal]:
    title = name.strip()
    if not title or len(title) > TITLE_LENGTH:
        return [reasons.CALENDAR_TITLE(where="name", most=TITLE_LENGTH)]
    taken = {one.name.casefold() for one in decided[FURTHER] if one.code != code}
    return [reasons.CALENDAR_TITLE_TAKEN(where="name", value=title)] if title.casefold() in taken else []


def _named_by_tables(code: str, at: datetime) -> Iterable[Refusal]:
    """The rows that give the calendar to steps, of versions that decide today or may decide later."""
    for table in TABLES.values():
        columns = [one.name for one in table.outputs if isinstance(one.kind, CalendarCode)]
        for version in _may_decide(table, at) if columns else ():
            for number, row in enumerate(decisions.rows_of(version), 1):
                if code in (row.then.get(column) for column in columns):
                    yield reasons.CALENDAR_IN_USE(table=str(table.label), number=version.number, row=number)


def _may_decide(table: Table, at: datetime) -> Iterable[TableVersion]:
    """Newest first, until one holds from today on without an end: none before it decides again."""
    today = localtime(at).date()
    rows = TableVersion.objects.filter(Q(valid_until=None) | Q(valid_until__gte=today), table=table.name)
    for version in rows.filter(status=TableStatus.PUBLISHED).order_by("-number"):
        yield version
        if version.valid_until is None and (version.valid_from is None or version.valid_from <= today):
            return
