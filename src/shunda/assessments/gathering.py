"""Finding what went wrong among steps and releases: set-based, with the evidence as it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from shunda.assessments.consequences import Released
from shunda.assessments.models import Assessment, AssessmentKind
from shunda.assessments.specs import Found
from shunda.core import sql
from shunda.core.models import Event
from shunda.core.money import plain
from shunda.credit.reasons import OVER_LIMIT
from shunda.orders import pickup, tasks
from shunda.orders.models import Delivery, Department, Order, OrderKind
from shunda.orders.states import OrderStatus
from shunda.policies import queries as policies
from shunda.policies.calendar import UnknownYear
from shunda.work.kinds import KINDS, Clock
from shunda.work.models import Task
from shunda.work.rules import Counter

NOTHING = timedelta()
TASK, EVENT, ORDER = Task._meta.label_lower, Event._meta.label_lower, Order._meta.label_lower

# Who did a step is who the event of that very moment names; a step that is of its order's owner alone is his also when
# the system ended it, or nobody yet. Otherwise nobody is guessed. What was closed late, and what is open, have an index
# of their own each: the search does not look at what was done in time.
_LATE = """
with late as (
  select * from work_task where closed_at > due_at and closed_at >= %(since)s
  union all
  select * from work_task where closed_at is null and due_at < %(at)s and due_at >= %(since)s
)
select t.id, t.kind, t.label, t.order_id, t.opened_at, t.due_at, t.closed_at, t.limit_minutes, t.closed_by, t.clock,
       t.calendar, t.paused_at, t.stood_seconds,
       coalesce(case when t.kind = any(%(owned)s::text[]) then t.owner_id end, e.actor_id),
       (select json_agg(json_build_object('awaited', p.awaited, 'reason', p.reason, 'since', p.paused_at,
                                          'until', p.resumed_at) order by p.id)::text
        from work_pause p where p.task_id = t.id)
from late t left join lateral (
  select e.actor_id from core_event e
  where e.subject_kind = t.subject_kind and e.subject_id = t.subject_id and e.at = t.closed_at
    and e.actor_id is not null and e.actor = t.closed_by
  order by e.id limit 1
) e on true
where t.due_at < %(at)s and t.outcome in ('', 'done') and t.kind <> all(%(own)s::text[])
  and not exists (select from assessments_assessment a where a.source_kind = %(kind)s and a.source_id = t.id)
order by t.id
"""

PLAN = "plan.file"
OWNED = (tasks.DELIVER, PLAN)
"""Steps that are their owner's, whoever does them in the end: agreeing with the customer before a promise breaks is the
salesperson's of the order, a region's plan is that of who files for it."""

_DEPARTMENTS = {
    "order": Department.SALES,
    "import": Department.SALES,
    "shipment": Department.WAREHOUSE,
    "payment": Department.FINANCE,
    "invoice": Department.FINANCE,
    "settlement": Department.FINANCE,
    "credit": Department.FINANCE,
}


def department_of(kind: str) -> str:
    """Whose step it is where nobody can be named: ``review.finance`` finance's, ``shipment.pick`` the warehouse's."""
    area, _dot, step = kind.partition(".")
    if area in ("review", "change") and step in Department:
        return step
    return str(_DEPARTMENTS.get(area, Department.SALES))


# The system did not run between two spans in which its clocks were looked after.
_DOWN = """
select p.until, (select min(n.since) from work_pulse n where n.since > p.until) from work_pulse p
where exists (select from work_pulse n where n.since > p.until and n.since > %s::timestamptz) order by p.until
"""

_RELEASES = """
select e.id, e.kind, e.order_id, o.number, o.customer_name, o.owner_id, e.actor_id, e.at, e.data
from core_event e join orders_order o on o.id = e.order_id
where e.kind in ('order.release', 'order.override') and e.at >= %(since)s and e.at <= %(at)s and e.actor_id is not null
  and not exists (select from assessments_assessment a where a.source_kind = %(kind)s and a.source_id = e.id)
order by e.id
"""


Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a step was in its own time, without what its clock stood and without what the system was down."""

    hours: Decimal
    down: Decimal


