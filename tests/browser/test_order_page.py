"""The order page in the browser: reasons, a colleague named in a comment, a thousand lines, a phone."""

import pytest

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.tests.builders import confirmed_order, order
from shunda.work.models import Notice

pytestmark = pytest.mark.django_db(transaction=True)


def test_reasons_and_a_mention_without_leaving_the_page(visit, accessible):
    ann = user("ann", "*", name="Ann")
    user("lm", "orders.view_order", name="李明")
    row = confirmed_order(customer("C1"), [(sku("A-1"), 2, 10)])
    page = visit(ann)
    page.goto(f"/orders/{row.pk}/")
    page.get_by_role("heading", name="Timeline").wait_for()
    page.get_by_role("heading", name="Related orders").wait_for()
    accessible(page)
    page.get_by_role("link", name="10.00 why?").click()
    page.get_by_role("dialog").get_by_text("typed by hand").wait_for()
    accessible(page)
    page.get_by_role("dialog").get_by_role("link", name="Back").click()
    box = page.get_by_label("Comment", exact=True)
    box.click()
    page.keyboard.type("@李")
    page.get_by_role("option", name="李明").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("look")
    assert box.input_value() == "@lm look"
    page.get_by_role("button", name="Add to the timeline").click()
    page.locator(".toast", has_text="Noted.").wait_for()
    assert Notice.objects.get().text == "@lm look"


def test_lines_follow_as_one_scrolls_on_a_phone_in_chinese(visit, accessible):
    row = order(customer("C1"), [(sku("A-1"), 1, 1)] * 130)
    page = visit(user("bob", "*"), size=(360, 740), language="zh-hans")
    page.goto(f"/orders/{row.pk}/")
    page.locator("#line-100").scroll_into_view_if_needed()
    page.locator("#line-130").wait_for(state="attached")
    accessible(page)
