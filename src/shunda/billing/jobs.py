"""What follows from events elsewhere. Each reconciles: running it twice changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from shunda.billing import actions, deducting, following, queries, rules, steps
from shunda.billing.models import Deduction, Invoice, Settlement, SettlementLine
from shunda.billing.specs import UnmatchSpec
from shunda.billing.states import DeductionStatus
from shunda.core.actor import system
from shunda.core.batch import happening
from shunda.core.event import record
from shunda.core.models import Event
from shunda.core.money import portion
from shunda.customers.models import TermKind
from shunda.orders import jobs as order_jobs
from shunda.orders import pickup, rows
from shunda.orders import queries as order_queries
from shunda.orders.models import Order, OrderKind, OrderLine
from shunda.orders.states import OrderStatus

SHIPMENT_KIND = "fulfilment.shipment"
"""What the events of shipments are about: the event is all that billing knows of a shipment."""


def _events(kind: str, ids: Iterable[int]) -> Mapping[int, list[str]]:
    """The orders of these shipments, with the numbers the event gave them."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = Event.objects.filter(kind=kind, subject_kind=SHIPMENT_KIND, subject_id__in=list(ids)).order_by("id")
    for event in rows:
        found[event.order_id or 0].append(event.data.get("number", ""))
    return found


@transaction.atomic
def settle(shipment_ids: list[int], at: datetime) -> None:
    """Signed goods that were not settled yet get their settlement, by itself (R160): goods, freight, what is paid.

    The freight goes with the order's first settlement. Orders are locked, so two runs at once settle once.
    """
    deliveries = _events("shipment.sign", shipment_ids)
    orders = steps.lock_orders(deliveries)
    lines = order_queries.lines_by_id(orders)
    settled = _settled(orders)
    earlier = dict(Settlement.objects.filter(order__in=orders).values_list("order_id").annotate(Sum("total")))
    fresh = [
        (order, parts)
        for order in orders.values()
        if (parts := [(line, settled[line.pk]) for line in lines[order.pk].values() if line.signed > settled[line.pk]])
    ]
    made = Settlement.objects.bulk_create(
        _settlement(order, parts, earlier.get(order.pk), deliveries[order.pk], number, at)
        for (order, parts), number in zip(fresh, steps.documents("ST", len(fresh), at), strict=True)
    )
    lines_made = [
        SettlementLine(
            settlement=row,
            order_id=row.order_id,
            order_line=line,
            quantity=line.signed - before,
            gross=_worth(line, before, row.currency),
        )
        for row, (_, parts) in zip(made, fresh, strict=True)
        for line, before in parts
    ]
    rows.insert(SettlementLine, lines_made)
    record(
        [happening("settlement.make", row, number=row.number, total=str(row.total)) for row in made],
        by=system(),
        at=at,
    )
    steps.open_confirm(made, orders, at=at)


def _settled(orders: Mapping[int, Order]) -> defaultdict[int, Decimal]:
    sums = SettlementLine.objects.filter(order__in=orders).values_list("order_line_id").annotate(Sum("quantity"))
    return defaultdict(Decimal, sums)


def _worth(line: OrderLine, before: Decimal, currency: str) -> Decimal:
    return portion(line.gross, line.base_quantity, before, line.signed, currency)


def _settlement(
    order: Order,
    parts: Sequence[tuple[OrderLine, Decimal]],
    earlier: Decimal | None,
    deliveries: Iterable[str],
    number: str,
    at: datetime,
) -> Settlement:
    goods = sum((_worth(line, before, order.currency) for line, before in parts), rules.ZERO)
    freight = order.freight_net + order.freight_tax if earlier is None else rules.ZERO
    total = goods + freight
    return Settlement(
        number=number,
        order=order,
        customer_id=order.customer_id,
        delivery=", ".join(deliveries)[:200],
        currency=order.currency,
        goods=goods,
        freight=freight,
        total=total,
        paid_before=min(total, max(order.paid - (earlier or rules.ZERO), rules.ZERO)),
        made_at=at,
    )


