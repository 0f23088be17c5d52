"""What an order line takes from the catalogue, read for thousands of lines in one query."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from shunda.core.sql import Statement, numbers

_GOODS = """
select s.id, s.code, p.name, p.model, p.specification, p.unit_id, u.decimals, p.tax_rate,
       p.supply_mode = 'order', s.active and p.active
from catalog_sku s join catalog_product p on p.id = s.product_id join catalog_unit u on u.id = p.unit_id
where s.id = any(%s::bigint[])
"""


class Good(NamedTuple):
    """A SKU as order lines see it."""

    id: int
    code: str
    name: str
    model: str
    specification: str
    unit_id: int
    decimals: int
    tax_rate: Decimal
    made_to_order: bool
    active: bool


def goods(sku_ids: Iterable[int]) -> Statement[dict[int, Good]]:
    """These SKUs by id, inactive ones too; an unknown id is missing."""
    return Statement(_GOODS, [numbers(set(sku_ids))], lambda rows: {row[0]: Good._make(row) for row in rows})
