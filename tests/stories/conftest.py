"""A small company whose people do what their roles allow; every story runs on it, and must leave every figure right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shunda.accounts import permissions
from shunda.accounts.models import Role, User
from shunda.accounts.queries import actor_for
from shunda.accounts.steps import install_roles
from shunda.billing import actions as money
from shunda.billing.models import CreditNote, Invoice, Payment, Settlement
from shunda.billing.specs import CreditSpec, MatchSpec, PaymentSpec
from shunda.catalog.models import Sku
from shunda.catalog.tests.builders import sku
from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.models import Event
from shunda.credit import actions as credit
from shunda.credit import queries as exposures
from shunda.credit.specs import LimitSpec
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.models import Carrier, Shipment
from shunda.fulfilment.specs import PackSpec, PickSpec, ReceiptSpec, ShipmentSpec, ShipSpec
from shunda.inventory import actions as stock
from shunda.inventory.queries import availability
from shunda.inventory.specs import ReceiptLine
from shunda.inventory.tests.builders import warehouse
from shunda.orders import actions as orders
from shunda.orders.models import Order, OrderLine, Review
from shunda.orders.overrides import ASKS
from shunda.orders.queries import stages
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.wiring.reactions import Drain, inline
from shunda.wiring.roles import expanded
from shunda.wiring.tables import CHECKS
from shunda.work.models import Task

MONDAY = datetime(2026, 5, 11, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
STAFF = (
    "sales_rep", "sales_manager", "finance", "warehouse_head", "warehouse_keeper", "production_planner", "logistics",
    "customer_service", "analyst", "administrator",
)  # fmt: skip
BUYER = {
    "credit_code": "91310000MA1FL0XQ3D",
    "registered_address": "上海市浦东新区世纪大道100号",
    "phone": "021-58880000",
    "bank": "中国银行上海分行",
    "bank_account": "437759281034",
}


class Company:
    """Who works here, what they do, and what everybody can look up. Every deed is followed by what it causes."""

    def __init__(self, drain: Drain) -> None:
        self.drain = drain
        self.now = MONDAY
        install_roles(expanded(permissions.known()))
        self.people = {role: self._hire(role) for role in STAFF}
        self.carrier = Carrier.objects.create(code="SF", name="顺丰速运")
        self.warehouse = warehouse("SH", name="上海仓")

    def _hire(self, role: str) -> Actor:
        person = User.objects.create(username=role, name=role.replace("_", " "), language="en")
        person.roles.add(Role.objects.get(code=role))
        return actor_for(person)

    def _did(self, outcome: Outcome) -> Outcome:
        self.drain()
        return outcome

    def later(self, **time: int) -> None:
        """Time passes."""
        self.now += timedelta(**time)

    # --- what there is -------------------------------------------------------------------------------------------

    def customer(self, code: str, terms: str = "credit30", limit: int = 0, **fields: object) -> Customer:
        owner = User.objects.get(username="sales_rep")
        who = customer(code, terms, owner, **(BUYER | fields))
        if limit:
            self.finance_sets_limit(who, limit)
        return who

    def article(self, code: str, in_stock: int = 0, **fields: object) -> Sku:
        article = sku(code, **fields)
        if in_stock:
            self.warehouse_receives(article, in_stock)
        return article

    # --- what people do ------------------------------------------------------------------------------------------

    def finance_sets_limit(self, who: Customer, limit: int) -> None:
        spec = LimitSpec(who.pk, Decimal(limit), "agreed with the customer")
        self._did(credit.set_limits([spec], by=self.people["finance"], at=self.now)).one()

    def warehouse_receives(self, article: Sku, quantity: int) -> None:
        line = ReceiptLine(article.pk, self.warehouse.pk, Decimal(quantity))
        self._did(stock.receive([line], by=self.people["warehouse_keeper"], at=self.now)).one()

    def sales_enters(self, who: Customer, goods: Mapping[Sku, tuple[int, str]], **fields: object) -> Order:
        spec = OrderSpec(
            customer_id=who.pk,
            lines=[
                LineSpec(Decimal(n), article.pk, unit_price=Decimal(price)) for article, (n, price) in goods.items()
            ],
            warehouse_id=self.warehouse.pk,
            **{"wanted_date": date(2026, 5, 25), **fields},
        )
        return self._did(orders.create([spec], by=self.people["sales_rep"], at=self.now)).one()

    def sales_submits(self, order: Order) -> None:
        why = {order.pk: dict.fromkeys(ASKS, "agreed with the customer")}
        self._did(orders.submit([order.pk], by=self.people["sales_rep"], at=self.now, reasons=why)).one()

    def sales_cancels(self, order: Order, reason: str = "customer changed his mind") -> Outcome[Order]:
        return self._did(orders.cancel([order.pk], reason, by=self.people["sales_rep"], at=self.now))

    def approves(self, role: str, order: Order, restock: date | None = None) -> None:
        review = self.review(role, order)
        expected = {review.pk: restock} if restock else None
        self._did(orders.approve([review.pk], by=self.people[role], at=self.now, restock=expected)).one()

    def sends_back(self, role: str, order: Order, remark: str) -> Outcome[Review]:
        review = self.review(role, order)
        return self._did(orders.send_back([review.pk], remark, by=self.people[role], at=self.now))

    def everybody_approves(self, order: Order, restock: date | None = None) -> None:
        reviewers = {
            "sales": "sales_manager",
            "finance": "finance",
            "warehouse": "warehouse_head",
            "production": "production_planner",
        }
        for review in Review.objects.filter(order=order, status="pending").order_by("pk"):
            self.approves(reviewers[review.department], order, restock if review.department == "warehouse" else None)

    def confirmed_order(self, who: Customer, goods: Mapping[Sku, tuple[int, str]], **fields: object) -> Order:
        """Entered, submitted, approved by everybody, and so confirmed."""
        order = self.sales_enters(who, goods, **fields)
        self.sales_submits(order)
        self.everybody_approves(order)
        assert self.status(order) == "confirmed"
        return order

    def warehouse_plans(self, order: Order, quantities: Mapping[Sku, int] | None = None) -> Shipment:
        wanted = None
        if quantities is not None:
            lines = {line.sku_id: line.pk for line in order.lines.all()}
            wanted = {lines[article.pk]: Decimal(n) for article, n in quantities.items()}
        by = self.people["warehouse_keeper"]
        return self._did(shipping.create([ShipmentSpec(order.pk, wanted)], by=by, at=self.now)).one()

    def warehouse_packs(self, shipment: Shipment) -> None:
        by = self.people["warehouse_keeper"]
        self._did(shipping.pick([PickSpec(shipment.pk)], by=by, at=self.now)).one()
        self._did(shipping.pack([PackSpec(shipment.pk, 2)], by=by, at=self.now)).one()

    def logistics_ships(self, shipment: Shipment) -> Outcome[Shipment]:
        spec = ShipSpec(shipment.pk, self.carrier.pk, f"SF{shipment.pk:010d}")
        return self._did(shipping.ship([spec], by=self.people["logistics"], at=self.now))

    def warehouse_sends(self, order: Order, quantities: Mapping[Sku, int] | None = None) -> Shipment:
        """Planned, picked, packed and shipped."""
        shipment = self.warehouse_plans(order, quantities)
        self.warehouse_packs(shipment)
        self.logistics_ships(shipment).one()
        return shipment

    def warehouse_head_reverses(self, shipment: Shipment, reason: str) -> Outcome[Shipment]:
        by = self.people["warehouse_head"]
        return self._did(shipping.reverse([shipment.pk], reason=reason, by=by, at=self.now))

    def warehouse_head_calls_off(self, shipment: Shipment, reason: str) -> None:
        by = self.people["warehouse_head"]
        self._did(shipping.cancel([shipment.pk], reason=reason, by=by, at=self.now)).one()

    def customer_signs(self, shipment: Shipment) -> None:
        contact = shipment.order.customer.contacts.get()
        spec = ReceiptSpec(shipment.pk, contact_id=contact.pk)
        self._did(shipping.sign([spec], by=self.people["logistics"], at=self.now)).one()

    def finance_invoices(self, order: Order) -> Invoice:
        by = self.people["finance"]
        draft = self._did(money.invoice([order.pk], by=by, at=self.now)).one()
        return self._did(money.issue([draft.pk], by=by, at=self.now)).one()

    def finance_credits(self, invoice: Invoice, reason: str) -> CreditNote:
        spec = CreditSpec(invoice.pk, reason)
        return self._did(money.credit([spec], by=self.people["finance"], at=self.now)).one()

    def finance_confirms(self, settlement: Settlement) -> None:
        self._did(money.confirm_settlement([settlement.pk], by=self.people["finance"], at=self.now)).one()

    def customer_pays(self, who: Customer, amount: Decimal | int | str) -> Payment:
        """The money comes in, and finance matches it to what the system proposes."""
        by = self.people["finance"]
        spec = PaymentSpec(who.pk, Decimal(amount), self.now)
        payment = self._did(money.record_payments([spec], by=by, at=self.now)).one()
        return self._did(money.match([MatchSpec(payment.pk)], by=by, at=self.now)).one()

    # --- what everybody can look up --------------------------------------------------------------------------------

    def review(self, role: str, order: Order) -> Review:
        department = {"sales_manager": "sales", "warehouse_head": "warehouse", "production_planner": "production"}
        return Review.objects.get(order=order, department=department.get(role, role), status="pending")

    def status(self, order: Order) -> str:
        return Order.objects.get(pk=order.pk).status

    def stage(self, order: Order) -> str:
        return str(stages([order.pk])[order.pk].label)

    def line(self, order: Order, article: Sku) -> OrderLine:
        return OrderLine.objects.get(order=order, sku=article)

    def exposure(self, who: Customer) -> Decimal:
        return exposures.exposure([who.pk])[who.pk].exposure

    def stock(self, article: Sku) -> tuple[int, int]:
        """On hand, and still available."""
        found = availability([article.pk], [self.warehouse.pk])[article.pk, self.warehouse.pk]
        return int(found.on_hand), int(found.available)

    def waits(self, order: Order) -> set[str]:
        """Which steps of the order wait for somebody."""
        return set(Task.objects.filter(order_id=order.pk, closed_at__isnull=True).values_list("kind", flat=True))

    def history(self, order: Order) -> list[str]:
        return list(Event.objects.filter(order_id=order.pk).order_by("sequence").values_list("kind", flat=True))


@pytest.fixture
def company(db: None) -> Iterator[Company]:
    """The company; when the story is over, every stored figure must equal its ledger."""
    with inline() as drain:
        yield Company(drain)
    differences = {name: found for name, check in CHECKS.items() if (found := list(check()))}
    assert differences == {}
