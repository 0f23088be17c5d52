"""What waits for whom, and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from shunda.accounts.models import Member
from shunda.core.actor import Actor
from shunda.policies import queries as policies
from shunda.policies.calendar import UnknownYear
from shunda.work import rules
from shunda.work.clocks import CALENDAR, counter_of
from shunda.work.kinds import KINDS, Kind
from shunda.work.models import Assignment, Notice, Pause, Task

COUNTED = 100
"""Nobody needs to know more exactly how much waits: "100+" is plenty, and counting stays cheap."""

_WAITING = """
select k.kind, t.id, t.late, count(*) over (partition by k.kind), row_number() over w
from unnest(%(kinds)s::text[]) with ordinality k(kind, i)
cross join lateral (
  select t.id, t.urgent, t.rank_at, t.due_at < coalesce(t.paused_at, %(at)s) as late from work_task t
  where t.kind = k.kind and t.closed_at is null and {mine}
  order by t.urgent desc, t.rank_at, t.id limit %(most)s
) t
window w as (partition by k.kind order by t.urgent desc, t.rank_at, t.id)
order by k.i, t.urgent desc, t.rank_at, t.id
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What waits of one kind: how much, how much of it is late, and the first of it."""

    kind: Kind
    count: int
    late: int
    tasks: list[Task]

    @property
    def counted(self) -> str:
        """The count as people read it."""
        return f"{COUNTED}+" if self.count > COUNTED else str(self.count)

    @property
    def more(self) -> bool:
        """Whether more waits than is shown."""
        return self.count > len(self.tasks)


def seen_by(actor: Actor) -> QuerySet[Task]:
    """The tasks an actor may do, closed ones too: his permissions, and orders within his reach."""
    tasks = within_reach(actor)
    return tasks if "*" in actor.permissions else tasks.filter(permission__in=actor.permissions)


def within_reach(actor: Actor) -> QuerySet[Task]:
    """The tasks about whatever the actor sees, whoever has to do them."""
    tasks = Task.objects.all()
    if actor.for_id is not None:  # whoever stands in never does it for himself
        tasks = tasks.filter(Q(owner__isnull=True) | ~Q(owner_id=actor.id))
    if actor.reach == "all":
        return tasks
    own = Q(owner_id=actor.own)
    return tasks.filter(own | Q(region_id__in=actor.regions)) if actor.reach == "region" else tasks.filter(own)


def with_clock(actor: Actor) -> QuerySet[Task]:
    """The tasks whose clock an actor may stop: those he may do, and those about what is his own."""
    if "*" in actor.permissions:
        return within_reach(actor)
    mine = Q(permission__in=actor.permissions) | Q(owner_id=actor.own)
    return within_reach(actor).filter(mine)


def counted(task: Task, at: datetime) -> timedelta:
    """How much of its own time the clock of a task counted until it was closed, or until now: without its pauses.

    Nothing where the calendar does not know the years.
    """
    counter = counter_of(task, policies.values(*CALENDAR))
    try:
        return rules.counted(task.began_at, task.closed_at or at, _stood(task, at), counter)
    except UnknownYear:
        return timedelta()


def _stood(task: Task, at: datetime) -> list[tuple[datetime, datetime | None]]:
    """When a clock stood; one over several steps of an order also while it stood for those before."""
    own = list(task.pauses.values_list("paused_at", "resumed_at"))
    if task.counted_from is None:
        return own
    before = Pause.objects.filter(task__order_id=task.order_id, paused_at__lt=task.opened_at).exclude(task=task)
    spans = [
        (since, min(until or at, task.opened_at)) for since, until in before.values_list("paused_at", "resumed_at")
    ]
    return [*rules.joined([*spans, *((since, until or at) for since, until in own)])]


def assignee_id(task: Task) -> int | None:
    """Whom a step, read with its assignment, was given to."""
    found: Assignment | None = getattr(task, "assignment", None)
    return found.person_id if found else None


def team_mates(user_id: int | None) -> QuerySet[Member, Any]:
    """Ids of the people in the teams of a person, himself among them."""
    mine = Member.objects.filter(user=user_id, team__active=True).values("team")
    return Member.objects.filter(team__in=mine).values("user_id")


def waiting(actor: Actor) -> QuerySet[Task]:
    """The open tasks of an actor; sort them by ``-urgent, rank_at, id``."""
    return marked(seen_by(actor).filter(closed_at__isnull=True).select_related("assignment__person"))


def changed() -> QuerySet[Any, int]:
    """The ids of orders that were changed since they were confirmed; orders themselves are above this folder (R162)."""
    found: QuerySet[Any, int] = import_string(settings.SHUNDA_CHANGED_ORDERS)()
    return found


def marked(tasks: QuerySet[Task]) -> QuerySet[Task]:
    """The same tasks, each saying whether its order was changed."""
    return tasks.annotate(changed=Exists(changed().filter(pk=OuterRef("order_id"))))


def worklist(actor: Actor, *, at: datetime, first: int = 5) -> list[Step]:
    """What waits for the actor, step by step in the order things happen; urgent first, then what is due first.

    Counts stop at ``COUNTED``. Two queries, whatever waits.
    """
    found = _waiting(actor, at)
    shown = marked(Task.objects.all()).in_bulk([pk for _, pk, _, _, place in found if place <= first])
    steps: list[Step] = []
    for kind, rows in _by_kind(found):
        tasks = [shown[pk] for _, pk, _, _, place in rows if place <= first and pk in shown]
        steps.append(Step(kind, rows[0][3], sum(bool(late) for _, _, late, _, _ in rows[:COUNTED]), tasks))
    return steps


def counts(actor: Actor, *, at: datetime) -> dict[str, int]:
    """How much waits for the actor by kind, at most ``COUNTED`` + 1 each: one query."""
    return {kind: n for kind, _, _, n, _ in _waiting(actor, at)}


def done(actor: Actor) -> QuerySet[Task]:
    """The closed tasks of an actor; sort them newest first by ``-id``."""
    return seen_by(actor).filter(closed_at__isnull=False)


def of_order(order_id: int, actor: Actor) -> list[Task]:
    """Every task about an order within the actor's reach, open ones first, then as they were opened."""
    tasks = list(within_reach(actor).filter(order_id=order_id).order_by("id"))
    return sorted(tasks, key=lambda task: task.closed_at is not None)


