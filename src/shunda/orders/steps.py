"""Writes that shipments and billing call inside their own transaction: progress of lines, money of orders, holds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.batch import happening
from shunda.core.event import record
from shunda.orders.hold_models import ReleaseRule, Stops
from shunda.orders.models import Hold, Order
from shunda.orders.specs import HoldSpec, LineChange
from shunda.work import waiting
from shunda.work.kinds import CONFIRMING, SHIPPING_STEPS
from shunda.work.reasons import WAITS_LETTER, WAITS_PAYMENT
from shunda.work.specs import WaitSpec

# The lines, and with them how far the goods of their orders are: the lines written here and the others of the order.
_PROGRESS = """
with n as (
  select id, sum(planned) planned, sum(shipped) shipped, sum(signed) signed, sum(returned) returned,
         sum(invoiced) invoiced, sum(cancelled) cancelled
  from unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[], %s::numeric[])
       c(id, planned, shipped, signed, returned, invoiced, cancelled)
  group by id
), moved as (
  update orders_orderline line set
    planned = line.planned + n.planned, shipped = line.shipped + n.shipped, signed = line.signed + n.signed,
    returned = line.returned + n.returned, invoiced = line.invoiced + n.invoiced,
    cancelled = line.cancelled + n.cancelled
  from n where line.id = n.id
  returning line.id, line.order_id, line.shipped, line.signed, line.base_quantity - line.cancelled as wanted
), lines as (
  select order_id, shipped, signed, wanted from moved
  union all
  select l.order_id, l.shipped, l.signed, l.base_quantity - l.cancelled from orders_orderline l
  where l.order_id in (select order_id from moved) and l.id not in (select id from moved)
), delivered as (
  select order_id, case
    when bool_and(signed >= wanted and shipped >= wanted) then 3
    when bool_and(shipped >= wanted) then 2
    when bool_or(shipped > 0) then 1 else 0 end delivery
  from lines group by order_id
)
update orders_order o set delivery = d.delivery from delivered d where o.id = d.order_id and o.delivery <> d.delivery
"""


def progress(changes: Sequence[LineChange]) -> None:
    """Raise (or, negative, take back) what happened to lines, in base units, and what their orders say of it.

    One statement.

    The caller has the order rows locked and has checked; the database refuses what cannot be (more shipped than
    planned, more planned than ordered ...).
    """
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _PROGRESS,
            [
                [c.line_id for c in changes],
                [c.planned for c in changes],
                [c.shipped for c in changes],
                [c.signed for c in changes],
                [c.returned for c in changes],
                [c.invoiced for c in changes],
                [c.cancelled for c in changes],
            ],
        )


_MONEY = """
update orders_order o set invoiced = o.invoiced + n.invoiced, paid = o.paid + n.paid
from unnest(%s::bigint[], %s::numeric[], %s::numeric[]) n(id, invoiced, paid) where o.id = n.id
"""


def money(changes: Mapping[int, tuple[Decimal, Decimal]]) -> None:
    """Raise what is invoiced and what is paid of orders: (invoiced, paid) by order id, negative takes back."""
    if not changes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MONEY,
            [list(changes), [invoiced for invoiced, _ in changes.values()], [paid for _, paid in changes.values()]],
        )


def place_holds(specs: Sequence[HoldSpec], *, by: Actor, at: datetime) -> list[Hold]:
    """Stop steps of orders; one open hold for each order or line, kind and step: a second is not placed.

    Returns the new. The caller has the order rows locked. Each new hold is an event of its order.
    """
    keys = {spec.place: spec for spec in specs}
    open_now = Hold.objects.filter(order_id__in={spec.order_id for spec in specs}, released_at__isnull=True)
    there = set(open_now.values_list("order_id", "line_id", "kind", "stops")) if keys else set()
    holds = [_hold(spec, by, at) for key, spec in sorted(keys.items(), key=_sorted) if key not in there]
    Hold.objects.bulk_create(holds)
    _tell("order.hold", holds, by=by, at=at)
    waiting.wait([one for hold in holds if (one := _wait(hold))], by=by, at=at)
    return holds


def _sorted(item: tuple[tuple[int, int | None, str, str], HoldSpec]) -> tuple[int, int, str, str]:
    order_id, line_id, kind, stops = item[0]
    return order_id, line_id or 0, kind, stops


def _hold(spec: HoldSpec, by: Actor, at: datetime) -> Hold:
    return Hold(
        order_id=spec.order_id,
        line_id=spec.line_id,
        kind=spec.kind,
        stops=spec.stops,
        reason=spec.reason,
        owner_id=spec.owner_id,
        rule=spec.rule,
        expires_at=spec.expires_at,
        decided=dict(spec.decided) if spec.decided else None,
        placed_by=by.name,
        placed_by_user_id=by.id,
        placed_at=at,
    )


AWAITED = {ReleaseRule.PAID: WAITS_PAYMENT.code, ReleaseRule.LETTER: WAITS_LETTER.code}
"""Holds that end when the customer does something: meanwhile nobody else is late."""

HALTS: dict[str, tuple[str, ...]] = {Stops.CONFIRM: CONFIRMING, Stops.SHIP: SHIPPING_STEPS}


def _wait(hold: Hold) -> WaitSpec | None:
    """The clocks that stand while this hold waits for the customer; none where it waits for us."""
    kinds = HALTS.get(hold.stops, ())
    if hold.rule not in AWAITED or not kinds:
        return None
    reason = AWAITED[ReleaseRule(hold.rule)]
    return WaitSpec(hold.order_id, _source(hold), Order._meta.label_lower, hold.order_id, reason, kinds)


def _source(hold: Hold) -> str:
    return f"hold:{hold.pk}"


def lock(order_ids: Collection[int]) -> None:
    """Lock order rows in primary-key order, for those who write on their timelines."""
    if order_ids:
        rows = Order.objects.filter(pk__in=list(order_ids)).order_by("pk")
        list(rows.select_for_update(no_key=True).values_list("pk"))


def release_holds(
    order_ids: Collection[int], kind: str, stops: str | None = None, *, by: Actor, at: datetime
) -> list[Hold]:
    """Release the open holds of a kind (that stop one step, if ``stops`` names it) of these orders. Returns them.

    The caller has the order rows locked. Each release is an event of its order.
    """
    rows = Hold.objects.filter(order_id__in=order_ids, kind=kind, released_at__isnull=True).order_by("pk")
    holds = list(rows.filter(stops=stops) if stops else rows)
    return release(holds, by=by, at=at)


def release(holds: Sequence[Hold], *, by: Actor, at: datetime, reason: str = "", **said: Any) -> list[Hold]:
    """Release these holds; ``reason`` says why, where somebody said so, ``said`` goes into the event."""
    if holds:
        rows = Hold.objects.filter(pk__in=[hold.pk for hold in holds])
        rows.update(released_by=by.name, released_at=at, released_reason=reason)
        for hold in holds:
            hold.released_by, hold.released_at, hold.released_reason = by.name, at, reason
        _tell("order.release", holds, by=by, at=at, **({"remark": reason} if reason else {}), **said)
        waiting.answered([_source(hold) for hold in holds if hold.rule in AWAITED], by=by, at=at)
    return list(holds)


def _tell(kind: str, holds: Sequence[Hold], *, by: Actor, at: datetime, **said: Any) -> None:
    record((happening(kind, Order(pk=hold.order_id), **_said(hold), **said) for hold in holds), by=by, at=at)


def _said(hold: Hold) -> dict[str, Any]:
    data: dict[str, Any] = {"hold": hold.kind, "stops": hold.stops, "reason": hold.reason}
    if hold.line_id:
        data["line_id"] = hold.line_id
    if hold.decided:
        data["decided"] = [hold.decided]
    return data
