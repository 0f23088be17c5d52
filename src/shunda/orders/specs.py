"""What the actions of this folder take: orders and lines as somebody wants them, changes of progress, holds.

``None`` means "take it from the customer, the catalogue or the price list"; an empty text means empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shunda.core.actor import Actor
from shunda.core.refusal import Refusal
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import Channel, HoldKind, InvoiceKind, OrderKind, PaymentMethod, Priority, Stops

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineSpec:
    """One article: by ``sku_id``, or by ``sku`` (SKU code or barcode). Quantity and price are of one ``unit_id``.

    Without a unit it is the SKU's own; without a price it is the customer's price for this quantity and day.
    """

    quantity: Decimal
    sku_id: int | None = None
    sku: str = ""
    unit_id: int | None = None
    unit_price: Decimal | None = None
    discount_rate: Decimal = ZERO  # a share of 1
    tax_rate: Decimal | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    wanted_date: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderSpec:
    """An order as entered (R019-R031). Money in the order's currency, with or without tax as ``prices_include_tax``."""

    customer_id: int
    lines: Sequence[LineSpec] = ()
    kind: str = OrderKind.STANDARD
    channel: str = Channel.PHONE
    shop: str = ""
    external_number: str = ""
    customer_reference: str = ""
    contract_number: str = ""
    warehouse_id: int | None = None
    term_id: int | None = None
    owner_id: int | None = None
    priority: int = Priority.NORMAL
    urgent: bool = False
    currency: str | None = None
    prices_include_tax: bool = True
    payment_method: str = PaymentMethod.TRANSFER
    invoice_kind: str = InvoiceKind.SPECIAL
    discount: Decimal = ZERO
    freight: Decimal = ZERO
    freight_tax_rate: Decimal = Decimal("0.09")
    wanted_date: date | None = None
    promised_date: date | None = None
    payment_due: date | None = None
    transport_mode: str = ""
    packing: str = ""
    note: str = ""
    customer_name: str | None = None
    credit_code: str | None = None
    bank: str | None = None
    bank_account: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    address_id: int | None = None  # one of the customer's; the fields below go before it
    ship_country: str | None = None
    ship_province: str | None = None
    ship_city: str | None = None
    ship_district: str | None = None
    ship_street: str | None = None
    ship_postcode: str | None = None
    receiver: str | None = None
    receiver_phone: str | None = None
    cloned_from_id: int | None = None


HEAD = tuple(f.name for f in fields(OrderSpec) if f.name not in {"lines", "address_id"})
"""The fields of a spec that are columns of the order."""

LINE = tuple(f.name for f in fields(LineSpec) if f.name not in {"sku"})
"""The fields of a line spec that are columns of the line."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """What happened to a line, as differences in the SKU's base unit; negative takes back."""

    line_id: int
    planned: Decimal = ZERO
    shipped: Decimal = ZERO
    signed: Decimal = ZERO
    returned: Decimal = ZERO
    invoiced: Decimal = ZERO
    cancelled: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class HoldSpec:
    """Stop one kind of step of an order, or of one of its lines, for a reason people can read."""

    order_id: int
    reason: str
    kind: str = HoldKind.MANUAL
    stops: str = Stops.SHIP
    line_id: int | None = None
    owner_id: int | None = None
    rule: str = ReleaseRule.HAND
    expires_at: datetime | None = None
    decided: Mapping[str, Any] | None = None  # by which rows of a decision table

    @property
    def place(self) -> tuple[int, int | None, str, str]:
        """Where one open hold stands at a time."""
        return self.order_id, self.line_id, str(self.kind), str(self.stops)


@dataclass(frozen=True, slots=True)
class PrioritySpec:
    """How soon an order goes (R014, R015)."""

    priority: int = Priority.NORMAL
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Placing:
    """One order somebody wants placed; ``by`` holds ``orders.place_order``.

    ``key`` is the caller's idempotency key ("" for none), ``fingerprint`` that of the body the key came with.
    """

    spec: OrderSpec
    by: Actor
    key: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a placed order: ``confirmed``, or ``in_review`` and then ``findings`` say why a person looks.

    ``replayed``: the key came before, this is the answer given then.
    """

    id: int
    number: str
    status: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    currency: str
    replayed: bool = False
    findings: tuple[Refusal, ...] = ()
