"""Opening and closing tasks, inside the transaction of whoever made the work or did it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.calendar import Calendar, UnknownYear
from shunda.policies import queries as policies
from shunda.policies.declared import SETTINGS
from shunda.work import notices
from shunda.work.kinds import KINDS, SHIPPING, Clock, Kind
from shunda.work.limits import LIMITS, Step, ruled
from shunda.work.models import Notice, Task
from shunda.work.specs import NoticeSpec, TaskSpec

_OPEN = """
insert into work_task
  (kind, permission, subject_kind, subject_id, order_id, label, party, region_id, owner_id, urgent,
   limit_minutes, due_at, clock_note, rank_at, opened_at, closed_by, outcome)
select *, %s::timestamptz, '', '' from unnest(
  %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
  %s::boolean[], %s::int[], %s::timestamptz[], %s::text[], %s::timestamptz[])
on conflict (kind, subject_kind, subject_id) where closed_at is null do nothing
"""


UNKNOWN = "unknown-year"
LATER = timedelta(days=36500)
"""What has no due time comes after everything that has one."""


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a step should be done: the limit, the moment, or why there is no moment."""

    limit_minutes: int | None = None
    due_at: datetime | None = None
    note: str = ""


def open_tasks(specs: Sequence[TaskSpec], *, at: datetime) -> None:
    """Put steps on the worklists, due when their limit ends; one that already waits is left as it is.

    Limits are settings in working hours of the company's calendar, or in hours by the clock (R189-R201). Where the
    calendar does not know the year, the task has no due time and says why (``unknown-year``).
    """
    if not specs:
        return
    due = clocks({(spec.kind, spec.urgent) for spec in specs}, at=at)
    sql.fetch(
        _OPEN,
        [
            at,
            [s.kind for s in specs],
            [s.permission for s in specs],
            [s.subject_kind for s in specs],
            [s.subject_id for s in specs],
            [s.order_id for s in specs],
            [s.label[:60] for s in specs],
            [s.party[:120] for s in specs],
            [s.region_id for s in specs],
            [s.owner_id for s in specs],
            [s.urgent for s in specs],
            [due[s.kind, s.urgent].limit_minutes for s in specs],
            [due[s.kind, s.urgent].due_at for s in specs],
            [due[s.kind, s.urgent].note for s in specs],
            [due[s.kind, s.urgent].due_at or at + LATER for s in specs],
        ],
    )


def close_tasks(
    kinds: Iterable[str],
    subject_kind: str,
    subject_ids: Collection[int],
    *,
    by: Actor,
    at: datetime,
    outcome: str = "done",
) -> None:
    """Take steps off the worklists: ``done``, or ``dropped`` when nobody needs them any more. Idempotent."""
    if subject_ids:
        waiting = Task.objects.filter(
            kind__in=list(kinds), subject_kind=subject_kind, subject_id__in=list(subject_ids), closed_at__isnull=True
        )
        waiting.update(closed_at=at, closed_by=by.name, outcome=outcome)


def tell(specs: Iterable[NoticeSpec], *, by: Actor, at: datetime) -> None:
    """Tell people: on the home page, by mail, both or not at all, as each chose; nobody is told what he did himself."""
    told = [spec for spec in specs if spec.user_id != by.id]
    how = notices.ways({(spec.user_id, spec.kind) for spec in told}) if told else {}
    Notice.objects.bulk_create(
        Notice(
            kind=spec.kind,
            user_id=spec.user_id,
            subject_kind=spec.subject_kind,
            subject_id=spec.subject_id,
            label=spec.label[:60],
            text=spec.text[:300],
            said_by=by.name,
            said_at=at,
            read_at=None if how[spec.user_id, spec.kind][0] else at,
            to_mail=how[spec.user_id, spec.kind][1],
        )
        for spec in told
        if any(how[spec.user_id, spec.kind])
    )


def mark_urgent(order_ids: Collection[int], *, urgent: bool) -> None:
    """Whatever waits about these orders goes first, or no longer does (R014)."""
    if order_ids:
        waiting = Task.objects.filter(order_id__in=list(order_ids), closed_at__isnull=True)
        waiting.exclude(urgent=urgent).update(urgent=urgent)


def clocks(steps: Collection[Step], *, at: datetime) -> dict[Step, Due]:
    """When steps (kind, urgent) that start at ``at`` are due; one query. An undeclared kind raises ``LookupError``.

    The decision table ``work.limits`` goes before the settings.
    """
    kinds = {kind for kind, _urgent in steps}
    unknown = kinds - KINDS.keys()
    if unknown:
        raise LookupError(f"no kind of step is called {', '.join(sorted(unknown))}: declare it in work/kinds.py")
    limits = {limit for kind in kinds for limit in (KINDS[kind].limit, KINDS[kind].whole) if limit}
    wanted = ["work.policy", *sorted(limits), *(name for name in SETTINGS if name.startswith("calendar."))]
    decided, tables = policies.decided(wanted, [LIMITS.name], at)
    calendar = policies.calendar(decided)
    return {
        step: _ruled(ruling, calendar, at)
        if (ruling := ruled(tables[LIMITS.name], step))
        else _due(KINDS[step[0]], decided, calendar, at)
        for step in steps
    }


def _ruled(ruling: tuple[str, Decimal], calendar: Calendar, at: datetime) -> Due:
    clock, hours = ruling
    return _until(hours, Clock(clock), calendar, at)


def _due(kind: Kind, decided: dict[str, Any], calendar: Calendar, at: datetime) -> Due:
    name = kind.whole if kind.whole and decided["work.policy"] == "whole" else kind.limit
    if name is None:
        return Due()
    if name == SHIPPING:
        return _due_in_days(decided[name], calendar, at)
    return _until(decided[name], kind.clock, calendar, at)


def _until(hours: Decimal, clock: Clock, calendar: Calendar, at: datetime) -> Due:
    limit = timedelta(minutes=int(hours * 60))
    minutes = int(limit.total_seconds() // 60)
    if clock is Clock.WALL:
        return Due(minutes, at + limit)
    try:
        return Due(minutes, calendar.add(at, limit))
    except UnknownYear:
        return Due(minutes, None, UNKNOWN)


def _due_in_days(days: int, calendar: Calendar, at: datetime) -> Due:
    """At the close of business so many working days later."""
    try:
        return Due(None, calendar.add_days(at, days))
    except UnknownYear:
        return Due(None, None, UNKNOWN)
