"""Reads of orders: who sees which, lists, the review desk, one order, and what the folders above ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.urls import reverse

from shunda.accounts.queries import doers
from shunda.catalog.models import Sku
from shunda.core.actor import Actor
from shunda.core.event import FOR
from shunda.core.models import Event
from shunda.core.search import Matching
from shunda.customers.models import Customer
from shunda.orders.models import Delivery, Department, Hold, HoldKind, Order, OrderAttachment, OrderLine, Review, Stops
from shunda.orders.rules import stage_of
from shunda.orders.states import OrderStatus, ReviewStatus, Stage


def seen_by(actor: Actor) -> QuerySet[Order]:
    """The orders an actor may see: all, those of his regions and his own, or only his own."""
    orders = Order.objects.all()
    if actor.for_id is not None:  # whoever stands in never does it for himself
        orders = orders.exclude(owner_id=actor.id).exclude(created_by_id=actor.id)
    if actor.reach == "all":
        return orders
    own = Q(owner_id=actor.own)
    return orders.filter(own | Q(region_id__in=actor.regions)) if actor.reach == "region" else orders.filter(own)


def lines_of(order_ids: Iterable[int]) -> dict[int, list[OrderLine]]:
    """The lines of each order by line number, with their SKUs: one query."""
    wanted = list(order_ids)
    lines: dict[int, list[OrderLine]] = {pk: [] for pk in wanted}
    rows = OrderLine.objects.filter(order_id__in=wanted).select_related("sku").order_by("order_id", "line_no")
    for line in rows:
        lines[line.order_id].append(line)
    return lines


def lines_by_id(order_ids: Iterable[int], *related: str) -> dict[int, dict[int, OrderLine]]:
    """The lines of each order by id, in line order, with SKU, product and unit; lines of one SKU share it in memory.

    ``related`` joins more ("demand"). Two queries; for the folders above, which work on thousands of lines at once.
    """
    wanted = list(order_ids)
    lines: dict[int, dict[int, OrderLine]] = {pk: {} for pk in wanted}
    rows = OrderLine.objects.filter(order_id__in=wanted).defer("parameters", "price_reason")
    joined = rows.select_related(*related) if related else rows
    found = list(joined.order_by("order_id", "line_no"))
    skus = Sku.objects.select_related("product__unit").defer("search", "search_text", "product__parameters")
    known = skus.in_bulk({line.sku_id for line in found})
    for line in found:
        line.sku = known[line.sku_id]
        lines[line.order_id][line.pk] = line
    return lines


def lines_shown(order_id: int) -> list[OrderLine]:
    """The lines of one order with unit and promise, as the order page shows them: one query."""
    return list(OrderLine.objects.filter(order_id=order_id).select_related("sku", "unit", "demand").order_by("line_no"))


def open_holds(order_ids: Iterable[int], stops: str | None = None) -> dict[int, list[Hold]]:
    """The holds not yet released of each order, those that stop one step if ``stops`` names it: one query."""
    wanted = list(order_ids)
    rows = Hold.objects.filter(order_id__in=wanted, released_at__isnull=True).order_by("pk")
    holds: dict[int, list[Hold]] = {pk: [] for pk in wanted}
    for hold in rows.filter(stops=stops) if stops else rows:
        holds[hold.order_id].append(hold)
    return holds


def holding(actor: Actor) -> QuerySet[Hold]:
    """The open holds of the orders an actor may see."""
    rows = Hold.objects.filter(released_at__isnull=True).select_related("order", "line", "owner")
    return rows if actor.reach == "all" else rows.filter(order__in=seen_by(actor))


def holds_shown(order_id: int) -> QuerySet[Hold]:
    """The open holds of one order, with their lines and who looks after them."""
    open_ones = Hold.objects.filter(order_id=order_id, released_at__isnull=True)
    return open_ones.select_related("line", "owner").order_by("pk")


def placers(holds: Iterable[Hold]) -> dict[int, set[int]]:
    """By hold: in whose name somebody placed it who stood in for another; one query."""
    wanted = {(hold.order_id, hold.placed_at, hold.kind, hold.stops): hold.pk for hold in holds}
    found: dict[int, set[int]] = {pk: set() for pk in wanted.values()}
    events = Event.objects.filter(
        order_id__in={order_id for order_id, *_rest in wanted}, kind="order.hold", data__has_key=FOR
    )
    for order_id, at, data in events.values_list("order_id", "at", "data"):
        if pk := wanted.get((order_id or 0, at, data["hold"], data["stops"])):
            found[pk].add(data[FOR])
    return found


def why_url(trace: Mapping[str, Any] | None) -> str:
    """The page that shows which rows of a decision table decided; empty where none did."""
    if not trace or not trace.get("rows"):
        return ""
    rows = "-".join(str(number) for number in trace["rows"])
    return reverse("policies:why", args=[trace["table"], trace["version"], rows])


def held_lines(order_ids: Iterable[int], stops: str) -> set[int]:
    """The lines of these orders that are held by themselves for this step: one query."""
    rows = Hold.objects.filter(order_id__in=list(order_ids), stops=stops, released_at__isnull=True)
    return set(rows.filter(line__isnull=False).values_list("line_id", flat=True))


def reviews_of(order_ids: Iterable[int]) -> dict[int, list[Review]]:
    """The reviews of each order, oldest round first: one query."""
    wanted = list(order_ids)
    reviews: dict[int, list[Review]] = {pk: [] for pk in wanted}
    for review in Review.objects.filter(order_id__in=wanted).select_related("decided_by").order_by("round", "pk"):
        reviews[review.order_id].append(review)
    return reviews


# --- lists ----------------------------------------------------------------------------------------------------------

_LINES = OrderLine.objects.filter(order=OuterRef("pk"))
_AWAITS_PAYMENT = Exists(
    Hold.objects.filter(order=OuterRef("pk"), kind=HoldKind.PAYMENT, stops=Stops.SHIP, released_at__isnull=True)
)


def staged(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with what ``rules.stage_of`` needs beside themselves: whether a payment is awaited, by index."""
    return orders.annotate(awaits_payment=_AWAITS_PAYMENT)


