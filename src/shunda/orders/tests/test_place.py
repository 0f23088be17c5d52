"""Placing: taken in, checked, approved by policy, promised and confirmed in one go, or refused whole."""

from __future__ import annotations

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.models import Sku
from shunda.catalog.tests.builders import sku
from shunda.core.actor import Actor, system
from shunda.core.refusal import Refused
from shunda.credit.tests.builders import account
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.models import Order
from shunda.orders.specs import Placed, Placing
from shunda.orders.tests.builders import AT, spec

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> Customer:
    made = customer()
    account(made, 1000)
    return made


@pytest.fixture
def article() -> Sku:
    made = sku("A-1")
    stock(made, warehouse(), 10)
    return made


def placing(buyer: Customer, article: Sku, quantity: int, by: Actor | None = None) -> Placing:
    return Placing(spec(buyer, [(article, quantity, 5)]), by or system())


def test_who_may_not_place_is_told_so(buyer: Customer, article: Sku) -> None:
    [refused] = actions.place([placing(buyer, article, 1, actor("orders.create_order"))], at=AT)
    assert isinstance(refused, Refused)
    assert [refusal.code for refusal in refused.refusals] == ["orders.may-not-place"]
    assert not Order.objects.exists()


def test_an_order_that_somebody_must_look_at_is_in_review_and_says_why(buyer: Customer, article: Sku) -> None:
    [placed] = actions.place([placing(buyer, article, 1)], at=AT)
    assert isinstance(placed, Placed)
    assert placed.status == "in_review"
    assert [finding.code for finding in placed.findings] == ["orders.check-no-list-price"]
