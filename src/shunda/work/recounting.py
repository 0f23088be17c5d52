"""The calendar changed: clocks that run are counted anew. What they said already is not said again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q

from shunda.core import sql
from shunda.policies import queries as policies
from shunda.policies.calendar import UnknownYear
from shunda.work import pausing
from shunda.work.clocks import CALENDAR, LATER, UNKNOWN, WARNING, Span, again, counter_of
from shunda.work.kinds import Clock
from shunda.work.models import Task
from shunda.work.rules import Counter, remaining

AT_ONCE = 500


HARDLY = timedelta(seconds=10)
"""What a clock keeps of each pause is in whole seconds; nobody calls that another moment."""


class _Face(NamedTuple):
    """What a clock shows."""

    due_at: datetime | None
    warn_at: datetime | None
    note: str
    stood: int

    def same(self, other: _Face) -> bool:
        """Whether two faces are the same to people."""
        pairs = [(self.due_at, other.due_at), (self.warn_at, other.warn_at)]
        near = all(a == b or (a and b and abs(a - b) < HARDLY) for a, b in pairs)
        return near and self.note == other.note and abs(self.stood - other.stood) < HARDLY.total_seconds()


def recount() -> int:
    """Set every open clock of working hours by the calendar as it is now; how many are due at another moment.

    A clock keeps what it counted: its limit runs from its beginning, without what it stood. Doing it twice moves
    nothing. Some at a time, each in a transaction of its own, so that nobody waits long for his step.
    """
    moved, after = 0, 0
    while (some := _recount_some(after)) is not None:
        after, changed = some
        moved += changed
    return moved


@transaction.atomic
def _recount_some(after: int) -> tuple[int, int] | None:
    limited = Q(limit_minutes__isnull=False) | Q(limit_days__isnull=False)
    rows = Task.objects.filter(limited, closed_at__isnull=True, clock=Clock.WORKING.value, pk__gt=after)
    tasks = list(rows.order_by("pk").select_for_update()[:AT_ONCE])
    if not tasks:
        return None
    decided = policies.values(*CALENDAR, *WARNING)
    stood = _stood(tasks)
    left: dict[int, int] = {}
    changed = [task for task in tasks if _set_anew(task, decided, stood[task.pk], left)]
    pausing.write(changed)
    _keep_left(left)
    return tasks[-1].pk, len(changed)


def _set_anew(task: Task, decided: Mapping[str, Any], stood: Sequence[Span], left: dict[int, int]) -> bool:
    """The clock of a task by this calendar; whether it says something else now."""
    before = _Face(task.due_at, task.warn_at, task.clock_note, task.stood_seconds)
    counter = counter_of(task, decided)
    try:
        start = task.began_at
        if task.limit_days is not None:
            end = counter.calendar.add_days(start, task.limit_days)
        else:
            end = counter.after(start, timedelta(minutes=task.limit_minutes or 0))
        whole = counter.between(start, end)
        since, rest = remaining(start, whole, stood, counter)
        due = again(rest, counter, decided, since, whole)
        task.due_at, task.warn_at, task.clock_note = due.due_at if stood else end, due.warn_at, due.note
        _while_late(task, stood, counter)
        if task.paused_at and task.due_at:
            left[task.pk] = int(counter.between(task.paused_at, task.due_at).total_seconds())
    except UnknownYear:
        task.due_at, task.warn_at, task.clock_note = None, None, UNKNOWN
    if before.same(_Face(task.due_at, task.warn_at, task.clock_note, task.stood_seconds)):
        task.due_at, task.warn_at, task.stood_seconds = before.due_at, before.warn_at, before.stood
        return False
    task.rank_at = task.opened_at + LATER if task.paused_at or task.due_at is None else task.due_at
    task.next_at = None if task.paused_at else pausing.speaks_next(task)
    return True


def _while_late(task: Task, stood: Sequence[Span], counter: Counter) -> None:
    """How long it stood after it was due: so much later it is escalated."""
    late = [counter.between(since, until) for since, until in stood if task.due_at and since >= task.due_at]
    task.stood_seconds = int(sum(late, timedelta()).total_seconds())


# Its own pauses that are over; where one clock runs over several steps, also those of the steps before it.
_STOOD = """
select t.id, p.paused_at, least(p.resumed_at, case when p.task_id = t.id then p.resumed_at else t.opened_at end)
from work_task t
join work_task o on o.id = t.id or (t.counted_from is not null and o.order_id = t.order_id)
join work_pause p on p.task_id = o.id
where t.id = any(%s::bigint[]) and (
  (p.task_id = t.id and p.resumed_at is not null) or (p.task_id <> t.id and p.paused_at < t.opened_at))
"""


def _stood(tasks: Sequence[Task]) -> Mapping[int, list[Span]]:
    found: defaultdict[int, list[Span]] = defaultdict(list)
    some = [task.pk for task in tasks]
    for pk, since, until in sql.fetch(_STOOD, [some]):
        found[pk].append((since, until))
    return found


_KEEP_LEFT = """
update work_pause p set left_seconds = n.rest from unnest(%s::bigint[], %s::int[]) n(task, rest)
where p.task_id = n.task and p.resumed_at is null
"""


def _keep_left(left: Mapping[int, int]) -> None:
    """What is left on clocks that stand."""
    if left:
        sql.fetch(_KEEP_LEFT, [list(left), list(left.values())])
