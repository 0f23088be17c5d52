"""The API of stock: what is where, receipts, counts, transfers, announced supplies, warehouses.

SKUs are named by their code or barcode, quantities are in the unit named or the SKU's base unit.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ninja import Query

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, Page
from shunda.catalog import queries as catalog
from shunda.catalog.models import Product
from shunda.inventory import actions, queries, specs
from shunda.inventory.schemas import (
    AdjustmentsIn,
    ArrivalsIn,
    ClosuresIn,
    CountsIn,
    HolderOut,
    LocationIn,
    LocationsIn,
    ProductStockOut,
    ReceiptsIn,
    StockFilter,
    StockLine,
    StockMoveFilter,
    StockMoveOut,
    StockOut,
    SuppliesIn,
    SupplyFilter,
    SupplyOut,
    TransfersIn,
    WarehouseChange,
    WarehouseIn,
    WarehouseOut,
)

stock = Router("stock")
supplies = Router("supplies")
warehouses = Router("warehouses")


@stock.read("", response=Page[StockOut], permission="inventory.view_stock", summary="Stock")
def balances(request: ApiRequest, paging: Query[Paging], where: Query[StockFilter]) -> Any:  # noqa: ARG001
    """What each warehouse has of each SKU: on hand, locked, available, in transit."""
    return paging.page(where.filter(queries.balances()), newest_first=False)


@stock.read("/moves", response=Page[StockMoveOut], permission="inventory.view_stock", summary="Stock movements")
def moves(request: ApiRequest, paging: Query[Paging], where: Query[StockMoveFilter]) -> Any:  # noqa: ARG001
    """The stock ledger, newest first. It only grows."""
    return paging.page(where.filter(queries.moves()))


@stock.read("/{int:pk}", response=StockOut, permission="inventory.view_stock", summary="Stock of one SKU and warehouse")
def balance(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """One row of the stock list."""
    return found(queries.balances(), pk)


@stock.read(
    "/products/{int:pk}",
    response=list[ProductStockOut],
    permission="inventory.view_stock",
    summary="Stock of a product",
)
def of_product(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """Each SKU of a product in each warehouse where it lies, is expected or is wanted (by product id)."""
    return queries.of_product(found(Product.objects.all(), pk).pk)


@stock.read("/{int:pk}/holders", response=list[HolderOut], permission="inventory.view_stock", summary="Who locked it")
def who_locked(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """The demands that hold this stock, oldest first."""
    row = found(queries.balances(), pk)
    place = row.sku_id, row.warehouse_id
    return queries.holders([place])[place]


@stock.write("/receive", response=Done[StockMoveOut], permission="inventory.receive_stock", summary="Receive goods")
def receive(request: ApiRequest, body: ReceiptsIn) -> Any:
    """Each line is booked or refused. A line with ``supply_id`` takes its goods off what is in transit."""
    lines = _lines(body.lines, specs.ReceiptLine)
    return answered(actions.receive(lines, reference=body.reference, by=request.actor, at=request.at))


@stock.write("/adjust", response=Done[StockMoveOut], permission="inventory.adjust_stock", summary="Adjust stock")
def adjust(request: ApiRequest, body: AdjustmentsIn) -> Any:
    """Each line is booked or refused. Locked stock cannot be taken away: the refusal names the ``orders``."""
    lines = _lines(body.lines, specs.AdjustmentLine)
    return answered(actions.adjust(lines, reference=body.reference, by=request.actor, at=request.at))


@stock.write("/count", response=Done[StockOut], permission="inventory.count_stock", summary="Enter counts")
def count(request: ApiRequest, body: CountsIn) -> Any:
    """Each difference is booked as an adjustment. A stale ``on_hand`` is refused: count again."""
    lines = _lines(body.lines, specs.CountLine)
    outcome = actions.count(lines, reference=body.reference, by=request.actor, at=request.at)
    return answered(outcome, done=list(queries.balances().filter(pk__in=[row.pk for row in outcome.done])))


@stock.write("/locations", response=Done[StockOut], permission="inventory.locate_stock", summary="Say where goods lie")
def locate(request: ApiRequest, body: LocationsIn) -> Any:
    """Pickers walk by these locations: A-2 comes before A-10."""
    outcome = actions.locate(_lines(body.lines, specs.LocationLine), by=request.actor, at=request.at)
    return answered(outcome, done=list(queries.balances().filter(pk__in=[row.pk for row in outcome.done])))


@stock.write("/transfer", response=Done[SupplyOut], permission="inventory.transfer_stock", summary="Transfer stock")
def transfer(request: ApiRequest, body: TransfersIn) -> Any:
    """Stock leaves its warehouse and is in transit to the other one until it is received there."""
    lines = _lines(body.lines, specs.TransferLine)
    outcome = actions.transfer(lines, reference=body.reference, by=request.actor, at=request.at)
    return answered(outcome, done=queries.supplies_of(outcome.done))


@supplies.read("", response=Page[SupplyOut], permission="inventory.view_stock", summary="Goods on their way")
def coming(request: ApiRequest, paging: Query[Paging], where: Query[SupplyFilter]) -> Any:  # noqa: ARG001
    """Supplies of which something is still in transit, newest first."""
    return paging.page(where.filter(queries.supplies().filter(queries.open_supplies())))


@supplies.read("/{int:pk}", response=SupplyOut, permission="inventory.view_stock", summary="One supply")
def supply(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """An announced supply, closed ones too."""
    return found(queries.supplies(), pk)


@supplies.write("", response=Done[SupplyOut], permission="inventory.announce_supply", summary="Announce goods")
def announce(request: ApiRequest, body: SuppliesIn) -> Any:
    """Purchases and work orders that will arrive; they show as in transit."""
    outcome = actions.announce(_lines(body.lines, specs.SupplyLine), by=request.actor, at=request.at)
    return answered(outcome, done=queries.supplies_of(outcome.done))


@supplies.write(
    "/receive", response=Done[StockMoveOut], permission="inventory.receive_stock", summary="Receive supplies"
)
def receive_supply(request: ApiRequest, body: ArrivalsIn) -> Any:
    """Announced goods or transfers arrived, whole or in part."""
    lines = [specs.ArrivalLine(item.id, item.quantity) for item in body.items]
    return answered(actions.receive_supply(lines, reference=body.reference, by=request.actor, at=request.at))


@supplies.write("/cancel", response=Done[SupplyOut], permission="inventory.cancel_supply", summary="Cancel supplies")
def cancel_supply(request: ApiRequest, body: ClosuresIn) -> Any:
    """They will not arrive; a transfer is stock at its source again."""
    outcome = actions.cancel_supply(_closures(body), reason=body.reason, by=request.actor, at=request.at)
    return answered(outcome, done=queries.supplies_of(outcome.done))


@supplies.write(
    "/lose", response=Done[SupplyOut], permission="inventory.adjust_stock", summary="Write off lost transfers"
)
def lose_supply(request: ApiRequest, body: ClosuresIn) -> Any:
    """Goods of transfers were lost on the way and leave the books."""
    outcome = actions.lose_supply(_closures(body), reason=body.reason, by=request.actor, at=request.at)
    return answered(outcome, done=queries.supplies_of(outcome.done))


@warehouses.read("", response=Page[WarehouseOut], permission="inventory.view_warehouse", summary="Warehouses")
def warehouse_list(request: ApiRequest, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """All warehouses, closed ones too."""
    return paging.page(queries.warehouses(), newest_first=False)


@warehouses.read("/{int:pk}", response=WarehouseOut, permission="inventory.view_warehouse", summary="One warehouse")
def warehouse(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A warehouse."""
    return found(queries.warehouses(), pk)


