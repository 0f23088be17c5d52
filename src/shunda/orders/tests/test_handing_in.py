"""Handing in by a button, alone or many at once: warnings ask for their reasons on one page."""

import pytest
from django.test import Client
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import queries
from shunda.orders.models import Order
from shunda.orders.tests.builders import order
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
SHORT = "orders.check-short-no-date"
LATER = "2099-05-20"


@pytest.fixture
def web():
    client = Client()
    client.force_login(user("boss", "*"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def drafts():
    """One that nothing speaks against, and two of which there is no stock."""
    buyer, there, lacking = customer("C1", credit_code=""), sku("A-1"), sku("B-1")
    price_list(prices=[(there, "12.50"), (lacking, "3")])
    stock(there, warehouse(), 50)
    account(buyer, 10_000)
    rows = [(there, 2), (lacking, 5), (lacking, 7)]
    return [order(buyer, [(sku_, n, None)], wanted_date=LATER, by=system()) for sku_, n in rows]


def hand_in(web, rows, **fields):
    ticked = [f"{row.pk}:{row.version}" for row in rows]
    return web.post(reverse("orders:submit"), {"row": ticked, "next": "/orders/?q=x", **fields})


def statuses(rows):
    return [Order.objects.get(pk=row.pk).status for row in rows]


@pytest.mark.req("R054", "R021")
def test_of_many_those_without_warnings_go_and_the_others_are_asked_about_together(web, drafts):
    answer = hand_in(web, drafts)
    assert statuses(drafts) == ["in_review", "draft", "draft"]
    page = web.get(answer.url)
    text = page.content.decode()
    assert page.status_code == 200
    assert all(row.number in text for row in drafts[1:])
    assert drafts[0].number not in text
    asked = list(page.context["form"].fields)
    assert f"why:{SHORT}" in asked
    rows = [f"{row.pk}:{row.version}" for row in drafts[1:]]
    given = {"row": rows, "next": "/orders/?q=x"}
    lacking = web.post(reverse("orders:reasons"), given)
    assert lacking.status_code == 422
    assert statuses(drafts) == ["in_review", "draft", "draft"]
    done = web.post(reverse("orders:reasons"), given | dict.fromkeys(asked, "delivery in parts"))
    assert (done.status_code, done.url) == (302, "/orders/?q=x")
    assert statuses(drafts) == ["in_review"] * 3
    told = [event.data["reason"] for event in queries.timeline(drafts[1].pk) if event.kind == "order.override"]
    assert set(told) == {"delivery in parts"}


def test_a_draft_without_warnings_goes_at_once_and_a_gap_is_told_where_it_was(web, drafts):
    assert hand_in(web, drafts[:1]).url == "/orders/?q=x"
    incomplete = order(drafts[0].customer, [], by=system())
    answer = hand_in(web, [incomplete])
    assert answer.url == "/orders/?q=x"
    assert statuses([incomplete]) == ["draft"]


def test_the_page_of_reasons_leads_back_when_nothing_asks_and_hides_what_is_not_mine(web, drafts):
    url = reverse("orders:reasons")
    assert web.get(url, {"row": drafts[0].pk, "next": "/orders/"}).url == "/orders/"
    assert web.get(url, {"row": drafts[0].pk, "next": "https://elsewhere.example/"}).url == "/"
    assert web.get(url, {"row": 10**6}).status_code == 404
    stranger = Client()
    stranger.force_login(
        user("eve", "orders.submit_order", reach="own"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert stranger.get(url, {"row": drafts[1].pk}).status_code == 404


def test_a_draft_that_somebody_changed_meanwhile_is_not_handed_in(web, drafts):
    short = drafts[1]
    page = web.get(reverse("orders:reasons"), {"row": short.pk})
    reasons = dict.fromkeys(page.context["form"].fields, "agreed")
    stale = web.post(reverse("orders:reasons"), {"row": f"{short.pk}:{short.version + 1}", **reasons})
    assert stale.status_code == 422
    assert "Somebody else changed this" in stale.content.decode()
    assert statuses([short]) == ["draft"]


def test_the_duplicate_is_shown_with_the_other_order(web, drafts):
    article = sku("Z-1")
    twin, again = (order(drafts[0].customer, [(article, 4, 5)], wanted_date=LATER, by=system()) for _n in range(2))
    answer = web.get(hand_in(web, [again]).url).content.decode()
    assert f'href="{reverse("orders:detail", args=[twin.pk])}"' in answer
