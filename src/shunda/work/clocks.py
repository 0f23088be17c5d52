"""How the clock of a step is set: its limit, its calendar, when it is due and when people are warned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shunda.core import sql
from shunda.policies import queries as policies
from shunda.policies.calendar import UnknownYear
from shunda.policies.declared import SETTINGS
from shunda.work.kinds import KINDS, SHIPPING, Clock, Kind
from shunda.work.limits import DAYS, LIMITS, Step, ruled
from shunda.work.rules import Counter, Warn, remaining
from shunda.work.specs import TaskSpec

UNKNOWN = "unknown-year"
LATER = timedelta(days=36500)
"""What has no due time comes after everything that has one."""

CALENDAR = [name for name in SETTINGS if name.startswith("calendar.")]
WARNING = ["work.warning", "work.warning_share", "work.warning_minutes"]


Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """Until when a step should be done: the limit, how it is counted, the moment, or why there is no moment."""

    limit_minutes: int | None = None
    due_at: datetime | None = None
    clock: Clock = Clock.WORKING
    note: str = ""
    warn_at: datetime | None = None
    limit_days: int | None = None
    counted_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hours, or until the close of business so many working days later; nothing where there is no limit.

    ``whole`` limits are of one clock over several steps: it began with the receipt of the order (R199, R200).
    """

    clock: Clock = Clock.WORKING
    minutes: int | None = None
    days: int | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """When an order was received, as far as the system knows, and when its clocks stood since."""

    at: datetime
    stood: Sequence[Span] = ()


def clocks(specs: Collection[TaskSpec], *, at: datetime) -> list[Due]:
    """When these steps, begun at ``at``, are due, one by one. An undeclared kind raises ``LookupError``.

    The decision table ``work.limits`` goes before the settings. One query; one more where one clock runs over several
    steps of an order.
    """
    steps = {(spec.kind, spec.urgent) for spec in specs}
    limits, decided = _limits(steps, at)
    whole = {spec.order_id for spec in specs if spec.order_id and limits[spec.kind, spec.urgent].whole}
    receipts = received(whole, at) if whole else {}
    own = {step: begun(limits[step], decided, at) for step in steps}
    return [
        Due(due_at=spec.due_at, clock=KINDS[spec.kind].clock, warn_at=spec.warn_at)
        if spec.due_at
        else own[step]
        if (receipt := receipts.get(spec.order_id or 0)) is None or not limits[step].whole
        else begun(limits[step], decided, receipt.at, receipt.stood)
        for spec in specs
        for step in [(spec.kind, spec.urgent)]
    ]


def _limits(steps: Collection[Step], at: datetime) -> tuple[dict[Step, Limit], Mapping[str, Any]]:
    kinds = {kind for kind, _urgent in steps}
    unknown = kinds - KINDS.keys()
    if unknown:
        raise LookupError(f"no kind of step is called {', '.join(sorted(unknown))}: declare it in work/kinds.py")
    names = {limit for kind in kinds for limit in (KINDS[kind].limit, KINDS[kind].whole) if limit}
    decided, tables = policies.decided(["work.policy", *WARNING, *sorted(names), *CALENDAR], [LIMITS.name], at)
    return {
        step: _ruled(*ruling) if (ruling := ruled(tables[LIMITS.name], step)) else _usual(step[0], decided)
        for step in steps
    }, decided


def _ruled(clock: str, limit: Decimal, whole: bool) -> Limit:  # noqa: FBT001  # as the table has it
    if clock == DAYS:
        return Limit(days=int(limit), whole=whole)
    return Limit(Clock(clock), int(limit * 60), whole=whole)


def _usual(name: str, decided: Mapping[str, Any]) -> Limit:
    """What the settings say."""
    kind: Kind = KINDS[name]
    whole = bool(kind.whole and decided["work.policy"] == "whole")
    setting = kind.whole if whole else kind.limit
    if setting is None:
        return Limit(kind.clock)
    if setting == SHIPPING:
        return Limit(days=decided[setting], whole=whole)
    return Limit(kind.clock, int(decided[setting] * 60), whole=whole)


# An order was received when its first step began to wait; what any of its clocks stood, the one over all stood too.
_RECEIVED = """
select order_id, min(coalesce(counted_from, opened_at)), null::timestamptz from work_task
where order_id = any(%s::bigint[]) group by order_id
union all
select t.order_id, p.paused_at, coalesce(p.resumed_at, %s::timestamptz) from work_task t
join work_pause p on p.task_id = t.id where t.order_id = any(%s::bigint[])
"""


def received(order_ids: Collection[int], at: datetime) -> dict[int, Receipt]:
    """When these orders were received, and when their clocks stood until then: one query.

    One that has no step yet is received now.
    """
    since = dict.fromkeys(order_ids, at)
    stood: dict[int, list[Span]] = {order: [] for order in order_ids}
    ids = sorted(order_ids)
    for order, start, end in sql.fetch(_RECEIVED, [ids, at, ids]):
        if end is None:
            since[order] = min(start, at)
        else:
            stood[order].append((start, min(end, at)))
    return {order: Receipt(since[order], stood[order]) for order in order_ids}


def begun(limit: Limit, decided: Mapping[str, Any], start: datetime, stood: Sequence[Span] = ()) -> Due:
    """The clock of a limit that began then and stood meanwhile."""
    if limit.minutes is None and limit.days is None:
        return Due(clock=limit.clock)
    known = Due(limit.minutes, None, limit.clock, "", None, limit.days, start if limit.whole else None)
    counter = Counter(limit.clock, policies.calendar(decided))
    try:
        if limit.days is not None:
            end = counter.calendar.add_days(start, limit.days)
        else:
            end = counter.after(start, timedelta(minutes=limit.minutes or 0))
        if not stood:
            return replace(known, due_at=end, warn_at=warn(decided).moment(start, end, counter))
        span = counter.between(start, end)
        since, left = remaining(start, span, stood, counter)
    except UnknownYear:
        return replace(known, note=UNKNOWN)
    due = again(left, limit.clock, decided, since, span)
    return replace(known, due_at=due.due_at, warn_at=due.warn_at, note=due.note)


def warn(decided: Mapping[str, Any]) -> Warn:
    """When the company wants people to be warned."""
    if decided["work.warning"] == "share":
        return Warn(decided["work.warning_share"])
    return Warn(None, timedelta(minutes=decided["work.warning_minutes"]))


def again(left: timedelta, clock: Clock, decided: Mapping[str, Any], at: datetime, limit: timedelta | None) -> Due:
    """The clock of a step that goes on with so much left; warned when as much is left as it would have been before."""
    counter = Counter(clock, policies.calendar(decided))
    try:
        due = counter.after(at, left)
        lead = warn(decided).lead(limit if limit is not None else left)
        return Due(None, due, clock, warn_at=counter.after(at, left - lead) if timedelta() < lead < left else None)
    except UnknownYear:
        return Due(None, None, clock, UNKNOWN)
