"""What the API of goods takes and gives."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q
from pydantic import Field

from shunda.api.schemas import Filter, FilterLookup, Id, In, Out, Rate, Version
from shunda.catalog.models import Sku, SupplyMode
from shunda.catalog.specs import ProductSpec, SkuSpec
from shunda.core.search import Matching

Code = Annotated[str, Field(min_length=1, max_length=40)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[str, Field(max_length=200)]
Whole = Annotated[int, Field(ge=0, le=30_000)]
Parameters = Annotated[dict[str, str], Field(max_length=60, description="Technical parameters by name.")]
Found = Annotated[str | None, Field(max_length=100, description="Name, pinyin initials, model, SKU or barcode.")]


class UnitOut(Out):
    """A unit of measure; ``decimals`` places are allowed in its quantities."""

    id: int
    code: str
    name: str
    name_en: str
    decimals: int
    active: bool
    version: int


class UnitIn(In):
    """A new unit."""

    code: Annotated[str, Field(min_length=1, max_length=20)]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    name_en: Annotated[str, Field(max_length=40)] = ""
    decimals: Annotated[int, Field(ge=0, le=4)] = 0


class UnitChange(In):
    """What changes; what is left out stays. ``decimals`` can only grow."""

    version: Version
    code: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    name: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    name_en: Annotated[str, Field(max_length=40)] | None = None
    decimals: Annotated[int, Field(ge=0, le=4)] | None = None
    active: bool | None = None


class ConversionOut(Out):
    """One ``unit`` is exactly numerator/denominator ``base``, for one product or for all."""

    id: int
    unit_id: int
    unit: Annotated[str, Field(validation_alias="unit.code")]
    base_id: int
    base: Annotated[str, Field(validation_alias="base.code")]
    numerator: int
    denominator: int
    product_id: int | None


class ConversionIn(In):
    """What one unit is in another; what was said before is replaced."""

    unit_id: Id
    base_id: Id
    numerator: Annotated[int, Field(ge=1, le=1_000_000)]
    denominator: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    product_id: Id | None = None


class ConversionsIn(In):
    """Conversions to set."""

    conversions: Annotated[list[ConversionIn], Field(min_length=1, max_length=1000)]


class CategoryOut(Out):
    """A product class."""

    id: int
    code: str
    name: str
    name_en: str
    parent_id: int | None
    tax_rate: Rate
    active: bool
    version: int


class CategoryIn(In):
    """A new product class."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=80)]
    name_en: Annotated[str, Field(max_length=80)] = ""
    parent_id: Id | None = None
    tax_rate: Rate = Decimal("0.13")


class CategoryChange(In):
    """What changes; what is left out stays. ``parent_id`` may be null: nothing above it."""

    version: Version
    code: Code | None = None
    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    name_en: Annotated[str, Field(max_length=80)] | None = None
    parent_id: Id | None = None
    tax_rate: Rate | None = None
    active: bool | None = None


class SkuOut(Out):
    """What is stocked, priced and ordered: a product or one variant of it."""

    id: int
    code: str
    variant: str
    barcode: str
    product_id: int
    active: bool
    version: int


class SkuRowOut(SkuOut):
    """A SKU with what its product says about it. ``sold``: it and its product are both active."""

    product: Annotated[str, Field(validation_alias="product.code")]
    name: Annotated[str, Field(validation_alias="product.name")]
    name_en: Annotated[str, Field(validation_alias="product.name_en")]
    model: Annotated[str, Field(validation_alias="product.model")]
    specification: Annotated[str, Field(validation_alias="product.specification")]
    unit: Annotated[str, Field(validation_alias="product.unit.code")]
    tax_rate: Annotated[Rate, Field(validation_alias="product.tax_rate")]
    sold: bool

    @staticmethod
    def resolve_sold(sku: Any) -> bool:
        """Both active."""
        return bool(sku.active and sku.product.active)


