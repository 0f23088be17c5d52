"""What an order asks of stock for its lines, and how stock's refusals read in lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from shunda.core.refusal import Refusal
from shunda.inventory.models import DemandKind
from shunda.inventory.specs import DemandSpec
from shunda.orders.models import Order, OrderLine


def due(order: Order, line: OrderLine) -> date | None:
    """When a line's goods are wanted: by its own day, else the one promised, else the one the customer wants."""
    return line.wanted_date or order.promised_date or order.wanted_date


def demand(order: Order, line: OrderLine) -> DemandSpec:
    """The whole line, in base units, from the order's warehouse (R063)."""
    return DemandSpec(
        kind=DemandKind.ORDER,
        order_id=order.pk,
        sku_id=line.sku_id,
        warehouse_id=order.warehouse_id,
        quantity=line.base_quantity,
        due=due(order, line),
        priority=order.priority,
    )


def by_lines(refusal: Refusal, number_of: Mapping[int, int]) -> Refusal:
    """The numbers of the lines instead of the demands, which are undone with the attempt."""
    data = dict(refusal.data)
    data["lines"] = [number_of[demand] for demand in data.pop("demands", ())]
    return replace(refusal, data=data)