_STAGES: dict[str, Q] = {
    Stage.DRAFT: Q(status=OrderStatus.DRAFT),
    Stage.IN_REVIEW: Q(status=OrderStatus.IN_REVIEW),
    Stage.SENT_BACK: Q(status=OrderStatus.SENT_BACK),
    Stage.TO_CONFIRM: Q(status=OrderStatus.APPROVED),
    Stage.TO_PAY: Q(_AWAITS_PAYMENT, delivery=Delivery.NONE, status=OrderStatus.CONFIRMED),
    Stage.TO_SHIP: Q(~_AWAITS_PAYMENT, delivery=Delivery.NONE, status=OrderStatus.CONFIRMED),
    Stage.PARTLY_SHIPPED: Q(delivery=Delivery.PARTLY, status=OrderStatus.CONFIRMED),
    Stage.SHIPPED: Q(delivery=Delivery.SHIPPED, status=OrderStatus.CONFIRMED),
    Stage.SIGNED: Q(delivery=Delivery.SIGNED, status=OrderStatus.CONFIRMED),
    Stage.COMPLETED: Q(status=OrderStatus.COMPLETED),
    Stage.ARCHIVED: Q(status=OrderStatus.ARCHIVED),
    Stage.CANCELLED: Q(status=OrderStatus.CANCELLED),
}


def stage_is(stage: str) -> Q:
    """The condition that an order is in a stage: the same decision as ``rules.stage``, asked of the database."""
    return _STAGES.get(stage, Q(pk__in=[]))


def in_stage(orders: QuerySet[Order], stage: str) -> QuerySet[Order]:
    """The orders in a stage; an unknown stage has none."""
    return orders.filter(stage_is(stage))


def matches(text: str) -> Q:
    """The condition that an order is found by a text.

    By the beginning of its number, of the customer's or the channel's number, or by the customer (name, code, pinyin
    initials, credit code). Each way goes by an index of its own.
    """
    text = text.strip()
    if not text:
        return Q()
    ways = Q(number__startswith=text.upper())
    if text[:1].isdigit():
        ways |= Q(number__startswith=f"SO{text}")
    ways |= Q(customer_reference__startswith=text) & ~Q(customer_reference="")
    ways |= Q(external_number__startswith=text) & ~Q(external_number="")
    return ways | _of_customers(Customer.objects.filter(search=Matching(text)).values("pk").order_by())


FEW = 200
"""Of so many customers the orders are looked up; when more are meant, most orders are theirs, and lists walk along."""


def _of_customers(meant: QuerySet[Customer, Any]) -> Q:
    few = [row["pk"] for row in meant[: FEW + 1]]
    return Q(customer__in=few) if len(few) <= FEW else Q(customer__in=meant)


