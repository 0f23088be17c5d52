"""The order page says what is missing and what the system's own checks find right now."""

import pytest
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import confirmed_order, order

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller(client):
    client.force_login(user("seller", "orders.view_order"))
    return client


@pytest.mark.req("R031", "R034", "R039", "R054")
def test_gaps_come_first_and_a_suspected_duplicate_leads_to_the_other_order(seller):
    buyer, article = customer(), sku()
    first = order(buyer, [(article, 2, 5)])
    made = order(buyer, [(article, 2, 5)], wanted_date=None)
    page = seller.get(reverse("orders:checks", args=[made.pk])).content.decode()
    assert "Fill in “wanted delivery date” before the order is submitted." in page
    assert f'<a href="{reverse("orders:detail", args=[first.pk])}">{first.number}</a>' in page
    assert page.index("Before it can be submitted") < page.index("same customer")
    assert (
        reverse("orders:checks", args=[made.pk])
        in seller.get(reverse("orders:detail", args=[made.pk])).content.decode()
    )


def test_a_confirmed_order_needs_no_checks(seller):
    made = confirmed_order(customer(), [(sku(), 2, 5)])
    shown = seller.get(reverse("orders:detail", args=[made.pk])).content.decode()
    assert reverse("orders:checks", args=[made.pk]) not in shown


def test_checks_of_what_is_not_mine_are_not_found(client):
    made = order(customer(), [])
    client.force_login(user("other", "orders.view_order", reach="own"))
    assert client.get(reverse("orders:checks", args=[made.pk])).status_code == 404
