"""The company that is measured: articles, customers, stock and credit enough for everything that follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from django.core.management import call_command
from django.db import connection

from shunda.catalog.models import Category, Product, Sku, Unit
from shunda.catalog.steps import text_of as sku_text
from shunda.core.actor import system
from shunda.credit.models import CreditAccount
from shunda.customers.models import Address, Contact, Customer, PaymentTerm
from shunda.customers.steps import text_of as customer_text
from shunda.inventory.models import Warehouse
from shunda.orders import actions as orders
from shunda.orders.models import InvoiceKind, Review
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.pricing.models import Price, PriceList
from shunda.wiring.setup import prepare

SKUS, CUSTOMERS = 10_000, 5_000
BY = system("bench", "bench")
CREDIT = Decimal("99999999999")
PLACING = ["orders.place_order", "orders.create_order", "orders.view_order"]


class World:
    """Made once for a run; ``at`` moves on with every use, so that numbers and clocks are as in a real year.

    The same numbers of articles and customers give the same company. ``stock`` is how many pieces there are of each
    article.
    """

    def __init__(self, skus: int = SKUS, customers: int = CUSTOMERS, stock: int = 1_000_000_000) -> None:
        call_command("migrate", verbosity=0)
        prepare()
        self._serial = count()
        self._sizes = skus, customers, Decimal(stock)
        self.start = datetime(2026, 5, 6, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
        self._goods()
        self._buyers()
        self._stock()
        with connection.cursor() as cursor:
            cursor.execute("analyze")

    def at(self) -> datetime:
        """The next moment."""
        return self.start + timedelta(seconds=next(self._serial))

    def _goods(self) -> None:
        unit = Unit.objects.get(code="pc")
        category = Category.objects.create(code="B", name="轴承")
        products = Product.objects.bulk_create(
            Product(code=f"P{n:05}", name=f"轴承 {n}", category=category, unit=unit, tax_rate=Decimal("0.13"))
            for n in range(self._sizes[0])
        )
        skus = [Sku(product=product, code=product.code) for product in products]
        for sku in skus:
            sku.search_text = sku_text(sku, sku.product)
        made = Sku.objects.bulk_create(skus)
        self.skus = [sku.pk for sku in made]
        prices = PriceList.objects.create(code="G", name="一般", valid_from=date(2026, 1, 1))
        Price.objects.bulk_create(
            Price(price_list=prices, sku_id=pk, unit_price=Decimal("9.90"), floor=Decimal("5")) for pk in self.skus
        )

    def _buyers(self) -> None:
        term = PaymentTerm.objects.get(code="credit30")
        customers = [
            Customer(code=f"C{n:05}", name=f"客户 {n}", term=term, created_at=self.start) for n in range(self._sizes[1])
        ]
        for customer in customers:
            customer.search_text = customer_text(customer, ["李经理"])
        made = Customer.objects.bulk_create(customers)
        self.customers = [customer.pk for customer in made]
        Address.objects.bulk_create(
            Address(
                customer_id=pk, province="上海市", city="上海市", district="浦东新区", street="世纪大道1号",
                postcode="200120", receiver="李经理", phone="13800138000", is_default=True,
            )
            for pk in self.customers
        )  # fmt: skip
        Contact.objects.bulk_create(
            Contact(customer_id=pk, name="李经理", phone="13800138000", is_default=True) for pk in self.customers
        )
        CreditAccount.objects.bulk_create(CreditAccount(pk=pk, limit=CREDIT) for pk in self.customers)

    def _stock(self) -> None:
        from shunda.inventory import actions as inventory
        from shunda.inventory.specs import ReceiptLine

        self.warehouse = Warehouse.objects.get().pk
        lines = [ReceiptLine(pk, self.warehouse, self._sizes[2]) for pk in self.skus]
        for first in range(0, len(lines), 5000):
            inventory.receive(lines[first : first + 5000], by=BY, at=self.start)

    def specs(self, n: int, lines: int = 5) -> list[OrderSpec]:
        """Specs of ``n`` orders with so many lines, spread over articles and customers."""
        serial = next(self._serial)
        skus, customers, _stock = self._sizes
        step = max(skus // max(lines, 1), 1)
        return [
            OrderSpec(
                self.customers[(serial * 31 + i) % customers],
                [
                    LineSpec(Decimal(1 + (i + k) % 3), self.skus[(serial * 17 + i * 7 + k * step) % skus])
                    for k in range(lines)
                ],
                wanted_date=date(2027, 1, 1),
                invoice_kind=InvoiceKind.ORDINARY,
            )
            for i in range(n)
        ]

    def approved(self, n: int, lines: int = 5) -> list[int]:
        """Orders that passed review, ready to be confirmed."""
        done = orders.create(self.specs(n, lines), by=BY, at=self.at()).done
        ids = [order.pk for order in done]
        assert len(ids) == n
        self.review(ids)
        return ids

    def review(self, ids: Sequence[int]) -> None:
        """They are submitted, and every department approves."""
        assert not orders.submit(ids, by=BY, at=self.at()).refused
        pending = Review.objects.filter(order__in=ids, status="pending").values_list("pk", flat=True)
        assert not orders.approve(list(pending), by=BY, at=self.at()).refused

    def confirmed(self, n: int, lines: int = 5) -> list[int]:
        """Orders with their stock reserved."""
        ids = self.approved(n, lines)
        assert len(orders.confirm(ids, by=BY, at=self.at()).done) == n
        return ids

    def packed(self, order_ids: Sequence[int]) -> list[int]:
        """Shipments of these orders, ready to leave."""
        from shunda.fulfilment import actions as fulfilment
        from shunda.fulfilment.specs import PackSpec, PickSpec, ShipmentSpec

        planned = fulfilment.create([ShipmentSpec(pk) for pk in order_ids], by=BY, at=self.at()).done
        ids = [shipment.pk for shipment in planned]
        fulfilment.pick([PickSpec(pk) for pk in ids], by=BY, at=self.at())
        assert len(fulfilment.pack([PackSpec(pk) for pk in ids], by=BY, at=self.at()).done) == len(order_ids)
        return ids

    def token(self) -> str:
        """The API token of a program that may place and read orders."""
        from shunda.accounts import actions as accounts
        from shunda.accounts.models import Role, User
        from shunda.accounts.queries import actor_for
        from shunda.accounts.specs import TokenSpec

        role, _new = Role.objects.get_or_create(
            code="bench", defaults={"name": "bench", "permissions": PLACING, "reach": "all"}
        )
        user, _new = User.objects.get_or_create(username="bench", defaults={"name": "bench", "date_joined": self.start})
        user.roles.add(role)
        now = datetime.now(UTC)
        spec = TokenSpec("bench", PLACING, now + timedelta(days=2))
        return accounts.create_token(spec, by=actor_for(user), at=now).one().raw
