"""Prices that a change takes under their floor: that takes what entering such an order takes (R044). Pure.

A price that stood under its floor before and does not get worse was decided on when the order was reviewed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from decimal import Decimal

from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.orders import reasons as why
from shunda.orders.assembly import is_taken_out
from shunda.orders.models import Order, OrderLine
from shunda.orders.rules import effective_price, goods_total


def under(
    order: Order, discount: Decimal, before: Mapping[int, OrderLine], lines: Iterable[OrderLine]
) -> Iterator[Refusal]:
    """Each line that sells under its floor, and for less than before; ``discount`` is that of the order as changed."""
    lines, changed = list(lines), copy(order)
    changed.discount = discount
    goods, goods_before = goods_total(changed, lines), goods_total(order, before.values())
    for line in lines:
        if line.floor is None or is_taken_out(line):
            continue
        price, old = effective_price(changed, line, goods), before.get(line.pk)
        if price < line.floor and (old is None or price < effective_price(order, old, goods_before)):
            at = {"line": line.line_no, "sku": line.sku.code, "where": f"lines.{line.line_no}"}
            yield why.UNDER_FLOOR(order.pk, price=plain(price), floor=plain(line.floor), **at)


def told(found: Iterable[Refusal]) -> dict[str, list[str]]:
    """For the impact: by line, the floor beside the price."""
    return {str(one.data["line"]): [one.data["floor"], one.data["price"]] for one in found}
