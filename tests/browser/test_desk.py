"""The review desk by keyboard alone, and on a phone."""

import pytest

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.models import Review
from shunda.orders.tests.builders import order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def waiting():
    buyer, article = customer("C1"), sku("A-1")
    return [order(buyer, [(article, n, 10)], status="in_review") for n in (1, 2, 3)]


def test_reviews_are_decided_with_j_a_x_and_s(visit, accessible, waiting):
    page = visit(user("ann", "orders.review_sales", "orders.view_order"))
    page.goto("/orders/reviews/")
    accessible(page)
    rows = page.locator("[data-desk] tbody tr")
    assert rows.count() == 3
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator(".toast", has_text="Approved.").wait_for()
    rows.nth(2).wait_for(state="detached")
    page.keyboard.press("s")
    page.keyboard.type("too cheap")
    page.keyboard.press("Control+Enter")
    page.locator(".toast", has_text="Sent back").wait_for()
    rows.nth(1).wait_for(state="detached")
    page.keyboard.press("x")
    page.keyboard.press("a")
    page.get_by_text("Nothing waits for your review").wait_for()
    decided = Review.objects.filter(department="sales").order_by("pk").values_list("status", "remark")
    assert list(decided) == [("approved", ""), ("sent_back", "too cheap"), ("approved", "")]


def test_the_desk_on_a_phone_in_chinese(visit, accessible, waiting):
    page = visit(user("bob", "*"), size=(360, 740), language="zh-hans")
    page.goto("/orders/reviews/")
    accessible(page)
