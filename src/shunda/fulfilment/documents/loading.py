"""What the papers of shipments are made from, in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Prefetch
from django.utils.translation import pgettext

from shunda.catalog.rules import local
from shunda.fulfilment.models import Shipment, ShipmentLine
from shunda.fulfilment.states import ShipmentStatus
from shunda.inventory.models import Balance
from shunda.orders.documents.paper import Pair
from shunda.web.formats import quantity


def shipments(ids: Sequence[int]) -> list[Shipment]:
    """The shipments in the order asked for, with all that a paper says about them: lines, articles, order, receipt."""
    lines = ShipmentLine.objects.select_related("order_line__sku__product__unit", "receipt_line").order_by("pk")
    rows = (
        Shipment.objects.filter(pk__in=ids)
        .select_related("order__customer", "order__owner", "warehouse", "carrier", "receipt__signature__content")
        .prefetch_related(Prefetch("lines", lines))
        .in_bulk()
    )
    return [rows[pk] for pk in ids]


Shelves = Mapping[tuple[int, int], str]
"""Where an article lies, by SKU and warehouse."""


def shelves(found: Sequence[Shipment]) -> Shelves:
    """The locations of the articles in their warehouses: for lines that do not say theirs. One query."""
    skus = {line.sku_id for shipment in found for line in shipment.lines.all()}
    places = {shipment.warehouse_id for shipment in found}
    rows = Balance.objects.filter(sku__in=skus, warehouse__in=places)
    return {(sku, place): name for sku, place, name in rows.values_list("sku_id", "warehouse_id", "location")}


def going(shipment: Shipment) -> list[ShipmentLine]:
    """The lines with something in them, in the order of the order's lines."""
    lines = [line for line in shipment.lines.all() if line.quantity]
    return sorted(lines, key=lambda line: line.order_line.line_no)


def unit(line: ShipmentLine) -> str:
    """The base unit, in which shipments count."""
    base = line.order_line.sku.product.unit
    return local(base.name, base.name_en)


def total(lines: Iterable[ShipmentLine]) -> str:
    """How much of each unit altogether: 120 pieces, 3.5 kg."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[unit(line)] = sums.get(unit(line), Decimal(0)) + line.quantity
    return ", ".join(f"{quantity(figure)} {name}" for name, figure in sums.items())


def watermark(shipment: Shipment) -> str:
    """What makes a paper void."""
    match shipment.status:
        case ShipmentStatus.CANCELLED:
            return pgettext("document", "CANCELLED")
        case ShipmentStatus.REVERSED:
            return pgettext("document", "REVERSED")
    return ""


def transport(shipment: Shipment) -> list[Pair]:
    """How it travels."""
    return [
        (pgettext("document", "Transport mode"), shipment.get_mode_display()),
        (pgettext("document", "Carrier"), shipment.carrier.name if shipment.carrier else ""),
        (pgettext("document", "Tracking number"), shipment.tracking_number),
        (pgettext("document", "Parcels"), str(shipment.parcels)),
    ]
