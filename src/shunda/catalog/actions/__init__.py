"""The writes on goods: products, their SKUs, categories, units and conversions."""

from shunda.catalog.actions.categories import create_categories, edit_categories
from shunda.catalog.actions.products import activate_products, create_products, deactivate_products, edit_products
from shunda.catalog.actions.skus import activate_skus, create_skus, deactivate_skus, edit_skus
from shunda.catalog.actions.units import create_units, edit_units, remove_conversions, set_conversions

__all__ = [
    "activate_products",
    "activate_skus",
    "create_categories",
    "create_products",
    "create_skus",
    "create_units",
    "deactivate_products",
    "deactivate_skus",
    "edit_categories",
    "edit_products",
    "edit_skus",
    "edit_units",
    "remove_conversions",
    "set_conversions",
]
