"""Writes that several actions on goods share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from shunda.catalog.models import Product, Sku
from shunda.catalog.rules import sku_search_text, trimmed
from shunda.catalog.specs import SkuSpec


def one_at_a_time() -> None:
    """Whoever hands out codes waits for whoever is doing so: what was checked as free is free at commit."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('catalog.codes'))")


def text_of(sku: Sku, product: Product) -> str:
    """What this SKU of this product is found by."""
    return sku_search_text(
        code=sku.code,
        barcode=sku.barcode,
        variant=sku.variant,
        product_code=product.code,
        name=product.name,
        name_en=product.name_en,
        model=product.model,
        specification=product.specification,
    )


def add_skus(pairs: Iterable[tuple[Product, SkuSpec]]) -> list[Sku]:
    """Store checked SKUs with what they are found by."""
    rows: list[Sku] = []
    for product, spec in pairs:
        values: dict[str, Any] = trimmed(spec) | {"product_id": product.pk}
        sku = Sku(**values)
        sku.search_text = text_of(sku, product)
        rows.append(sku)
    return Sku.objects.bulk_create(rows)


def refresh_search(products: Sequence[Product]) -> None:
    """Let the SKUs of changed products be found by what these are called now. Two queries."""
    by_id = {product.pk: product for product in products}
    changed: list[Sku] = []
    for sku in Sku.objects.filter(product__in=by_id).order_by("pk"):
        text = text_of(sku, by_id[sku.product_id])
        if text != sku.search_text:
            sku.search_text = text
            changed.append(sku)
    if changed:
        Sku.objects.bulk_update(changed, ["search_text"])
