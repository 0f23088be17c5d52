"""What the actions of pricing take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ListSpec:
    """A price list; the code names it for good and is not changed by an edit."""

    code: str
    name: str
    valid_from: date
    valid_until: date | None = None
    currency: str = "CNY"
    includes_tax: bool = True
    customer_id: int | None = None
    grade: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price as it was typed, pasted or read from a file; ``row`` is where it stands there, for the refusals.

    ``sku`` is a SKU code or a barcode. Empty ``min_quantity`` means any quantity, empty ``floor`` no floor.
    """

    row: int
    sku: str
    unit_price: str
    min_quantity: str = ""
    floor: str = ""


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Prices for one list; ``replace``: they are all of its prices, what is not among them goes."""

    list_id: int
    rows: Sequence[PriceRow]
    replace: bool = False
