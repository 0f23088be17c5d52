"""What a change of an order does to its shipments that have not left. Called inside the caller's transaction.

Shipments still to be picked follow by themselves. What is picked or packed stands on the floor: it is called off by the
warehouse, never by a change; what has left is not touched.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from shunda.core.actor import Actor
from shunda.core.batch import Batch
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.fulfilment import steps
from shunda.fulfilment.models import Carrier, Shipment, ShipmentLine
from shunda.fulfilment.reasons import STANDS_PICKED
from shunda.fulfilment.states import SHIPMENT, ShipmentStatus
from shunda.orders import rows
from shunda.orders import steps as order_steps
from shunda.orders.models import Order, OrderLine
from shunda.orders.specs import LineChange

NOT_LEFT = (ShipmentStatus.PLANNED, ShipmentStatus.PICKED, ShipmentStatus.PACKED)
ON_THE_FLOOR = (ShipmentStatus.PICKED, ShipmentStatus.PACKED)


@dataclass(slots=True)
class Follow:
    """How the shipments of one order have to look: the most of each line that may be planned, and the transport."""

    order: Order
    most: Mapping[int, Decimal]  # by line id, in base units
    mode: str | None = None
    carrier: Carrier | None = None


@dataclass(slots=True)
class Steps:
    """What has to be done for that: lines lowered, shipments called off, others carried differently."""

    lowered: list[ShipmentLine] = field(default_factory=list)
    called_off: list[Shipment] = field(default_factory=list)
    planned: list[LineChange] = field(default_factory=list)
    said: dict[int, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))


def lock_open(order_ids: Collection[int]) -> dict[int, list[Shipment]]:
    """The shipments of each order that have not left, locked in id order; their orders are locked already."""
    found: dict[int, list[Shipment]] = {pk: [] for pk in order_ids}
    rows = Shipment.objects.filter(order_id__in=order_ids, status__in=NOT_LEFT).select_related("carrier")
    for shipment in rows.order_by("pk").select_for_update(of=("self",), no_key=True):
        found[shipment.order_id].append(shipment)
    return found


def contents(shipments: Collection[Shipment]) -> dict[int, list[ShipmentLine]]:
    """What these shipments hold: one query."""
    found: dict[int, list[ShipmentLine]] = {shipment.pk: [] for shipment in shipments}
    for line in ShipmentLine.objects.filter(shipment_id__in=found, quantity__gt=0).order_by("pk"):
        found[line.shipment_id].append(line)
    return found


def lower(
    follow: Follow,
    shipments: Sequence[Shipment],
    held: Mapping[int, list[ShipmentLine]],
    lines: Mapping[int, OrderLine],
    into: Steps,
) -> list[Refusal]:
    """Take what is planned beyond the most out of shipments to be picked, the newest first; nothing is written yet.

    Refused where that is not enough, because the rest is picked already.
    """
    refused = []
    takes: dict[int, Decimal] = {}
    for pk, most in follow.most.items():
        beyond = lines[pk].planned - most
        for shipment in reversed(shipments):
            for row in held[shipment.pk] if shipment.status == ShipmentStatus.PLANNED and beyond > 0 else ():
                free = row.quantity - row.picked - row.short  # what is scanned stands on the floor, too
                if row.order_line_id == pk and free > 0:
                    takes[row.pk] = part = min(free, beyond)
                    beyond -= part
        if beyond > 0:
            about = {"line": lines[pk].line_no, "sku": lines[pk].sku.code, "where": f"lines.{lines[pk].line_no}"}
            begun = {row.shipment_id for rows_of in held.values() for row in rows_of if row.picked or row.short}
            floor = [s.number for s in shipments if s.status in ON_THE_FLOOR or s.pk in begun]
            refused.append(STANDS_PICKED(follow.order.pk, quantity=plain(beyond), shipments=", ".join(floor), **about))
    if not refused:
        _note(follow, shipments, held, takes, into)
    return refused


def _note(
    follow: Follow,
    shipments: Sequence[Shipment],
    held: Mapping[int, list[ShipmentLine]],
    takes: Mapping[int, Decimal],
    into: Steps,
) -> None:
    for shipment in shipments:
        touched = [row for row in held[shipment.pk] if row.pk in takes]
        into.planned += [LineChange(row.order_line_id, planned=-takes[row.pk]) for row in touched]
        if touched and all(takes.get(row.pk) == row.quantity for row in held[shipment.pk]):
            into.called_off.append(shipment)
            continue
        for row in touched:
            row.quantity -= takes[row.pk]
            into.lowered.append(row)
            into.said[shipment.pk]["lines"] = [*into.said[shipment.pk].get("lines", []), plain(takes[row.pk])]
        if follow.mode and follow.mode != shipment.mode:
            into.said[shipment.pk]["mode"] = [shipment.mode, follow.mode]
            shipment.mode = follow.mode
        if follow.carrier and follow.carrier.pk != shipment.carrier_id:
            into.said[shipment.pk]["carrier"] = [str(shipment.carrier or ""), follow.carrier.name]
            shipment.carrier = follow.carrier


def write(
    steps_to_take: Steps,
    shipments: Mapping[int, Sequence[Shipment]],
    *,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """Do it: the events of the shipments say what became of them and by which change (``reason``)."""
    todo = steps_to_take
    order_steps.progress(todo.planned)
    rows.update(ShipmentLine, todo.lowered, ["quantity"])
    changed = {s.pk: s for found in shipments.values() for s in found if s.pk in todo.said}
    rows.update(Shipment, list(changed.values()), ["mode", "carrier_id"])
    batch = Batch(Shipment.objects.all(), changed, None, "shipment.follow")
    for shipment in batch:
        said = todo.said[shipment.pk]
        less = said.get("lines", [])
        changes = {name: pair for name, pair in said.items() if name != "lines"}
        batch.note(shipment.pk, number=shipment.number, reason=reason, less=less, changes=changes)
    batch.commit(by=by, at=at)
    gone = Batch(Shipment.objects.all(), [s.pk for s in todo.called_off], SHIPMENT, "cancel")
    for shipment in gone:
        gone.note(shipment.pk, number=shipment.number, reason=reason)
    outcome = gone.commit(by=by, at=at, reason=reason[:200])
    steps.close_steps(("pick", "pack", "ship"), outcome.done, by=by, at=at, outcome="dropped")


def show(orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """What there is to plan now goes onto the worklists; these orders are locked."""
    steps.show_what_remains(orders.values(), by=by, at=at)
