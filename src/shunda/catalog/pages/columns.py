"""The columns the list of products can have."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Product, SupplyMode
from shunda.web.columns import Column


def _skus(row: Product) -> str:
    return ", ".join(sku.code for sku in row.skus.all())


def _barcodes(row: Product) -> str:
    return ", ".join(sku.barcode for sku in row.skus.all() if sku.barcode)


COLUMNS = (
    Column("code", _("Code"), cell="catalog/cells/code.html", sort=("code", "code_down"), fixed=True),
    Column("name", _("Product name"), str, cell="catalog/cells/name.html"),
    Column("skus", _("SKUs"), _skus, cell="catalog/cells/skus.html"),
    Column("category", _("Category")),
    Column("unit", _("Unit")),
    Column("tax_rate", _("Tax rate"), kind="percent"),
    Column("supply", _("Supply"), lambda row: SupplyMode(row.supply_mode)),
    Column(
        "status",
        _("Status"),
        lambda row: _("active") if row.active else _("inactive"),
        cell="catalog/cells/status.html",
    ),
    Column("name_en", _("name in English"), shown=False),
    Column("model", _("model"), shown=False),
    Column("specification", _("specification"), shown=False),
    Column("barcodes", _("Barcodes"), _barcodes, shown=False),
    Column("lead_days", _("lead time in working days"), kind="number", shown=False),
)
"""What the list shows unless somebody chose otherwise, then what can be added."""
