"""Goods for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from shunda.catalog.models import Category, Product, Sku, Unit, UnitConversion
from shunda.catalog.rules import sku_search_text

UNITS = {"pc": ("件", "piece", 0), "dozen": ("打", "dozen", 0), "kg": ("千克", "kilogram", 3), "box": ("箱", "box", 0)}


def unit(code: str = "pc", **fields: Any) -> Unit:
    """A unit, the same one for the same code; pc, dozen and box are counted whole, kg has three decimals."""
    name, name_en, decimals = UNITS.get(code, (code, code, 0))
    return Unit.objects.get_or_create(
        code=code, defaults={"name": name, "name_en": name_en, "decimals": decimals, **fields}
    )[0]


def category(code: str = "parts", **fields: Any) -> Category:
    """A category with 13 % tax, the same one for the same code."""
    return Category.objects.get_or_create(
        code=code, defaults={"name": "零件", "name_en": "Parts", "tax_rate": Decimal("0.13"), **fields}
    )[0]


def product(code: str = "P-1", **fields: Any) -> Product:
    """A product made to stock, sold by the piece."""
    return Product.objects.create(
        code=code,
        name=fields.pop("name", f"产品{code}"),
        category=fields.pop("category", None) or category(),
        unit=fields.pop("unit", None) or unit(),
        tax_rate=Decimal(fields.pop("tax_rate", "0.13")),
        **fields,
    )


def sku(code: str = "A-1", *, variant: str = "", barcode: str = "", active: bool = True, **fields: Any) -> Sku:
    """A SKU with a product of its own (or ``product=``); other fields are the product's."""
    made = fields.pop("product", None) or product(f"P-{code}", **fields)
    text = sku_search_text(
        code=code,
        barcode=barcode,
        variant=variant,
        product_code=made.code,
        name=made.name,
        name_en=made.name_en,
        model=made.model,
        specification=made.specification,
    )
    return Sku.objects.create(
        product=made, code=code, variant=variant, barcode=barcode, active=active, search_text=text
    )


def conversion(
    of: Unit, base: Unit, numerator: int, denominator: int = 1, product: Product | None = None
) -> UnitConversion:
    """One ``of`` is numerator/denominator ``base``, for one product or all."""
    return UnitConversion.objects.create(
        unit=of, base=base, numerator=numerator, denominator=denominator, product=product
    )
