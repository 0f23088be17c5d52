"""What the actions on goods take. Codes are unique whatever their case; a blank English name is the Chinese one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from shunda.catalog.models import SupplyMode


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """A unit of measure; ``decimals`` places are allowed in its quantities, 0 for whole pieces."""

    code: str
    name: str
    name_en: str = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class CategorySpec:
    """A product class under ``parent_id``; ``tax_rate`` (0.13) is what its products have unless told otherwise."""

    code: str
    name: str
    name_en: str = ""
    parent_id: int | None = None
    tax_rate: Decimal = Decimal("0.13")


@dataclass(frozen=True, slots=True)
class SkuSpec:
    """One variant of a product; ``product_id`` when the product exists already."""

    code: str
    variant: str = ""
    barcode: str = ""
    product_id: int | None = None


@dataclass(frozen=True, slots=True)
class ProductSpec:
    """Something to be sold (R001, R026). Without SKUs of its own it gets one with the product's code.

    ``tax_rate`` is the category's when left out; ``parameters`` are technical parameters by name; ``lead_days`` are
    working days.
    """

    code: str
    name: str
    category_id: int
    unit_id: int
    name_en: str = ""
    model: str = ""
    specification: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tax_rate: Decimal | None = None
    supply_mode: str = SupplyMode.STOCK
    lead_days: int = 0
    skus: Sequence[SkuSpec] = ()


@dataclass(frozen=True, slots=True)
class ConversionSpec:
    """One ``unit_id`` is exactly numerator/denominator ``base_id``: for one product, or for all with that base."""

    unit_id: int
    base_id: int
    numerator: int
    denominator: int = 1
    product_id: int | None = None
