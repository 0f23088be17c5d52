"""What follows from changes elsewhere. Each reconciles: running it twice changes nothing."""

from __future__ import annotations

from datetime import datetime

from shunda.inventory.queries import balances_of
from shunda.orders import jobs as orders
from shunda.orders.models import Order


def retry_after_change(order_ids: list[int], at: datetime) -> None:
    """Changed orders may have given back stock and credit: try the orders again that could not be confirmed (R047)."""
    orders.retry_blocked(balances_of(order_ids), at)
    customers = Order.objects.filter(pk__in=order_ids).values_list("customer_id", flat=True)
    orders.retry_after_limit(sorted(set(customers)), at)
