"""A customer with a phone and a link: he follows his order, cancels within two hours, and asks when it is too late."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext as said
from playwright.sync_api import expect

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.portal import queries
from shunda.portal.tests.builders import link
from shunda.work.models import Task
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.django_db(transaction=True)


def ordered(code, hours):
    """An order that was confirmed so long ago, and the customer's link to it."""
    at = timezone.now()
    seller = user(f"seller-{code}")
    since = at - timedelta(hours=hours)
    made = confirmed_order(
        customer(code, owner=seller), [(sku(code), 10, "12.50")], at=since, wanted_date=since.date() + timedelta(days=9)
    )
    return made, link(made, at=at)


@pytest.mark.req("R161", "R170")
@pytest.mark.parametrize(("language", "scripts"), [("zh-hans", True), ("en", False)])
def test_a_customer_cancels_within_two_hours(visit, accessible, language, scripts):
    made, way = ordered("C1", 1)
    page = visit(None, size=PHONE, language=language, scripts=scripts)
    page.goto(queries.path(way))
    expect(page.locator("h1")).to_contain_text(made.number)
    with translation.override(language):
        cancel, yes = said("Cancel order"), said("Yes, cancel the order")
        over = said("This order is cancelled. Nothing of it is delivered.")
    if scripts:
        accessible(page)
    page.get_by_role("link", name=cancel).click()
    expect(page.locator("form ul li").first).to_be_visible()
    if scripts:
        accessible(page)
    page.locator("input[name=reason]").fill("ordered twice")
    page.get_by_role("button", name=yes).click()
    expect(page.get_by_text(over)).to_be_visible()
    expect(page.get_by_role("link", name=cancel)).to_have_count(0)
    assert Order.objects.get(pk=made.pk).status == "cancelled"
    assert Event.objects.get(kind="link.cancel").data["reason"] == "ordered twice"


@pytest.mark.req("R161")
def test_after_two_hours_he_asks_and_his_salesperson_hears_of_it(visit, accessible):
    made, way = ordered("C2", 3)
    page = visit(None, size=PHONE)
    page.goto(f"{queries.path(way)}cancel/")
    expect(page.get_by_text("The time in which you can cancel by yourself has ended.")).to_be_visible()
    page.get_by_role("link", name="Ask us for something").click()
    accessible(page)
    page.locator("textarea[name=text]").fill("We have no use for it any more.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("We are at it and answer here.")).to_be_visible()
    accessible(page)
    assert Task.objects.get(kind="customer.wish").owner_id == made.owner_id
    assert Order.objects.get(pk=made.pk).status == "confirmed"
