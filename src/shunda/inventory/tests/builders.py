"""Warehouses, stock and demands for tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.models import Sku
from shunda.core.actor import system
from shunda.inventory import actions, steps
from shunda.inventory.models import Balance, DemandKind, StockMove, Warehouse
from shunda.inventory.specs import DemandSpec, ReceiptLine

AT = datetime(2024, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def warehouse(code: str = "W1", **fields: Any) -> Warehouse:
    """A warehouse, the same one when asked for twice."""
    found, _ = Warehouse.objects.get_or_create(
        code=code, defaults={"name": fields.pop("name", f"Warehouse {code}"), **fields}
    )
    return found


def stock(sku: Sku, place: Warehouse, quantity: Decimal | int | str, *, at: datetime = AT) -> StockMove:
    """So much of a SKU was received into a warehouse."""
    line = ReceiptLine(sku.pk, place.pk, Decimal(quantity))
    return actions.receive([line], by=system(), at=at).one()


def demand(order_id: int, sku: Sku, place: Warehouse, quantity: Decimal | int | str, **fields: Any) -> int:
    """An order wants so much; nothing is reserved yet. Returns the demand's id."""
    spec = DemandSpec(DemandKind.ORDER, order_id, sku.pk, place.pk, Decimal(quantity), **fields)
    [pk] = steps.want([spec], at=AT)
    return pk


def queries(run: Callable[[], object]) -> int:
    """How many queries it takes."""
    with CaptureQueriesContext(connection) as captured:
        run()
    return len(captured)


def figures(sku: Sku, place: Warehouse) -> tuple[Decimal, Decimal, Decimal]:
    """On hand, locked and in transit, as the balance says."""
    row = Balance.objects.get(sku=sku, warehouse=place)
    return row.on_hand, row.reserved, row.in_transit