class SkuIn(In):
    """A new variant."""

    code: Code
    variant: Annotated[str, Field(max_length=80)] = ""
    barcode: Annotated[str, Field(max_length=40)] = ""

    def spec(self, product_id: int | None = None) -> SkuSpec:
        """As the action takes it."""
        return SkuSpec(self.code, self.variant, self.barcode, product_id)


class SkuNew(SkuIn):
    """A new variant of a product that exists."""

    product_id: Id


class SkuChange(In):
    """What changes; what is left out stays."""

    version: Version
    code: Code | None = None
    variant: Annotated[str, Field(max_length=80)] | None = None
    barcode: Annotated[str, Field(max_length=40)] | None = None


class ProductOut(Out):
    """Something sold, with its SKUs."""

    id: int
    code: str
    name: str
    name_en: str
    model: str
    specification: str
    parameters: dict[str, str]
    category_id: int
    category: Annotated[str, Field(validation_alias="category.code")]
    unit_id: int
    unit: Annotated[str, Field(validation_alias="unit.code")]
    tax_rate: Rate
    supply_mode: SupplyMode
    lead_days: int
    active: bool
    version: int
    skus: list[SkuOut]

    @staticmethod
    def resolve_skus(product: Any) -> list[Sku]:
        """Those that were read with it."""
        return list(product.skus.all())


class ProductIn(In):
    """A new product. Without ``skus`` it gets one with its code; without ``tax_rate`` it gets its category's."""

    code: Code
    name: Name
    category_id: Id
    unit_id: Id
    name_en: Annotated[str, Field(max_length=120)] = ""
    model: Annotated[str, Field(max_length=80)] = ""
    specification: Text = ""
    parameters: Parameters = Field(default_factory=dict)
    tax_rate: Rate | None = None
    supply_mode: SupplyMode = SupplyMode.STOCK
    lead_days: Whole = 0
    skus: Annotated[list[SkuIn], Field(max_length=200)] = Field(default_factory=list)

    def spec(self) -> ProductSpec:
        """As the action takes it."""
        values = {name: value for name, value in self if name != "skus"}
        return ProductSpec(**values, skus=[sku.spec() for sku in self.skus])


class ProductsIn(In):
    """New products."""

    products: Annotated[list[ProductIn], Field(min_length=1, max_length=1000)]


class ProductChange(In):
    """What changes; what is left out stays. ``tax_rate`` null is the category's. The unit cannot change."""

    version: Version
    code: Code | None = None
    name: Name | None = None
    name_en: Annotated[str, Field(max_length=120)] | None = None
    model: Annotated[str, Field(max_length=80)] | None = None
    specification: Text | None = None
    parameters: Parameters | None = None
    category_id: Id | None = None
    tax_rate: Rate | None = None
    supply_mode: SupplyMode | None = None
    lead_days: Whole | None = None


class ProductFilter(Filter):
    """Which products."""

    q: Found = None
    code: Annotated[str | None, Field(max_length=40), FilterLookup("code__iexact")] = None
    category_id: Id | None = None
    supply_mode: SupplyMode | None = None
    active: bool | None = None

    def filter_q(self, text: str) -> Q:
        """By what its SKUs are found by."""
        return Q(pk__in=Sku.objects.filter(search=Matching(text)).values("product")) if text else Q()


class SkuFilter(Filter):
    """Which SKUs."""

    q: Found = None
    code: Annotated[str | None, Field(max_length=40), FilterLookup("code__iexact")] = None
    barcode: Annotated[str | None, Field(max_length=40), FilterLookup("barcode__iexact")] = None
    product_id: Id | None = None
    active: bool | None = None

    def filter_q(self, text: str) -> Q:
        """By what it is found by."""
        return Q(search=Matching(text)) if text else Q()


class UnitFilter(Filter):
    """Which units."""

    code: Annotated[str | None, Field(max_length=20)] = None
    active: bool | None = None


class CategoryFilter(Filter):
    """Which categories."""

    code: Annotated[str | None, Field(max_length=40)] = None
    parent_id: Id | None = None
    active: bool | None = None


class ConversionFilter(Filter):
    """Which conversions."""

    product_id: Id | None = None
    unit_id: Id | None = None
