"""The pick-up of special orders: in time, late or missed, and what of the deposit is deducted for it (R106-R108).

The days count from the day on which the last of the order was in stock for it. Pure, but for the one reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, TextChoices
from django.utils.timezone import localtime
from django.utils.translation import pgettext_lazy

from shunda.core import sql
from shunda.core.models import Event
from shunda.core.money import rounded
from shunda.inventory.ledger import PROMISES
from shunda.orders.models import Delivery, Order, OrderKind
from shunda.policies import queries as policies

SETTINGS = (
    "orders.special_deposit_share", "orders.pickup_days", "orders.pickup_late_days", "orders.pickup_late_share",
    "orders.pickup_missed_share",
)  # fmt: skip


class Standing(TextChoices):
    """How a pick-up stands, from what is best for the customer to what is worst."""

    IN_TIME = "in_time", pgettext_lazy("pick-up", "in time")
    LATE = "late", pgettext_lazy("pick-up", "late")
    MISSED = "missed", pgettext_lazy("pick-up", "missed")


@dataclass(frozen=True, slots=True)
class PickUp:
    """A special order that is in stock: until when it offsets the deposit, and what is deducted as it stands.

    ``until`` and ``late_until`` are last days, they belong to it; ``share`` of the deposit comes to ``deducted``.
    """

    deposit: Decimal
    ready_on: date
    until: date
    late_until: date
    picked_on: date | None
    standing: Standing
    share: Decimal
    deducted: Decimal


def judge(order: Order, ready_on: date, picked_on: date | None, today: date, decided: Mapping[str, Any]) -> PickUp:
    """How the pick-up of an order stands, by the day it was picked up or by today."""
    until = ready_on + timedelta(days=decided["orders.pickup_days"])
    late_until = max(until, ready_on + timedelta(days=decided["orders.pickup_late_days"]))
    day = picked_on or today
    standing = Standing.IN_TIME if day <= until else Standing.LATE if day <= late_until else Standing.MISSED
    shares = {
        Standing.IN_TIME: Decimal(0),
        Standing.LATE: decided["orders.pickup_late_share"],
        Standing.MISSED: decided["orders.pickup_missed_share"],
    }
    deposit = rounded(order.gross * decided["orders.special_deposit_share"], order.currency)
    deducted = rounded(deposit * shares[standing], order.currency)
    return PickUp(deposit, ready_on, until, late_until, picked_on, standing, shares[standing], deducted)


# When the last article of an order was promised from stock; orders of which something is not there yet are left out.
_READY = f"""
select l.order_id, max(last.at) from orders_orderline l left join inventory_demand d on d.id = l.demand_id
left join lateral (
  select p.at from {PROMISES} p
  where p.sku_id = d.sku_id and p.warehouse_id = d.warehouse_id and p.demand_id = d.id and p.reason = 'reserve'
  order by p.at desc limit 1
) last on true
where l.order_id = any(%s::bigint[]) and l.base_quantity > l.cancelled
group by l.order_id
having bool_and(coalesce(d.reserved + l.shipped >= l.base_quantity - l.cancelled, false)) and max(last.at) is not null
"""  # noqa: S608  # no value of a user's is in it


def of(orders: Iterable[Order], *, at: datetime) -> dict[int, PickUp]:
    """By order, how the pick-up stands of confirmed special orders that are all in stock or gone; 3 queries."""
    special = {o.pk: o for o in orders if o.kind == OrderKind.SPECIAL and o.confirmed_at is not None}
    if not special:
        return {}
    decided, today = policies.values(*SETTINGS), localtime(at).date()
    ready = {pk: localtime(moment).date() for pk, moment in sql.fetch(_READY, [list(special)])}
    gone = [pk for pk in ready if special[pk].delivery >= Delivery.SHIPPED]
    ships = Event.objects.filter(order_id__in=gone, kind="shipment.ship").values_list("order_id").annotate(Max("at"))
    left = {pk: localtime(moment).date() for pk, moment in ships.order_by()}
    return {pk: judge(special[pk], day, left.get(pk), today, decided) for pk, day in ready.items()}
