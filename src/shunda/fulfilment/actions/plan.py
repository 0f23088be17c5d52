"""Planning shipments, and calling them off before they leave."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.core.sequence import numbers
from shunda.fulfilment import queries, rules, steps
from shunda.fulfilment.models import Carrier, Shipment, ShipmentLine, TransportMode
from shunda.fulfilment.reasons import NO_LINE, NOT_CONFIRMED, NOTHING_TO_SHIP
from shunda.fulfilment.specs import ShipmentSpec
from shunda.orders import queries as order_queries
from shunda.orders import rows
from shunda.orders import steps as order_steps
from shunda.orders.models import Order, OrderLine, Stops
from shunda.orders.specs import LineChange
from shunda.orders.states import ORDER, OrderStatus

Lines = Mapping[int, OrderLine]


@action("fulfilment.create_shipment")
def create(specs: Sequence[ShipmentSpec], *, by: Actor, at: datetime) -> Outcome[Shipment]:
    """Plan shipments for confirmed orders (R127): what is asked for, or everything reserved and in no shipment yet.

    Refused, line by line, beyond what is left of a line or reserved for it; an order with a hold on shipping may be
    planned, it is stopped when the goods are to leave. Two shipments of one order in a batch see each other.
    A refusal's id is the place in ``specs``.
    """
    specs = list(specs)
    seen = order_queries.seen_by(by).filter(pk__in={spec.order_id for spec in specs})
    orders = steps.lock_orders(seen.values_list("pk", flat=True))
    lines = queries.plannable(orders.keys())
    carriers = queries.carriers(spec.carrier_id for spec in specs)
    held = order_queries.held_lines(orders, Stops.SHIP)
    refused: list[Refusal] = []
    planned: list[tuple[ShipmentSpec, Order, dict[OrderLine, Decimal]]] = []
    for index, spec in enumerate(specs):
        order = orders.get(spec.order_id)
        mine = lines.get(spec.order_id, {})
        wanted = _wanted(spec, mine, held)
        reasons = list(_why_not(index, spec, order, mine, wanted, carriers))
        refused += reasons
        if order is None or reasons:
            continue
        quantities = {mine[pk]: quantity for pk, quantity in wanted.items()}
        for line, quantity in quantities.items():
            line.planned += quantity  # the next shipment of this order sees it
        planned.append((spec, order, quantities))
    return Outcome(_write(planned, by=by, at=at), refused)


def _wanted(spec: ShipmentSpec, lines: Lines, held: Collection[int]) -> Mapping[int, Decimal]:
    """What is asked for, or everything; a line that is held by itself does not keep the others."""
    if spec.lines is not None:
        return spec.lines
    return {pk: free for pk, line in lines.items() if pk not in held and (free := rules.free(line))}


def _why_not(
    index: int,
    spec: ShipmentSpec,
    order: Order | None,
    lines: Lines,
    wanted: Mapping[int, Decimal],
    carriers: Mapping[int, Carrier],
) -> Iterable[Refusal]:
    if order is None:
        yield NOT_FOUND(index, where="order_id")
        return
    if order.status != OrderStatus.CONFIRMED:
        yield NOT_CONFIRMED(index, order=order.number, status=ORDER.label(order.status))
        return
    yield from rules.why_not_transport(index, spec.mode, spec.carrier_id, carriers)
    yield from rules.why_text(index, note=spec.note)
    if not wanted:
        yield NOTHING_TO_SHIP(index, order=order.number)
    for pk, quantity in wanted.items():
        line = lines.get(pk)
        why = rules.why_not_plan(index, line, quantity) if line else NO_LINE(index, line=pk, document=order.number)
        if why:
            yield why


def _write(
    planned: Sequence[tuple[ShipmentSpec, Order, dict[OrderLine, Decimal]]], *, by: Actor, at: datetime
) -> list[Shipment]:
    if not planned:
        return []
    order_steps.progress(
        [LineChange(line.pk, planned=n) for _, _, quantities in planned for line, n in quantities.items()]
    )
    shipments = Shipment.objects.bulk_create(
        Shipment(
            number=number,
            order=order,
            warehouse_id=order.warehouse_id,
            mode=spec.mode or _usual_mode(order),
            carrier_id=spec.carrier_id,
            note=spec.note,
            created_at=at,
        )
        for (spec, order, _), number in zip(planned, _numbers(len(planned), at), strict=True)
    )
    _write_lines(zip(shipments, (quantities for _, _, quantities in planned), strict=True))
    orders = {order.pk: order for _, order, _ in planned}
    record([happening("shipment.create", shipment, number=shipment.number) for shipment in shipments], by=by, at=at)
    steps.open_steps(("pick",), shipments, orders, at=at)
    steps.show_what_remains(orders.values(), by=by, at=at)
    return shipments


def _write_lines(planned: Iterable[tuple[Shipment, dict[OrderLine, Decimal]]]) -> None:
    """What each shipment holds, and where it lies."""
    pairs = list(planned)
    where = queries.locations({(line.sku_id, s.warehouse_id) for s, quantities in pairs for line in quantities})
    lines = [
        ShipmentLine(
            shipment=shipment,
            order_id=shipment.order_id,
            order_line=line,
            sku_id=line.sku_id,
            quantity=n,
            location=where.get((line.sku_id, shipment.warehouse_id), ""),
        )
        for shipment, quantities in pairs
        for line, n in quantities.items()
    ]
    rows.insert(ShipmentLine, lines)


def _numbers(n: int, at: datetime) -> list[str]:
    return numbers("SH", timezone.localtime(at).strftime("%Y%m%d"), n)


def _usual_mode(order: Order) -> str:
    wish = order.transport_mode
    return wish if wish in TransportMode else TransportMode.EXPRESS


@action("fulfilment.cancel_shipment")
def cancel(
    ids: Iterable[int], *, reason: str, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Shipment]:
    """Call off shipments that have not left: their goods can be planned anew; the reservation stays."""
    batch, orders = steps.locked(list(ids), "cancel", by=by, versions=versions)
    batch.refuse_if(lambda s: rules.why_reason(s.pk, reason))
    contents = queries.contents(batch)
    order_steps.progress(
        [LineChange(line.order_line_id, planned=-line.quantity) for s in batch for line in contents.of(s)]
    )
    for shipment in batch:
        batch.note(shipment.pk, number=shipment.number, reason=reason.strip())
    outcome = batch.commit(by=by, at=at, reason=reason.strip())
    steps.close_steps(("pick", "pack", "ship"), outcome.done, by=by, at=at, outcome="dropped")
    steps.show_what_remains([orders[s.order_id] for s in outcome.done], by=by, at=at)
    return outcome
