"""Reads: shipments an actor may see, what can be shipped, what pages and the API show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Least

from shunda.core.actor import Actor
from shunda.fulfilment.models import Carrier, Shipment, ShipmentLine
from shunda.orders import queries as orders
from shunda.orders.models import OrderLine
from shunda.orders.states import OrderStatus


def seen_by(actor: Actor) -> QuerySet[Shipment]:
    """The shipments of the orders an actor may see."""
    if actor.reach == "all":
        return Shipment.objects.all()
    return Shipment.objects.filter(order__in=orders.seen_by(actor).values("pk"))


def carriers(ids: Iterable[int | None]) -> dict[int, Carrier]:
    """Carriers by id; unknown ids are missing."""
    return Carrier.objects.in_bulk({pk for pk in ids if pk is not None})


def active_carriers() -> QuerySet[Carrier]:
    """Carriers to choose from."""
    return Carrier.objects.filter(active=True).order_by("name", "pk")


def plannable(order_ids: Collection[int]) -> dict[int, dict[int, OrderLine]]:
    """Lines by order and id, with demand, SKU and unit: what ``rules.free`` needs. One query."""
    lines: defaultdict[int, dict[int, OrderLine]] = defaultdict(dict)
    rows = OrderLine.objects.filter(order__in=order_ids).select_related("demand", "sku__product__unit")
    for line in rows.order_by("order_id", "line_no"):
        lines[line.order_id][line.pk] = line
    return lines


def with_something_to_ship(order_ids: Collection[int]) -> set[int]:
    """Confirmed orders of these that have goods reserved and in no shipment yet."""
    reserved = F("demand__reserved") - (F("planned") - F("shipped"))
    left = F("base_quantity") - F("cancelled") - F("planned")
    rows = OrderLine.objects.filter(
        order__in=order_ids, order__status=OrderStatus.CONFIRMED, demand__isnull=False
    ).annotate(free=Least(left, reserved))
    return set(rows.filter(free__gt=0).values_list("order_id", flat=True))


@dataclass(frozen=True, slots=True)
class Contents:
    """What shipments hold, beside all lines of their orders; both share the same order lines and demands in memory."""

    lines: Mapping[int, Mapping[int, ShipmentLine]]  # by shipment and id
    order_lines: Mapping[int, Mapping[int, OrderLine]]  # by order and id

    def of(self, shipment: Shipment) -> list[ShipmentLine]:
        """What really goes: lines picked to nothing are left out."""
        return [line for line in self.lines[shipment.pk].values() if line.quantity]


def contents(shipments: Iterable[Shipment]) -> Contents:
    """The lines of shipments by line number, with order line, demand, SKU and unit. Two queries."""
    order_ids = {shipment.pk: shipment.order_id for shipment in shipments}
    order_lines = plannable(set(order_ids.values()))
    lines: defaultdict[int, dict[int, ShipmentLine]] = defaultdict(dict)
    for line in ShipmentLine.objects.filter(shipment__in=order_ids).order_by("shipment_id", "order_line__line_no"):
        line.order_line = order_lines[line.order_id][line.order_line_id]
        line.sku = line.order_line.sku
        lines[line.shipment_id][line.pk] = line
    return Contents(lines, order_lines)
