"""Warehouses and stock for tests."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from shunda.catalog.models import Sku
from shunda.core.actor import system
from shunda.inventory import actions
from shunda.inventory.models import StockMove, Warehouse
from shunda.inventory.specs import ReceiptLine

AT = datetime(2024, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def warehouse(code: str = "W1", **fields) -> Warehouse:
    """A warehouse, the same one when asked for twice."""
    found, _ = Warehouse.objects.get_or_create(
        code=code, defaults={"name": fields.pop("name", f"Warehouse {code}"), **fields}
    )
    return found


def stock(sku: Sku, place: Warehouse, quantity: Decimal | int | str, *, at: datetime = AT) -> StockMove:
    """So much of a SKU was received into a warehouse."""
    line = ReceiptLine(sku.pk, place.pk, Decimal(quantity))
    return actions.receive([line], by=system(), at=at).one()
