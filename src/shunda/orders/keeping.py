"""Approvals that still hold when an order is submitted again: only what changed is reviewed again (R047). Pure.

What a department decides by is put together into one mark; an approval holds as long as the mark is the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from shunda.core.money import plain
from shunda.orders.checks import Finding, for_department
from shunda.orders.models import Department, Order, OrderLine
from shunda.orders.overrides import mark

D = Department
_TRADE = (
    "customer_id",
    "customer_name",
    "kind",
    "gross",
    "net",
    "discount",
    "freight",
    "currency",
    "term_id",
    "wanted_date",
)
_HEAD: dict[str, tuple[str, ...]] = {
    D.SALES: (*_TRADE, "promised_date", "note"),
    D.FINANCE: (*_TRADE, "prices_include_tax", "payment_method", "invoice_kind", "payment_due", "credit_code", "bank",
                "bank_account"),
    D.WAREHOUSE: ("warehouse_id", "ship_country", "ship_province", "ship_city", "ship_district", "ship_street",
                  "ship_postcode", "receiver", "receiver_phone", "wanted_date", "promised_date", "transport_mode",
                  "packing", "note"),
    D.PRODUCTION: ("kind", "wanted_date", "promised_date"),
    D.CONTRACT: (*_TRADE, "contract_number", "promised_date"),
    D.MANAGEMENT: (*_TRADE, "contract_number", "priority", "promised_date"),
}  # fmt: skip
"""The columns of an order each department decides by."""


def basis(order: Order, lines: Sequence[OrderLine], department: str, found: Sequence[Finding]) -> str:
    """The mark of all a department decides by: its columns, its side of the lines, and the warnings it was shown."""
    head = [(name, str(getattr(order, name))) for name in _HEAD[department]]
    content = sorted(repr(_line(line, department)) for line in lines if _concerns(line, department))
    warnings = sorted({mark(one) for one in for_department(found, department) if one.level != "ok"})
    return hashlib.sha256(repr((head, content, warnings)).encode()).hexdigest()


def _concerns(line: OrderLine, department: str) -> bool:
    return department != D.PRODUCTION or line.made_to_order


def _line(line: OrderLine, department: str) -> tuple[Any, ...]:
    goods = (line.sku_id, plain(line.base_quantity), str(line.wanted_date))
    if department == D.WAREHOUSE:
        return goods
    if department == D.PRODUCTION:
        return (*goods, sorted((str(name), str(value)) for name, value in line.parameters.items()))
    return (*goods, line.unit_id, plain(line.unit_price), plain(line.discount_rate), plain(line.tax_rate))
