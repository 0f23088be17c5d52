"""Search and commands by the keyboard alone, on a phone, and without script."""

import pytest
from playwright.sync_api import expect

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def row():
    return order(customer("C1", name="上海轴承有限公司"), [(sku("A-1"), 2, 10)], wanted_date="2099-05-20")


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
    page.wait_for_url("**/orders/submit/reasons/**")  # there is no stock and no price list: the warnings ask why
    accessible(page)
    for field in page.locator("input[name^='why:']").all():
        field.fill("agreed with the customer")
    page.keyboard.press("Enter")
    page.locator(".toast", has_text="Submitted for review.").wait_for()
    row.refresh_from_db()
    assert (page.url.endswith(f"/orders/{row.pk}/"), row.status) == (True, "in_review")


def test_the_palette_presses_the_buttons_of_the_page_and_switches_theme_and_language(visit, accessible, row):
    page = visit(user("dan", "*"))
    page.goto(f"/orders/{row.pk}/")
    page.keyboard.press("Control+k")
    dialog = page.get_by_role("dialog", name="Search and commands")
    dialog.get_by_role("region", name="On this page").get_by_role("button", name="Place hold").wait_for()
    page.keyboard.type("place")
    dialog.get_by_role("button", name="Place hold").wait_for()
    page.keyboard.press("Enter")
    page.locator("#modal").get_by_label("Stops").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.keyboard.type("深色")
    dialog.get_by_role("button", name="Theme: dark").wait_for()
    accessible(page)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.keyboard.press("Control+k")
    page.keyboard.type("chinese")
    dialog.get_by_role("button", name="Language: Chinese").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
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
