"""What the API of stock takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from shunda.api.schemas import Filter, FilterLookup, Id, In, Out, Quantity, Version
from shunda.inventory.models import MoveKind, SupplyKind

Code = Annotated[str, Field(min_length=1, max_length=40, description="The SKU's code or barcode.")]
Reason = Annotated[str, Field(min_length=1, max_length=200)]
Reference = Annotated[str, Field(max_length=60, description="Number of the document; a new one is made when empty.")]
Most = Field(min_length=1, max_length=1000)


class WarehouseOut(Out):
    """A warehouse."""

    id: int
    code: str
    name: str
    region_id: int | None
    address: str
    active: bool
    version: int


class WarehouseIn(In):
    """A new warehouse."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    region_id: Id | None = None
    address: Annotated[str, Field(max_length=200)] = ""


class WarehouseChange(In):
    """What changes; what is left out stays."""

    version: Version
    code: Annotated[str | None, Field(min_length=1, max_length=20)] = None
    name: Annotated[str | None, Field(min_length=1, max_length=80)] = None
    region_id: Id | None = None
    address: Annotated[str | None, Field(max_length=200)] = None
    active: bool | None = None


class StockOut(Out):
    """Stock of a SKU in a warehouse: on hand, locked of it, available, in transit to it."""

    id: int
    sku_id: int
    sku: Annotated[str, Field(validation_alias="sku.code")]
    name: Annotated[str, Field(validation_alias="sku.product.name")]
    unit: Annotated[str, Field(validation_alias="sku.product.unit.code")]
    warehouse_id: int
    warehouse: Annotated[str, Field(validation_alias="warehouse.code")]
    location: str
    on_hand: Quantity
    locked: Annotated[Quantity, Field(validation_alias="reserved")]
    available: Quantity
    in_transit: Quantity


class ProductStockOut(Out):
    """Stock of a SKU of a product in a warehouse; ``wanted`` by open demands, ``waiting`` of that without stock."""

    sku_id: int
    sku: str
    warehouse_id: int
    warehouse: str
    on_hand: Quantity
    locked: Quantity
    available: Quantity
    in_transit: Quantity
    wanted: Quantity
    waiting: Quantity


class StockMoveOut(Out):
    """One line of the stock ledger; positive came in, negative went out."""

    id: int
    sku_id: int
    sku: Annotated[str, Field(validation_alias="sku.code")]
    warehouse_id: int
    warehouse: Annotated[str, Field(validation_alias="warehouse.code")]
    kind: MoveKind
    quantity: Quantity
    order_id: int | None
    supply_id: int | None
    reference: str
    reason: str
    actor: str
    at: datetime


class HolderOut(Out):
    """A demand that holds stock."""

    demand_id: int
    kind: str
    order_id: int | None
    reserved: Quantity
    due: date | None
    created_at: datetime


class SupplyOut(Out):
    """Goods on their way; ``open`` of them are still in transit."""

    id: int
    kind: SupplyKind
    sku_id: int
    sku: Annotated[str, Field(validation_alias="sku.code")]
    warehouse_id: int
    warehouse: Annotated[str, Field(validation_alias="warehouse.code")]
    source_id: int | None
    quantity: Quantity
    received: Quantity
    cancelled: Quantity
    open: Quantity
    expected_on: date | None
    reference: str
    created_at: datetime


class StockFilter(Filter):
    """Which stock."""

    sku_id: int | None = None
    warehouse_id: int | None = None


class StockMoveFilter(Filter):
    """Which movements."""

    sku_id: int | None = None
    warehouse_id: int | None = None
    order_id: int | None = None
    kind: MoveKind | None = None
    reference: str | None = None
    since: Annotated[datetime | None, FilterLookup("at__gte")] = None
    until: Annotated[datetime | None, FilterLookup("at__lt")] = None


class SupplyFilter(Filter):
    """Which supplies."""

    sku_id: int | None = None
    warehouse_id: int | None = None
    kind: SupplyKind | None = None


class StockLine(In):
    """A SKU, how much of it, and in which unit (the base unit when left out)."""

    sku: Code
    quantity: Quantity
    unit_id: Id | None = None


class ReceiptIn(StockLine):
    """Goods that arrived."""

    warehouse_id: Id
    supply_id: Id | None = None
    location: Annotated[str | None, Field(max_length=40)] = None
    reason: Annotated[str, Field(max_length=200)] = ""


class LocationIn(In):
    """Where a SKU lies in a warehouse; empty: nowhere in particular."""

    sku: Code
    warehouse_id: Id
    location: Annotated[str, Field(max_length=40)]


class LocationsIn(In):
    """Locations, of several SKUs and warehouses."""

    lines: Annotated[list[LocationIn], Field(min_length=1, max_length=1000)]


class AdjustmentIn(StockLine):
    """Stock is this much more, or less when negative."""

    warehouse_id: Id
    reason: Reason


class CountIn(StockLine):
    """This much was counted; ``on_hand`` is the figure the counter started from."""

    warehouse_id: Id
    reason: Reason
    on_hand: Quantity | None = None


class TransferIn(StockLine):
    """This much goes from one warehouse to another."""

    source_id: Id
    target_id: Id
    expected_on: date | None = None
    reason: Annotated[str, Field(max_length=200)] = ""


class SupplyIn(StockLine):
    """Goods announced from outside."""

    warehouse_id: Id
    kind: SupplyKind = SupplyKind.PURCHASE
    expected_on: date | None = None
    reference: Annotated[str, Field(max_length=60)] = ""


class ReceiptsIn(In):
    """A receipt of several lines."""

    lines: Annotated[list[ReceiptIn], Most]
    reference: Reference = ""


class AdjustmentsIn(In):
    """Adjustments of several lines."""

    lines: Annotated[list[AdjustmentIn], Most]
    reference: Reference = ""


class CountsIn(In):
    """Counts of several lines."""

    lines: Annotated[list[CountIn], Most]
    reference: Reference = ""


class TransfersIn(In):
    """A transfer of several lines."""

    lines: Annotated[list[TransferIn], Most]
    reference: Reference = ""


class SuppliesIn(In):
    """Announcements."""

    lines: Annotated[list[SupplyIn], Most]


class PartIn(In):
    """So much of a supply, everything still open when left out."""

    id: Id
    quantity: Quantity | None = None


class ArrivalsIn(In):
    """Supplies that arrived."""

    items: Annotated[list[PartIn], Most]
    reference: Reference = ""


class ClosuresIn(In):
    """Supplies that will not arrive, and why."""

    items: Annotated[list[PartIn], Most]
    reason: Reason
