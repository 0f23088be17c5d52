"""Reads: the link behind an address, links and wishes for those who see the order, and what a customer may see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from shunda.core.actor import Actor
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.states import ShipmentStatus
from shunda.orders import queries as orders
from shunda.orders.models import Order, OrderLine
from shunda.orders.states import OrderStatus
from shunda.portal.models import Link, Wish
from shunda.portal.rules import token, word_of

M = TypeVar("M", bound=Model)
MOST_LINES = 500
"""So many lines a customer sees on his page; a longer order says how many more it has."""


def behind(raw: str, *, at: datetime) -> Link | None:
    """The link an address opens, with its order; none where it is forged, ended, revoked, or the order is archived.

    An address we did not sign asks the database nothing. Whoever asks is not told which it was.
    """
    word = word_of(raw)
    if word is None:
        return None
    rows = Link.objects.filter(word=word, revoked_at__isnull=True, expires_at__gte=at)
    return rows.exclude(order__status=OrderStatus.ARCHIVED).select_related("order__customer", "order__term").first()


def works(link: Link, order: Order, *, at: datetime) -> bool:
    """Whether a link opens its order at that moment."""
    return link.revoked_at is None and link.expires_at >= at and order.status != OrderStatus.ARCHIVED


def path(link: Link) -> str:
    """Where a link leads to, on this server."""
    return reverse("portal:show", args=[token(link.word)])


def addresses(order_ids: Collection[int]) -> dict[int, str]:
    """By order: the whole address of the link that works now, for papers; none where ours is not known. One query."""
    if not settings.SHUNDA_ADDRESS:
        return {}
    rows = Link.objects.filter(order__in=order_ids, revoked_at__isnull=True, expires_at__gt=Now())
    return {link.order_id: settings.SHUNDA_ADDRESS + path(link) for link in rows.order_by("pk")}


def seen_by(actor: Actor) -> QuerySet[Link]:
    """The links of the orders an actor may see."""
    return _of_orders_seen(Link.objects.select_related("order"), actor)


def wishes(actor: Actor) -> QuerySet[Wish]:
    """The wishes about orders an actor may see."""
    return _of_orders_seen(Wish.objects.select_related("order", "link", "answered_by"), actor)


def _of_orders_seen(rows: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """Whoever sees every order is asked about none; whoever stands in never sees what is his own."""
    if actor.reach == "all" and actor.for_id is None:
        return rows
    return rows.filter(order__in=orders.seen_by(actor).values("pk"))


def wishes_of(order: Order) -> QuerySet[Wish]:
    """What was asked for about an order, newest first."""
    return Wish.objects.filter(order=order).select_related("answered_by").order_by("-pk")


def lines_of(order: Order) -> list[OrderLine]:
    """The first lines of an order with what they name: one query."""
    rows = OrderLine.objects.filter(order=order).select_related("sku__product", "unit").order_by("line_no")
    return list(rows[: MOST_LINES + 1])


def shipments_of(order: Order) -> list[Shipment]:
    """What has left: nothing of what is only planned. One query."""
    left = (ShipmentStatus.SHIPPED, ShipmentStatus.SIGNED)
    return list(Shipment.objects.filter(order=order, status__in=left).select_related("carrier").order_by("pk"))
