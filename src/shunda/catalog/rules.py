"""Pure decisions about goods: how names are read, how quantities convert, what may be entered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Model
from stdnum import ean

from shunda.catalog import reasons
from shunda.catalog.models import Category, Product, Sku, SupplyMode, Unit
from shunda.catalog.naming import local as local
from shunda.catalog.specs import CategorySpec, ConversionSpec, ProductSpec, SkuSpec, UnitSpec
from shunda.core.refusal import Refusal
from shunda.core.search import search_text

MOST_LEAD_DAYS = 1_000
MOST_PARAMETERS, PARAMETER_NAME, PARAMETER_VALUE = 60, 60, 200
MOST_FACTOR = 1_000_000
TAX_PLACES = Decimal("0.0001")


@dataclass(slots=True)
class Known:
    """What the checks look things up in. Codes are upper case; the value is the id that has them."""

    categories: dict[int, Category] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)
    product_codes: dict[str, int] = field(default_factory=dict)
    sku_codes: dict[str, int] = field(default_factory=dict)


def converted(quantity: Decimal, factor: Fraction, decimals: int) -> Decimal | None:
    """The quantity in base units, exactly: 3 dozen are 36 pieces (R026).

    ``None`` when it cannot be said in ``decimals`` places: a third of a dozen is 4 pieces, a fifth is no whole number.
    Nothing is ever rounded.
    """
    scaled = Fraction(quantity) * factor * 10**decimals
    return Decimal(scaled.numerator).scaleb(-decimals) if scaled.denominator == 1 else None


def sku_search_text(
    *, code: str, barcode: str, variant: str, product_code: str, name: str, name_en: str, model: str, specification: str
) -> str:
    """What a SKU is found by: its codes, the product's names, model and specification, pinyin of the Chinese."""
    return search_text(code, barcode, name, name_en, model, specification, variant, product_code)


def why_texts(ident: int, model: type[Model], values: Mapping[str, Any], where: str = "") -> Iterator[Refusal]:
    """Texts that are missing or do not fit their column."""
    for name, reason in reasons.REQUIRED[model].items():
        if name in values and not values[name]:
            yield reason(ident, where=f"{where}{name}")
    for name, reason in reasons.TOO_LONG[model].items():
        most = getattr(model._meta.get_field(name), "max_length", None)
        if most and len(values.get(name, "")) > most:
            yield reason(ident, where=f"{where}{name}", length=len(values[name]), most=most)


def trimmed(spec: Any) -> dict[str, Any]:
    """The values of a spec by field, texts without surrounding blanks."""
    pairs = ((one.name, getattr(spec, one.name)) for one in fields(spec))
    return {name: value.strip() if isinstance(value, str) else value for name, value in pairs}


def trimmed_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes of an edit, texts without surrounding blanks."""
    return {name: value.strip() if isinstance(value, str) else value for name, value in changes.items()}


def why_not_product(ident: int, spec: ProductSpec, known: Known, own: int | None = None) -> Iterator[Refusal]:
    """Every reason against a product as it is entered; ``own`` is its id when it exists (its SKUs are not judged)."""
    values = trimmed(spec)
    yield from why_texts(ident, Product, values)
    if known.product_codes.get(values["code"].upper(), own) != own:
        yield reasons.CODE_TAKEN(ident, where="code", code=values["code"])
    category, unit = known.categories.get(spec.category_id), known.units.get(spec.unit_id)
    if category is None or (not category.active and own is None):
        yield reasons.UNKNOWN_CATEGORY(ident, where="category")
    if unit is None or (not unit.active and own is None):
        yield reasons.UNKNOWN_UNIT(ident, where="unit")
    if spec.tax_rate is not None:
        yield from why_tax_rate(ident, spec.tax_rate)
    if spec.supply_mode not in SupplyMode.values:
        yield reasons.BAD_SUPPLY(ident, where="supply_mode", value=str(spec.supply_mode)[:20])
    if not 0 <= spec.lead_days <= MOST_LEAD_DAYS:
        yield reasons.BAD_LEAD_DAYS(ident, where="lead_days", days=str(spec.lead_days)[:20], most=MOST_LEAD_DAYS)
    yield from _why_parameters(ident, spec.parameters)
    if own is None:
        for place, sku in enumerate(skus_of(spec)):
            yield from why_not_sku(ident, sku, known, where=f"skus.{place}." if spec.skus else "")


def skus_of(spec: ProductSpec) -> list[SkuSpec]:
    """The SKUs a new product gets: those told, or one that has the product's code."""
    return list(spec.skus) or [SkuSpec(spec.code)]


