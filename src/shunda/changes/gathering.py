"""What a change looks at, read for a whole batch of orders in a fixed number of queries; their rows are locked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from shunda.catalog import queries as catalog
from shunda.catalog.models import Sku
from shunda.changes.planning import Known, Plan, closing, plan
from shunda.changes.specs import ChangeSpec
from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.fulfilment import following, rules
from shunda.fulfilment.models import Carrier, Shipment, ShipmentLine
from shunda.fulfilment.states import ShipmentStatus
from shunda.orders import checks, facts
from shunda.orders.assembly import line_of
from shunda.orders.entry import EntryFacts, EntryLine, read_line
from shunda.orders.models import Order, OrderLine
from shunda.orders.specs import OrderSpec
from shunda.pricing.queries import Ask, quote

LABELLED = (ShipmentStatus.PICKED, ShipmentStatus.PACKED, ShipmentStatus.SHIPPED)


@dataclass(slots=True)
class Gathered:
    """The plans of a batch, the shipments that have not left, and the lines, each as it was."""

    plans: dict[int, Plan]
    shipments: dict[int, list[Shipment]]
    held: dict[int, list[ShipmentLine]]
    carriers: dict[int, Carrier]


def lines_of(order_ids: Sequence[int]) -> dict[int, list[OrderLine]]:
    """The lines of each order, whole, with SKU, unit and promise: one query."""
    found: dict[int, list[OrderLine]] = {pk: [] for pk in order_ids}
    rows = OrderLine.objects.filter(order_id__in=order_ids).select_related("sku__product__unit", "unit", "demand")
    for line in rows.order_by("order_id", "line_no"):
        found[line.order_id].append(line)
    return found


def gather(orders: Mapping[int, Order], specs: Mapping[int, ChangeSpec], *, by: Actor, at: datetime) -> Gathered:
    """Lock the shipments that have not left, and plan the change of each order."""
    shipments = following.lock_open(list(orders))
    held = following.contents([s for found in shipments.values() for s in found])
    lines = lines_of(list(orders))
    wanted: dict[int, ChangeSpec] = {}
    refused: dict[int, list[Refusal]] = {}
    for pk, order in orders.items():
        wanted[pk], refused[pk] = specs[pk], []
        if specs[pk].kind == "close":
            wanted[pk], refused[pk] = closing(order, lines[pk], specs[pk])
    known = facts.for_entry([_entry(orders[pk], spec) for pk, spec in wanted.items()], by)
    carriers = Carrier.objects.in_bulk([s.carrier_id for s in wanted.values() if s.carrier_id])
    added, bad = _added(orders, wanted, known, at)
    skus = catalog.sku_facts({line.sku_id for rows in (*lines.values(), *added.values()) for line in rows})
    ready = _ready({sku.lead_days for sku in skus.values() if sku.made_to_order}, at)
    labelled = _labelled(list(orders))
    plans = {}
    for pk, order in orders.items():
        about = Known(
            today=localtime(at).date(),
            skus=skus,
            added=added[pk],
            open_shipments=[s.number for s in shipments[pk]],
            labelled=labelled[pk],
            ready=ready,
            max_quantity=known.max_quantity,
            max_lines=known.max_lines,
        )
        before = {line.pk: copy(line) for line in lines[pk]}
        plans[pk] = made = plan(order, lines[pk], before, wanted[pk], about)
        made.say(*bad[pk], *_why_transport(made, carriers))
        made.refused = refused[pk] or made.refused
    return Gathered(plans, shipments, held, carriers)


def _entry(order: Order, spec: ChangeSpec) -> OrderSpec:
    return OrderSpec(order.customer_id, list(spec.added))


def _added(
    orders: Mapping[int, Order], specs: Mapping[int, ChangeSpec], known: EntryFacts, at: datetime
) -> tuple[dict[int, list[OrderLine]], dict[int, list[Refusal]]]:
    """New lines with today's prices for their customers, where none is given; and why others cannot be."""
    read: list[tuple[Order, EntryLine]] = []
    refused: defaultdict[int, list[Refusal]] = defaultdict(list)
    for pk, spec in specs.items():
        for place, wanted in enumerate(spec.added):
            line, reasons = read_line(pk, place + 1, wanted, known)
            refused[pk] += [_at_place(refusal, place) for refusal in reasons]
            if line is not None:
                read.append((orders[pk], line))
    quotes = quote([_ask(order, line, localtime(at).date()) for order, line in read])
    rows: dict[int, list[OrderLine]] = {pk: [] for pk in orders}
    for (order, line), found in zip(read, quotes, strict=True):
        row = line_of(0, line, found)
        row.sku = Sku(pk=line.sku.id, code=line.sku.code)
        rows[order.pk].append(row)
    return rows, refused


def _at_place(refusal: Refusal, place: int) -> Refusal:
    return replace(refusal, data={**refusal.data, "where": f"added.{place}"})


def _ask(order: Order, line: EntryLine, on: date) -> Ask:
    return Ask(
        customer_id=order.customer_id,
        grade=order.customer.grade,
        sku_id=line.sku.id,
        quantity=line.base_quantity,
        on=on,
        currency=order.currency,
        includes_tax=order.prices_include_tax,
        tax_rate=line.sku.tax_rate if line.spec.tax_rate is None else line.spec.tax_rate,
    )


def _ready(lead_days: set[int], at: datetime) -> dict[int, date]:
    """When goods made to order could be there, by their lead time; unknown years are missing."""
    if not lead_days:
        return {}
    calendar = facts.calendar()
    days = {lead: checks.working_day(calendar, at, lead) for lead in lead_days}
    return {lead: day for lead, day in days.items() if day}


def _labelled(order_ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {pk: [] for pk in order_ids}
    rows = Shipment.objects.filter(order_id__in=order_ids, status__in=LABELLED).order_by("pk")
    for order_id, number in rows.values_list("order_id", "number"):
        found[order_id].append(number)
    return found


def _why_transport(made: Plan, carriers: Mapping[int, Carrier]) -> list[Refusal]:
    mode: Any = made.head.get("transport_mode") or ""
    return list(rules.why_not_transport(made.pk, mode, made.spec.carrier_id, carriers))


def most_planned(made: Plan) -> dict[int, Decimal]:
    """By line: what of it may be in shipments after the change; lines with more than that are lowered."""
    shrunk = {line.pk: line.base_quantity - line.cancelled for line in [*made.touched, *made.out]}
    return {pk: most for pk, most in shrunk.items() if made.before[pk].planned > most}