@transaction.atomic
def open_work(shipment_ids: list[int], at: datetime) -> None:
    """Goods were shipped or came back: orders with something to invoice wait for an invoice."""
    order_ids = _events("shipment.ship", shipment_ids).keys()
    steps.show_what_remains(steps.lock_orders(order_ids).values(), by=system(), at=at)


@transaction.atomic
def await_payment(order_ids: list[int], at: datetime) -> None:
    """Confirmed orders paid in advance wait for the customer's money."""
    orders = steps.lock_orders(order_ids).values()
    steps.await_payment(
        [
            order
            for order in orders
            if order.status == OrderStatus.CONFIRMED
            and order.term.kind == TermKind.PREPAID
            and order.paid < order.gross
        ],
        at=at,
    )


@transaction.atomic
def free_payments(order_ids: list[int], at: datetime) -> None:
    """What was paid for cancelled orders is free again, to be matched elsewhere or given back.

    What is kept of a deposit goes on paying its order.
    """
    found = Order.objects.filter(pk__in=order_ids, status=OrderStatus.CANCELLED).values_list("pk", flat=True)
    cancelled = list(found)
    steps.stop_waiting(cancelled, by=system(), at=at)
    orders = steps.lock_orders(cancelled)
    deducting.dissolve(orders, by=system(), at=at)
    kept = _deposits_kept(cancelled)
    following.free_surplus({pk: orders[pk] for pk in kept}, by=system(), at=at, owed=kept)
    paid: defaultdict[int, set[int]] = defaultdict(set)
    for payment_id, order_id, _, _ in queries.allocated(order__in=[pk for pk in cancelled if pk not in kept]):
        paid[payment_id].add(order_id)
    specs = [UnmatchSpec(pk, tuple(sorted(order_ids))) for pk, order_ids in sorted(paid.items())]
    actions.unmatch(specs, by=system(), at=at)


@transaction.atomic
def deduct_picked_up(shipment_ids: list[int], at: datetime) -> None:
    """Goods left: where a special order was picked up late, what is deducted of its deposit is settled (R107, R108)."""
    shipped = _events("shipment.ship", shipment_ids).keys()
    special = Order.objects.filter(pk__in=list(shipped), kind=OrderKind.SPECIAL)
    _deduct(list(special.values_list("pk", flat=True)), at)


@transaction.atomic
def deduct_late(at: datetime) -> None:
    """Special orders whose goods wait longer than their pick-up may take: their deposit is held, then deducted."""
    waiting = Order.objects.filter(kind=OrderKind.SPECIAL, status=OrderStatus.CONFIRMED, confirmed_at__isnull=False)
    open_ones = waiting.filter(Q(deduction__isnull=True) | Q(deduction__status=DeductionStatus.HELD))
    late = pickup.of(open_ones, at=at)
    _deduct([pk for pk, one in late.items() if one.standing != pickup.Standing.IN_TIME], at)


def _deduct(order_ids: Sequence[int], at: datetime) -> None:
    if order_ids:
        deducting.reconcile(steps.lock_orders(order_ids), by=system(), at=at)


def _deposits_kept(order_ids: Iterable[int]) -> dict[int, Decimal]:
    events = Event.objects.filter(order_id__in=list(order_ids), kind="order.cancel", data__has_key="deposit_kept")
    return {event.order_id or 0: Decimal(event.data["deposit_kept"]) for event in events}


def complete_settled(settlement_ids: list[int], at: datetime) -> None:
    """A delivery was settled: orders of which nothing is missing any more are completed."""
    _complete(Settlement.objects.filter(pk__in=settlement_ids), at)


def complete_invoiced(invoice_ids: list[int], at: datetime) -> None:
    """An invoice was issued: as above."""
    _complete(Invoice.objects.filter(pk__in=invoice_ids), at)


def complete_waived(deduction_ids: list[int], at: datetime) -> None:
    """A deduction was waived: as above."""
    _complete(Deduction.objects.filter(pk__in=deduction_ids), at)


def _complete(documents: QuerySet[Any], at: datetime) -> None:
    order_jobs.complete_settled(sorted(set(documents.values_list("order_id", flat=True))), at)
