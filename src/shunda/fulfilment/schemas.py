"""What the API of shipping takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Protocol, TypeVar

from django.db.models import Q
from ninja import FilterLookup
from pydantic import AfterValidator, AwareDatetime, Field
from pydantic_core import PydanticCustomError

from shunda.api.schemas import Filter, Id, In, Item, Items, Quantity, Version
from shunda.fulfilment.models import ScanKind, ShortReason, TrackingCode, TransportMode
from shunda.fulfilment.queries import found_by
from shunda.fulfilment.rules import PARCELS
from shunda.fulfilment.specs import (
    CarrierSpec,
    Handed,
    PackSpec,
    PickSpec,
    ReceiptSpec,
    ScanSpec,
    ShipmentSpec,
    ShipSpec,
    TrackSpec,
)
from shunda.fulfilment.states import ShipmentStatus

Text = Annotated[str, Field(max_length=200)]


class _OfLine(Protocol):
    line_id: int


L = TypeVar("L", bound=Sequence[_OfLine])


def _once(lines: L) -> L:
    """A line is named once."""
    if len({line.line_id for line in lines}) < len(lines):
        raise PydanticCustomError("line_twice", "every line_id once")
    return lines


class ShipmentQuantityIn(In):
    """So much of an order line, in the article's base unit."""

    line_id: Id
    quantity: Quantity


class ShipmentIn(In):
    """A shipment to plan. Without lines: everything reserved and in no shipment yet."""

    order_id: Id
    lines: Annotated[list[ShipmentQuantityIn], Field(min_length=1, max_length=5000), AfterValidator(_once)] | None = (
        None
    )
    mode: TransportMode | None = None
    carrier_id: Id | None = None
    note: Text = ""

    def spec(self) -> ShipmentSpec:
        """As the action takes it."""
        lines = None if self.lines is None else {line.line_id: line.quantity for line in self.lines}
        return ShipmentSpec(self.order_id, lines, self.mode or "", self.carrier_id, self.note)


class ShipmentsIn(In):
    """Several shipments to plan; each is made or refused."""

    shipments: Annotated[list[ShipmentIn], Field(min_length=1, max_length=1000)]


class PickedIn(In):
    """What was found of a shipment line; short ones need the reason."""

    line_id: Id
    quantity: Quantity
    reason: Text = ""


class PickItem(Item):
    """A shipment that was picked; lines that are not named were found whole."""

    picked: Annotated[list[PickedIn], Field(max_length=5000), AfterValidator(_once)] = Field(default_factory=list)