def search(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """The orders found by a text."""
    return orders.filter(matches(text))


def stages(order_ids: Iterable[int]) -> dict[int, Stage]:
    """The stage of each order as people read it (R152): one query."""
    return {order.pk: stage_of(order) for order in staged(Order.objects.filter(pk__in=list(order_ids)))}


def listed(actor: Actor) -> QuerySet[Order]:
    """The orders an actor may see, with stage; a list joins the names that it shows."""
    return staged(seen_by(actor))


def rows(actor: Actor) -> QuerySet[Order]:
    """The same with the names that the order page shows."""
    return listed(actor).select_related("customer", "owner", "team", "warehouse", "term", "region")


def has_article(sku_id: int) -> Q:
    """The condition that an order has a line of this article."""
    return Q(Exists(_LINES.filter(sku_id=sku_id)))


def late(orders: QuerySet[Order], today: date) -> QuerySet[Order]:
    """Those that were promised for an earlier day and have not left yet (R213)."""
    waiting = Q(delivery__in=(Delivery.NONE, Delivery.PARTLY), status=OrderStatus.CONFIRMED)
    return orders.filter(waiting, promised_date__lt=today)


def changed(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those that are not what was confirmed any more: a change made a revision of them (R162)."""
    return orders.filter(revision__gt=0)


def changed_ids() -> QuerySet[Order, int]:
    """The ids of changed orders, for worklists to mark their steps."""
    return changed(Order.objects.all()).values_list("pk", flat=True)


def numbers(ids: Iterable[int]) -> dict[int, str]:
    """The numbers people know orders by."""
    return dict(Order.objects.filter(pk__in=list(ids)).values_list("pk", "number"))


def archive(actor: Actor, *, since: date | None = None, until: date | None = None, text: str = "") -> QuerySet[Order]:
    """Archived orders by order date and search text (R222, R223, R226); filters add up."""
    orders = search(rows(actor).filter(status=OrderStatus.ARCHIVED), text)
    if since:
        orders = orders.filter(order_date__gte=since)
    return orders.filter(order_date__lte=until) if until else orders


def overridden(order_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """The warnings of each order that somebody answered for: mark -> reason; one query."""
    wanted = list(order_ids)
    found: dict[int, dict[str, str]] = {pk: {} for pk in wanted}
    events = Event.objects.filter(kind="order.override", order_id__in=wanted).order_by("sequence")
    for order_id, data in events.values_list("order_id", "data"):
        found[order_id or 0] |= dict.fromkeys(data["marks"], data["reason"])
    return found


# --- review desk ----------------------------------------------------------------------------------------------------


def editors(order_ids: Iterable[int]) -> dict[int, set[int]]:
    """Who entered these orders or ever changed their content, and in whose name, by order: one query."""
    return doers(Order._meta.label_lower, order_ids, "order.create", "order.edit")


def departments_of(actor: Actor) -> list[str]:
    """The departments the actor reviews for."""
    return [str(department) for department in Department if actor.may(f"orders.review_{department}")]


def waiting_reviews(actor: Actor, departments: Iterable[str] | None = None) -> QuerySet[Review]:
    """Reviews that wait for a decision, of orders the actor may see: of these departments, or of all of his."""
    chosen = departments_of(actor) if departments is None else list(departments)
    waiting = Review.objects.filter(status=ReviewStatus.PENDING, department__in=chosen, order__in=seen_by(actor))
    return waiting.select_related("order__customer", "order__owner", "order__warehouse", "order__term")


# --- one order ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything on an order's page; ``findings`` of the present moment come from ``facts.findings``."""

    order: Order
    lines: list[OrderLine]
    reviews: list[Review]
    holds: list[Hold]
    attachments: list[OrderAttachment]
    timeline: list[Event]


def detail(actor: Actor, pk: int) -> Detail | None:
    """An order the actor may see, with all that belongs to it, in six queries however large it is."""
    order = rows(actor).select_related("created_by", "cloned_from").filter(pk=pk).first()
    if order is None:
        return None
    lines = OrderLine.objects.filter(order=order).select_related("sku", "unit", "demand").order_by("line_no")
    return Detail(
        order,
        list(lines),
        reviews_of([pk])[pk],
        list(Hold.objects.filter(order=order).order_by("pk")),
        list(OrderAttachment.objects.filter(order=order).select_related("file__uploaded_by").order_by("pk")),
        timeline(pk),
    )


def whole(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Orders with everything the API shows of one, prefetched."""
    return staged(orders).prefetch_related(
        Prefetch("lines", OrderLine.objects.select_related("sku", "unit", "demand").order_by("line_no")),
        Prefetch("reviews", Review.objects.select_related("decided_by").order_by("round", "pk")),
        Prefetch("holds", Hold.objects.order_by("pk")),
        Prefetch("attachments", OrderAttachment.objects.select_related("file").order_by("pk")),
    )


def timeline(order_id: int) -> list[Event]:
    """Everything that happened to an order and to what belongs to it: who, when, why, from where; newest first."""
    return list(Event.objects.filter(order_id=order_id).order_by("-sequence"))
