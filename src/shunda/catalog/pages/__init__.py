"""The pages of goods: products and SKUs, categories, units."""

from shunda.catalog.pages.masters import (
    categories,
    category_create,
    category_edit,
    conversion_create,
    conversion_remove,
    unit_create,
    unit_edit,
    units,
)
from shunda.catalog.pages.products import activate, create, deactivate, detail, edit, index, suggest
from shunda.catalog.pages.skus import sku_activate, sku_create, sku_deactivate, sku_edit

__all__ = [
    "activate",
    "categories",
    "category_create",
    "category_edit",
    "conversion_create",
    "conversion_remove",
    "create",
    "deactivate",
    "detail",
    "edit",
    "index",
    "sku_activate",
    "sku_create",
    "sku_deactivate",
    "sku_edit",
    "suggest",
    "unit_create",
    "unit_edit",
    "units",
]
