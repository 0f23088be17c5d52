"""In the warehouse: picking and packing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.money import plain
from shunda.fulfilment import queries, rules, steps
from shunda.fulfilment.models import Shipment, ShipmentLine
from shunda.fulfilment.specs import PackSpec, PickSpec
from shunda.orders import steps as order_steps
from shunda.orders.specs import LineChange

_PICKED = """
update fulfilment_shipmentline l
set picked = n.picked, short = l.quantity - n.picked, quantity = n.picked, short_reason = n.reason
from unnest(%s::bigint[], %s::numeric[], %s::text[]) n(id, picked, reason)
where l.id = n.id
"""


@action("fulfilment.pick_shipment")
def pick(
    specs: Sequence[PickSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """Record what was found for shipments (R127).

    A short line needs a reason; the shipment goes with less and the rest can be planned again, still reserved.
    Refused: more than planned, fractions a unit does not have, and a shipment of which nothing was found.
    """
    batch, orders = steps.locked([spec.shipment_id for spec in specs], "pick", by=by, versions=versions)
    wanted = {spec.shipment_id: spec for spec in specs}
    contents = queries.contents(batch)
    batch.refuse_if(lambda s: rules.why_not_pick(s.number, contents.lines[s.pk], wanted[s.pk]))
    picked = [
        (line, wanted[s.pk].picked.get(line.pk, line.quantity), wanted[s.pk].reasons.get(line.pk, "").strip())
        for s in batch
        for line in contents.lines[s.pk].values()
    ]
    _write(picked)
    short = [(line, n, reason) for line, n, reason in picked if n < line.quantity]
    order_steps.progress([LineChange(line.order_line_id, planned=n - line.quantity) for line, n, _ in short])
    said: defaultdict[int, list[dict[str, str]]] = defaultdict(list)
    for line, n, reason in short:
        found = {"sku": line.sku.code, "planned": plain(line.quantity), "picked": plain(n), "reason": reason}
        said[line.shipment_id].append(found)
    for shipment in batch:
        batch.note(shipment.pk, number=shipment.number, short=said[shipment.pk])
    outcome = batch.commit(by=by, at=at, stamp="picked_at")
    steps.close_steps(("pick",), outcome.done, by=by, at=at)
    steps.open_steps(("pack",), outcome.done, orders, at=at)
    steps.show_what_remains({line.order_id: orders[line.order_id] for line, _, _ in short}.values(), by=by, at=at)
    return outcome


def _write(picked: Sequence[tuple[ShipmentLine, Decimal, str]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _PICKED,
            [
                [line.pk for line, _, _ in picked],
                [n for _, n, _ in picked],
                [reason if n < line.quantity else "" for line, n, reason in picked],
            ],
        )


@action("fulfilment.pack_shipment")
def pack(
    specs: Sequence[PackSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """Picked goods are packed into so many parcels, weighed or not (R127, R144)."""
    batch, orders = steps.locked([spec.shipment_id for spec in specs], "pack", by=by, versions=versions)
    wanted = {spec.shipment_id: spec for spec in specs}
    batch.refuse_if(lambda s: rules.why_not_pack(wanted[s.pk]))
    for shipment in batch:
        spec = wanted[shipment.pk]
        batch.note(shipment.pk, number=shipment.number)
        weight = shipment.weight if spec.weight is None else spec.weight
        packed = {"parcels": spec.parcels, "note": spec.note.strip() or shipment.note, "weight": weight}
        batch.amend(shipment, packed)
    outcome = batch.commit(by=by, at=at, stamp="packed_at")
    steps.close_steps(("pack",), outcome.done, by=by, at=at)
    steps.open_steps(("ship",), outcome.done, orders, at=at)
    return outcome
