"""Reads of goods: facts of SKUs, codes to SKUs, exact unit factors, search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from fractions import Fraction
from typing import Any, cast

from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    ExpressionWrapper,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Length

from shunda.catalog.models import Category, Product, Sku, SupplyMode, Unit, UnitConversion
from shunda.catalog.naming import local
from shunda.catalog.rules import Known
from shunda.core.models import Event
from shunda.core.search import Matching
from shunda.core.sql import Statement

CANDIDATES = 200
"""How many rows a search ranks: a query of one letter stays fast in a catalogue of a million."""


@dataclass(frozen=True, slots=True)
class SkuFacts:
    """What a line, a price or a stock row needs to know about a SKU. ``active``: both the SKU and its product are."""

    id: int
    code: str
    barcode: str
    variant: str
    product_id: int
    product_code: str
    name: str
    name_en: str
    model: str
    specification: str
    category_id: int
    unit_id: int
    unit_code: str
    unit_name: str
    unit_name_en: str
    decimals: int
    tax_rate: Decimal
    made_to_order: bool
    lead_days: int
    active: bool

    @property
    def label(self) -> str:
        """Its name in the language of the reader, with the variant."""
        name = local(self.name, self.name_en)
        return f"{name} {self.variant}" if self.variant else name

    @property
    def unit_label(self) -> str:
        """The base unit in the language of the reader."""
        return local(self.unit_name, self.unit_name_en)


_COLUMNS = (
    "id", "code", "barcode", "variant", "product_id", "product__code", "product__name", "product__name_en",
    "product__model", "product__specification", "product__category_id", "product__unit_id", "product__unit__code",
    "product__unit__name", "product__unit__name_en", "product__unit__decimals", "product__tax_rate",
    "made_to_order", "product__lead_days", "usable",
)  # fmt: skip
_MADE_TO_ORDER = ExpressionWrapper(Q(product__supply_mode=SupplyMode.ORDER), output_field=BooleanField())
_USABLE = ExpressionWrapper(Q(active=True, product__active=True), output_field=BooleanField())


def _facts(skus: QuerySet[Sku]) -> Iterator[SkuFacts]:
    told = skus.annotate(made_to_order=_MADE_TO_ORDER, usable=_USABLE)
    return (SkuFacts(*row) for row in cast("Iterable[tuple[Any, ...]]", told.values_list(*_COLUMNS)))


def sku_facts(sku_ids: Iterable[int]) -> dict[int, SkuFacts]:
    """The facts of these SKUs by id, inactive ones too; an unknown id is missing. One query."""
    return {facts.id: facts for facts in _facts(Sku.objects.filter(pk__in=set(sku_ids)))}


_RESOLVE = """
select asked.i, coalesce(by_code.id, by_barcode.id)
from unnest(%s::text[]) with ordinality asked(code, i)
left join catalog_sku by_code on upper(by_code.code) = upper(asked.code)
left join catalog_sku by_barcode on upper(by_barcode.barcode) = upper(asked.code) and by_barcode.barcode <> ''
where by_code.id is not null or by_barcode.id is not null
"""


def resolve(codes: Iterable[str]) -> dict[str, int]:
    """SKU ids by code or barcode, whatever the case and surrounding blanks; an unknown one is missing. One query.

    The keys are the codes as they were given. A code counts before a barcode.
    """
    return resolving(codes).run()


def resolving(codes: Iterable[str]) -> Statement[dict[str, int]]:
    """The statement of ``resolve``; no codes ask nobody."""
    asked = list(dict.fromkeys(codes))
    stripped = [code.strip() for code in asked]
    return Statement(_RESOLVE if asked else "", [stripped], lambda rows: {asked[i - 1]: pk for i, pk in rows})


_FACTORS = """
select asked.sku, asked.unit,
       case when product.unit_id = asked.unit then 1 else coalesce(own.numerator, shared.numerator) end,
       case when product.unit_id = asked.unit then 1 else coalesce(own.denominator, shared.denominator) end