class PicksIn(Items):
    """Shipments that were picked."""

    items: Annotated[list[PickItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    def specs(self) -> list[PickSpec]:
        """As the action takes them."""
        return [
            PickSpec(
                item.id,
                {line.line_id: line.quantity for line in item.picked},
                {line.line_id: line.reason for line in item.picked},
            )
            for item in self.items
        ]


class ScanIn(In):
    """A scan while picking: SKU code or barcode, quantity in base units (negative: taken back).

    ``key`` is the device's own name for it: sent again, it counts once. ``kind`` ``short`` reports something missing.
    """

    shipment_id: Id
    code: Annotated[str, Field(min_length=1, max_length=60)]
    quantity: Quantity = Decimal(1)
    kind: ScanKind = ScanKind.FOUND
    short_reason: ShortReason | None = None
    note: Text = ""
    key: Annotated[str, Field(max_length=60)] = ""
    scanned_at: AwareDatetime | None = None

    def spec(self) -> ScanSpec:
        """As the action takes it."""
        reason = self.short_reason or ""
        kept = (self.code, self.quantity, self.kind, reason, self.note, self.key, self.scanned_at)
        return ScanSpec(self.shipment_id, *kept)


class ScansIn(In):
    """Scans in the order they were made, of one shipment or several."""

    scans: Annotated[list[ScanIn], Field(min_length=1, max_length=1000)]

    def specs(self) -> list[ScanSpec]:
        """As the action takes them."""
        return [each.spec() for each in self.scans]


class PackItem(Item):
    """A shipment that was packed; ``weight`` is in kg, all parcels together."""

    parcels: Annotated[int, Field(ge=1, le=PARCELS)] = 1
    weight: Quantity | None = None
    note: Text = ""


class PacksIn(Items):
    """Shipments that were packed."""

    items: Annotated[list[PackItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    def specs(self) -> list[PackSpec]:
        """As the action takes them."""
        return [PackSpec(item.id, item.parcels, item.note, item.weight) for item in self.items]


class ShipItem(Item):
    """A shipment that leaves; what is left out stays as planned."""

    carrier_id: Id | None = None
    tracking_number: Annotated[str, Field(max_length=60)] = ""
    mode: TransportMode | None = None


class ShipsIn(Items):
    """Shipments that leave."""

    items: Annotated[list[ShipItem], Field(min_length=1, max_length=1000)]  # type: ignore[assignment]  # narrower

    def specs(self) -> list[ShipSpec]:
        """As the action takes them."""
        return [ShipSpec(item.id, item.carrier_id, item.tracking_number, item.mode or "") for item in self.items]


class HandedIn(In):
    """What was handed over of a shipment line; the three add up to what was shipped."""

    line_id: Id
    accepted: Quantity
    damaged: Quantity = Decimal(0)
    missing: Quantity = Decimal(0)


class SignItem(Item):
    """A receipt; lines that are not named were accepted whole. ``signature`` is a PNG picture in base64."""

    signed_by: Annotated[str, Field(max_length=80)] = ""
    contact_id: Id | None = None
    lines: Annotated[list[HandedIn], Field(max_length=5000), AfterValidator(_once)] = Field(default_factory=list)
    looks_good: bool = True
    packing_intact: bool = True
    remark: Text = ""
    signature: Annotated[str, Field(max_length=600_000, pattern=r"^[A-Za-z0-9+/]*={0,2}$")] = ""

    def spec(self, signature_id: int | None) -> ReceiptSpec:
        """As the action takes it."""
        return ReceiptSpec(
            self.id,
            self.signed_by,
            self.contact_id,
            {line.line_id: Handed(line.accepted, line.damaged, line.missing) for line in self.lines},
            self.looks_good,
            self.packing_intact,
            self.remark,
            signature_id,
        )


class SignsIn(Items):
    """Receipts."""

    items: Annotated[list[SignItem], Field(min_length=1, max_length=100)]  # type: ignore[assignment]  # narrower


class ShipmentReasoned(Items):
    """Shipments, and why."""

    reason: Text


class ShipmentNoted(Items):
    """Shipments, and what was said."""

    note: Text = ""


class TrackIn(In):
    """A carrier's word. One of ``tracking_number`` and ``shipment`` (our number) is needed.

    ``carrier`` is a carrier's code, where two carriers may use the same number; ``signer`` is who signed at the
    carrier's.
    """

    tracking_number: Annotated[str, Field(max_length=60)] = ""
    shipment: Annotated[str, Field(max_length=30)] = ""
    carrier: Annotated[str, Field(max_length=20)] = ""
    code: TrackingCode
    happened_at: AwareDatetime
    place: Annotated[str, Field(max_length=80)] = ""
    text: Text = ""
    signer: Annotated[str, Field(max_length=80)] = ""

    def spec(self) -> TrackSpec:
        """As the action takes it."""
        return TrackSpec(**dict(self))


class TracksIn(In):
    """Words of carriers, of one shipment or many, in any order."""

    events: Annotated[list[TrackIn], Field(min_length=1, max_length=1000)]


class ShipmentFilter(Filter):
    """Which shipments."""

    status: ShipmentStatus | None = None
    order_id: Id | None = None
    warehouse_id: Id | None = None
    carrier_id: Id | None = None
    tracking_number: Annotated[str, Field(max_length=60)] | None = None
    track_code: TrackingCode | None = None
    shipped_since: Annotated[datetime | None, FilterLookup("shipped_at__gte")] = None
    q: Annotated[str, Field(max_length=100)] | None = None

    def filter_q(self, value: str | None) -> Q:
        """By the beginning of its number, tracking or order number, or by the customer."""
        return found_by(value) if value else Q()


class CarrierIn(In):
    """A logistics company; ``{number}`` in the tracking page becomes the tracking number."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    phone: Annotated[str, Field(max_length=30)] = ""
    tracking_url: Text = ""
    active: bool = True

    def spec(self) -> CarrierSpec:
        """As the actions take it."""
        return CarrierSpec(**dict(self))


class CarrierChange(In):
    """A carrier changed: the fields that are sent."""

    version: Version
    code: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None
    tracking_url: Text | None = None
    active: bool | None = None

    fields: ClassVar = ("code", "name", "phone", "tracking_url", "active")

    def changes(self) -> dict[str, Any]:
        """What was sent."""
        return {name: value for name in self.fields if (value := getattr(self, name)) is not None}


class CarrierFilter(Filter):
    """Which carriers."""

    active: bool | None = None
    code: Annotated[str, Field(max_length=20)] | None = None