def late_steps(decided: Mapping[str, Any], since: datetime, at: datetime) -> Iterator[Found]:
    """Steps that were done after their time since then, or are open and over it, and are no case yet: two queries.

    A clock that stands, because the customer is awaited, is not late meanwhile; nor counts the time in which the system
    was down between the opening of a step and its end. A step nobody can be named for (still open, or ended by the
    system) is a case that names nobody but the department.
    """
    own = [name for name in KINDS if name.startswith("assessment.")]
    rows = sql.fetch(_LATE, {"since": since, "at": at, "kind": TASK, "own": own, "owned": list(OWNED)})
    down = _down(min((row[4] for row in rows), default=at))
    for row in rows:
        (pk, kind, label, order_id, opened_at, due_at, closed_at, limit, closed_by, clock, calendar, paused_at, stood,
         person) = row[:-1]  # fmt: skip
        ended = min(moment for moment in (closed_at or at, paused_at) if moment)
        counter = Counter(Clock(clock), policies.calendar(decided, calendar))
        late = lateness(counter, (opened_at, due_at, ended), timedelta(seconds=stood), down)
        if late is None or late.hours <= 0:
            continue
        facts: dict[str, Any] = {
            "step": kind, "opened_at": opened_at.isoformat(), "due_at": due_at.isoformat(),
            "done_at": closed_at.isoformat() if closed_at else None, "done_by": closed_by,
            "late_hours": plain(late.hours), "counted": clock, "pauses": json.loads(row[-1] or "[]"),
        }  # fmt: skip
        facts |= {"limit_hours": plain(Decimal(limit) / 60)} if limit is not None else {}
        facts |= {"department": department_of(kind)} if person is None else {}
        facts |= {"calendar": calendar} if calendar else {}
        facts |= {"paused_hours": plain(_hours(timedelta(seconds=stood)))} if stood else {}
        facts |= {"down_hours": plain(late.down)} if late.down else {}
        yield Found(
            kind=str(AssessmentKind.MISSED_PLAN if kind == PLAN else AssessmentKind.LATE_STEP),
            person_id=person,
            happened_on=localtime(closed_at or at).date(),
            source_kind=TASK,
            source_id=pk,
            order_id=order_id,
            label=label,
            late_hours=late.hours,
            facts=facts,
        )


def lateness(
    counter: Counter, step: tuple[datetime, datetime, datetime], stood: timedelta, down: Sequence[Span]
) -> Lateness | None:
    """How late a step (opened, due, ended) was; nothing where the calendar does not know the year: never guessed."""
    opened, due, ended = step
    try:
        lost = sum(
            (counter.between(max(since, opened), min(until, ended)) for since, until in down if until > opened), NOTHING
        )
        late = max(NOTHING, counter.between(due, ended) - stood - lost)
    except UnknownYear:
        return None
    return Lateness(_hours(late), _hours(lost))


def _hours(span: timedelta) -> Decimal:
    return (Decimal(int(span.total_seconds())) / 3600).quantize(Decimal("0.01"))


def _down(since: datetime) -> list[Span]:
    """When the system did not run, since then: one query."""
    return [(until, again) for until, again in sql.fetch(_DOWN, [since]) if again]


def releases(since: datetime, at: datetime) -> Iterator[Found]:
    """Holds people released and warnings they answered for since then that are no case yet: one query."""
    for row in sql.fetch(_RELEASES, {"since": since, "at": at, "kind": EVENT}):
        pk, kind, order_id, number, customer, owner, person, moment, text = row
        data = json.loads(text)
        reason = str(data.get("remark" if kind == "order.release" else "reason", ""))
        code = str(data.get("hold" if kind == "order.release" else "code", ""))
        yield Found(
            kind=str(AssessmentKind.RELEASE),
            person_id=person,
            happened_on=localtime(moment).date(),
            source_kind=EVENT,
            source_id=pk,
            order_id=order_id,
            label=number,
            what=reason[:500],
            released=_released(kind, code),
            own=owner == person,
            facts={"order": number, "customer": customer, "released": code, "at": moment.isoformat(), "reason": reason},
        )


def not_picked_up(since: datetime, at: datetime) -> Iterator[Found]:
    """Special orders not picked up when the late days had ended, since then, that are no case yet (R108).

    Who answers for it is the regional manager: a person names him.
    """
    there = Assessment.objects.filter(source_kind=ORDER).values("source_id")
    waiting = Order.objects.filter(kind=OrderKind.SPECIAL, status=OrderStatus.CONFIRMED, delivery__lt=Delivery.SHIPPED)
    orders = waiting.filter(confirmed_at__isnull=False).exclude(pk__in=there).in_bulk()
    for pk, one in sorted(pickup.of(orders.values(), at=at).items()):
        missed_on = one.late_until + timedelta(days=1)
        if one.standing != pickup.Standing.MISSED or missed_on < localtime(since).date():
            continue
        order = orders[pk]
        yield Found(
            kind=str(AssessmentKind.NOT_PICKED_UP),
            person_id=None,
            happened_on=missed_on,
            source_kind=ORDER,
            source_id=pk,
            order_id=pk,
            label=order.number,
            facts={
                "order": order.number, "customer": order.customer_name, "ready_on": one.ready_on.isoformat(),
                "pickup_until": one.late_until.isoformat(), "deducted": f"{one.deducted:.2f} {order.currency}",
            },
        )  # fmt: skip


def _released(kind: str, code: str) -> str:
    if kind == "order.release":
        return str(Released.CREDIT if code == "credit" else Released.HOLD)
    return str(Released.CREDIT if code == OVER_LIMIT.code else Released.WARNING)
