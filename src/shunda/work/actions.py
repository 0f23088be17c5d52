"""What people do with clocks and their own notices, and how they want to be told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.event import Happening, record
from shunda.core.refusal import NOT_FOUND, NotPermitted, Refusal, Refused
from shunda.work import pausing, queries, reasons
from shunda.work.models import Awaited, Notice, NoticeChoice, Task
from shunda.work.notices import NOTICES

REASON_LENGTH = 200


@action("work.pause_task")
def pause(
    ids: Collection[int],
    *,
    awaited: str,
    reason: str,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Task]:
    """Stop the clocks of steps while somebody else's answer is awaited; what is left of each is kept (section 20.2).

    Refused: a step that ended, a clock that stands already, no reason, nobody who can be waited for.
    """
    wrong = _why_not_said(awaited, reason)
    if wrong:
        raise Refused(*wrong)
    _lock_orders(ids, by)
    batch = Batch(queries.with_clock(by), ids, None, "task.pause", versions=versions)
    batch.refuse_if(lambda task: reasons.TASK_CLOSED(task.pk, label=task.label) if task.closed_at else None)
    batch.refuse_if(
        lambda task: (
            reasons.PAUSED(task.pk, label=task.label, since=f"{task.paused_at:%Y-%m-%d %H:%M}")
            if task.paused_at
            else None
        )
    )
    pausing.stop(batch.rows, awaited, reason.strip(), by=by, at=at)
    _record("task.pause", batch.rows, by, at, awaited=awaited, reason=reason.strip())
    return Outcome(batch.rows, batch.refused)


@action("work.pause_task")
def resume(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Task]:
    """Let the clocks of steps go on: each is due when what was left of it has passed. Refused: a clock that runs."""
    _lock_orders(ids, by)
    batch = Batch(queries.with_clock(by), ids, None, "task.resume", versions=versions)
    batch.refuse_if(lambda task: reasons.TASK_CLOSED(task.pk, label=task.label) if task.closed_at else None)
    batch.refuse_if(lambda task: None if task.paused_at else reasons.NOT_PAUSED(task.pk, label=task.label))
    pausing.go_on(batch.rows, by=by, at=at)
    _record("task.resume", batch.rows, by, at)
    return Outcome(batch.rows, batch.refused)


def _why_not_said(awaited: str, reason: str) -> list[Refusal]:
    why: list[Refusal] = []
    if awaited not in Awaited:
        choices = ", ".join(Awaited.values)
        why.append(reasons.UNKNOWN_AWAITED(None, where="awaited", value=awaited[:20], choices=choices))
    if not 0 < len(reason.strip()) <= REASON_LENGTH:
        why.append(reasons.REASON_NEEDED(None, where="reason", most=REASON_LENGTH))
    return why


def _lock_orders(ids: Collection[int], by: Actor) -> None:
    """Orders are locked before what belongs to them; then their timelines tell of their clocks."""
    orders = queries.with_clock(by).filter(pk__in=list(ids), order_id__isnull=False).values_list("order_id", flat=True)
    lock: Callable[[Collection[int]], None] = import_string(settings.SHUNDA_LOCK_ORDERS)
    lock(sorted({pk for pk in orders if pk is not None}))


def _record(kind: str, tasks: list[Task], by: Actor, at: datetime, **data: str) -> None:
    record(
        [
            Happening(
                kind, Task._meta.label_lower, task.pk, task.order_id, {"step": task.kind, "label": task.label, **data}
            )
            for task in tasks
        ],
        by=by,
        at=at,
    )


def read(ids: Collection[int], *, by: Actor, at: datetime) -> Outcome[Notice]:
    """Notices of one's own are read and leave the home page; somebody else's are not found. Reading twice is nothing.

    It needs no permission: what is written to a person is the person's own.
    """
    with transaction.atomic():
        mine = list(Notice.objects.select_for_update().filter(user=by.id, pk__in=ids).order_by("pk"))
        Notice.objects.filter(pk__in=[notice.pk for notice in mine], read_at=None).update(read_at=at)
    found = {notice.pk for notice in mine}
    return Outcome(mine, [NOT_FOUND(pk) for pk in ids if pk not in found])


@transaction.atomic
def choose(ways: Mapping[str, tuple[bool, bool]], *, by: Actor, at: datetime) -> Outcome[NoticeChoice]:
    """Decide how one is told: kind -> (on the home page, by mail); kinds not named stay as they are.

    Refused: a kind that does not exist. It needs no permission, and how somebody likes to be told is no business event.
    """
    del at
    if by.id is None:
        raise NotPermitted("work.own")
    unknown = [reasons.UNKNOWN_NOTICE(by.id, kind=kind[:40], where="kind") for kind in ways if kind not in NOTICES]
    if unknown:
        raise Refused(*unknown)
    rows = [NoticeChoice(user_id=by.id, kind=kind, home=home, mail=mail) for kind, (home, mail) in sorted(ways.items())]
    NoticeChoice.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["user", "kind"], update_fields=["home", "mail"]
    )
    return Outcome(rows, [])
