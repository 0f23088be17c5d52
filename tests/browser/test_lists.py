"""Lists in the browser: the keyboard along the rows, chips, and the next rows that come by themselves."""

import pytest
from playwright.sync_api import expect

from shunda.accounts.tests import builders
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import order


@pytest.fixture
def orders(transactional_db):
    buyer, article = customer("C1"), sku("A-1")
    return [order(buyer, [(article, 1, "10")]) for _n in range(3)]


def test_the_keyboard_walks_along_the_rows_and_on_to_those_not_here_yet(visit, orders, accessible, monkeypatch):
    from shunda.web.listing import Keyset

    real = Keyset.__init__
    monkeypatch.setattr(Keyset, "__init__", lambda self, *a, **k: real(self, *a, **{**k, "per_page": 2}))
    page = visit(builders.user("clerk", "orders.view_order", "lists.create_export"))
    page.goto("/orders/")
    expect(page.locator("#rows tr")).to_have_count(3)  # the end was in sight: the third came by itself
    for row in reversed(orders):
        page.keyboard.press("j")
        expect(page.get_by_role("link", name=row.number)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("input[name=row]:checked")).to_have_count(1)
    accessible(page)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard")).to_be_visible()
    page.keyboard.press("?")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{orders[1].pk}/")


def test_a_chip_is_taken_away_and_without_javascript_a_link_brings_the_next_rows(visit, orders, monkeypatch):
    from shunda.web.listing import Keyset

    real = Keyset.__init__
    monkeypatch.setattr(Keyset, "__init__", lambda self, *a, **k: real(self, *a, **{**k, "per_page": 2}))
    page = visit(builders.user("clerk", "orders.view_order"), scripts=False)
    page.goto("/orders/?stage=draft")
    page.get_by_role("link", name="Load more").click()
    expect(page.locator("#rows tr")).to_have_count(1)
    page.get_by_role("link", name="Remove the filter Stage").click()
    expect(page.locator("#rows tr")).to_have_count(2)
