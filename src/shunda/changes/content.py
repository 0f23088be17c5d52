"""What a revision keeps of an order: head and lines as they stood, as JSON, enough to print it again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any

from shunda.changes.specs import DATES, HEAD
from shunda.orders.assembly import is_taken_out
from shunda.orders.models import Order, OrderLine

ORDER = (*HEAD, "freight_net", "freight_tax", "net", "tax", "gross", "priority")
LINE = (
    "line_no", "name", "model", "specification", "parameters", "unit_id", "quantity", "base_quantity", "unit_price",
    "discount_rate", "tax_rate", "order_discount", "net", "tax", "gross", "wanted_date", "note", "made_to_order",
)  # fmt: skip
NUMBERS = frozenset(
    {"discount", "freight", "freight_net", "freight_tax", "net", "tax", "gross", "quantity", "base_quantity",
     "unit_price", "discount_rate", "tax_rate", "order_discount"}
)  # fmt: skip


def of(order: Order, lines: Sequence[OrderLine]) -> dict[str, Any]:
    """An order as it stands; lines that were taken out are not part of it."""
    return {
        **{name: plain(getattr(order, name)) for name in ORDER},
        "lines": [
            {"sku": line.sku.code, "sku_id": line.sku_id, **{name: plain(getattr(line, name)) for name in LINE}}
            for line in lines
            if not is_taken_out(line)
        ],
    }


def then(order: Order, kept: Mapping[str, Any]) -> Order:
    """The order with its head as it stood; not to be saved. A column that was not kept yet is as it is."""
    old = copy(order)
    for name in ORDER:
        if name in kept:
            setattr(old, name, _value(name, kept[name]))
    return old


def lines_then(kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines as they stood, with numbers and days as such."""
    return [{name: _value(name, value) for name, value in line.items()} for line in kept["lines"]]


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    return Decimal(value) if name in NUMBERS else date.fromisoformat(value) if name in DATES else value


def plain(value: Any) -> Any:
    """As JSON keeps it: numbers as text without needless zeros, days as text."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else value
