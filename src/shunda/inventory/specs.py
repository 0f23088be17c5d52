"""What the steps and actions of stock take. Quantities are in the SKU's base unit unless a unit is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shunda.inventory.models import DemandKind, SupplyKind


@dataclass(frozen=True, slots=True)
class DemandSpec:
    """Somebody wants ``quantity`` (base unit) of a SKU from a warehouse by ``due``."""

    kind: DemandKind
    order_id: int | None
    sku_id: int
    warehouse_id: int
    quantity: Decimal
    due: date | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """Goods that arrived; ``supply_id`` names the announcement they belong to.

    ``unit_id`` is the unit counted in, the base unit when left out; ``location`` moves the SKU's place in the
    warehouse when given.
    """

    sku_id: int
    warehouse_id: int
    quantity: Decimal
    unit_id: int | None = None
    supply_id: int | None = None
    location: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LocationLine:
    """Where a SKU lies in a warehouse; empty: nowhere in particular."""

    sku_id: int
    warehouse_id: int
    location: str


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """Stock on hand is ``quantity`` more (or less, when negative) than the books say, and why."""

    sku_id: int
    warehouse_id: int
    quantity: Decimal
    reason: str
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class CountLine:
    """``quantity`` was counted; the books follow.

    ``on_hand`` is the figure the counter started from, if known: when the stock has moved since, the count is
    refused as stale instead of undoing the movement.
    """

    sku_id: int
    warehouse_id: int
    quantity: Decimal
    reason: str
    on_hand: Decimal | None = None
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class TransferLine:
    """``quantity`` leaves ``source_id`` and is in transit to ``target_id``."""

    sku_id: int
    source_id: int
    target_id: int
    quantity: Decimal
    expected_on: date | None = None
    unit_id: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SupplyLine:
    """``quantity`` of a SKU is announced for a warehouse: a purchase or a work order; ``reference`` is its number."""

    sku_id: int
    warehouse_id: int
    quantity: Decimal
    kind: SupplyKind = SupplyKind.PURCHASE
    expected_on: date | None = None
    reference: str = ""
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """``quantity`` (base unit) of an announced supply arrived; everything still open when left out."""

    supply_id: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ClosureLine:
    """``quantity`` (base unit) of an announced supply will not arrive; everything still open when left out."""

    supply_id: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class WarehouseSpec:
    """A warehouse as it is created."""

    code: str
    name: str
    region_id: int | None = None
    address: str = ""
