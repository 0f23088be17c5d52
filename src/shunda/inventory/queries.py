"""Reads of stock: what is available, what is coming, who locked it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet

from shunda.catalog.models import Sku
from shunda.inventory.models import Balance, Demand, StockMove, Supply, Warehouse
from shunda.inventory.rules import Place

_HOLDERS = """
select d.sku_id, d.warehouse_id, d.id, d.kind, d.order_id, d.reserved, d.due, d.created_at
from unnest(%s::bigint[], %s::bigint[]) p(sku_id, warehouse_id)
join inventory_demand d on d.sku_id = p.sku_id and d.warehouse_id = p.warehouse_id
where d.quantity > d.issued + d.cancelled and d.reserved > 0
order by d.id
"""


@dataclass(frozen=True, slots=True)
class Availability:
    """Stock of a SKU in a warehouse, in its base unit: lying there, promised of it, free, on its way in (R115)."""

    on_hand: Decimal = Decimal(0)
    locked: Decimal = Decimal(0)
    in_transit: Decimal = Decimal(0)

    @property
    def available(self) -> Decimal:
        """What can still be promised."""
        return self.on_hand - self.locked


def availability(sku_ids: Iterable[int], warehouse_ids: Iterable[int] | None = None) -> dict[Place, Availability]:
    """(sku, warehouse) -> stock, in one query.

    With ``warehouse_ids`` every pair asked for is in the answer, zeros where nothing ever was; without it the answer
    has the places that were ever stocked.
    """
    skus, warehouses = list(sku_ids), None if warehouse_ids is None else list(warehouse_ids)
    rows = Balance.objects.filter(sku_id__in=skus)
    if warehouses is not None:
        rows = rows.filter(warehouse_id__in=warehouses)
    found = {(sku, w): Availability() for sku in skus for w in warehouses or ()}
    for sku, w, on_hand, reserved, transit in rows.values_list(
        "sku_id", "warehouse_id", "on_hand", "reserved", "in_transit"
    ):
        found[sku, w] = Availability(on_hand, reserved, transit)
    return found


def open_supplies() -> Q:
    """Supplies of which something is still on its way."""
    return Q(quantity__gt=F("received") + F("cancelled"))


def earliest(sku_ids: Iterable[int], warehouse_id: int) -> dict[int, date]:
    """When the next announced supply of each SKU is expected there; SKUs without a date are left out (R045)."""
    rows = Supply.objects.filter(
        open_supplies(), sku_id__in=list(sku_ids), warehouse_id=warehouse_id, expected_on__isnull=False
    )
    return dict(rows.values_list("sku_id").annotate(first=Min("expected_on")))


@dataclass(frozen=True, slots=True)
class Holder:
    """A demand that holds stock: so much is locked for it, since when, wanted by when."""

    demand_id: int
    kind: str
    order_id: int | None
    reserved: Decimal
    due: date | None
    created_at: datetime


def holders(places: Iterable[Place]) -> dict[Place, list[Holder]]:
    """Who locked the stock of these places, oldest demand first; one query, none for no places."""
    wanted = sorted(set(places))
    found: dict[Place, list[Holder]] = {where: [] for where in wanted}
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_HOLDERS, [[sku for sku, _ in wanted], [warehouse for _, warehouse in wanted]])
            for sku_id, warehouse_id, *rest in cursor.fetchall():
                found[sku_id, warehouse_id].append(Holder(*rest))
    return found


@dataclass(frozen=True, slots=True)
class ProductPlace:
    """A SKU of a product in one warehouse: its stock, how much is wanted from there, and what of that has no stock."""

    sku_id: int
    sku: str
    warehouse_id: int
    warehouse: str
    warehouse_name: str
    balance_id: int | None
    on_hand: Decimal
    locked: Decimal
    in_transit: Decimal
    wanted: Decimal
    waiting: Decimal

    @property
    def available(self) -> Decimal:
        """What can still be promised."""
        return self.on_hand - self.locked


_OF_PRODUCT = """
with wanted as (
  select sku_id, warehouse_id, sum(quantity - issued - cancelled) wanted,
    sum(quantity - issued - cancelled - reserved) waiting
  from inventory_demand
  where quantity > issued + cancelled and sku_id in (select id from catalog_sku where product_id = %s)
  group by sku_id, warehouse_id
)
select s.id, s.code, h.id, h.code, h.name, b.id, coalesce(b.on_hand, 0), coalesce(b.reserved, 0),
  coalesce(b.in_transit, 0), coalesce(d.wanted, 0), coalesce(d.waiting, 0)
