"""What ``shunda verify`` recomputes of clocks: the row a limit came from says what the task keeps."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from shunda.core import sql
from shunda.policies import decisions
from shunda.policies import queries as policies
from shunda.work.clocks import limit_of
from shunda.work.limits import LIMITS, trace

# Some rows of a table give the limits of however many tasks: each kind of them is looked at once.
_RULED = """
select limit_rule, calendar, clock, limit_minutes, limit_days, min(id), count(*) from work_task
where limit_rule <> '' or calendar <> '' group by 1, 2, 3, 4, 5 order by 6
"""


def check() -> Iterable[str]:
    """A limit that is not what its row says, and a clock that counts by a calendar nobody keeps."""
    kept = {one.code for one in policies.value("calendar.further")}
    for rule, calendar, *counted, first, many in sql.fetch(_RULED):
        about = {"first": first, "count": many, "rule": rule, "calendar": calendar}
        if calendar and calendar not in kept:
            yield (
                _("%(count)s steps, the first is %(first)s, count by the calendar %(calendar)s that is not kept")
                % about
            )
        if rule and not _said(rule, calendar, counted):
            yield _("%(count)s steps, the first is %(first)s, have another limit than row %(rule)s gives them") % about


def _said(rule: str, calendar: str, counted: list[object]) -> bool:
    """Whether the row says calendar, clock and limit of a task."""
    decided = trace(rule)
    assert decided is not None
    rows = decisions.rows_of_number(LIMITS, decided["version"])
    [number] = decided["rows"]
    if not 0 < number <= len(rows):
        return False
    limit = limit_of(LIMITS.outcome(rows[number - 1]), rule)
    return [limit.calendar, limit.clock.value, limit.minutes, limit.days] == [calendar, *counted]
