"""What the API of shipping answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shunda.api.schemas import Out, Quantity
from shunda.fulfilment.models import (
    Receipt,
    ReceiptLine,
    ScanKind,
    Shipment,
    ShipmentLine,
    TrackingCode,
    TransportMode,
)
from shunda.fulfilment.picking import Stop
from shunda.fulfilment.states import ShipmentStatus


class CarrierOut(Out):
    """A logistics company."""

    id: int
    code: str
    name: str
    phone: str
    tracking_url: str
    active: bool
    version: int


class ShipmentRowOut(Out):
    """A shipment in a list."""

    id: int
    number: str
    status: ShipmentStatus
    version: int
    order_id: int
    order: str
    customer_name: str
    warehouse_id: int
    mode: TransportMode
    carrier_id: int | None
    tracking_number: str
    track_code: TrackingCode | None
    track_place: str
    tracked_at: datetime | None
    parcels: int
    weight: Quantity | None
    note: str
    reason: str
    created_at: datetime
    picked_at: datetime | None
    packed_at: datetime | None
    shipped_at: datetime | None
    signed_at: datetime | None

    @staticmethod
    def resolve_order(shipment: Shipment) -> str:
        """The order's number."""
        return shipment.order.number

    @staticmethod
    def resolve_track_code(shipment: Shipment) -> str | None:
        """The carrier's latest word; none while nothing was reported."""
        return shipment.track_code or None

    @staticmethod
    def resolve_customer_name(shipment: Shipment) -> str:
        """The order's customer."""
        return shipment.order.customer_name


class ShipmentLineOut(Out):
    """How much of an order line goes, in the article's base unit; ``short`` was not found when it was picked."""

    id: int
    order_line_id: int
    line_no: int
    sku_id: int
    sku: str
    name: str
    location: str
    quantity: Quantity
    picked: Quantity
    short: Quantity
    short_reason: str

    @staticmethod
    def resolve_line_no(line: ShipmentLine) -> int:
        """The order's line number."""
        return line.order_line.line_no

    @staticmethod
    def resolve_sku(line: ShipmentLine) -> str:
        """The article's code."""
        return line.sku.code

    @staticmethod
    def resolve_name(line: ShipmentLine) -> str:
        """The article as the order names it."""
        return line.order_line.name


class ReceiptLineOut(Out):
    """What of a shipment line was handed over."""

    shipment_line_id: int
    sku: str
    accepted: Quantity
    damaged: Quantity
    missing: Quantity

    @staticmethod
    def resolve_sku(line: ReceiptLine) -> str:
        """The article's code."""
        return line.shipment_line.sku.code


class ReceiptOut(Out):
    """The signature at the door."""

    signed_by: str
    contact_id: int | None
    signed_at: datetime
    looks_good: bool
    packing_intact: bool
    remark: str
    recorded_by: str
    by_carrier: bool
    has_signature: bool
    lines: list[ReceiptLineOut]

    @staticmethod
    def resolve_by_carrier(receipt: Receipt) -> bool:
        """Whether a carrier's word stands for the signature; then nobody checked goods and packing."""
        return receipt.evidence_id is not None

    @staticmethod
    def resolve_has_signature(receipt: Receipt) -> bool:
        """Whether a drawn signature was kept."""
        return receipt.signature_id is not None


class ShipmentOut(ShipmentRowOut):
    """A shipment with its lines and, once signed, its receipt."""

    lines: list[ShipmentLineOut]
    receipt: ReceiptOut | None

    @staticmethod
    def resolve_receipt(shipment: Shipment) -> Any:
        """None until it is signed."""
        return getattr(shipment, "receipt", None)


class StopOut(Out):
    """One article to pick, in base units: ``found`` is scanned, ``short`` reported missing, ``left`` neither."""

    sku_id: int
    sku: str
    barcode: str
    name: str
    specification: str
    location: str
    wanted: Quantity
    found: Quantity
    short: Quantity
    left: Quantity
    short_reason: str

    @staticmethod
    def resolve_sku_id(stop: Stop) -> int:
        """The article."""
        return stop.sku.pk

    @staticmethod
    def resolve_sku(stop: Stop) -> str:
        """Its code."""
        return stop.sku.code

    @staticmethod
    def resolve_barcode(stop: Stop) -> str:
        """Its barcode, if it has one."""
        return stop.sku.barcode

    @staticmethod
    def resolve_short_reason(stop: Stop) -> str:
        """A code, with a note behind a colon."""
        return stop.why


class PickingOut(Out):
    """How far a shipment is picked, in walking order."""

    shipment_id: int
    number: str
    status: ShipmentStatus
    version: int
    stops: list[StopOut]


class ScanOut(Out):
    """A scan; a negative quantity took some back."""

    id: int
    shipment_id: int
    sku_id: int
    kind: ScanKind
    quantity: Quantity
    code: str
    reason: str
    key: str
    actor: str
    scanned_at: datetime
    at: datetime


class TrackingEventOut(Out):
    """A carrier's word about a shipment; ``at`` is when we heard of it."""

    id: int
    code: TrackingCode
    happened_at: datetime
    place: str
    text: str
    signer: str
    actor: str
    at: datetime


class TrackedShipmentOut(Out):
    """A shipment a word is about."""

    id: int
    number: str


class TrackedOut(Out):
    """A carrier's word as it was kept, and every shipment that travels under its number."""

    code: TrackingCode
    happened_at: datetime
    place: str
    text: str
    signer: str
    shipments: list[TrackedShipmentOut]


class OrderToShipOut(Out):
    """An order with goods reserved and in no shipment."""

    id: int
    number: str
    customer_name: str
    warehouse_id: int
    urgent: bool
    priority: int
    wanted_date: date | None
    transport_mode: str
