"""A session that ends in the middle of a form: what was typed is there again after signing in."""

import pytest
from django.contrib.sessions.models import Session

from shunda.accounts.tests.builders import user
from shunda.customers.models import Customer

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_typed_is_lost_when_the_session_ends(visit, accessible):
    person = user("ann", "*")
    person.set_password("long-enough-4711")
    person.save()
    page = visit(person)
    page.goto("/customers/new/")
    page.get_by_label("customer code").or_(page.get_by_label("Customer code")).fill("C77")
    Session.objects.all().delete()
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/accounts/login/**")
    page.fill("input[name=login]", "ann")
    page.fill("input[name=password]", "long-enough-4711")
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/new/")
    page.get_by_text("What you typed is back").wait_for()
    assert page.locator("input[name=code]").input_value() == "C77"
    assert not Customer.objects.exists()
    accessible(page)


def test_errors_are_accessible_on_a_phone(visit, accessible):
    page = visit(user("bob", "orders.view_order"), size=(360, 740), language="zh-hans")
    for path in ("/orders/999999/", "/settings/"):
        page.goto(path)
        accessible(page)
