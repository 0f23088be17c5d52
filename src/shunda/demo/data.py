"""Northwind as it lies beside this file, typed."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib.resources import files

Cells = dict[str, str]


def rows(name: str) -> Iterator[Cells]:
    """The lines of a file, by heading."""
    text = (files("shunda.demo") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@dataclass(frozen=True, slots=True)
class Line:
    """So many of a product at a price; the discount is a share of one."""

    product: str
    price: Decimal
    quantity: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class OldOrder:
    """An order as history tells it. ``address`` is empty where it went to the customer's own address."""

    id: str
    customer: str
    employee: str
    ordered: date
    required: date
    shipped: date | None
    carrier: str
    freight: Decimal
    receiver: str
    address: Cells
    lines: tuple[Line, ...]


def orders() -> list[OldOrder]:
    """All orders, oldest first."""
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for row in rows("lines"):
        lines[row["order"]].append(
            Line(row["product"], Decimal(row["price"]), Decimal(row["quantity"]), Decimal(row["discount"]))
        )
    return [
        OldOrder(
            id=row["id"],
            customer=row["customer"],
            employee=row["employee"],
            ordered=date.fromisoformat(row["ordered"]),
            required=date.fromisoformat(row["required"]),
            shipped=date.fromisoformat(row["shipped"]) if row["shipped"] else None,
            carrier=row["carrier"],
            freight=Decimal(row["freight"]),
            receiver=row["receiver"],
            address={name: row[name] for name in ADDRESS} if row["country"] else {},
            lines=tuple(lines[row["id"]]),
        )
        for row in rows("orders")
    ]


ADDRESS = ("street", "city", "province", "postcode", "country")


RETAIL_MONTH = files("shunda.demo") / "data" / "online_retail" / "online_retail_2010-12.csv.gz"
"""A month of a British wholesaler of gifts, as it was written (see the notice beside it): hard food for imports."""
