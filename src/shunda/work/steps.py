"""Opening and closing tasks, inside the transaction of whoever made the work or did it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.work import notices, waiting
from shunda.work.clocks import LATER, clocks
from shunda.work.models import Notice, Task
from shunda.work.specs import NoticeSpec, TaskSpec

_OPEN = """
insert into work_task
  (kind, permission, subject_kind, subject_id, order_id, label, party, region_id, owner_id, urgent,
   limit_minutes, due_at, clock, clock_note, rank_at, warn_at, next_at,
   limit_days, counted_from, calendar, limit_rule, opened_at, closed_by, outcome)
select *, %s::timestamptz, '', '' from unnest(
  %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
  %s::boolean[], %s::int[], %s::timestamptz[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],
  %s::timestamptz[], %s::int[], %s::timestamptz[], %s::text[], %s::text[])
on conflict (kind, subject_kind, subject_id) where closed_at is null do nothing
"""


_CLOSE = """
with given as (select %s::timestamptz as at, %s::text as by, %s::text as outcome),
closed as (
  update work_task t
  set closed_at = g.at, closed_by = g.by, outcome = g.outcome,
      due_at = case when t.due_at >= t.paused_at then greatest(t.due_at, g.at) else t.due_at end
  from given g
  where t.kind = any(%s::text[]) and t.subject_kind = %s and t.subject_id = any(%s::bigint[]) and t.closed_at is null
  returning t.id, t.paused_at
)
update work_pause p set resumed_at = g.at, resumed_by = g.by
from closed c, given g where p.task_id = c.id and c.paused_at is not null and p.resumed_at is null
"""


def open_tasks(specs: Sequence[TaskSpec], *, at: datetime) -> None:
    """Put steps on the worklists, due when their limit ends; one that already waits is left as it is.

    Limits are settings in working hours of the company's calendar, or in hours by the clock (R189-R201); a row of the
    table of limits goes before them, may name a further calendar, and is kept with the task. One clock over several
    steps began when the order was received (R199, R200). Where the calendar does not know the year, the task has no due
    time and says why (``unknown-year``). While the order waits for the customer, the clocks of what cannot go on
    without him stand (``waiting``).
    """
    if not specs:
        return
    clock = clocks(specs, at=at)
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
            [c.limit_minutes for c in clock],
            [c.due_at for c in clock],
            [c.clock.value for c in clock],
            [c.note for c in clock],
            [c.due_at or at + LATER for c in clock],
            [c.warn_at for c in clock],
            [c.warn_at or c.due_at for c in clock],
            [c.limit_days for c in clock],
            [c.counted_from for c in clock],
            [c.calendar for c in clock],
            [c.rule for c in clock],
        ],
    )
    waiting.stand(specs, at)


def close_tasks(
    kinds: Iterable[str],
    subject_kind: str,
    subject_ids: Collection[int],
    *,
    by: Actor,
    at: datetime,
    outcome: str = "done",
) -> None:
    """Take steps off the worklists: ``done``, or ``dropped`` when nobody needs them any more. Idempotent.

    A clock that stands is let go: a step that was in time when its clock was stopped ends in time.
    """
    if subject_ids:
        sql.fetch(_CLOSE, [at, by.name, outcome, list(kinds), subject_kind, list(subject_ids)])


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
