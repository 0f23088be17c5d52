"""The timeline of an order in the words people use."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.orders import actions, jobs, queries
from shunda.orders.assembly import spec_of
from shunda.orders.decisions import REVIEWERS
from shunda.orders.queries import lines_of
from shunda.orders.specs import LineSpec
from shunda.orders.tests.builders import AT, approve, confirmed_order, order
from shunda.wiring.timeline import entries

pytestmark = pytest.mark.django_db
BY = {"by": system(), "at": AT}


@pytest.fixture
def shown(client):
    client.force_login(user("auditor", "orders.view_order"))
    return lambda made: client.get(reverse("timeline:order", args=[made.pk])).content.decode()


@pytest.mark.req("R225", "R226")
def test_a_changed_line_says_what_was_and_what_is(shown):
    article = sku("A-1")
    made = order(customer(), [(article, 2, "5")])
    changed = replace(
        spec_of(made, lines_of([made.pk])[made.pk]),
        lines=[LineSpec(Decimal(3), article.pk, unit_price=Decimal(5), discount_rate=Decimal("0.1"))],
    )
    actions.edit({made.pk: changed}, **BY).one()
    page = shown(made)
    assert "A-1, 2 × 5" in page
    assert "A-1, 3 × 5, -10 %" in page


def test_a_hold_of_the_system_and_what_stopped_confirmation_are_sentences(shown):
    prepaid = confirmed_order(customer(term="prepaid"), [(sku("A-1"), 1, 5)])
    assert "The order is paid in advance" in shown(prepaid)
    short = order(customer("C2", term="prepaid"), [(sku("B-1"), 4, 5)], "approved")
    jobs.confirm_approved([short.pk], AT)
    assert "B-1: 4 wanted, 0 available" in shown(short)


def test_a_review_tells_whose_it_is(shown):
    made = order(customer(), [(sku(), 1, 5)], "in_review")
    actions.send_back([made.reviews.get(department="finance").pk], "terms too long", **BY).one()
    assert "finance: terms too long" in shown(made)
    again = order(customer("C2"), [(sku("B"), 1, 5)], "in_review")
    approve(again)
    assert "warehouse" in shown(again)


def test_what_a_table_decided_leads_to_the_rows_that_did(client):
    client.force_login(user("boss", "orders.view_order"))
    made = order(customer(), [(sku(), 1, 1)], "in_review")
    [(label, url)] = [why for line in entries(queries.timeline(made.pk), made.pk) for why in line.whys]
    assert label == str(REVIEWERS.label)
    assert client.get(url).status_code == 200
    assert url in client.get(reverse("timeline:order", args=[made.pk])).content.decode()
