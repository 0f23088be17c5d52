"""What filing a plan takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PlanLineSpec:
    """An article (code or barcode) and its quantity in the base unit, as people write them."""

    sku: str
    quantity: str


@dataclass(frozen=True, slots=True)
class PlanSpec:
    """The plan of a region (its code) for a month (any day of it); it takes the place of what was filed before.

    ``version`` is the one somebody looked at; none: any.
    """

    region: str
    month: date
    lines: Sequence[PlanLineSpec]
    note: str = ""
    version: int | None = None
