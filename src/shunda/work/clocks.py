"""How the clock of a step is set: its limit, its calendar, when it is due and when people are warned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shunda.accounts.models import Region
from shunda.core import sql
from shunda.policies import queries as policies
from shunda.policies.calendar import UnknownYear
from shunda.policies.decisions import Edition
from shunda.policies.declared import SETTINGS
from shunda.work.kinds import KINDS, SHIPPING, Clock, Kind
from shunda.work.limits import DAYS, LIMITS, RECEIPT, Step, regional, rule_text, ruled
from shunda.work.models import Task
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
    calendar: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hours, or until the close of business so many working days later; nothing where there is no limit.

    ``whole`` limits are of one clock over several steps: it began with the receipt of the order (R199, R200).
    ``calendar`` is the code of a further calendar, ``rule`` the version and row of the table that says all this.
    """

    clock: Clock = Clock.WORKING
    minutes: int | None = None
    days: int | None = None
    whole: bool = False
    calendar: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """When an order was received, as far as the system knows, and when its clocks stood since."""

    at: datetime
    stood: Sequence[Span] = ()


def clocks(specs: Collection[TaskSpec], *, at: datetime) -> list[Due]:
    """When these steps, begun at ``at``, are due, one by one. An undeclared kind raises ``LookupError``.

    The decision table ``work.limits`` goes before the settings. One query; one more where one clock runs over several
    steps of an order, and one where the table asks for regions.
    """
    kinds = {spec.kind for spec in specs}
    unknown = kinds - KINDS.keys()
    if unknown:
        raise LookupError(f"no kind of step is called {', '.join(sorted(unknown))}: declare it in work/kinds.py")
    names = {limit for kind in kinds for limit in (KINDS[kind].limit, KINDS[kind].whole) if limit}
    decided, tables = policies.decided(["work.policy", *WARNING, *sorted(names), *CALENDAR], [LIMITS.name], at)
    table = tables[LIMITS.name]
    regions = _region_codes(specs) if regional(table) else {}
    steps = [(spec.kind, spec.urgent, regions.get(spec.region_id or 0, "")) for spec in specs]
    limits = {step: _limit(table, step, decided) for step in set(steps)}
    whole = {spec.order_id for spec, step in zip(specs, steps, strict=True) if spec.order_id and limits[step].whole}
    receipts = received(whole, at) if whole else {}
    own = {step: begun(limit, decided, at) for step, limit in limits.items()}
    return [
        Due(due_at=spec.due_at, clock=KINDS[spec.kind].clock, warn_at=spec.warn_at)
        if spec.due_at
        else own[step]
        if (receipt := receipts.get(spec.order_id or 0)) is None or not limits[step].whole
        else begun(limits[step], decided, receipt.at, receipt.stood)
        for spec, step in zip(specs, steps, strict=True)
    ]


def _region_codes(specs: Collection[TaskSpec]) -> dict[int, str]:
    ids = {spec.region_id for spec in specs if spec.region_id}
    return dict(Region.objects.filter(pk__in=ids).values_list("pk", "code")) if ids else {}


def _limit(table: Edition, step: Step, decided: Mapping[str, Any]) -> Limit:
    ruling = ruled(table, step)
    if ruling.first is None:
        return _usual(step[0], decided)
    return limit_of(ruling.first, rule_text(ruling))


def limit_of(said: Mapping[str, Any], rule: str) -> Limit:
    """The limit a row of the table gives; ``rule`` names the row."""
    whole, calendar = said["since"] == RECEIPT, said["calendar"] or ""
    if said["clock"] == DAYS:
        return Limit(days=int(said["hours"]), whole=whole, calendar=calendar, rule=rule)
    return Limit(Clock(said["clock"]), int(said["hours"] * 60), whole=whole, calendar=calendar, rule=rule)


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
    receipt = start if limit.whole else None
    known = Due(limit.minutes, None, limit.clock, "", None, limit.days, receipt, limit.calendar, limit.rule)
    counter = Counter(limit.clock, policies.calendar(decided, limit.calendar))
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
    due = again(left, counter, decided, since, span)
    return replace(known, due_at=due.due_at, warn_at=due.warn_at, note=due.note)


def warn(decided: Mapping[str, Any]) -> Warn:
    """When the company wants people to be warned."""
    if decided["work.warning"] == "share":
        return Warn(decided["work.warning_share"])
    return Warn(None, timedelta(minutes=decided["work.warning_minutes"]))


def again(left: timedelta, counter: Counter, decided: Mapping[str, Any], at: datetime, limit: timedelta | None) -> Due:
    """The clock of a step that goes on with so much left; warned when as much is left as it would have been before."""
    try:
        due = counter.after(at, left)
        lead = warn(decided).lead(limit if limit is not None else left)
        ahead = counter.after(at, left - lead) if timedelta() < lead < left else None
        return Due(None, due, counter.clock, warn_at=ahead)
    except UnknownYear:
        return Due(None, None, counter.clock, UNKNOWN)


def counter_of(task: Task, decided: Mapping[str, Any]) -> Counter:
    """How time is counted for a task: by the calendar its clock was set by."""
    return Counter(Clock(task.clock), policies.calendar(decided, task.calendar))


def setting_of(task: Task) -> str:
    """The setting that gave a task its limit, where no row of the table did; nothing where it has no limit."""
    kind = KINDS.get(task.kind)
    if kind is None or (task.limit_minutes is None and task.limit_days is None):
        return ""
    return (kind.whole if task.counted_from else kind.limit) or ""
