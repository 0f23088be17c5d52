"""Pure decisions: how much may be planned, picked, shipped and signed for, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.fulfilment.models import Carrier, ShipmentLine, TransportMode
from shunda.fulfilment.reasons import (
    BAD_HANDED,
    BAD_PARCELS,
    BAD_PICK,
    BAD_QUANTITY,
    BAD_TRACKING_PAGE,
    BAD_WEIGHT,
    CARRIER_FIELDS,
    CARRIER_INACTIVE,
    CARRIER_LONG,
    CARRIER_NEEDED,
    CARRIER_NEEDS,
    DOES_NOT_ADD_UP,
    INVOICED,
    NO_LINE,
    NO_LONGER_RESERVED,
    NOTHING_PICKED,
    OVER_REMAINING,
    OVER_RESERVED,
    REASON_NEEDED,
    REMARK_NEEDED,
    SHORT_REASON,
    TOO_LONG,
    TRACKING_NEEDED,
    UNKNOWN_CARRIER,
    UNKNOWN_MODE,
)
from shunda.fulfilment.specs import CarrierSpec, PackSpec, PickSpec, ReceiptSpec, ShipSpec
from shunda.inventory.rules import MOST, fits
from shunda.orders.models import OrderLine

ZERO = Decimal(0)
WITHOUT_CARRIER = {TransportMode.OWN, TransportMode.PICKUP}
"""Modes that need neither a carrier nor a tracking number (R147)."""
PARCELS = 9999
WEIGHT = Decimal(1_000_000)
TEXT = 200


def left(line: OrderLine) -> Decimal:
    """What of an order line is in no shipment yet."""
    quantity: Decimal = line.base_quantity - line.cancelled - line.planned
    return quantity


def free(line: OrderLine) -> Decimal:
    """What of an order line is reserved in the warehouse and in no shipment yet: this much can be planned now."""
    reserved = line.demand.reserved if line.demand else ZERO
    quantity: Decimal = reserved - (line.planned - line.shipped)
    return max(ZERO, min(left(line), quantity))


def _name(line: OrderLine | ShipmentLine) -> dict[str, Any]:
    """How people know a line, for a sentence."""
    order_line = line.order_line if isinstance(line, ShipmentLine) else line
    return {"line_no": order_line.line_no, "sku": line.sku.code, "where": f"lines.{line.pk}"}


def _decimals(line: OrderLine | ShipmentLine) -> int:
    return line.sku.product.unit.decimals


def sane(quantity: Decimal, decimals: int) -> bool:
    """A number from 0 up to what anybody ships, with no more decimals than its unit has."""
    return quantity.is_finite() and ZERO <= quantity <= MOST and fits(quantity, decimals)


def why_not_plan(id: int, line: OrderLine, quantity: Decimal) -> Refusal | None:
    """This much of a line cannot go into a shipment."""
    about = _name(line)
    if not sane(quantity, _decimals(line)) or not quantity:
        return BAD_QUANTITY(id, quantity=str(quantity), decimals=_decimals(line), **about)
    if quantity > left(line):
        return OVER_REMAINING(id, wanted=plain(quantity), left=plain(left(line)), **about)
    if quantity > free(line):
        return OVER_RESERVED(id, wanted=plain(quantity), reserved=plain(free(line)), **about)
    return None


def why_not_transport(id: int, mode: str, carrier_id: int | None, carriers: Mapping[int, Carrier]) -> Iterable[Refusal]:
    """The transport mode or the carrier does not exist, or the carrier is no longer used."""
    if mode and mode not in TransportMode:
        yield UNKNOWN_MODE(id, mode=mode, where="mode")
    if carrier_id is None:
        return
    carrier = carriers.get(carrier_id)
    if carrier is None:
        yield UNKNOWN_CARRIER(id, where="carrier_id")
    elif not carrier.active:
        yield CARRIER_INACTIVE(id, carrier=carrier.name, where="carrier_id")


def why_text(id: int | None, **texts: str) -> Iterable[Refusal]:
    """Texts longer than the column that keeps them."""
    limits = {"tracking_number": 60, "signed_by": 80, "place": 80, "signer": 80}
    for where, text in texts.items():
        most = limits.get(where, TEXT)
        if len(text) > most:
            yield TOO_LONG(id, where=where, most=most)


def why_reason(id: int, reason: str) -> Refusal | None:
    """A reason is needed and fits its column."""
    return None if 0 < len(reason.strip()) <= TEXT else REASON_NEEDED(id, where="reason")


def why_not_pick(number: str, lines: Mapping[int, ShipmentLine], spec: PickSpec) -> Iterable[Refusal]:
    """What was found does not fit the shipment, or is short without a reason (R127)."""
    pk = spec.shipment_id
    for line_id in spec.picked.keys() - lines.keys():
        yield NO_LINE(pk, line=line_id, document=number)
    for line in lines.values():
        found = spec.picked.get(line.pk, line.quantity)
        if not sane(found, _decimals(line)) or found > line.quantity:
            yield BAD_PICK(pk, quantity=str(found), most=plain(line.quantity), decimals=_decimals(line), **_name(line))
        elif found < line.quantity and not 0 < len(spec.reasons.get(line.pk, "").strip()) <= TEXT:
            yield SHORT_REASON(pk, short=plain(line.quantity - found), **_name(line))
    if not any(spec.picked.get(line.pk, line.quantity) for line in lines.values()):
        yield NOTHING_PICKED(pk, shipment=number)


def why_not_pack(spec: PackSpec) -> Iterable[Refusal]:
    """No such number of parcels, no such weight, or the note is too long."""
    if not 1 <= spec.parcels <= PARCELS:
        yield BAD_PARCELS(spec.shipment_id, most=PARCELS, where="parcels")
    if spec.weight is not None and not (spec.weight.is_finite() and 0 < spec.weight < WEIGHT and fits(spec.weight, 3)):
        yield BAD_WEIGHT(spec.shipment_id, where="weight")
    yield from why_text(spec.shipment_id, note=spec.note)


def why_not_carried(spec: ShipSpec, carriers: Mapping[int, Carrier]) -> Iterable[Refusal]:
    """Transport needs a carrier and its number, unless we deliver ourselves or the customer comes (R138, R147)."""
    pk = spec.shipment_id
    yield from why_not_transport(pk, spec.mode, spec.carrier_id, carriers)
    yield from why_text(pk, tracking_number=spec.tracking_number)
    if spec.mode not in WITHOUT_CARRIER:
        if spec.carrier_id is None:
            yield CARRIER_NEEDED(pk, where="carrier_id")
        if not spec.tracking_number.strip():
            yield TRACKING_NEEDED(pk, where="tracking_number")


def why_not_issue(lines: Sequence[ShipmentLine], *, take: bool = True) -> list[Refusal]:
    """Somebody released the reservation under a packed shipment.

    One that may go (``take``) takes its quantities from the demands and adds them to the order's lines in memory:
    shipments of one order in a batch see each other.
    """
    refusals = []
    for line in lines:
        reserved = line.order_line.demand.reserved if line.order_line.demand else ZERO
        if line.quantity > reserved:
            quantities = {"wanted": plain(line.quantity), "reserved": plain(reserved)}
            refusals.append(NO_LONGER_RESERVED(line.shipment_id, **quantities, **_name(line)))
    for line in lines if take and not refusals else ():
        assert line.order_line.demand, "what is reserved has a demand"
        line.order_line.demand.reserved -= line.quantity
        line.order_line.shipped += line.quantity
    return refusals


def why_not_handed(number: str, lines: Mapping[int, ShipmentLine], spec: ReceiptSpec) -> Iterable[Refusal]:
    """Accepted, damaged and missing must be what was shipped; anything wrong needs a remark (R143)."""
    pk = spec.shipment_id
    wrong = not (spec.looks_good and spec.packing_intact)
    for line_id in spec.lines.keys() - lines.keys():
        yield NO_LINE(pk, line=line_id, document=number)
    for line in lines.values():
        handed = spec.lines.get(line.pk)
        if handed is None:
            continue
        if not all(sane(n, _decimals(line)) for n in (handed.accepted, handed.damaged, handed.missing)):
            yield BAD_HANDED(pk, decimals=_decimals(line), **_name(line))
        elif handed.total != line.quantity:
            yield DOES_NOT_ADD_UP(pk, total=plain(handed.total), quantity=plain(line.quantity), **_name(line))
        wrong = wrong or handed.accepted != line.quantity
    if wrong and not spec.remark.strip():
        yield REMARK_NEEDED(pk, where="remark")
    yield from why_text(pk, signed_by=spec.signed_by, remark=spec.remark)


def why_not_reverse(lines: Sequence[ShipmentLine]) -> list[Refusal]:
    """More of a line is invoiced than would remain shipped.

    One that may be reversed takes its quantities from the order's lines in memory, as in ``why_not_issue``.
    """
    refusals = []
    for line in lines:
        remains = line.order_line.shipped - line.quantity
        if line.order_line.invoiced > remains:
            quantities = {"invoiced": plain(line.order_line.invoiced), "left": plain(remains)}
            refusals.append(INVOICED(line.shipment_id, **quantities, **_name(line)))
    for line in lines if not refusals else ():
        line.order_line.shipped -= line.quantity
    return refusals


def why_not_carrier(id: int, spec: CarrierSpec) -> Iterable[Refusal]:
    """A carrier lacks its code or name, or a field is too long or no address of a page."""
    for where, most in CARRIER_FIELDS.items():
        text = getattr(spec, where).strip()
        if not text and where in CARRIER_NEEDS:
            yield CARRIER_NEEDS[where](id, where=where)
        if len(text) > most:
            yield CARRIER_LONG[where](id, where=where, most=most)
    page = spec.tracking_url.strip()
    if page and not (page.startswith(("https://", "http://")) and "{number}" in page):
        yield BAD_TRACKING_PAGE(id, where="tracking_url")
