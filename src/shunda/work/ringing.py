"""Clocks speak: due soon, overdue, escalated, brought to mind. Each once, late ones with why they are late.

``Task.next_at`` is when a clock has something to say; whoever finds it due holds the row, says it and sets the next
moment in one transaction. What was said is a row of ``Alarm``, which the database lets exist once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from shunda.accounts import queries as accounts
from shunda.accounts.queries import Person
from shunda.core import sql
from shunda.core.actor import system
from shunda.policies import queries as policies
from shunda.policies.decisions import Edition
from shunda.work import notices, steps
from shunda.work.clocks import CALENDAR, counter_of
from shunda.work.kinds import label_of
from shunda.work.levels import ESCALATION, levels, role_title
from shunda.work.models import Alarm, Alarms, Pulse, Task
from shunda.work.rules import Counter, Ring, Saying, Told, ahead, due_now, gap, worth_saying
from shunda.work.specs import NoticeSpec

AT_ONCE = 500
BROKEN = timedelta(minutes=3)
"""Nobody looked after the clocks for so long: the system did not run. They are looked at every minute."""

NOTICE = {
    Alarms.WARNING: notices.DUE_SOON,
    Alarms.OVERDUE: notices.OVERDUE,
    Alarms.REMINDER: notices.OVERDUE,
    Alarms.ESCALATION: notices.ESCALATED,
}


@dataclass(frozen=True, slots=True)
class Said:
    """Something a clock says now, about its task."""

    task: Task
    ring: Ring
    down: tuple[datetime, datetime] | None


def beat(at: datetime) -> None:
    """The clocks are looked after: the present span goes on, or a new one begins after a break."""
    known = Pulse.objects.order_by("-pk").values_list("pk", "until").first()
    if known and known[1] >= at - BROKEN:
        Pulse.objects.filter(pk=known[0], until__lt=at).update(until=at)
    else:
        Pulse.objects.create(since=at, until=at)


def ring(at: datetime) -> int:
    """Say everything that is due by now; how much it was. Several may do so at once: each thing is said once."""
    beat(at)
    said = 0
    while (some := _ring_some(at)) is not None:
        said += some
    return said


@transaction.atomic
def _ring_some(at: datetime) -> int | None:
    due = Task.objects.filter(closed_at__isnull=True, next_at__lte=at).order_by("next_at", "id")
    tasks = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
    if not tasks:
        return None
    names = ["work.remind_hours", "work.remind_most", *CALENDAR]
    decided, tables = policies.decided(names, [ESCALATION.name], at)
    pulses = _pulses(min(task.next_at for task in tasks if task.next_at))
    said = [one for task in tasks for one in _say(task, decided, tables[ESCALATION.name], pulses, at)]
    _tell(said, at)
    _keep(tasks)
    return len(said)


def _say(
    task: Task, decided: Mapping[str, Any], edition: Edition, pulses: Sequence[tuple[datetime, datetime]], at: datetime
) -> list[Said]:
    """What a task's clock says now; the task takes it down, and the moment when it speaks next."""
    task.next_at = None
    if task.due_at is None or task.paused_at is not None:
        return []
    counter = counter_of(task, decided)
    every = timedelta(minutes=int(decided["work.remind_hours"] * 60))
    saying = Saying(levels(edition, task.kind, urgent=task.urgent), every, decided["work.remind_most"])
    now: list[Ring] = []
    while rings := due_now(_ahead(task, saying, counter), at):
        now += rings
        for ring in rings:
            _take_down(task, ring)
    rest = _ahead(task, saying, counter)
    task.next_at = min((ring.at for ring in rest if ring.at > at), default=None)
    return [Said(task, ring, gap(ring.at, pulses)) for ring in worth_saying(now)]


def _ahead(task: Task, saying: Saying, counter: Counter) -> list[Ring]:
    assert task.due_at is not None
    stood = timedelta(seconds=task.stood_seconds)
    told = Told(task.warn_at, task.due_at, stood, task.alarm, task.level, task.reminders)
    return ahead(told, saying, counter)


def _take_down(task: Task, ring: Ring) -> None:
    if ring.kind == Alarms.ESCALATION:
        task.level = ring.number
        task.alarm = Alarms.ESCALATION
    elif ring.kind == Alarms.REMINDER:
        task.reminders = ring.number
    else:
        task.alarm = ring.kind


