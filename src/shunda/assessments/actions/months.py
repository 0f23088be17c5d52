"""Closing a month: what HR gets of each person stands from then on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, time

from django.utils.timezone import localtime, make_aware

from shunda.assessments import queries
from shunda.assessments import reasons as why
from shunda.assessments.models import Assessment, Month, SheetRow
from shunda.assessments.rules import first_of, next_month
from shunda.assessments.steps import one_at_a_time
from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal

__all__ = ["close"]

_COUNT = """
update assessments_assessment a set month = m.month, version = a.version + 1
from (select i.id, min(m.month) as month from assessments_assessment i
      join unnest(%s::date[], %s::timestamptz[]) m(month, ends) on i.final_at < m.ends
      where i.status in ('final') and i.month is null group by i.id) m
where m.id = a.id
"""


@action("assessments.close_month")
def close(months: Collection[date], *, by: Actor, at: datetime) -> Outcome[Month]:
    """Close months (any day of each): every case that became final before its end and is on no sheet yet.

    A decision that becomes final later is on the next sheet that is closed. Refused, by index: a month that is not
    over, that is closed, or that comes before one that is.
    """
    one_at_a_time()
    wanted = {index: first_of(day) for index, day in enumerate(months)}
    closed = set(Month.objects.values_list("month", flat=True))
    today = localtime(at).date()
    wrong = {index: list(_why_not(index, month, closed, today)) for index, month in wanted.items()}
    good = sorted({month for index, month in wanted.items() if not wrong[index]})
    made = [Month(month=month, closed_by_id=by.id, closed_at=at) for month in good]
    Month.objects.bulk_create(made)
    if good:
        sql.fetch(_COUNT, [good, [make_aware(datetime.combine(next_month(m), time.min)) for m in good]])
        counted = Assessment.objects.filter(month__in=good)
        SheetRow.objects.bulk_create(SheetRow(**row) for row in queries.sheet_rows(counted))
    record((happening("month.close", row, month=f"{row.month:%Y-%m}") for row in made), by=by, at=at)
    return Outcome(made, [refusal for index in sorted(wrong) for refusal in wrong[index]])


def _why_not(index: int, month: date, closed: Collection[date], today: date) -> Iterable[Refusal]:
    said = {"month": f"{month:%Y-%m}", "where": "month"}
    last = max(closed, default=None)
    if next_month(month) > today:
        yield why.MONTH_RUNS(index, **said)
    elif month in closed:
        yield why.MONTH_CLOSED(index, **said)
    elif last is not None and month < last:
        yield why.MONTH_EARLIER(index, closed=f"{last:%Y-%m}", **said)
