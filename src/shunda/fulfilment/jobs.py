"""What follows from events elsewhere."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shunda.core.actor import system
from shunda.fulfilment import steps


def open_work(order_ids: list[int], at: datetime) -> None:
    """Confirmed orders with reserved goods in no shipment wait for one; others do not. Runs again harmlessly."""
    with transaction.atomic():
        steps.show_what_remains(steps.lock_orders(order_ids).values(), by=system(), at=at)
