"""Orders for tests, made through the actions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from shunda.catalog.models import Sku
from shunda.core.actor import Actor, system
from shunda.credit.models import CreditAccount
from shunda.credit.tests.builders import account
from shunda.customers.models import Customer
from shunda.inventory.models import Warehouse
from shunda.inventory.queries import availability
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, steps
from shunda.orders.models import InvoiceKind, Order, Review
from shunda.orders.specs import LineChange, LineSpec, OrderSpec
from shunda.orders.states import OrderStatus

AT = datetime(2026, 5, 6, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
Figure = Decimal | int | str
Lines = Iterable[tuple[Sku, Figure, Figure | None]]

STEPS = (OrderStatus.DRAFT, OrderStatus.IN_REVIEW, OrderStatus.APPROVED, OrderStatus.CONFIRMED)


def spec(customer: Customer, lines: Lines, **fields: Any) -> OrderSpec:
    """An order that passes every check: (SKU, quantity, unit price or None for the listed one)."""
    for name in {"discount", "freight", "freight_tax_rate"} & fields.keys():
        fields[name] = Decimal(fields[name])
    default_kind = InvoiceKind.SPECIAL if customer.credit_code else InvoiceKind.ORDINARY
    return OrderSpec(
        customer_id=customer.pk,
        lines=[
            LineSpec(Decimal(quantity), sku.pk, unit_price=None if price is None else Decimal(price))
            for sku, quantity, price in lines
        ],
        **{
            "wanted_date": date(2026, 5, 20),
            "invoice_kind": default_kind,
            "warehouse_id": warehouse().pk,
            **fields,
        },
    )


def order(
    customer: Customer,
    lines: Lines,
    status: str = OrderStatus.DRAFT,
    *,
    by: Actor | None = None,
    at: datetime = AT,
    **fields: Any,
) -> Order:
    """An order brought to draft, in_review, approved or confirmed; ``fields`` are those of ``OrderSpec``."""
    actor = by or system()
    made = actions.create([spec(customer, lines, **fields)], by=actor, at=at).one()
    if status in STEPS[1:]:
        actions.submit([made.pk], by=system(), at=at).one()
    if status in STEPS[2:]:
        approve(made, at=at)
    if status == OrderStatus.CONFIRMED:
        supplied(made, at=at)
        actions.confirm([made.pk], by=system(), at=at).one()
    made.refresh_from_db()
    assert made.status == status
    return made


def confirmed_order(customer: Customer, lines: Lines, **fields: Any) -> Order:
    """A confirmed order, its stock received and its credit granted beforehand where they were lacking."""
    return order(customer, lines, OrderStatus.CONFIRMED, **fields)


def approve(*orders: Order, at: datetime = AT) -> None:
    """Every department approves these orders, step after step."""
    while waiting := list(Review.objects.filter(order__in=orders, status="pending")):
        restock = {review.pk: date(2026, 5, 15) for review in waiting if review.department == "warehouse"}
        outcome = actions.approve([review.pk for review in waiting], by=system(), at=at, restock=restock)
        assert outcome.done, outcome.refused


def supplied(*orders: Order, at: datetime = AT) -> None:
    """Receive what these orders lack, and give their customers credit where they have none."""
    for made in orders:
        place = Warehouse.objects.get(pk=made.warehouse_id)
        wanted: defaultdict[Sku, Decimal] = defaultdict(Decimal)
        for line in made.lines.select_related("sku"):
            wanted[line.sku] += line.base_quantity
        for article, quantity in wanted.items():
            free = availability([article.pk], [place.pk])[article.pk, place.pk].available
            if free < quantity:
                stock(article, place, quantity - free, at=at)
        if not CreditAccount.objects.filter(pk=made.customer_id).exists():
            account(made.customer, 10_000_000)


def settled(made: Order, *, at: datetime = AT) -> Order:
    """As if all of a confirmed order had been shipped, signed, invoiced and paid."""
    changes = [
        LineChange(
            line.pk,
            planned=line.base_quantity,
            shipped=line.base_quantity,
            signed=line.base_quantity,
            invoiced=line.base_quantity,
        )
        for line in made.lines.all()
    ]
    steps.progress(changes)
    steps.money({made.pk: (made.gross, made.gross)})
    return made


def in_status(customer: Customer, lines: Lines, status: str, *, at: datetime = AT) -> Order:
    """An order in any status, brought there by the actions."""
    by = system()
    lines = list(lines)
    if status in STEPS:
        return order(customer, lines, status, at=at)
    if status == OrderStatus.CANCELLED:
        made = order(customer, lines, at=at)
        actions.cancel([made.pk], "not wanted", by=by, at=at).one()
    elif status == OrderStatus.SENT_BACK:
        made = order(customer, lines, OrderStatus.IN_REVIEW, at=at)
        review = made.reviews.get(department="sales")
        actions.send_back([review.pk], "price too low", by=by, at=at).one()
    else:
        made = settled(confirmed_order(customer, lines, at=at))
        actions.complete([made.pk], by=by, at=at).one()
        if status == OrderStatus.ARCHIVED:
            actions.archive([made.pk], by=by, at=at).one()
    made.refresh_from_db()
    assert made.status == status
    return made
