"""Asking for changes: weighed, written down with whoever has to agree, and made at once where nobody has to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.timezone import localtime

from shunda.changes import reasons as why
from shunda.changes import tasks
from shunda.changes.actions.apply import carry
from shunda.changes.models import Change, ChangeKind, Voice
from shunda.changes.specs import ChangeSpec
from shunda.changes.states import CHANGE, OPEN, VOICE
from shunda.changes.weighing import Weighed, weigh
from shunda.core.actor import Actor
from shunda.core.batch import ACTIONS, Batch, Outcome, action, by_id, happening
from shunda.core.event import record
from shunda.core.refusal import NotPermitted, Refusal
from shunda.core.sequence import numbers
from shunda.orders import rows
from shunda.orders.models import Channel, Order
from shunda.orders.queries import seen_by
from shunda.orders.states import ORDER

__all__ = ["request"]

TEXT = 200
MAY_ASK: dict[str, str] = {str(ChangeKind.CANCEL): ORDER["cancel"].permission}
"""What whoever asks must hold; for everything else it is the right to change orders."""


@action("orders.view_order")
def request(
    specs: Sequence[ChangeSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Change]:
    """Ask for changes of orders; ``versions`` are those of the orders that were looked at.

    In the free window, and for small things, a change is made at once (R161, R163); otherwise those whom the table of
    authority names have to agree, and where it costs more or comes later the customer signs (R166-R169). An order has
    one open change at a time. Everything that would keep it from being made refuses it here, with every reason.
    ``Refusal.id`` is the index of the spec.
    """
    for spec in specs:
        permission = MAY_ASK.get(spec.kind, ORDER["change"].permission)
        if not by.may(permission):
            raise NotPermitted(permission)
    place = {spec.order_id: index for index, spec in reversed(list(enumerate(specs)))}
    refused = [refusal for index, spec in enumerate(specs) for refusal in _why_not(index, spec, specs, at)]
    bad = {refusal.id for refusal in refused}
    wanted = {spec.order_id: spec for index, spec in enumerate(specs) if index not in bad}
    orders, more = _locked(wanted, by, versions)
    weighed = weigh({pk: wanted[pk] for pk in orders}, by=by, at=at)
    more += [replace(r, id=pk) for pk, one in weighed.items() for r in one.refused]
    out = {refusal.id for refusal in more}
    kept = {pk: order for pk, order in orders.items() if pk not in out}
    changes = _write(kept, wanted, weighed, by=by, at=at)
    made = _go_on(changes, weighed, by=by, at=at)
    refused += [replace(refusal, id=place[refusal.id or 0]) for refusal in more]
    return Outcome(made, sorted(refused, key=lambda refusal: refusal.id or 0))


for _permission in (ORDER["change"].permission, ORDER["cancel"].permission):
    ACTIONS.setdefault(_permission, []).append(f"{request.__module__}.{request.__qualname__}")


def _why_not(index: int, spec: ChangeSpec, specs: Sequence[ChangeSpec], at: datetime) -> Iterator[Refusal]:
    if spec.kind not in ChangeKind:
        yield why.KIND(index, value=spec.kind, where="kind")
    if not spec.reason.strip():
        yield why.REASON_REQUIRED(index, where="reason")
    if len(spec.reason) > TEXT:
        yield why.REASON_TOO_LONG(index, limit=TEXT, where="reason")
    if spec.asked_through not in Channel:
        yield why.CHANNEL(index, value=spec.asked_through, where="asked_through")
    if spec.asked_on and spec.asked_on > at:
        yield why.ASKED_LATER(index, where="asked_on")
    if Counter(one.order_id for one in specs)[spec.order_id] > 1:
        yield why.TWICE(index)


def _locked(
    wanted: Mapping[int, ChangeSpec], by: Actor, versions: Mapping[int, int] | None
) -> tuple[dict[int, Order], list[Refusal]]:
    """The orders, locked, of those that may be changed or cancelled now; and why the others may not."""
    found: dict[int, Order] = {}
    refused: list[Refusal] = []
    for move in ("cancel", "change"):
        ids = [pk for pk, spec in wanted.items() if (spec.kind == ChangeKind.CANCEL) is (move == "cancel")]
        if ids:
            batch = Batch(seen_by(by), ids, ORDER, move, versions=versions)
            busy = _open(batch.ids)  # behind the lock: whoever was quicker has written his down
            batch.refuse_if(by_id([why.OPEN_ALREADY(pk, number=number) for pk, number in busy.items()]))
            found |= {order.pk: order for order in batch}
            refused += batch.refused
    return found, refused


def _open(order_ids: Sequence[int]) -> dict[int, str]:
    """By order: the number of its change that is not decided or not made yet."""
    return dict(Change.objects.filter(order__in=order_ids, status__in=OPEN).values_list("order_id", "number"))


def _write(
    orders: Mapping[int, Order],
    wanted: Mapping[int, ChangeSpec],
    weighed: Mapping[int, Weighed],
    *,
    by: Actor,
    at: datetime,
) -> list[Change]:
    """The documents and the voices they need."""
    given = numbers("CH", f"{localtime(at):%Y%m%d}", len(orders))
    changes = [
        _change(order, wanted[order.pk], weighed[order.pk], number, by, at)
        for order, number in zip(orders.values(), given, strict=True)
    ]
    rows.insert(Change, changes)
    voices = [voice for change in changes for voice in _voices(change, weighed[change.order_id].voices)]
    rows.insert(Voice, voices)
    record(
        [
            happening(
                "change.ask", c, number=c.number, reason=c.reason, change_kind=c.kind, asked_by=c.asked_by,
                asked_through=c.asked_through, asked_on=c.asked_on, voices=weighed[c.order_id].voices,
                decided=c.decided,
            )
            for c in changes
        ],
        by=by, at=at,
    )  # fmt: skip
    tasks.open_for([(f"change.{v.role}", v.change) for v in voices if v.status == VOICE.along("open")], at=at)
    return changes


def _voices(change: Change, steps: Mapping[str, int]) -> list[Voice]:
    """Those of the first step begin at once, the others wait for them."""
    first = min(steps.values(), default=1)
    begun = {"status": VOICE.along("open")}
    return [
        Voice(change=change, order_id=change.order_id, role=role, step=step, **({} if step > first else begun))
        for role, step in steps.items()
    ]


def _change(order: Order, spec: ChangeSpec, one: Weighed, number: str, by: Actor, at: datetime) -> Change:
    assert one.needed is not None
    return Change(
        number=number,
        order=order,
        kind=spec.kind,
        wanted=spec.stored(),
        reason=spec.reason.strip(),
        asked_by=spec.asked_by.strip()[:80],
        asked_through=spec.asked_through,
        asked_on=spec.asked_on or at,
        requested_by_id=by.id,
        requested_at=at,
        impact=one.impact,
        worse=[{"code": refusal.code, "data": dict(refusal.data)} for refusal in one.worse],
        decided=[ruling.trace() for ruling in one.needed.rulings],
        facts=one.facts,
    )


def _go_on(changes: Sequence[Change], weighed: Mapping[int, Weighed], *, by: Actor, at: datetime) -> list[Change]:
    """Changes that nobody has to agree to are agreed, and made unless the customer has to sign first."""
    free = [change.pk for change in changes if not weighed[change.order_id].voices]
    agreed = Batch(Change.objects.select_related("order"), free, CHANGE, "agree").commit(by=by, at=at).done
    carry(agreed, by=by, at=at)
    found = Change.objects.select_related("order").in_bulk([change.pk for change in changes])
    return [found[change.pk] for change in changes]
