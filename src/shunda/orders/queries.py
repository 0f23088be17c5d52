"""Reads of orders: who sees which, lists, and what the folders above ask."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from shunda.core.actor import Actor
from shunda.orders.models import Hold, Order, OrderLine, Review


def seen_by(actor: Actor) -> QuerySet[Order]:
    """The orders an actor may see: all, those of his regions and his own, or only his own."""
    orders = Order.objects.all()
    if actor.reach == "all":
        return orders
    own = Q(owner_id=actor.id)
    return orders.filter(own | Q(region_id__in=actor.regions)) if actor.reach == "region" else orders.filter(own)


def lines_of(order_ids: Iterable[int]) -> dict[int, list[OrderLine]]:
    """The lines of each order by line number, with their SKUs: one query."""
    wanted = list(order_ids)
    lines: dict[int, list[OrderLine]] = {pk: [] for pk in wanted}
    rows = OrderLine.objects.filter(order_id__in=wanted).select_related("sku").order_by("order_id", "line_no")
    for line in rows:
        lines[line.order_id].append(line)
    return lines


def open_holds(order_ids: Iterable[int], stops: str | None = None) -> dict[int, list[Hold]]:
    """The holds not yet released of each order, those that stop one step if ``stops`` names it: one query."""
    wanted = list(order_ids)
    rows = Hold.objects.filter(order_id__in=wanted, released_at__isnull=True).order_by("pk")
    holds: dict[int, list[Hold]] = {pk: [] for pk in wanted}
    for hold in rows.filter(stops=stops) if stops else rows:
        holds[hold.order_id].append(hold)
    return holds


def reviews_of(order_ids: Iterable[int]) -> dict[int, list[Review]]:
    """The reviews of each order, oldest round first: one query."""
    wanted = list(order_ids)
    reviews: dict[int, list[Review]] = {pk: [] for pk in wanted}
    for review in Review.objects.filter(order_id__in=wanted).select_related("decided_by").order_by("round", "pk"):
        reviews[review.order_id].append(review)
    return reviews
