"""Build the demo company in an empty installation."""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction
from django.utils.module_loading import import_string

from shunda.catalog import actions as catalog
from shunda.demo import crew, stock
from shunda.demo.company import Company, at, done, found, recall
from shunda.demo.data import orders as read_orders
from shunda.demo.data import rows
from shunda.demo.ending import leave_open
from shunda.demo.fairness import assess
from shunda.demo.history import LAST_DAY, days

Progress = Callable[[int, int], None]
"""Is told (done, total)."""


def build(progress: Progress, inline: str, *, processes: bool = True) -> None:
    """Set the company up and replay its history (July 1996 to May 1998); ``inline`` names what runs reactions.

    With ``processes`` two of them share the work. Every action is a transaction, so an interrupted build leaves a
    company that ends earlier.
    """
    total, count = 1 + len(list(days())) + 1, 0

    def told() -> None:
        nonlocal count
        count += 1
        progress(count, total)

    with transaction.atomic(), import_string(inline)() as drain:
        found()
        drain()
    told()
    run = crew.side_by_side if processes else crew.in_turn
    run(inline, told)
    company = recall()
    with transaction.atomic(), import_string(inline)() as drain:
        stock.announce(company)
        leave_open(company, read_orders(), drain)
        _discontinue(company)
        assess(company)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    told()


def _discontinue(company: Company) -> None:
    """Products that are sold no more, except where an open order still waits for them."""
    waiting = {line.product for order in read_orders() if not order.shipped for line in order.lines}
    gone = [
        company.products[row["id"]]
        for row in rows("products")
        if row["discontinued"] == "1" and row["id"] not in waiting
    ]
    done(catalog.deactivate_products(gone, by=company.staff["administrator"], at=at(LAST_DAY, 18)))