def next_of_order(order_id: int, actor: Actor) -> Task | None:
    """The open step of an order that is due first, within the actor's reach: the clock of its page."""
    waiting = within_reach(actor).filter(order_id=order_id, closed_at__isnull=True)
    return waiting.order_by("rank_at", "id").first()


def notices_of(actor: Actor) -> QuerySet[Notice]:
    """Where the actor was named, read and unread."""
    return Notice.objects.filter(user=actor.id)


def notices(actor: Actor, most: int = 20) -> list[Notice]:
    """Where the actor was named and has not read it yet, newest first."""
    return list(notices_of(actor).filter(read_at=None).order_by("-id")[:most])


def _waiting(actor: Actor, at: datetime) -> list[tuple[str, int, bool | None, int, int]]:
    """(kind, task, late, how many of the kind, place in the kind)."""
    mine = ["true"]
    parameters: dict[str, Any] = {"kinds": list(KINDS), "at": at, "most": COUNTED + 1}
    if "*" not in actor.permissions:
        mine.append("t.permission = any(%(permissions)s)")
        parameters["permissions"] = sorted(actor.permissions)
    if actor.reach == "own":
        mine.append("t.owner_id = %(me)s")
    if actor.reach == "region":
        mine.append("(t.owner_id = %(me)s or t.region_id = any(%(regions)s::bigint[]))")
    if actor.for_id is not None:
        mine.append("t.owner_id is distinct from %(deputy)s")
    parameters |= {"me": actor.own, "deputy": actor.id, "regions": sorted(actor.regions)}
    with connection.cursor() as cursor:
        cursor.execute(_WAITING.format(mine=" and ".join(mine)), parameters)
        return list(cursor.fetchall())


def _by_kind(found: Iterable[tuple[Any, ...]]) -> list[tuple[Kind, list[tuple[Any, ...]]]]:
    grouped: dict[str, list[tuple[Any, ...]]] = {}
    for row in found:
        grouped.setdefault(row[0], []).append(row)
    return [(KINDS[kind], rows) for kind, rows in grouped.items()]
