"""Build the demo company in an empty installation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection, transaction

from shunda.catalog import actions as catalog
from shunda.demo import stock
from shunda.demo.company import STEPS, at, done, found
from shunda.demo.data import orders as read_orders
from shunda.demo.data import rows
from shunda.demo.ending import leave_open
from shunda.demo.replay import LAST_DAY, Inline, Replay

Progress = Callable[[int, int], None]
"""Is told (done, total)."""


def build(progress: Progress, inline: Inline) -> None:
    """Set the company up and replay its history (1996-07-04 to 1998-05-10); ``inline`` runs reactions on the spot.

    Each day is a transaction of its own, so an interrupted build leaves a company that ends earlier.
    """
    history = read_orders()
    arrivals = stock.plan(history)
    days = (LAST_DAY - min(arrivals)).days + 1
    total, count = STEPS + days + 1, 0

    def told() -> None:
        nonlocal count
        count += 1
        progress(count, total)

    with transaction.atomic():
        company = found(told)
    replay = Replay(company, history, inline)
    day = min(arrivals)
    while day <= LAST_DAY:
        if day in arrivals:
            with inline() as drain:
                stock.receive(company, day, arrivals[day])
                drain()
        replay.live(day)
        told()
        day += timedelta(days=1)
    with transaction.atomic(), inline() as drain:
        stock.announce(company)
        leave_open(replay, drain)
        _discontinue(replay)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    told()


def _discontinue(replay: Replay) -> None:
    """Products that are sold no more, except where an open order still waits for them."""
    open_lines = {line.product for order in replay.old.values() if not order.shipped for line in order.lines}
    gone = [
        replay.company.products[row["id"]]
        for row in rows("products")
        if row["discontinued"] == "1" and row["id"] not in open_lines
    ]
    done(catalog.deactivate_products(gone, by=replay.staff["administrator"], at=at(LAST_DAY, 18)))
