"""Reads: shipments an actor may see, what can be shipped, what pages and the API show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Least

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.core.search import Matching
from shunda.customers.models import Contact, Customer
from shunda.fulfilment.models import Carrier, Receipt, ReceiptLine, Scan, Shipment, ShipmentLine, TrackingEvent
from shunda.fulfilment.picking import Stop, stops
from shunda.fulfilment.specs import TrackSpec
from shunda.fulfilment.states import ShipmentStatus
from shunda.inventory.models import Balance
from shunda.orders import queries as orders
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import OrderStatus


def seen_by(actor: Actor) -> QuerySet[Shipment]:
    """The shipments of the orders an actor may see."""
    if actor.reach == "all":
        return Shipment.objects.all()
    return Shipment.objects.filter(order__in=orders.seen_by(actor).values("pk"))


def left_of(order_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    """The shipments of these orders that left, (id, number) by order; one query."""
    rows = Shipment.objects.filter(order__in=order_ids, status__in=[ShipmentStatus.SHIPPED, ShipmentStatus.SIGNED])
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for pk, number, order_id in rows.order_by("pk").values_list("pk", "number", "order_id"):
        found[order_id].append((pk, number))
    return found


def carriers(ids: Iterable[int | None]) -> dict[int, Carrier]:
    """Carriers by id; unknown ids are missing."""
    return Carrier.objects.in_bulk({pk for pk in ids if pk is not None})


def active_carriers() -> QuerySet[Carrier]:
    """Carriers to choose from."""
    return Carrier.objects.filter(active=True).order_by("name", "pk")


def plannable(order_ids: Collection[int]) -> dict[int, dict[int, OrderLine]]:
    """Lines by order and id, with demand, SKU and unit: what ``rules.free`` needs. Two queries."""
    return orders.lines_by_id(order_ids, "demand")


_FREE = Least(F("base_quantity") - F("cancelled") - F("planned"), F("demand__reserved") - F("planned") + F("shipped"))
"""What of a line is reserved and in no shipment, as ``rules.free`` says it."""


# The same as ``_FREE``, one order after the other by its indexes, whatever the planner knows of tables that grow fast.
_WITH_SOMETHING = """
select o.id from orders_order o
cross join lateral (
  select from orders_orderline l join inventory_demand d on d.id = l.demand_id
  where l.order_id = o.id
    and least(l.base_quantity - l.cancelled - l.planned, d.reserved - l.planned + l.shipped) > 0
  limit 1
) waits
where o.id = any(%s::bigint[]) and o.status = %s
"""


def with_something_to_ship(order_ids: Collection[int]) -> set[int]:
    """Confirmed orders of these that have goods reserved and in no shipment yet."""
    found = sql.fetch(_WITH_SOMETHING, [sql.numbers(order_ids), OrderStatus.CONFIRMED])
    return {pk for (pk,) in found}


def to_plan(actor: Actor) -> QuerySet[Order]:
    """Confirmed orders an actor may see with goods reserved and in no shipment yet."""
    lines = OrderLine.objects.filter(order=OuterRef("pk"), demand__isnull=False).annotate(free=_FREE)
    return orders.rows(actor).filter(Exists(lines.filter(free__gt=0)), status=OrderStatus.CONFIRMED)


def locations(places: Collection[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Where in its warehouse each SKU lies, by (SKU, warehouse). One query."""
    rows = Balance.objects.filter(
        sku__in={sku for sku, _ in places}, warehouse__in={warehouse for _, warehouse in places}
    ).exclude(location="")
    return {(sku, place): where for sku, place, where in rows.values_list("sku_id", "warehouse_id", "location")}


# --- lists and one shipment -----------------------------------------------------------------------------------------


def rows(actor: Actor) -> QuerySet[Shipment]:
    """The shipments an actor may see, with the names lists show."""
    return seen_by(actor).select_related("order", "warehouse", "carrier")


def found_by(text: str) -> Q:
    """By the beginning of the number, tracking number or order number, or by the customer; each way by an index."""
    everyone = Shipment.objects.order_by()
    ways = [
        everyone.filter(number__startswith=text.upper()),
        everyone.filter(tracking_number__startswith=text).exclude(tracking_number=""),
        everyone.filter(order__number__startswith=text.upper()),
        everyone.filter(order__customer__in=Customer.objects.filter(search=Matching(text))),
    ]
    first, *others = (way.values("pk") for way in ways)
    return Q(pk__in=first.union(*others))


def search(shipments: QuerySet[Shipment], text: str) -> QuerySet[Shipment]:
    """The shipments found by this text; all of them by none."""
    return shipments.filter(found_by(text.strip())) if text.strip() else shipments


def whole(shipments: QuerySet[Shipment]) -> QuerySet[Shipment]:
    """Shipments with lines and receipts, in a fixed number of queries."""
    lines = ShipmentLine.objects.select_related("order_line", "sku").order_by("order_line__line_no")
    handed = ReceiptLine.objects.select_related("shipment_line__sku").order_by("pk")
    return shipments.select_related("receipt").prefetch_related(
        Prefetch("lines", lines), Prefetch("receipt__lines", handed)
    )


def numbers(ids: Iterable[int]) -> dict[int, str]:
    """The numbers people know shipments by."""
    return dict(Shipment.objects.filter(pk__in=list(ids)).values_list("pk", "number"))


def receipt_of(shipment: Shipment) -> Receipt | None:
    """The signature at the door, with what was handed over, if it is signed."""
    found = Receipt.objects.filter(shipment=shipment).select_related("contact", "signature")
    return found.prefetch_related("lines__shipment_line__order_line__sku__product").first()


