"""From the packed parcel to the archive: the carrier, the customer's door, finance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from shunda.billing import actions as billing
from shunda.billing.models import Invoice, Settlement
from shunda.demo.company import Company, at, done
from shunda.demo.data import OldOrder
from shunda.demo.history import FRIDAY, LAST_DAY, Drain, Inline, by_day, entered_ids, friday, together
from shunda.demo.money import paid_on, pay
from shunda.fulfilment import actions as fulfilment
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import ReceiptSpec, ShipSpec
from shunda.orders import actions as orders
from shunda.orders.models import Order
from shunda.orders.states import OrderStatus

FASTEST, SLOWEST = timedelta(days=2), timedelta(days=7)
"""How long goods travel, at least and at most."""

TRACKING = {"1": "SE", "2": "UP", "3": "FS"}
ARCHIVED_AFTER = timedelta(days=30)


class Door:
    """Goods leave on the day history says; receipts come back in bundles; finance clears its desk once a week."""

    def __init__(self, company: Company, history: Sequence[OldOrder], inline: Inline) -> None:
        self.company, self.staff, self.inline = company, company.staff, inline
        sent = [(order, order.shipped) for order in history if order.shipped]
        self.shipped = by_day(sent)
        self.signed = together((o, day + FASTEST, min(day + SLOWEST, LAST_DAY)) for o, day in sent)
        self.on_the_way: list[int] = []  # shipments the customers were not told of
        self.delivered: list[int] = []  # shipments signed for and not yet worked through by finance
        self.due: defaultdict[date, list[int]] = defaultdict(list)  # invoices to be paid, by Friday

    def live(self, day: date) -> None:
        """What happens on one day."""
        with self.inline() as drain:
            if day in self.signed:
                self.deliver(day, self.signed[day])
                drain()
            if day in self.shipped:
                self.ship(day, self.shipped[day])
                drain()
            if day.weekday() == FRIDAY or day == LAST_DAY:
                self.settle(day, drain)
            if day.day == 1:
                self.archive(day)

    def ship(self, day: date, old: Sequence[OldOrder]) -> None:
        """Packed goods leave with the carrier of the time."""
        ids = entered_ids(old)
        numbers = {ids[o.id]: f"{TRACKING[o.carrier]}{o.id}{day:%m%d}" for o in old}
        packed = Shipment.objects.filter(order__in=numbers).values_list("pk", "order").order_by("pk")
        leaving = [ShipSpec(pk, tracking_number=numbers[order]) for pk, order in packed]
        done(fulfilment.ship(leaving, by=self.staff["logistics"], at=at(day, 17)))
        self.on_the_way += [spec.shipment_id for spec in leaving]

    def deliver(self, day: date, old: Sequence[OldOrder]) -> None:
        """The customers' contacts have signed."""
        ids = entered_ids(old).values()
        rides = Shipment.objects.filter(order__in=ids).values_list("pk", "order__customer").order_by("pk")
        receipts = [ReceiptSpec(pk, contact_id=self.company.contacts[customer]) for pk, customer in rides]
        done(fulfilment.sign(receipts, by=self.staff["logistics"], at=at(day, 8, 30)))
        self.delivered += [receipt.shipment_id for receipt in receipts]

    def settle(self, day: date, drain: Drain) -> None:
        """Customers are told and called, deliveries settled and invoiced, what is due is paid."""
        finance, service = self.staff["finance"], self.staff["customer_service"]
        told, self.on_the_way = self.on_the_way, []
        signed, self.delivered = self.delivered, []
        if told:
            done(fulfilment.tell(told, by=service, at=at(day, 17, 30)))
        if signed:
            done(fulfilment.call(signed, by=service, at=at(day, 14)))
            ids = list(Shipment.objects.filter(pk__in=signed).values_list("order", flat=True))
            settlements = Settlement.objects.filter(order__in=ids).values_list("pk", flat=True)
            done(billing.confirm_settlement(list(settlements), by=finance, at=at(day, 14, 30)))
            drafts = done(billing.invoice(ids, by=finance, at=at(day, 15)))
            for invoice in done(billing.issue([draft.pk for draft in drafts], by=finance, at=at(day, 15, 30))):
                if invoice.paid < invoice.gross:
                    self.due[friday(max(paid_on(invoice), day))].append(invoice.pk)
        if day in self.due:
            self.collect(day, self.due.pop(day))
        drain()

    def collect(self, day: date, invoices: Iterable[int]) -> None:
        """Customers pay the invoices they have kept until now."""
        found = Invoice.objects.filter(pk__in=list(invoices)).select_related("order").order_by("pk")
        sums = [(invoice.order, invoice.gross - invoice.paid) for invoice in found]
        pay(sums, by=self.staff["finance"], at=at(day, 16, 30))

    def archive(self, day: date) -> None:
        """On the first of a month the data specialist archives what has been complete for a month (R220, R221)."""
        old = Order.objects.filter(status=OrderStatus.COMPLETED, completed_at__lt=at(day, 0) - ARCHIVED_AFTER)
        ids = list(old.values_list("pk", flat=True))
        if ids:
            done(orders.archive(ids, by=self.staff["analyst"], at=at(day, 18)))
