"""What follows from events elsewhere."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from shunda.core.actor import system
from shunda.fulfilment import steps
from shunda.inventory import steps as inventory
from shunda.inventory.models import Balance, Demand, DemandKind
from shunda.inventory.queries import balances_of

MOST_SERVED = 2000
"""How many waiting demands one arrival looks at; the next arrival goes on."""


def open_work(order_ids: list[int], at: datetime) -> None:
    """Confirmed orders with reserved goods in no shipment wait for one; others do not. Runs again harmlessly."""
    with transaction.atomic():
        steps.show_what_remains(steps.lock_heads(order_ids), by=system(), at=at)


def serve_after_cancel(order_ids: list[int], at: datetime) -> None:
    """Cancelled orders let go of stock: confirmed orders that wait for it get it reserved (R050, R170)."""
    serve_waiting(balances_of(order_ids), at)


def serve_waiting(balance_ids: list[int], at: datetime) -> None:
    """Stock came in: confirmed orders that wait for it (made to order, or released before) get it reserved (R050).

    Each demand whole or not at all; high priority first, then who is due first, then who came first.
    """
    here = Balance.objects.filter(pk__in=balance_ids, sku=OuterRef("sku"), warehouse=OuterRef("warehouse"))
    waiting = Demand.objects.filter(
        Exists(here), kind=DemandKind.ORDER, quantity__gt=F("reserved") + F("issued") + F("cancelled")
    ).order_by("-priority", F("due").asc(nulls_last=True), "pk")[:MOST_SERVED]
    with transaction.atomic():
        wanted = list(waiting.values_list("pk", "order_id"))
        orders = steps.lock_orders(order_id for _, order_id in wanted if order_id is not None)
        inventory.reserve([(pk, [pk]) for pk, order_id in wanted if order_id in orders], at=at)
        steps.show_what_remains(orders.values(), by=system(), at=at)
