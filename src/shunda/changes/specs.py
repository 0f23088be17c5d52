"""What the actions of this folder take: how an order shall be different. ``None`` and absence mean "as it is"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from shunda.orders.models import Channel, Order
from shunda.orders.specs import LineSpec

ADDRESS = (
    "ship_country", "ship_province", "ship_city", "ship_district", "ship_street", "ship_postcode", "receiver",
    "receiver_phone",
)  # fmt: skip
REFERENCE = ("customer_reference", "contact_name", "contact_phone", "note")
TRANSPORT = ("transport_mode", "packing")
DATES = ("wanted_date", "promised_date", "payment_due")
MONEY = ("discount", "freight")
HEAD = (*ADDRESS, *REFERENCE, *TRANSPORT, *DATES, *MONEY)
"""The columns of an order that a change may change."""


@dataclass(frozen=True, slots=True)
class LineEdit:
    """A line as it shall be, in its own unit; a ``quantity`` of 0 takes out a line of which nothing is shipped."""

    line_no: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    discount_rate: Decimal | None = None
    wanted_date: date | None = None
    parameters: Mapping[str, Any] | None = None  # by a product change alone (R103)


@dataclass(frozen=True, slots=True)
class ChangeSpec:
    """How one order shall be different, who asked for it, how and when (R042), and why."""

    order_id: int
    reason: str = ""
    kind: str = "change"
    head: Mapping[str, Any] = field(default_factory=dict)  # columns of ``HEAD``
    carrier_id: int | None = None  # of the shipments that have not left
    lines: Sequence[LineEdit] = ()
    added: Sequence[LineSpec] = ()
    asked_by: str = ""
    asked_through: str = Channel.PHONE
    asked_on: datetime | None = None  # now, unless it is written down later

    def stored(self) -> dict[str, Any]:
        """What is kept with the change."""
        return {
            "head": {name: _plain(value) for name, value in self.head.items()},
            "carrier_id": self.carrier_id,
            "lines": [{k: _plain(v) for k, v in asdict(line).items() if v is not None} for line in self.lines],
            "added": [{k: _plain(v) for k, v in asdict(line).items() if v is not None} for line in self.added],
        }


def read(order_id: int, kind: str, wanted: Mapping[str, Any]) -> ChangeSpec:
    """A stored change again."""
    return ChangeSpec(
        order_id,
        kind=kind,
        head={name: _head(name, value) for name, value in wanted["head"].items()},
        carrier_id=wanted["carrier_id"],
        lines=[LineEdit(**_line(line)) for line in wanted["lines"]],
        added=[LineSpec(**_line(line)) for line in wanted["added"]],
    )


_NUMBERS = frozenset({"quantity", "unit_price", "discount_rate", "tax_rate"})


def _line(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: Decimal(value) if name in _NUMBERS else date.fromisoformat(value) if name == "wanted_date" else value
        for name, value in stored.items()
    }


def _head(name: str, value: Any) -> Any:
    if value is None:
        return None
    return Decimal(value) if name in MONEY else date.fromisoformat(value) if name in DATES else value


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


LENGTHS: dict[str, int] = {
    name: getattr(Order._meta.get_field(name), "max_length", 0) or 0 for name in (*ADDRESS, *REFERENCE, *TRANSPORT)
}
"""How long a text of the head may be; 0 where nothing limits it."""
