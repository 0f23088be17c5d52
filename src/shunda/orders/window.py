"""The free window: how long a confirmed order may be changed or cancelled without asking anybody (R161)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Min

from shunda.core.models import Event
from shunda.customers.models import TermKind
from shunda.orders.models import Order
from shunda.policies import queries as policies


def free_until(orders: Sequence[Order]) -> dict[int, datetime | None]:
    """Until when each order may be changed freely; none where no end is set yet. Two queries.

    An order paid in advance is free until so long after its first payment, not before its confirmation; one paid
    later is free so long after its confirmation, for that is when both sides are bound. One that is not confirmed has
    no end yet.
    """
    ids = [order.pk for order in orders]
    window = timedelta(minutes=int(policies.value("orders.free_change_hours") * 60))
    events = Event.objects.filter(order_id__in=ids, kind="order.pay")
    paid: dict[int | None, datetime] = dict(events.values_list("order_id").annotate(Min("at")).order_by())
    return {order.pk: _end(order, paid.get(order.pk), window) for order in orders}


def _end(order: Order, paid_at: datetime | None, window: timedelta) -> datetime | None:
    if order.confirmed_at is None:
        return None
    if order.term.kind != TermKind.PREPAID:
        return order.confirmed_at + window
    return None if paid_at is None else max(paid_at, order.confirmed_at) + window


def is_open(end: datetime | None, at: datetime) -> bool:
    """Whether a window that ends then is open: its last moment belongs to it."""
    return end is None or at <= end
