"""Reads of the order page: a fixed number of queries, of which none grows with the order's lines."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q

from shunda.core.actor import Actor
from shunda.inventory import queries as inventory
from shunda.inventory.models import Warehouse
from shunda.orders import queries
from shunda.orders.models import Hold, Order, OrderAttachment, OrderLine, Review
from shunda.orders.states import OPEN

LINES_AT_ONCE = 100
"""So many lines come with the page; the rest follows as it is scrolled to."""

MOST_RELATED = 8
MOST_WAITING = 20

_OUT = Q(shipped__gt=F("returned")) | Q(planned__gt=F("shipped"))
_LEFT = (
    Q(base_quantity__gt=F("shipped") + F("cancelled"))
    | Q(shipped__gt=F("signed"))
    | Q(signed__gt=F("returned") + F("invoiced"))
)


@dataclass(frozen=True, slots=True)
class Overview:
    """What the order page shows at once; everything else are panels that come after it."""

    order: Order
    lines: list[OrderLine]
    more: int | None
    reviews: list[Review]
    holds: list[Hold]
    attachments: list[OrderAttachment]


def of(actor: Actor, pk: int) -> Overview | None:
    """An order the actor may see; five queries."""
    order = queries.rows(actor).select_related("created_by", "cloned_from").filter(pk=pk).first()
    if order is None:
        return None
    lines, more = lines_after(pk, 0)
    return Overview(
        order=order,
        lines=lines,
        more=more,
        reviews=queries.reviews_of([pk])[pk],
        holds=list(queries.holds_shown(pk)),
        attachments=list(OrderAttachment.objects.filter(order=order).select_related("file").order_by("pk")),
    )


def lines_after(order_id: int, line_no: int, most: int = LINES_AT_ONCE) -> tuple[list[OrderLine], int | None]:
    """The lines after this number, and the number to go on from when there are more: one query."""
    rows = OrderLine.objects.filter(order_id=order_id, line_no__gt=line_no).select_related(
        "sku__product", "unit", "demand"
    )
    found = list(rows.order_by("line_no")[: most + 1])
    return found[:most], found[most - 1].line_no if len(found) > most else None


def lines_out(order_id: int) -> list[OrderLine]:
    """The first line that stands against cancelling."""
    return list(OrderLine.objects.filter(_OUT, order_id=order_id).select_related("sku").order_by("line_no")[:1])


def lines_left(order_id: int) -> list[OrderLine]:
    """The first line that stands against completing."""
    return list(OrderLine.objects.filter(_LEFT, order_id=order_id).select_related("sku").order_by("line_no")[:1])


def related(actor: Actor, order: Order) -> dict[str, list[Order]]:
    """What it was copied from and to, what looks like the same order, and what else is open for this customer."""
    rows = queries.rows(actor).exclude(pk=order.pk).order_by("-id")
    family = Q(cloned_from=order.pk) | Q(pk=order.cloned_from_id or 0)
    alike = Q(fingerprint=order.fingerprint) & ~Q(fingerprint="")
    if order.customer_reference:
        alike |= Q(customer=order.customer_id, customer_reference=order.customer_reference)
    found = {
        "copies": list(rows.filter(family)[:MOST_RELATED]),
        "alike": list(rows.filter(alike).exclude(status="cancelled")[:MOST_RELATED]),
    }
    known = {other.pk for others in found.values() for other in others}
    still_open = rows.filter(customer=order.customer_id, status__in=OPEN)[: MOST_RELATED + len(known)]
    found["open"] = [other for other in still_open if other.pk not in known][:MOST_RELATED]
    return found


def waiting_lines(order_id: int) -> list[OrderLine]:
    """The first lines that are neither shipped nor cancelled nor wholly reserved."""
    unreserved = Q(demand__isnull=True) | Q(base_quantity__gt=F("shipped") + F("cancelled") + F("demand__reserved"))
    rows = OrderLine.objects.filter(unreserved, order_id=order_id, base_quantity__gt=F("shipped") + F("cancelled"))
    return list(rows.select_related("sku", "demand").order_by("line_no")[:MOST_WAITING])


def could_serve(order: Order) -> dict[int, tuple[str, int, int]]:
    """By warehouse in use: its name, and how many of the articles it has in the quantity that is still open.

    What is reserved for this order counts for its own warehouse.
    """
    wanted: defaultdict[int, Decimal] = defaultdict(Decimal)
    mine: defaultdict[int, Decimal] = defaultdict(Decimal)
    rows = OrderLine.objects.filter(order=order, made_to_order=False).select_related("demand")
    for line in rows.only("sku_id", "base_quantity", "shipped", "cancelled", "demand__reserved"):
        wanted[line.sku_id] += line.base_quantity - line.shipped - line.cancelled
        mine[line.sku_id] += line.demand.reserved if line.demand else 0
    places = dict(Warehouse.objects.filter(active=True).order_by("pk").values_list("pk", "name"))
    stock = inventory.availability(wanted, places)
    served: dict[int, tuple[str, int, int]] = {}
    for place, name in places.items():
        own = mine if place == order.warehouse_id else {}
        enough = sum(stock[sku, place].available + own.get(sku, 0) >= quantity for sku, quantity in wanted.items())
        served[place] = (name, enough, len(wanted))
    return served