from unnest(%s::bigint[], %s::bigint[]) asked(sku, unit)
join catalog_sku sku on sku.id = asked.sku
join catalog_product product on product.id = sku.product_id
left join catalog_unitconversion own
  on own.product_id = product.id and own.unit_id = asked.unit and own.base_id = product.unit_id
left join catalog_unitconversion shared
  on shared.product_id is null and shared.unit_id = asked.unit and shared.base_id = product.unit_id
where product.unit_id = asked.unit or own.id is not null or shared.id is not null
"""


def factors(pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Fraction]:
    """How many base units one unit of a SKU is, exactly, by (sku id, unit id): base 1, dozen 12. One query.

    The product's own conversion counts before the one for all products. A pair that is missing is not convertible.
    """
    asked = sorted(set(pairs))
    with connection.cursor() as cursor:
        cursor.execute(_FACTORS, [[sku for sku, _unit in asked], [unit for _sku, unit in asked]])
        return {(sku, unit): Fraction(above, below) for sku, unit, above, below in cursor.fetchall()}


def matching(text: str, skus: QuerySet[Sku] | None = None) -> QuerySet[Sku]:
    """The SKUs found by this text (Chinese of two characters, pinyin initials, part numbers), always by index."""
    found = Sku.objects.all() if skus is None else skus
    return found.filter(search=Matching(text)) if text.strip() else found


def find(text: str, limit: int = 20, *, active: bool = True) -> list[SkuFacts]:
    """The SKUs a person most likely means: the exact code or barcode first, then codes that begin so. One query."""
    text = text.strip()
    if not text:
        return []
    exact = Sku.objects.filter(code__iexact=text).values("pk")
    candidates = exact.union(Sku.objects.filter(search=Matching(text)).values("pk")[:CANDIDATES])
    rank = Case(
        When(code__iexact=text, then=Value(0)),
        When(barcode__iexact=text, then=Value(1)),
        When(code__istartswith=text, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    skus = Sku.objects.filter(active=True, product__active=True) if active else Sku.objects.all()
    found = skus.filter(pk__in=candidates).order_by(rank, Length("code"), "code")
    return list(_facts(found[:limit]))


_SIMILAR = """
select asked.code, near.id
from unnest(%s::text[]) asked(code)
cross join lateral (
  select s.id, min(cut.n) n from generate_series(0, 3) cut(n)
  cross join lateral (
    select s.id from catalog_sku s
    where s.search @@ bigram_query(left(asked.code, length(asked.code) - cut.n)) and s.active
    limit 8
  ) s
  where length(asked.code) - cut.n >= 3
  group by s.id order by 2, 1 limit 8
) near
order by asked.code, near.n
"""


def similar(codes: Sequence[str], each: int = 3) -> dict[str, list[SkuFacts]]:
    """For codes nobody knows, the SKUs on sale most like them; a code with none is missing. Two queries.

    Looked for by the text, then by ever shorter beginnings of it, so a wrong end is forgiven.
    """
    asked = [code.strip() for code in codes]
    with connection.cursor() as cursor:
        cursor.execute(_SIMILAR, [asked])
        found: dict[str, list[int]] = {}
        for code, sku_id in cursor.fetchall():
            found.setdefault(code, []).append(sku_id)
    facts = sku_facts(sku_id for near in found.values() for sku_id in near)

    def likeness(code: str, sku: SkuFacts) -> float:
        return SequenceMatcher(None, code.upper(), sku.code.upper()).ratio()

    return {
        code: sorted((facts[pk] for pk in near if facts[pk].active), key=lambda s: -likeness(code, s))[:each]
        for code, near in found.items()
    }


_PRODUCT_CODES = """
select product.code, product.id
from unnest(%s::text[]) asked(code) join catalog_product product on upper(product.code) = upper(asked.code)
"""
_SKU_CODES = """
select sku.code, sku.id
from unnest(%s::text[]) asked(code) join catalog_sku sku on upper(sku.code) = upper(asked.code)
union all
select sku.barcode, sku.id
from unnest(%s::text[]) asked(code)
join catalog_sku sku on upper(sku.barcode) = upper(asked.code) and sku.barcode <> ''
"""


def known(product_codes: Iterable[str] = (), sku_codes: Iterable[str] = ()) -> Known:
    """What a batch of products or SKUs is checked against: four queries whatever its size."""
    products, skus = ([code.strip() for code in codes] for codes in (product_codes, sku_codes))
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCT_CODES, [products])
        taken_products = {code.upper(): pk for code, pk in cursor.fetchall()}
        cursor.execute(_SKU_CODES, [skus, skus])
        taken_skus = {code.upper(): pk for code, pk in cursor.fetchall()}
    return Known(Category.objects.in_bulk(), Unit.objects.in_bulk(), taken_products, taken_skus)


def active_products_of(field: str, ids: Iterable[int]) -> dict[int, int]:
    """How many active products have each of these units or categories (``field`` is unit_id or category_id)."""
    rows = Product.objects.filter(active=True, **{f"{field}__in": list(ids)}).values_list(field)
    return dict(rows.annotate(n=Count("id")))


def conversions_of(product: Product) -> QuerySet[UnitConversion]:
    """The units a product can be sold in beside its base unit, its own conversions first."""
    fits = Q(product=product) | Q(product=None, base=product.unit_id)
    return UnitConversion.objects.filter(fits).select_related("unit", "base").order_by("product_id", "unit__code")


def products() -> QuerySet[Product]:
    """Products as lists and pages show them, with category, unit and SKUs: two queries."""
    skus = Prefetch("skus", Sku.objects.defer("search", "search_text").order_by("pk"))
    return Product.objects.select_related("category", "unit").prefetch_related(skus)


def found_by(text: str, rows: QuerySet[Product]) -> QuerySet[Product]:
    """The products one of whose SKUs is found by this text."""
    return rows.filter(pk__in=Sku.objects.filter(search=Matching(text)).values("product"))


def categories() -> list[Category]:
    """All categories as a tree: each after its parent, with ``indent``, ``path`` and active ``products`` counted."""
    rows = list(Category.objects.order_by("code").annotate(products=Count("product", filter=Q(product__active=True))))
    below: dict[int | None, list[Category]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    ordered: list[Category] = []
    _walk(below, None, 0, "", ordered)
    return ordered


def _walk(
    below: dict[int | None, list[Category]], parent: int | None, depth: int, path: str, ordered: list[Category]
) -> None:
    for row in below.get(parent, []):
        row.indent, row.path = min(depth, 5), f"{path} / {row}" if path else str(row)  # type: ignore[attr-defined]
        ordered.append(row)
        _walk(below, row.pk, depth + 1, row.path, ordered)  # type: ignore[attr-defined]


def category_choices(*, keep: int | None = None) -> list[tuple[int, str]]:
    """Categories in use by id, as paths; ``keep`` is one that stays although it is closed."""
    return [(row.pk, row.path) for row in categories() if row.active or row.pk == keep]  # type: ignore[attr-defined]


def unit_choices() -> list[tuple[int, str]]:
    """Units in use by id."""
    return [(unit.pk, f"{unit} ({unit.code})") for unit in Unit.objects.filter(active=True).order_by("code")]


def events_of(product: Product) -> QuerySet[Event]:
    """What happened to a product and its SKUs."""
    own = Q(subject_kind="catalog.product", subject_id=product.pk)
    skus = Q(subject_kind="catalog.sku", subject_id__in=[sku.pk for sku in product.skus.all()])
    return Event.objects.filter(own | skus)


def history(product: Product, most: int = 50) -> list[Event]:
    """The same, newest first, as far as anybody scrolls."""
    return list(events_of(product).order_by("-id")[:most])


def skus() -> QuerySet[Sku]:
    """SKUs with their products, as lists show them: one query."""
    return Sku.objects.select_related("product__unit").defer("search", "search_text")


def conversions() -> QuerySet[UnitConversion]:
    """What units are in others, for single products and for all."""
    return UnitConversion.objects.select_related("unit", "base")


def shared_conversions() -> QuerySet[UnitConversion]:
    """What units are in others for all products."""
    return (
        UnitConversion.objects.filter(product=None).select_related("unit", "base").order_by("base__code", "unit__code")
    )
