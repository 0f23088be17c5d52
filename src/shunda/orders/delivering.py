"""Orders near or past the day they were promised for: found by themselves, told once each (R150).

Two days ahead (setting) an order that has not left yet becomes a step of its sales representative: agree with the
customer on picking up, on another day, on a compensation. Its clock warns at once, is late when the day has passed,
and is escalated like any other. The step ends when the goods have left, or when another day is promised.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import get_default_timezone, get_default_timezone_name, localtime, make_aware

from shunda.core import sql
from shunda.core.actor import system
from shunda.orders import tasks
from shunda.orders.models import Order
from shunda.policies import queries as policies
from shunda.work import steps as work
from shunda.work.specs import TaskSpec

AHEAD = "fulfilment.risk_warning_hours"
LOOK_BACK = timedelta(days=30)
"""Orders that are late for longer when they are first looked at, taken over from elsewhere, are not told of."""

PIECE = 500

# Those that wait and no longer have to, or for another day than was promised since; what was paused is left alone.
_OVER = """
select t.subject_id, o.status = 'confirmed' and o.delivery >= 2
from work_task t join orders_order o on o.id = t.subject_id
cross join lateral (select (o.promised_date + 1)::timestamp at time zone %(zone)s as ends) day
where t.kind = %(kind)s and t.subject_kind = %(subject)s and t.closed_at is null and (
  o.status <> 'confirmed' or o.delivery >= 2 or o.promised_date is null or t.due_at < day.ends
  or (t.due_at > day.ends and not exists (select from work_pause p where p.task_id = t.id)))
order by t.subject_id
"""

_NEAR = """
select o.id, o.promised_date from orders_order o
where o.status = 'confirmed' and o.delivery < 2 and o.promised_date between %(since)s and %(until)s and not exists (
  select from work_task t cross join lateral (select (o.promised_date + 1)::timestamp at time zone %(zone)s as ends) day
  where t.order_id = o.id and t.kind = %(kind)s
    and (t.closed_at is null or t.due_at = day.ends or (t.due_at > day.ends and t.outcome = 'done')))
order by o.promised_date, o.id limit %(most)s
"""


def watch(at: datetime) -> int:
    """Tell of orders whose promised day is near or past; how many. Running it twice tells nothing twice."""
    ahead = timedelta(hours=float(policies.value(AHEAD)))
    _close(at)
    told = 0
    while found := _open(at, ahead):
        told += found
    return told


@transaction.atomic
def _close(at: datetime) -> None:
    over = _asked(_OVER, subject=tasks.SUBJECT)
    for left, outcome in ((True, "done"), (False, "dropped")):
        ids = [pk for pk, gone in over if bool(gone) is left]
        tasks.close([tasks.DELIVER], ids, by=system("clock"), at=at, outcome=outcome)


@transaction.atomic
def _open(at: datetime, ahead: timedelta) -> int:
    since, until = localtime(at).date() - LOOK_BACK, localtime(at + ahead).date()
    promised: dict[int, date] = dict(_asked(_NEAR, since=since, until=until, most=PIECE))
    orders = Order.objects.filter(pk__in=promised).order_by("pk")
    work.open_tasks([_spec(order, promised[order.pk], ahead) for order in orders], at=at)
    return len(promised)


def _spec(order: Order, promised: date, ahead: timedelta) -> TaskSpec:
    day = make_aware(datetime.combine(promised, time()), get_default_timezone())
    return replace(tasks.spec(tasks.DELIVER, order), due_at=day + timedelta(days=1), warn_at=day - ahead)


def _asked(statement: str, **given: date | str | int) -> list[sql.Row]:
    return sql.fetch(statement, {"kind": tasks.DELIVER, "zone": get_default_timezone_name(), **given})