@warehouses.write(
    "", response=WarehouseOut, status=201, permission="inventory.create_warehouse", summary="New warehouse"
)
def create_warehouse(request: ApiRequest, body: WarehouseIn) -> Any:
    """Refused when the code is in use."""
    spec = specs.WarehouseSpec(**body.model_dump())
    return created(actions.create_warehouses([spec], by=request.actor, at=request.at).one())


@warehouses.write(
    "/{int:pk}",
    response=WarehouseOut,
    method="PATCH",
    permission="inventory.edit_warehouse",
    summary="Change a warehouse",
)
def edit_warehouse(request: ApiRequest, pk: Id, body: WarehouseChange) -> Any:
    """Refused when somebody changed it since ``version``, or when it would close with stock in it."""
    changes = body.model_dump(exclude_unset=True, exclude={"version"})
    kept = {name: value for name, value in changes.items() if value is not None or name == "region_id"}
    versions = {pk: body.version}
    return actions.edit_warehouses({pk: kept}, versions=versions, by=request.actor, at=request.at).one()


def _lines(lines: Iterable[StockLine | LocationIn], spec: type[Any]) -> list[Any]:
    """The lines as the action takes them; a code nobody knows becomes a SKU nobody has."""
    given = list(lines)
    skus = catalog.resolve(line.sku for line in given)
    typed = [{name: value for name, value in line if name != "sku"} for line in given]  # Decimals, as they were read
    return [spec(sku_id=skus.get(line.sku, 0), **values) for line, values in zip(given, typed, strict=True)]


def _closures(body: ClosuresIn) -> list[specs.ClosureLine]:
    quantities: list[tuple[int, Decimal | None]] = [(item.id, item.quantity) for item in body.items]
    return [specs.ClosureLine(pk, quantity) for pk, quantity in quantities]
