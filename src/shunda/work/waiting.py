"""Orders that wait for somebody's answer: the clocks of their steps stand by themselves, and go on when it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from shunda.core.actor import Actor, system
from shunda.core.event import Happening, record
from shunda.work import pausing
from shunda.work.kinds import HALTED
from shunda.work.models import Pause, Task, Wait
from shunda.work.specs import TaskSpec, WaitSpec


def wait(specs: Sequence[WaitSpec], *, by: Actor, at: datetime) -> None:
    """Orders begin to wait: the clocks of the steps named stand, also of those that begin meanwhile (section 20.2).

    What waits already is left as it is. The caller has the order rows locked; each is an event of its order.
    """
    if not specs:
        return
    there = set(Wait.objects.filter(source__in=[s.source for s in specs], until=None).values_list("source", flat=True))
    new = {spec.source: spec for spec in specs if spec.source not in there}
    waits = Wait.objects.bulk_create(
        Wait(
            order_id=spec.order_id,
            source=spec.source,
            subject_kind=spec.subject_kind,
            subject_id=spec.subject_id,
            awaited=spec.awaited,
            reason=spec.reason,
            kinds=list(spec.kinds),
            since=at,
        )
        for spec in new.values()
    )
    _tell("clock.stop", waits, by=by, at=at)
    _stop(waits, at)


def answered(sources: Collection[str], *, by: Actor, at: datetime) -> None:
    """The answers came, or nobody waits for them any more: clocks go on with what was left.

    They stand on where the order waits for something else too. Sources nobody waits for are ignored. The caller has
    the order rows locked.
    """
    found = Wait.objects.filter(source__in=list(sources), until=None).order_by("pk")
    waits = list(found.select_for_update())
    if not waits:
        return
    Wait.objects.filter(pk__in=[one.pk for one in waits]).update(until=at)
    _tell("clock.go_on", waits, by=by, at=at)
    pauses = list(Pause.objects.filter(wait__in=waits, resumed_at=None).select_related("task").order_by("task_id"))
    others = _open_waits({one.order_id for one in waits})
    going: list[int] = []
    for pause in pauses:
        other = _halting(pause.task, others)
        if other is None:
            going.append(pause.task_id)
        else:
            pause.wait = other
    Pause.objects.bulk_update([pause for pause in pauses if pause.task_id not in set(going)], ["wait"])
    pausing.go_on(_locked(pk__in=going, paused_at__isnull=False), by=by, at=at)


def stand(specs: Iterable[TaskSpec], at: datetime) -> None:
    """Steps that begin while their order waits: their clocks stand from the beginning. One query where none waits."""
    orders = {spec.order_id for spec in specs if spec.order_id is not None and spec.kind in HALTED}
    if orders:
        _stop([one for waits in _open_waits(orders).values() for one in waits], at)


def _stop(waits: Sequence[Wait], at: datetime) -> None:
    """Stop the clocks that run of the orders that wait."""
    if not waits:
        return
    of: defaultdict[int, list[Wait]] = defaultdict(list)
    for one in waits:
        of[one.order_id].append(one)
    kinds = {kind for one in waits for kind in one.kinds}
    tasks = _locked(order_id__in=list(of), kind__in=kinds, paused_at=None)
    groups: defaultdict[tuple[str, str], dict[Task, Wait]] = defaultdict(dict)
    for task in tasks:
        halting = _halting(task, of)
        if halting:
            groups[halting.awaited, halting.reason][task] = halting
    for (awaited, reason), halted in groups.items():
        pausing.stop(list(halted), awaited, reason, waits=halted, by=system("clock"), at=at)


def _halting(task: Task, waits: defaultdict[int, list[Wait]]) -> Wait | None:
    return next((one for one in waits[task.order_id or 0] if task.kind in one.kinds), None)


def _open_waits(order_ids: Collection[int]) -> defaultdict[int, list[Wait]]:
    found: defaultdict[int, list[Wait]] = defaultdict(list)
    for one in Wait.objects.filter(order_id__in=list(order_ids), until=None).order_by("pk"):
        found[one.order_id].append(one)
    return found


def _locked(**which: object) -> list[Task]:
    return list(Task.objects.filter(closed_at=None, **which).order_by("pk").select_for_update())


def _tell(kind: str, waits: Iterable[Wait], *, by: Actor, at: datetime) -> None:
    record(
        [
            Happening(
                kind, one.subject_kind, one.subject_id, one.order_id, {"reason": one.reason, "source": one.source}
            )
            for one in waits
        ],
        by=by,
        at=at,
    )
