"""From the telephone to the packed parcel: entry, review, confirmation, the warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from shunda.customers.models import TermKind
from shunda.demo import stock
from shunda.demo.company import Company, at, done
from shunda.demo.data import OldOrder
from shunda.demo.history import LAST_DAY, SHOP, UNREVIEWED, Drain, Inline, by_day, together
from shunda.demo.money import pay
from shunda.fulfilment import actions as fulfilment
from shunda.fulfilment.specs import PackSpec, PickSpec, ShipmentSpec
from shunda.orders import actions as orders
from shunda.orders.models import Channel, Department, InvoiceKind, Order, Review
from shunda.orders.overrides import ASKS
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.orders.states import OrderStatus, ReviewStatus

CHANNELS = (Channel.PHONE, Channel.FAX, Channel.EMAIL, Channel.VISIT)
MODES = {"1": "express", "2": "ltl", "3": "truck"}
AGREED = "已与客户确认 agreed with the customer"
"""Why the clerk went on in spite of a warning."""
REVIEW_WITHIN = timedelta(days=5)
REVIEWS = (
    (Department.SALES, "sales_manager", 10, 0),
    (Department.FINANCE, "finance", 10, 30),
    (Department.WAREHOUSE, "warehouse_head", 11, 0),
)


class Desk:
    """The clerk enters each order on the day it came; the departments meet every few days and take what waits."""

    def __init__(self, company: Company, history: Sequence[OldOrder], inline: Inline) -> None:
        self.company, self.staff, self.inline = company, company.staff, inline
        self.ids: dict[str, int] = {}  # order by its number in history
        reviewed = [order for order in history if order.ordered != UNREVIEWED]
        self.arrivals = stock.plan(history, company.served)
        self.entered = by_day((order, order.ordered) for order in history)
        self.reviewed = together(
            (o, o.ordered, min(o.shipped or LAST_DAY, o.ordered + REVIEW_WITHIN)) for o in reviewed
        )

    def live(self, day: date) -> None:
        """What happens on one day."""
        with self.inline() as drain:
            if day in self.arrivals:
                stock.receive(self.company, day, self.arrivals[day])
                drain()
            if day in self.entered:
                self.enter(day, self.entered[day])
            if day in self.reviewed:
                self.review(day, self.reviewed[day], drain)

    def enter(self, day: date, old: Sequence[OldOrder]) -> None:
        """The clerk enters what came in; what nobody reviews before history ends is submitted at once."""
        clerk = self.staff["sales_clerk"]
        made = done(orders.create([order_spec(self.company, order) for order in old], by=clerk, at=at(day, 9)))
        self.ids |= {order.external_number: order.pk for order in made}
        if day == UNREVIEWED:
            self.submit([order.pk for order in made], day)

    def submit(self, ids: Sequence[int], day: date) -> None:
        """The clerk hands in, and answers for the warnings: what is history went on in spite of them."""
        reasons = dict.fromkeys(ids, dict.fromkeys(ASKS, AGREED))
        done(orders.submit(ids, by=self.staff["sales_clerk"], at=at(day, 9, 30), reasons=reasons))

    def review(self, day: date, old: Sequence[OldOrder], drain: Drain) -> None:
        """Three departments review, the system confirms, who pays in advance pays, the warehouse packs."""
        ids = [self.ids[order.id] for order in old]
        self.submit(ids, day)
        for department, role, hour, minute in REVIEWS:
            self.approve(ids, department, role, at(day, hour, minute))
        drain()
        confirmed = list(Order.objects.filter(pk__in=ids).select_related("term"))
        stopped = [order for order in confirmed if order.status != OrderStatus.CONFIRMED]
        if stopped:
            raise RuntimeError(f"{stopped[0].external_number}: {stopped[0].blocked_by}")
        leaving = [order for order in old if order.shipped]
        go = {self.ids[order.id] for order in leaving}
        prepaid = [order for order in confirmed if order.term.kind == TermKind.PREPAID and order.pk in go]
        pay([(order, order.gross) for order in prepaid], by=self.staff["finance"], at=at(day, 11, 30))
        drain()
        if leaving:
            self.pack(day, leaving)

    def approve(self, ids: Sequence[int], department: str, role: str, moment: datetime) -> None:
        """Whoever does a department's work approves; what he sold himself the vice-president approves."""
        head = self.staff[role]
        own = waiting(ids, department, owner_id=head.id)
        done(orders.approve(set(waiting(ids, department)) - set(own), by=head, at=moment))
        if own:
            done(orders.approve(own, by=self.staff["vice_president"], at=moment))

    def pack(self, day: date, old: Sequence[OldOrder]) -> None:
        """The warehouse plans, picks and packs what will leave."""
        keeper = self.staff["warehouse_keeper"]
        specs = [
            ShipmentSpec(self.ids[o.id], mode=MODES[o.carrier], carrier_id=self.company.carriers[o.carrier])
            for o in old
        ]
        planned = [shipment.pk for shipment in done(fulfilment.create(specs, by=keeper, at=at(day, 13)))]
        done(fulfilment.pick([PickSpec(pk) for pk in planned], by=keeper, at=at(day, 14)))
        done(fulfilment.pack([PackSpec(pk) for pk in planned], by=keeper, at=at(day, 15)))


def order_spec(company: Company, old: OldOrder) -> OrderSpec:
    """The order as it is typed in."""
    ship_to: dict[str, Any] = {f"ship_{name}": value for name, value in old.address.items()}
    if old.receiver:
        ship_to["receiver"] = old.receiver
    lines = [
        LineSpec(line.quantity, company.skus[line.product], unit_price=line.price, discount_rate=line.discount)
        for line in old.lines
    ]
    return OrderSpec(
        customer_id=company.customers[old.customer],
        lines=lines,
        channel=CHANNELS[int(old.id) % len(CHANNELS)],
        shop=SHOP,
        external_number=old.id,
        warehouse_id=company.warehouses[company.served[old.customer]],
        owner_id=company.employees[old.employee],
        prices_include_tax=False,
        invoice_kind=InvoiceKind.ORDINARY,
        freight=old.freight,
        wanted_date=old.required,
        transport_mode=MODES[old.carrier],
        **ship_to,
    )


def waiting(order_ids: Sequence[int], department: str, owner_id: int | None = None) -> list[int]:
    """The reviews of these orders that one department has not decided; only of those this person sold, if named."""
    found = Review.objects.filter(order__in=order_ids, department=department, status=ReviewStatus.PENDING)
    mine = found if owner_id is None else found.filter(order__owner_id=owner_id)
    return list(mine.values_list("pk", flat=True))