def _pulses(since: datetime) -> list[tuple[datetime, datetime]]:
    """When the system ran, from the span that holds that moment, or ended before it, on."""
    first = Pulse.objects.filter(since__lte=since).order_by("-since").values_list("pk", flat=True)[:1]
    rows = Pulse.objects.filter(Q(pk__in=first) | Q(until__gte=since))
    return list(rows.order_by("since").values_list("since", "until"))


_KEEP = """
update work_task t set next_at = n.next_at, alarm = n.alarm, level = n.level, reminders = n.reminders
from unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::int[], %s::int[]) n(id, next_at, alarm, level, reminders)
where t.id = n.id
"""


def _keep(tasks: Sequence[Task]) -> None:
    sql.fetch(
        _KEEP,
        [
            [task.pk for task in tasks],
            [task.next_at for task in tasks],
            [str(task.alarm) for task in tasks],
            [task.level for task in tasks],
            [task.reminders for task in tasks],
        ],
    )


def _tell(said: Sequence[Said], at: datetime) -> None:
    """Keep what is said and tell it to those it is for."""
    if not said:
        return
    roles = {role for one in said for role in one.ring.roles}
    people = accounts.people({one.task.permission for one in said}, roles)
    away = accounts.deputies([person.actor.id or 0 for person in people], at)
    listening: list[list[Person]] = [_listeners(one, people) for one in said]
    alarms = [
        Alarm(
            task=one.task,
            kind=one.ring.kind,
            number=one.ring.number,
            roles=", ".join(one.ring.roles),
            people=len(who),
            meant_at=one.ring.at,
            told_at=at,
            down_from=one.down[0] if one.down else None,
            down_until=one.down[1] if one.down else None,
        )
        for one, who in zip(said, listening, strict=True)
    ]
    Alarm.objects.bulk_create(alarms)
    told: dict[tuple[int, int], NoticeSpec] = {}
    for index, (one, alarm) in enumerate(zip(said, alarms, strict=True)):
        for person in listening[index]:
            for user in filter(None, (person.actor.id, away.get(person.actor.id or 0))):
                told[index, user] = _notice(one, alarm, user, person.language)
    steps.tell(told.values(), by=system("clock"), at=at)


def _listeners(one: Said, people: Iterable[Person]) -> list[Person]:
    """Who is told: the next level, or whoever has to do the step; one's own step is told to oneself alone."""
    task = one.task
    near = [person for person in people if person.actor.sees(task.owner_id, task.region_id)]
    if one.ring.roles:
        return [person for person in near if set(one.ring.roles) & person.roles]
    doing = [person for person in near if person.actor.may(task.permission)]
    own = [person for person in doing if person.actor.id == task.owner_id]
    hands = [person for person in doing if not person.administers]
    return own or hands or doing


def _notice(one: Said, alarm: Alarm, user: int, language: str) -> NoticeSpec:
    task = one.task
    with translation.override(language):
        text = f"{label_of(task.kind)} · {sentence(alarm, task)}"
    return NoticeSpec(user, task.subject_kind, task.subject_id, task.label, text, NOTICE[one.ring.kind])


def sentence(alarm: Alarm, task: Task) -> str:
    """What a clock said, in the active language: "due 10:00; told 12:30: the system did not run between ..."."""
    due = moment(task.due_at) if task.due_at else ""
    if alarm.kind == Alarms.ESCALATION:
        names = ", ".join(role_title(code) for code in alarm.roles.split(", "))
        said = _("due %(due)s, escalated to level %(level)s (%(roles)s)") % {
            "due": due, "level": alarm.number, "roles": names,
        }  # fmt: skip
    else:
        said = _sentences()[alarm.kind] % {"due": due}
    if alarm.down_from and alarm.down_until:
        late = _("told %(told)s: the system did not run between %(since)s and %(until)s")
        data = {"told": moment(alarm.told_at), "since": moment(alarm.down_from), "until": moment(alarm.down_until)}
        return f"{said}; {late % data}"
    return f"{said}; {_('told %(told)s') % {'told': moment(alarm.told_at)}}" if alarm.late else said


def _sentences() -> dict[str, str]:
    return {
        Alarms.WARNING: _("due %(due)s"),
        Alarms.OVERDUE: _("was due %(due)s"),
        Alarms.REMINDER: _("was due %(due)s and is still not done"),
    }


def moment(at: datetime) -> str:
    """Day and time as every language reads it."""
    return f"{localtime(at):%Y-%m-%d %H:%M}"
