"""Reads of orders: who sees which, lists, and what the folders above ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from shunda.core.actor import Actor
from shunda.core.search import Matching
from shunda.customers.models import Customer
from shunda.orders.models import Hold, HoldKind, Order, OrderLine, Review
from shunda.orders.rules import Progress, stage
from shunda.orders.specs import ZERO
from shunda.orders.states import OrderStatus, ReviewStatus, Stage


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


def rows(actor: Actor) -> QuerySet[Order]:
    """The orders an actor may see, with the names that lists and the order page show."""
    return seen_by(actor).select_related("customer", "owner", "warehouse", "term", "region")


def numbers(ids: Iterable[int]) -> dict[int, str]:
    """Order numbers by id, so that a refusal names its order."""
    return dict(Order.objects.filter(pk__in=list(ids)).values_list("pk", "number"))


def search(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Orders by the beginning of their number, the customer's reference or foreign number, or the customer."""
    text = text.strip()
    customers = Customer.objects.filter(search=Matching(text)).values("pk")
    return orders.filter(
        Q(number__startswith=text.upper())
        | Q(customer_reference=text)
        | Q(external_number=text)
        | Q(customer_id__in=customers)
    )


def in_stage(orders: QuerySet[Order], stage: str) -> QuerySet[Order]:
    """Orders in a stage as people read it; the same decision as ``rules.stage``, asked of the database."""
    if stage not in _OF_CONFIRMED:
        return orders.filter(status=_STATUS_OF.get(stage, stage))
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    wanted = F("base_quantity") - F("cancelled")
    shipped, unshipped = Exists(lines.filter(shipped__gt=0)), Exists(lines.filter(shipped__lt=wanted))
    unsigned = Exists(lines.filter(signed__lt=wanted))
    unpaid = Exists(Hold.objects.filter(order=OuterRef("pk"), kind=HoldKind.PAYMENT, released_at__isnull=True))
    conditions: dict[str, list[Any]] = {
        Stage.TO_PAY: [~shipped, unpaid],
        Stage.TO_SHIP: [~shipped, ~unpaid],
        Stage.PARTLY_SHIPPED: [shipped, unshipped],
        Stage.SHIPPED: [shipped, ~unshipped, unsigned],
        Stage.SIGNED: [shipped, ~unshipped, ~unsigned],
    }
    return orders.filter(*conditions[stage], status=OrderStatus.CONFIRMED)


_OF_CONFIRMED = (Stage.TO_PAY, Stage.TO_SHIP, Stage.PARTLY_SHIPPED, Stage.SHIPPED, Stage.SIGNED)
_STATUS_OF: dict[str, str] = {Stage.TO_CONFIRM: OrderStatus.APPROVED}


def stages(order_ids: Iterable[int]) -> dict[int, Stage]:
    """The stage of each order as people read it (R152): one query."""
    found = (
        Order.objects.filter(pk__in=list(order_ids))
        .annotate(
            wanted=Coalesce(Sum(F("lines__base_quantity") - F("lines__cancelled")), ZERO),
            shipped=Coalesce(Sum("lines__shipped"), ZERO),
            signed=Coalesce(Sum("lines__signed"), ZERO),
            unpaid=Exists(Hold.objects.filter(order=OuterRef("pk"), kind=HoldKind.PAYMENT, released_at__isnull=True)),
        )
        .values_list("pk", "status", "wanted", "shipped", "signed", "unpaid")
    )
    return {
        pk: stage(status, Progress(wanted, shipped, signed), awaits_payment=unpaid)
        for pk, status, wanted, shipped, signed, unpaid in found
    }


def waiting_reviews(actor: Actor, departments: Iterable[str]) -> QuerySet[Review]:
    """Reviews of these departments that wait for a decision, of orders the actor may see."""
    return Review.objects.filter(
        status=ReviewStatus.PENDING, department__in=list(departments), order__in=seen_by(actor)
    ).select_related("order__customer", "order__owner", "order__warehouse", "order__term")
