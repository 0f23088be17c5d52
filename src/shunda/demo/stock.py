"""Stock as it must have been for history to be possible, and as it is at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from shunda.demo.company import FOUNDED, Company, at, done
from shunda.demo.data import OldOrder, rows
from shunda.inventory import actions as inventory
from shunda.inventory.specs import ReceiptLine, SupplyLine

ANNOUNCED, EXPECTED = date(1998, 5, 4), date(1998, 5, 20)
MAIN, SHARE = "SEA", Decimal("0.6")
"""The main warehouse holds this share of what is in stock at the end."""

Place = tuple[str, str]


def plan(history: Sequence[OldOrder], served: Mapping[str, str]) -> dict[date, dict[Place, Decimal]]:
    """What comes in on the first of each month, by product and warehouse: what that month's orders will want.

    The opening stock is what Northwind counts in stock: it stays to the end. Only the warehouses of these orders get
    anything; ``served`` is the warehouse by customer.
    """
    ours = {served[order.customer] for order in history}
    start = {place: count for place, count in opening().items() if place[1] in ours}
    wanted: dict[date, Counter[Place]] = {FOUNDED: Counter(start)}
    for order in history:
        month = wanted.setdefault(order.ordered.replace(day=1), Counter())
        for line in order.lines:
            month[line.product, served[order.customer]] += line.quantity  # type: ignore[assignment]
    return {day: {place: Decimal(n) for place, n in month.items() if n} for day, month in sorted(wanted.items())}


def opening() -> dict[Place, int]:
    """In stock at the end of history, shared over the warehouses."""
    stock: dict[Place, int] = {}
    for row in rows("products"):
        count = int(row["in_stock"])
        stock[row["id"], MAIN] = int(count * SHARE)
        stock[row["id"], "LON"] = count - int(count * SHARE)
    return stock


def locations() -> dict[str, str]:
    """Where each product lies, the same in both warehouses: an aisle for each category, three levels a rack."""
    seen: Counter[str] = Counter()
    shelves = {}
    for row in rows("products"):
        rack, level = divmod(seen[row["category"]], 3)
        shelves[row["id"]] = f"{chr(64 + int(row['category']))}-{rack + 1:02d}-{level + 1}"
        seen[row["category"]] += 1
    return shelves


def receive(company: Company, day: date, goods: Mapping[Place, Decimal]) -> None:
    """Goods arrive in the morning, each on its shelf."""
    shelves = locations()
    lines = [
        ReceiptLine(
            company.skus[product],
            company.warehouses[warehouse],
            quantity,
            location=shelves[product],
            reason="采购到货 purchase",
        )
        for (product, warehouse), quantity in sorted(goods.items(), key=lambda item: (int(item[0][0]), item[0][1]))
    ]
    done(inventory.receive(lines, by=company.staff["warehouse_keeper"], at=at(day, 8)))


def announce(company: Company) -> None:
    """What Northwind has on order is on its way to the main warehouse."""
    lines = [
        SupplyLine(
            sku_id=company.skus[row["id"]],
            warehouse_id=company.warehouses[MAIN],
            quantity=Decimal(row["on_order"]),
            expected_on=EXPECTED,
            reference=f"PO19980504-{row['id']}",
        )
        for row in rows("products")
        if row["on_order"] != "0"
    ]
    done(inventory.announce(lines, by=company.staff["buyer"], at=at(ANNOUNCED, 9)))
