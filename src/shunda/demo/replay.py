"""History, day by day: each order is entered, reviewed, confirmed, shipped, signed, invoiced, paid and archived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from shunda.billing import actions as billing
from shunda.billing.models import Invoice, Settlement
from shunda.billing.specs import MatchSpec, PaymentSpec, Target
from shunda.customers.models import TermKind
from shunda.demo.company import SERVES, Company, at, done
from shunda.demo.data import OldOrder, rows
from shunda.fulfilment import actions as fulfilment
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import PackSpec, PickSpec, ReceiptSpec, ShipmentSpec, ShipSpec
from shunda.orders import actions as orders
from shunda.orders.models import Channel, Department, InvoiceKind, Order, Review
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.orders.states import OrderStatus, ReviewStatus

Drain = Callable[[], None]
Inline = Callable[[], AbstractContextManager[Drain]]
"""Collects what follows from events; the drain runs it."""

DELIVERY = timedelta(days=3)
LAST_DAY = date(1998, 5, 10)
"""The day history ends: everything shipped was signed for, what was due by then is paid."""

UNREVIEWED = date(1998, 5, 6)
"""Orders of this day are still with the reviewers."""

SHOP = "northwind"
CHANNELS = (Channel.PHONE, Channel.FAX, Channel.EMAIL, Channel.VISIT)
MODES = {"1": "express", "2": "ltl", "3": "truck"}
ARCHIVED_AFTER = timedelta(days=30)
REVIEWS = (
    (Department.SALES, "sales_manager", 10, 0),
    (Department.FINANCE, "finance", 10, 30),
    (Department.WAREHOUSE, "warehouse_head", 11, 0),
)


class Replay:
    """The company at work. Everything a day brings is one transaction."""

    def __init__(self, company: Company, history: Sequence[OldOrder], inline: Inline) -> None:
        self.company, self.staff, self.inline = company, company.staff, inline
        self.old = {order.id: order for order in history}
        self.regions = {row["code"]: row["region"] for row in rows("customers")}
        self.ids: dict[str, int] = {}  # order by its number in history
        self.entered = _by_day(history, lambda order: order.ordered)
        self.shipped = _by_day([o for o in history if o.shipped], lambda order: order.shipped)
        self.signed = _by_day(
            [o for o in history if o.shipped], lambda order: order.shipped and order.shipped + DELIVERY
        )
        self.due: defaultdict[date, list[int]] = defaultdict(list)  # invoices to be paid

    def days(self) -> Iterator[date]:
        """Every day from the first order to the end of history."""
        day = min(self.entered)
        while day <= LAST_DAY:
            yield day
            day += timedelta(days=1)

    def live(self, day: date) -> None:
        """What happens on one day."""
        with transaction.atomic(), self.inline() as drain:
            with connection.cursor() as cursor:
                cursor.execute("set local synchronous_commit = off")  # a demo can be built again
            if day in self.entered:
                self.enter(day, self.entered[day], drain)
            if day in self.shipped:
                self.ship(day, self.shipped[day])
                drain()
            if day in self.signed:
                self.deliver(day, self.signed[day], drain)
            if day in self.due:
                self.collect(day, self.due.pop(day), drain)
            if day.day == 1:
                self.archive(day)

    # --- entry to confirmation ---

    def enter(self, day: date, old: Sequence[OldOrder], drain: Drain) -> None:
        """The clerk enters, three departments review, the system confirms; who pays in advance pays."""
        clerk = self.staff["sales_clerk"]
        made = done(orders.create([self.spec(order) for order in old], by=clerk, at=at(day, 9)))
        self.ids |= {order.external_number: order.pk for order in made}
        ids = [order.pk for order in made]
        done(orders.submit(ids, by=clerk, at=at(day, 9, 30)))
        drain()
        if day == UNREVIEWED:
            return
        for department, role, hour, minute in REVIEWS:
            done(orders.approve(reviews(ids, department), by=self.staff[role], at=at(day, hour, minute)))
        drain()
        confirmed = list(Order.objects.filter(pk__in=ids).select_related("term"))
        stopped = [order for order in confirmed if order.status != OrderStatus.CONFIRMED]
        if stopped:
            raise RuntimeError(f"{stopped[0].external_number}: {stopped[0].blocked_by}")
        prepaid = [
            order
            for order in confirmed
            if order.term.kind == TermKind.PREPAID and self.old[order.external_number].shipped
        ]
        if prepaid:
            self.pay([(order, order.gross) for order in prepaid], at(day, 14))
            drain()

    def spec(self, old: OldOrder) -> OrderSpec:
        """The order as the clerk types it."""
        customer = self.company.customers[old.customer]
        ship_to: dict[str, Any] = {
            "ship_street": old.address.get("street"),
            "ship_city": old.address.get("city"),
            "ship_province": old.address.get("province"),
            "ship_postcode": old.address.get("postcode"),
            "ship_country": old.address.get("country"),
            "receiver": old.receiver or None,
        }
        return OrderSpec(
            customer_id=customer.pk,
            channel=CHANNELS[int(old.id) % len(CHANNELS)],
            shop=SHOP,
            external_number=old.id,
            warehouse_id=self.company.warehouses[SERVES[self.regions[old.customer]]],
            owner_id=self.company.employees[old.employee],
            prices_include_tax=False,
            invoice_kind=InvoiceKind.ORDINARY,
            freight=old.freight,
            wanted_date=old.required,
            transport_mode=MODES[old.carrier],
            lines=[
                LineSpec(
                    line.quantity, self.company.skus[line.product], unit_price=line.price, discount_rate=line.discount
                )
                for line in old.lines
            ],
            **ship_to,
        )

    # --- warehouse and door ---

    def ship(self, day: date, old: Sequence[OldOrder]) -> None:
        """The warehouse plans, picks and packs; the goods leave with the carrier of the time."""
        keeper, logistics = self.staff["warehouse_keeper"], self.staff["logistics"]
        specs = [
            ShipmentSpec(self.ids[o.id], mode=MODES[o.carrier], carrier_id=self.company.carriers[o.carrier])
            for o in old
        ]
        planned = [shipment.pk for shipment in done(fulfilment.create(specs, by=keeper, at=at(day, 13)))]
        done(fulfilment.pick([PickSpec(pk) for pk in planned], by=keeper, at=at(day, 14)))
        done(fulfilment.pack([PackSpec(pk) for pk in planned], by=keeper, at=at(day, 15)))
        numbers = {self.ids[o.id]: f"{TRACKING[o.carrier]}{o.id}{day:%m%d}" for o in old}
        rides = Shipment.objects.filter(pk__in=planned).values_list("pk", "order")
        leaving = [ShipSpec(pk, tracking_number=numbers[order]) for pk, order in rides]
        done(fulfilment.ship(leaving, by=logistics, at=at(day, 17)))
        done(fulfilment.tell(planned, by=self.staff["customer_service"], at=at(day, 17, 30)))

    def deliver(self, day: date, old: Sequence[OldOrder], drain: Drain) -> None:
        """The customer's contact signs; finance invoices what was shipped and confirms the settlement."""
        ids = [self.ids[o.id] for o in old]
        rides = Shipment.objects.filter(order__in=ids).values_list("pk", "order__customer").order_by("pk")
        receipts = [ReceiptSpec(pk, contact_id=self.company.contacts[customer]) for pk, customer in rides]
        done(fulfilment.sign(receipts, by=self.staff["logistics"], at=at(day, 10)))
        done(fulfilment.call([r.shipment_id for r in receipts], by=self.staff["customer_service"], at=at(day, 14)))
        drain()
        finance = self.staff["finance"]
        drafts = done(billing.invoice(ids, by=finance, at=at(day, 15)))
        issued = done(billing.issue([draft.pk for draft in drafts], by=finance, at=at(day, 15, 30)))
        settlements = Settlement.objects.filter(order__in=ids).values_list("pk", flat=True)
        done(billing.confirm_settlement(list(settlements), by=finance, at=at(day, 16)))
        for invoice in issued:
            if invoice.paid < invoice.gross and invoice.due_date:
                self.due[max(paid_on(invoice), day)].append(invoice.pk)
        drain()

    # --- money and archive ---

    def collect(self, day: date, invoices: Iterable[int], drain: Drain) -> None:
        """Customers pay the invoices they have kept until now."""
        found = Invoice.objects.filter(pk__in=list(invoices)).select_related("order").order_by("pk")
        self.pay([(invoice.order, invoice.gross - invoice.paid) for invoice in found], at(day, 16, 30))
        drain()

    def pay(self, sums: Sequence[tuple[Order, Decimal]], when: datetime) -> None:
        """Money comes in and is matched to its order."""
        finance = self.staff["finance"]
        specs = [
            PaymentSpec(order.customer_id, amount, when, reference=f"NW{order.external_number}")
            for order, amount in sums
        ]
        payments = done(billing.record_payments(specs, by=finance, at=when))
        matches = [
            MatchSpec(payment.pk, (Target(order_id=order.pk),))
            for payment, (order, _) in zip(payments, sums, strict=True)
        ]
        done(billing.match(matches, by=finance, at=when))

    def archive(self, day: date) -> None:
        """On the first of a month the data specialist archives what has been complete for a month (R220, R221)."""
        old = Order.objects.filter(status=OrderStatus.COMPLETED, completed_at__lt=at(day, 0) - ARCHIVED_AFTER)
        done(orders.archive(list(old.values_list("pk", flat=True)), by=self.staff["analyst"], at=at(day, 18)))


TRACKING = {"1": "SE", "2": "UP", "3": "FS"}


def paid_on(invoice: Invoice) -> date:
    """The day this customer pays: when it is due, a few days earlier, or, one in six, up to two weeks late."""
    assert invoice.due_date is not None
    habit = invoice.customer_id % 6
    late = 3 + invoice.pk % 11 if habit == 0 else 0
    return invoice.due_date + timedelta(days=late - habit)


def reviews(order_ids: Sequence[int], department: str) -> list[int]:
    """The waiting reviews of one department."""
    waiting = Review.objects.filter(order__in=order_ids, department=department, status=ReviewStatus.PENDING)
    return list(waiting.values_list("pk", flat=True))


def _by_day(history: Sequence[OldOrder], day: Callable[[OldOrder], date | None]) -> dict[date, list[OldOrder]]:
    dated = sorted(history, key=lambda order: (day(order) or date.max, order.id))
    return {key: list(group) for key, group in groupby(dated, day) if key is not None}