def why_not_sku(ident: int, spec: SkuSpec, known: Known, own: int | None = None, where: str = "") -> Iterator[Refusal]:
    """Every reason against a SKU: missing or taken codes, a barcode that was misread."""
    values = trimmed(spec)
    yield from why_texts(ident, Sku, values, where)
    for name in ("code", "barcode"):
        text = values[name]
        if text and known.sku_codes.get(text.upper(), own) != own:
            yield reasons.SKU_TAKEN(ident, where=f"{where}{name}", code=text)
    barcode = values["barcode"]
    if len(barcode) in (13, 14) and barcode.isdecimal() and not ean.is_valid(barcode):
        yield reasons.BAD_BARCODE(ident, where=f"{where}barcode", barcode=barcode)


def why_twice(codes: Iterable[tuple[int, Iterable[str]]]) -> Iterator[Refusal]:
    """Codes that came before in the same batch: (ident, the codes of one thing) in order."""
    seen: set[str] = set()
    for ident, given in codes:
        own = {code.strip().upper() for code in given} - {""}
        for code in sorted(own & seen):
            yield reasons.CODE_TWICE(ident, where="code", code=code)
        seen |= own


def why_tax_rate(ident: int, rate: Decimal) -> Iterator[Refusal]:
    """A rate is at least 0, less than 1, and has four places at most."""
    if not (rate.is_finite() and 0 <= rate < 1 and rate == rate.quantize(TAX_PLACES)):
        shown = f"{(rate * 100).normalize():f}" if rate.is_finite() else str(rate)
        yield reasons.BAD_TAX_RATE(ident, where="tax_rate", rate=shown[:20])


def _why_parameters(ident: int, parameters: Mapping[str, Any]) -> Iterator[Refusal]:
    fits = len(parameters) <= MOST_PARAMETERS and all(
        isinstance(value, str) and 0 < len(name.strip()) <= PARAMETER_NAME and len(value) <= PARAMETER_VALUE
        for name, value in parameters.items()
    )
    if not fits:
        yield reasons.BAD_PARAMETERS(
            ident, where="parameters", most=MOST_PARAMETERS, name=PARAMETER_NAME, value=PARAMETER_VALUE
        )


def why_not_unit(ident: int, spec: UnitSpec, taken: Mapping[str, int], own: Unit | None = None) -> Iterator[Refusal]:
    """A unit keeps the decimal places that quantities already use."""
    values = trimmed(spec)
    yield from why_texts(ident, Unit, values)
    if taken.get(values["code"], own.pk if own else None) != (own.pk if own else None):
        yield reasons.CODE_TAKEN(ident, where="code", code=values["code"])
    if not 0 <= spec.decimals <= 4:
        yield reasons.BAD_DECIMALS(ident, where="decimals", decimals=str(spec.decimals)[:20])
    elif own is not None and spec.decimals < own.decimals:
        yield reasons.FEWER_DECIMALS(ident, where="decimals", unit=own.code, now=own.decimals)


def why_not_category(
    ident: int, spec: CategorySpec, categories: Mapping[int, Category], own: Category | None = None
) -> Iterator[Refusal]:
    """A category has a code of its own and does not lie under itself."""
    values = trimmed(spec)
    yield from why_texts(ident, Category, values)
    taken = {one.code: one.pk for one in categories.values()}
    if taken.get(values["code"], own.pk if own else None) != (own.pk if own else None):
        yield reasons.CODE_TAKEN(ident, where="code", code=values["code"])
    yield from why_tax_rate(ident, spec.tax_rate)
    if spec.parent_id is not None and spec.parent_id not in categories:
        yield reasons.UNKNOWN_CATEGORY(ident, where="parent")
    above = spec.parent_id
    while own is not None and above is not None and above in categories:
        if above == own.pk:
            yield reasons.OWN_PARENT(ident, where="parent", category=own.code)
            return
        above = categories[above].parent_id


def why_not_conversion(
    ident: int, spec: ConversionSpec, units: Mapping[int, Unit], products: Mapping[int, Product]
) -> Iterator[Refusal]:
    """One unit is a positive fraction of another, and of the product's own base unit where it is for one product."""
    for name, unit_id in (("unit", spec.unit_id), ("base", spec.base_id)):
        if unit_id not in units:
            yield reasons.UNKNOWN_UNIT(ident, where=name)
    if spec.unit_id == spec.base_id:
        yield reasons.SAME_UNIT(ident, where="unit")
    if not (1 <= spec.numerator <= MOST_FACTOR and 1 <= spec.denominator <= MOST_FACTOR):
        yield reasons.BAD_FACTOR(ident, where="numerator", most=MOST_FACTOR)
    product = products.get(spec.product_id) if spec.product_id is not None else None
    if spec.product_id is not None and product is None:
        yield reasons.UNKNOWN_PRODUCT(ident, where="product")
    elif product is not None and product.unit_id != spec.base_id:
        yield reasons.NOT_THE_BASE(ident, where="base", code=product.code, unit=str(product.unit))
