"""Stopping clocks and letting them go on: what is left is kept, and counted from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.policies import queries as policies
from shunda.policies.calendar import UnknownYear
from shunda.work.clocks import CALENDAR, LATER, WARNING, again, counter_of
from shunda.work.models import Alarms, Pause, Task, Wait

_WRITE = """
update work_task t
set due_at = n.due_at, warn_at = n.warn_at, next_at = n.next_at, rank_at = n.rank_at, paused_at = n.paused_at,
    clock_note = n.note, stood_seconds = n.stood, awaited = n.awaited,
    version = t.version + 1
from unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[],
            %s::timestamptz[], %s::text[], %s::int[], %s::text[])
            n(id, due_at, warn_at, next_at, rank_at, paused_at, note, stood, awaited)
where t.id = n.id
"""


def stop(
    tasks: Sequence[Task],
    awaited: str,
    reason: str,
    *,
    by: Actor,
    at: datetime,
    waits: Mapping[Task, Wait] | None = None,
) -> None:
    """Stop the clocks of locked tasks; they sink in the worklists until they go on. ``waits``: what stops each."""
    if not tasks:
        return
    decided = policies.values(*CALENDAR)
    pauses = [
        Pause(task=task, awaited=awaited, reason=reason, left_seconds=_left(task, decided, at), paused_at=at,
              paused_by=by.name, wait=waits[task] if waits else None)
        for task in tasks
    ]  # fmt: skip
    Pause.objects.bulk_create(pauses)
    for task in tasks:
        task.paused_at, task.awaited, task.next_at, task.rank_at = at, awaited, None, task.opened_at + LATER
    write(tasks)


def _left(task: Task, decided: Mapping[str, Any], at: datetime) -> int | None:
    """What is left on a clock, in seconds of its own time; none where it has no due time."""
    if task.due_at is None:
        return None
    try:
        left = counter_of(task, decided).between(at, task.due_at)
    except UnknownYear:  # cannot be: the due time was counted by the same years
        return None
    return int(left.total_seconds())


def go_on(tasks: Sequence[Task], *, by: Actor, at: datetime) -> None:
    """Let the clocks of locked tasks go on.

    One that was late before it was stopped stays due when it was; only its escalation takes so much longer.
    """
    if not tasks:
        return
    decided = policies.values(*CALENDAR, *WARNING)
    ids = [task.pk for task in tasks]
    waiting = Pause.objects.filter(task__in=ids, resumed_at__isnull=True)
    left = dict(waiting.values_list("task", "left_seconds"))
    waiting.update(resumed_at=at, resumed_by=by.name)
    for task in tasks:
        seconds = left.get(task.pk)
        if seconds:
            _set_again(task, timedelta(seconds=seconds), decided, at)
        elif seconds == 0 and task.paused_at:
            stood = counter_of(task, decided).between(task.paused_at, at)
            task.stood_seconds += int(stood.total_seconds())
        task.paused_at, task.awaited = None, ""
        task.rank_at = task.due_at or task.opened_at + LATER
        task.next_at = speaks_next(task)
    write(tasks)


def _set_again(task: Task, left: timedelta, decided: Mapping[str, Any], at: datetime) -> None:
    limit = timedelta(minutes=task.limit_minutes) if task.limit_minutes else None
    due = again(left, counter_of(task, decided), decided, at, limit)
    task.due_at, task.warn_at, task.clock_note = due.due_at, due.warn_at, due.note


def speaks_next(task: Task) -> datetime | None:
    """When a clock that runs has something to say: a warning once, then that it is late; ringing knows the rest."""
    return task.due_at if task.alarm != Alarms.NONE or task.warn_at is None else task.warn_at


def write(tasks: Sequence[Task]) -> None:
    """Keep the clocks of locked tasks as they are set now; each gets a new version."""
    if not tasks:
        return
    columns = ("pk", "due_at", "warn_at", "next_at", "rank_at", "paused_at", "clock_note", "stood_seconds", "awaited")
    sql.fetch(_WRITE, [[getattr(task, column) for task in tasks] for column in columns])
    for task in tasks:
        task.version += 1
