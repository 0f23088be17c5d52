"""What teams and people can be good at: the product categories and the order types (R112, R113)."""

from __future__ import annotations

from shunda.catalog.models import Category
from shunda.orders.models import OrderKind


def known() -> dict[str, str]:
    """Every ability by its name, as people read it: one query."""
    categories = {f"category:{one.code}": str(one) for one in Category.objects.filter(active=True).order_by("code")}
    return {f"kind:{kind}": str(kind.label) for kind in OrderKind} | categories
