"""Confirmation: stock and credit are taken for a whole order, or not at all."""

import pytest

from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import confirmed_order

pytestmark = pytest.mark.django_db


def test_one():
    made = confirmed_order(customer(), [(sku(), 3, "12.50")])
    assert made.status == "confirmed"
