"""Lists in the browser: the keyboard along the rows, chips, and the next rows that come by themselves."""

from itertools import cycle

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from shunda.accounts.queries import actor_for
from shunda.accounts.tests import builders
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.actions import place_hold
from shunda.orders.models import Order
from shunda.orders.tests.builders import order
from shunda.web import tables
from tests.world import documents, kept


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


OTHERS = (
    "/", "/work/", "/work/done/", "/orders/reviews/", "/shipments/to-plan/", "/inventory/",
    "/billing/settlements/", "/accounts/users/", "/prices/",
)  # fmt: skip
"""Lists without a table of their own that people live in."""


def here(page):
    """Which row has the focus, counted from 0; -1: none."""
    return page.evaluate(
        """() => [...document.querySelectorAll("[data-rows] tbody tr")]
                 .indexOf(document.activeElement.closest("[data-rows] tbody tr"))"""
    )


def test_every_list_is_walked_ticked_searched_from_and_opened_by_the_keyboard(visit, transactional_db):
    admin = builders.user("admin", "*", regions=[builders.region()])
    documents(admin)
    me, now = actor_for(admin), timezone.now()
    kept(me, now)
    place_hold([Order.objects.filter(status="confirmed").earliest("pk").pk], "to be measured", by=me, at=now).one()
    page = visit(admin)
    tables.table("")
    lists = [f"{table.url}?view=0" for _name, table in sorted(tables.TABLES.items())]
    for address, keys in zip([*lists, *OTHERS], cycle(("/", "Control+k")), strict=False):
        page.goto(address)
        rows = page.locator("[data-rows] tbody tr")
        assert rows.count(), address
        page.keyboard.press("j")
        assert (address, here(page)) == (address, 0)
        if rows.count() > 1:
            page.keyboard.press("j")
            assert (address, here(page)) == (address, 1)
            page.keyboard.press("k")
        if rows.first.locator("input[name=row]").count():
            page.keyboard.press("x")
            expect(page.locator("[data-bulk-bar]").first).to_be_visible()
            page.keyboard.press("x")
        page.keyboard.press(keys)
        expect(page.locator("#palette")).to_be_visible()
        page.keyboard.press("Escape")
        assert (address, here(page)) == (address, 0)  # where one was
        page.keyboard.press("Enter")
        page.wait_for_function("before => location.href !== before", arg=page.url)


def test_shift_ticks_every_row_since_the_last_one(visit, orders):
    page = visit(builders.user("clerk", "orders.view_order", "orders.submit_order"))
    page.goto("/orders/")
    for keys in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(keys)
    expect(page.locator("input[name=row]:checked")).to_have_count(3)
    expect(page.locator("[data-ticked]")).to_have_text("3")
    boxes = page.locator("input[name=row]")
    boxes.nth(0).click()
    boxes.nth(1).click(modifiers=["Shift"])
    expect(page.locator("input[name=row]:checked")).to_have_count(1)