from (select * from inventory_balance where sku_id in (select id from catalog_sku where product_id = %s)) b
full join wanted d on d.sku_id = b.sku_id and d.warehouse_id = b.warehouse_id
join catalog_sku s on s.id = coalesce(b.sku_id, d.sku_id)
join inventory_warehouse h on h.id = coalesce(b.warehouse_id, d.warehouse_id)
order by s.code, h.code
"""


def of_product(product_id: int) -> list[ProductPlace]:
    """Where the SKUs of a product lie, are expected or wanted, by SKU and warehouse (R115, R118); one query."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_PRODUCT, [product_id, product_id])
        return [ProductPlace(*row) for row in cursor.fetchall()]


def balances_of(order_ids: Collection[int]) -> list[int]:
    """The places of stock, as ids of balances, from which these orders want or wanted something; one query."""
    wanted = Demand.objects.filter(order_id__in=order_ids, sku=OuterRef("sku"), warehouse=OuterRef("warehouse"))
    return list(Balance.objects.filter(Exists(wanted)).order_by("pk").values_list("pk", flat=True))


def balances() -> QuerySet[Balance]:
    """The stock list: one row for each SKU and warehouse that was ever stocked, ``available`` beside the figures."""
    rows = Balance.objects.select_related("sku__product__unit", "warehouse")
    return rows.annotate(available=F("on_hand") - F("reserved"))


def moves() -> QuerySet[StockMove]:
    """The stock ledger with the names that lists show."""
    return StockMove.objects.select_related("sku__product__unit", "warehouse", "supply")


def supplies() -> QuerySet[Supply]:
    """What was announced, with the names that lists show."""
    return Supply.objects.select_related("sku__product__unit", "warehouse", "source")


def supplies_of(rows: Iterable[Supply]) -> list[Supply]:
    """These supplies read afresh, in the order of their ids."""
    return list(supplies().filter(pk__in=[row.pk for row in rows]).order_by("pk"))


def supply_names(ids: Iterable[int]) -> dict[int, str]:
    """What people know supplies by: SKU and document."""
    rows = Supply.objects.filter(pk__in=list(ids)).values_list("pk", "sku__code", "reference")
    return {pk: f"{sku} {reference}".strip() for pk, sku, reference in rows}


def warehouses(*, active: bool | None = None) -> QuerySet[Warehouse]:
    """The warehouses, all or only the open ones."""
    rows = Warehouse.objects.select_related("region")
    return rows if active is None else rows.filter(active=active)


def stocked(warehouse_ids: Iterable[int]) -> dict[int, int]:
    """How many SKUs each warehouse still holds or expects; one query."""
    rows = Balance.objects.filter(warehouse_id__in=list(warehouse_ids)).exclude(on_hand=0, in_transit=0)
    return dict(rows.order_by().values_list("warehouse_id").annotate(n=Count("id")))


def codes(sku_ids: Collection[int], warehouse_ids: Collection[int]) -> tuple[dict[int, str], dict[int, str]]:
    """SKU codes and warehouse names, for sentences people read."""
    skus = dict(Sku.objects.filter(pk__in=sku_ids).values_list("pk", "code")) if sku_ids else {}
    names = dict(Warehouse.objects.filter(pk__in=warehouse_ids).values_list("pk", "name")) if warehouse_ids else {}
    return skus, names
