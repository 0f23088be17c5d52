"""Whether every SKU is found by what it is called."""

from __future__ import annotations

from collections.abc import Iterable

from shunda.catalog.models import Sku
from shunda.catalog.steps import text_of


def check() -> Iterable[str]:
    """One sentence for each SKU whose search text is not what its names and codes make it."""
    for sku in Sku.objects.select_related("product").defer("search").order_by("pk").iterator(2000):
        if sku.search_text != text_of(sku, sku.product):
            yield f"SKU {sku.code} is not found by its names: its search text is out of date"
