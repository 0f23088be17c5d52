"""Search and commands by the keyboard alone, on a phone, and without script."""

import pytest

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row():
    return order(customer("C1", name="上海轴承有限公司"), [(sku("A-1"), 2, 10)])


def test_slash_finds_an_order_and_ctrl_k_submits_it_without_a_mouse(visit, accessible, row):
    page = visit(user("ann", "*"))
    page.goto("/search/")
    page.locator("h1").focus()
    page.keyboard.press("Escape")
    page.locator("#search-text").blur()
    page.keyboard.press("/")
    page.keyboard.type("zcyx")
    page.get_by_role("dialog").get_by_role("link", name=row.number).wait_for()
    accessible(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/orders/{row.pk}/")
    page.keyboard.press("Control+k")
    page.keyboard.type(f"submit {row.number}")
    page.get_by_role("button", name=f"Submit · {row.number}").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes").wait_for()
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="Submitted for review.").or_(page.locator(".toast", has_text="Not done")).wait_for()
    row.refresh_from_db()
    assert page.url.endswith(f"/orders/{row.pk}/")


def test_the_palette_on_a_phone_in_chinese(visit, accessible, row):
    page = visit(user("bob", "*"), size=(360, 740), language="zh-hans")
    page.goto("/orders/")
    page.get_by_role("link", name="搜索").first.click()
    page.get_by_role("dialog").get_by_role("searchbox").fill("轴承")
    page.get_by_role("dialog").get_by_text("上海轴承有限公司").first.wait_for()
    accessible(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()


def test_the_search_page_works_without_script(visit, row):
    page = visit(user("cid", "*"), scripts=False)
    page.goto("/search/")
    page.get_by_role("searchbox").fill(row.number)
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name=row.number).click()
    assert page.url.endswith(f"/orders/{row.pk}/")
