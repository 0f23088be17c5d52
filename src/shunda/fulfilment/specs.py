"""What the actions take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from shunda.core.actor import Actor

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class ShipmentSpec:
    """Plan a shipment for an order: ``lines`` are base quantities by order line.

    Without lines: everything that is reserved and not yet in a shipment.
    """

    order_id: int
    lines: Mapping[int, Decimal] | None = None
    mode: str = ""
    carrier_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PickSpec:
    """What was found, by shipment line; a line that is not named was found whole. Short lines need their reason."""

    shipment_id: int
    picked: Mapping[int, Decimal] = field(default_factory=dict)
    reasons: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScanSpec:
    """A scan while picking: ``code`` is a SKU code or barcode, ``quantity`` in base units (negative: taken back).

    ``kind`` is ``found`` or ``short``; what is short needs its ``reason`` (see ``ShortReason``), another reason a
    ``note``. A scan with a ``key`` counts once, however often it is sent; ``scanned_at`` is the device's clock.
    """

    shipment_id: int
    code: str
    quantity: Decimal = Decimal(1)
    kind: str = "found"
    reason: str = ""
    note: str = ""
    key: str = ""
    scanned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scanning:
    """A scan and who made it."""

    spec: ScanSpec
    by: Actor


@dataclass(frozen=True, slots=True)
class PackSpec:
    """How many parcels it became, and what they weigh altogether in kg if somebody weighed them."""

    shipment_id: int
    parcels: int = 1
    note: str = ""
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ShipSpec:
    """Who carries it, under which number; what is left empty stays as it was planned."""

    shipment_id: int
    carrier_id: int | None = None
    tracking_number: str = ""
    mode: str = ""


@dataclass(frozen=True, slots=True)
class TrackSpec:
    """A carrier's word: ``code`` is a ``TrackingCode``; which shipment is said by its own number or by the carrier's.

    ``carrier`` is a carrier's code, for numbers that two of them use; ``signer`` is who signed at the carrier's.
    """

    code: str
    happened_at: datetime
    shipment: str = ""
    tracking_number: str = ""
    carrier: str = ""
    place: str = ""
    text: str = ""
    signer: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """What happened to a shipment line at the door; the three add up to what was shipped."""

    accepted: Decimal
    damaged: Decimal = ZERO
    missing: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.accepted + self.damaged + self.missing


@dataclass(frozen=True, slots=True)
class ReceiptSpec:
    """A signature at the door (R143): who signed, what was handed over, in which condition.

    ``lines`` are by shipment line; one that is not named was accepted whole. ``signature_id`` is a stored picture.
    Where a carrier's word stands for the signature, ``evidence_id`` is the tracking event, ``signed_at`` its time.
    """

    shipment_id: int
    signed_by: str = ""
    contact_id: int | None = None
    lines: Mapping[int, Handed] = field(default_factory=dict)
    looks_good: bool = True
    packing_intact: bool = True
    remark: str = ""
    signature_id: int | None = None
    signed_at: datetime | None = None
    evidence_id: int | None = None


@dataclass(frozen=True, slots=True)
class CarrierSpec:
    """A logistics company; ``{number}`` in the tracking page becomes the tracking number."""

    code: str
    name: str
    phone: str = ""
    tracking_url: str = ""
    active: bool = True
