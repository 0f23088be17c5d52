"""A mapping may say that the orders of its files are placed: confirmed at once, or reported with the reason."""

from dataclasses import replace

import pytest

from shunda.billing.tests.builders import BUYER
from shunda.catalog.models import Sku
from shunda.channels.mapping import STANDARD
from shunda.channels.tests.builders import HEAD, file, reasons, run, world
from shunda.credit.tests.builders import account
from shunda.customers.models import Customer
from shunda.inventory.models import Warehouse
from shunda.inventory.tests.builders import stock
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
TEXT = HEAD + ("F1,A-1,3,,9.90,,,C1,2099-01-08,\nF2,A-1,500,,9.90,,,C1,2099-01-08,\nF3,A-1,2,,9.90,,,C1,2099-01-08,\n")


@pytest.mark.req("R019")
def test_orders_of_a_file_are_placed_or_reported_and_nothing_twice(tmp_path):
    world()
    Customer.objects.update(**BUYER)
    stock(Sku.objects.get(), Warehouse.objects.get(), 100)
    account(Customer.objects.get(), 10_000)
    price_list(prices=[(Sku.objects.get(), "9.90")])
    path = file(tmp_path, TEXT)
    placing = replace(STANDARD, place=True)
    first = run(path, mapping=placing)
    assert reasons(first) == {3: "inventory.short"}
    placed = dict(Order.objects.values_list("external_number", "status"))
    assert placed.keys() == {"F1", "F3"}
    assert set(placed.values()) <= {"confirmed", "in_review"}
    again = run(path, mapping=placing)
    assert Order.objects.count() == 2
    assert reasons(again) == {3: "inventory.short"}
    drafted = run(file(tmp_path, TEXT.replace("F", "G"), "more.csv"))
    assert not reasons(drafted)
    assert set(Order.objects.filter(external_number__startswith="G").values_list("status", flat=True)) == {"draft"}