def timeline(shipment: Shipment) -> QuerySet[Event]:
    """What happened to one shipment, newest first."""
    kind = Shipment._meta.label_lower
    return Event.objects.filter(subject_kind=kind, subject_id=shipment.pk).order_by("-id")


def signers(order: Order) -> QuerySet[Contact]:
    """Contacts of the customer who may sign for goods, the usual one first."""
    contacts = Contact.objects.filter(customer=order.customer_id, active=True, may_sign=True)
    return contacts.order_by("-is_default", "name", "pk")


@dataclass(frozen=True, slots=True)
class Contents:
    """What shipments hold, beside all lines of their orders; both share the same order lines and demands in memory."""

    lines: Mapping[int, Mapping[int, ShipmentLine]]  # by shipment and id
    order_lines: Mapping[int, Mapping[int, OrderLine]]  # by order and id

    def of(self, shipment: Shipment) -> list[ShipmentLine]:
        """What really goes: lines picked to nothing are left out."""
        return [line for line in self.lines[shipment.pk].values() if line.quantity]


def contents(shipments: Iterable[Shipment]) -> Contents:
    """The lines of shipments by line number, with order line, demand, SKU and unit. Three queries."""
    order_ids = {shipment.pk: shipment.order_id for shipment in shipments}
    order_lines = plannable(set(order_ids.values()))
    lines: defaultdict[int, dict[int, ShipmentLine]] = defaultdict(dict)
    for line in ShipmentLine.objects.filter(shipment__in=order_ids).order_by("shipment_id", "order_line__line_no"):
        line.order_line = order_lines[line.order_id][line.order_line_id]
        line.sku = line.order_line.sku
        lines[line.shipment_id][line.pk] = line
    return Contents(lines, order_lines)


# --- picking by scanner ---------------------------------------------------------------------------------------------


def stops_of(shipments: Iterable[Shipment]) -> dict[int, list[Stop]]:
    """What there is to pick, by shipment and in walking order, at the places where the goods lie now. Two queries."""
    houses = {shipment.pk: shipment.warehouse_id for shipment in shipments}
    lines: defaultdict[int, list[ShipmentLine]] = defaultdict(list)
    rows = ShipmentLine.objects.filter(shipment__in=houses).select_related("sku__product__unit", "order_line")
    for line in rows.order_by("shipment_id", "order_line__line_no"):
        lines[line.shipment_id].append(line)
    places = locations({(line.sku_id, houses[pk]) for pk, found in lines.items() for line in found})
    return {pk: stops(lines[pk], places, houses[pk]) for pk in houses}


FLOOR_MOST = 50
"""Shipments shown of each stage; who has more to do begins with these."""


def on_the_floor(actor: Actor, warehouse_id: int | None) -> dict[str, list[Shipment]]:
    """What waits to be picked, packed and shipped, urgent and old first, with ``wanted`` and ``done``: 3 queries."""
    waiting = rows(actor).annotate(
        wanted=Sum("lines__quantity"), done=Sum(F("lines__picked") + F("lines__short")), articles=Count("lines")
    )
    if warehouse_id is not None:
        waiting = waiting.filter(warehouse=warehouse_id)
    stages = (ShipmentStatus.PLANNED, ShipmentStatus.PICKED, ShipmentStatus.PACKED)
    return {stage: list(waiting.filter(status=stage).order_by("-order__urgent", "id")[:FLOOR_MOST]) for stage in stages}


def last_scans(shipments: Iterable[Shipment]) -> dict[int, int]:
    """The id of the last scan of each shipment that has one."""
    ids = [shipment.pk for shipment in shipments]
    found = Scan.objects.filter(shipment__in=ids).order_by().values_list("shipment").annotate(Max("id"))
    return dict(found)


def last_scan(shipment: Shipment) -> int:
    """The id of the last scan of a shipment, 0 for none."""
    return last_scans([shipment]).get(shipment.pk, 0)


def scans_of(shipment: Shipment) -> QuerySet[Scan]:
    """The scans of one shipment, newest first."""
    return Scan.objects.filter(shipment=shipment).select_related("sku").order_by("-id")


# --- what carriers report -------------------------------------------------------------------------------------------


def on_the_way(specs: Sequence[TrackSpec], actor: Actor) -> list[Shipment]:
    """The shipments these words may be about, among those an actor may see: by our number or by the carrier's."""
    everyone = Shipment.objects.order_by()
    ours = everyone.filter(number__in={spec.shipment for spec in specs if spec.shipment})
    theirs = everyone.filter(tracking_number__in={s.tracking_number for s in specs if not s.shipment})
    found = ours.values("pk").union(theirs.exclude(tracking_number="").values("pk"))
    return list(seen_by(actor).filter(pk__in=found).order_by("pk"))


def locked_for_tracking(ids: Collection[int]) -> list[Shipment]:
    """These shipments with their carriers, locked in primary-key order; their orders are not."""
    found = Shipment.objects.filter(pk__in=ids).select_related("carrier").order_by("pk")
    return list(found.select_for_update(of=("self",), no_key=True))


def tracking_known(
    shipments: Iterable[Shipment], moments: Iterable[datetime]
) -> dict[tuple[int, datetime, str], TrackingEvent]:
    """What was said before about these shipments and moments: by shipment, moment and code."""
    by_id = {shipment.pk: shipment for shipment in shipments}
    found = {}
    for event in TrackingEvent.objects.filter(shipment__in=by_id, happened_at__in=set(moments)):
        event.shipment = by_id[event.shipment_id]
        found[event.shipment_id, event.happened_at, event.code] = event
    return found


def tracking_of(shipment: Shipment) -> QuerySet[TrackingEvent]:
    """What was reported about one shipment, the latest first."""
    return TrackingEvent.objects.filter(shipment=shipment).order_by("-happened_at", "-id")
