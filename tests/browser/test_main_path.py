"""The main path of an order, each step by the person whose work it is, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext as said
from playwright.sync_api import expect

from shunda.accounts import permissions
from shunda.accounts.models import Role, User
from shunda.accounts.steps import install_roles
from shunda.accounts.tests import builders
from shunda.billing.tests.builders import BUYER
from shunda.catalog.tests.builders import sku
from shunda.credit.tests.builders import account
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import carrier
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list
from shunda.wiring.roles import expanded
from tests.browser import crew

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def promptly(monkeypatch):
    """What follows happens at once."""
    crew.promptly(monkeypatch)


@pytest.fixture
def people() -> dict[str, User]:
    """One person for each role, with just the permissions the role brings."""
    install_roles(expanded(permissions.known()))
    found = {}
    for code in ("sales_rep", "sales_manager", "finance", "warehouse_head"):
        found[code] = builders.user(code, name=code.replace("_", " ").title())
        found[code].roles.set([Role.objects.get(code=code)])
    return found


@pytest.fixture
def company(people) -> Customer:
    buyer = customer("C1", name="上海华东贸易有限公司", owner=people["sales_rep"], **BUYER)
    article = sku("A-1", name="深沟球轴承")
    stock(article, warehouse(), 100)
    price_list(prices=[(article, "12.50")])
    account(buyer, 1_000_000)
    carrier("SF")
    return buyer


@pytest.mark.req("R019", "R043", "R044", "R045", "R047", "R127", "R138", "R143", "R160", "R173")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_order_goes_from_entry_to_settlement(visit, accessible, promptly, people, company, language):
    check = accessible if language == "zh-hans" else lambda page: None  # one language is enough to find what axe finds
    with translation.override(language):
        pages = {role: visit(person, language=language) for role, person in people.items()}
        order = enter(pages["sales_rep"], check)
        for reviewer in ("sales_manager", "finance", "warehouse_head"):
            approve(pages[reviewer], order, check)
        order.refresh_from_db()
        assert order.status == "confirmed", order.blocked_by
        deliver(pages["warehouse_head"], order, check)
        order.refresh_from_db()
        assert order.lines.get().signed == 10
        settle(pages["finance"], order, check)
        order.refresh_from_db()
        assert order.invoiced == order.gross


def press(page, text) -> None:
    """The button with this text in the form of the page (menus have forms of their own)."""
    page.locator("main").get_by_role("button", name=text, exact=True).click()


def enter(page, accessible) -> Order:
    """Sales types an order and submits it."""
    page.goto("/orders/new/")
    accessible(page)
    keys, wanted = page.keyboard, page.locator("[name=wanted_date]")
    page.locator("[name=customer]").focus()
    keys.type("C1")
    keys.press("Enter")
    expect(wanted).to_be_focused()
    wanted.fill((timezone.localdate() + timedelta(days=20)).isoformat())
    page.locator("[name=lines-0-sku]").focus()
    keys.type("A-1")
    keys.press("Enter")
    expect(page.locator("[name=lines-0-quantity]")).to_be_focused()
    keys.type("10")
    press(page, said("Save and submit"))
    expect(page.get_by_role("status").filter(has_text=said("Submitted for review."))).to_be_visible()
    order = Order.objects.get()
    expect(page.get_by_role("heading", name=order.number)).to_be_visible()
    accessible(page)
    return order


def approve(page, order, accessible) -> None:
    """A reviewer finds the order on the desk and approves it."""
    page.goto("/orders/reviews/")
    accessible(page)
    page.get_by_role("checkbox", name=order.number).check()
    press(page, said("Approve"))
    expect(page.locator("main").get_by_role("link", name=order.number)).to_have_count(0)


def deliver(page, order, accessible) -> None:
    """The warehouse plans, picks, packs and ships; the customer signs."""
    page.goto(f"/shipments/plan/{order.pk}/")
    accessible(page)
    press(page, said("Plan the shipment"))
    page.wait_for_url(re.compile(r"/shipments/\d+/$"), wait_until="commit")
    shipment = order.shipments.get()
    steps = {
        "pick": said("Picked"),
        "pack": said("Packed"),
        "ship": said("Shipped"),
        "sign": said("Record receipt"),
    }
    for step, save in steps.items():
        page.goto(f"/shipments/{shipment.pk}/{step}/")
        accessible(page)
        if step == "ship":
            page.locator("[name=carrier_id]").select_option(index=1)
            page.locator("[name=tracking_number]").fill("SF123456")
        if step == "sign":
            page.locator("[name=signed_by]").fill("李经理")
        press(page, save)
        expect(page.get_by_role("heading", name=shipment.number, exact=True)).to_be_visible()


def settle(page, order, accessible) -> None:
    """Finance drafts and issues the invoice and confirms the settlement."""
    page.goto("/billing/invoices/to-invoice/")
    accessible(page)
    page.get_by_role("checkbox", name=order.number).check()
    press(page, said("Draft invoices"))
    page.wait_for_url(re.compile(r"/billing/invoices/\d+/$"), wait_until="commit")
    invoice = order.invoices.get()
    expect(page.get_by_role("heading", name=invoice.number)).to_be_visible()
    accessible(page)
    page.get_by_role("link", name=said("Issue"), exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=said("Issue"), exact=True).click()
    expect(page.get_by_role("status").filter(has_text=said("Issued."))).to_be_visible()
    settlement = order.settlements.get()
    page.goto("/billing/settlements/")
    accessible(page)
    page.get_by_role("checkbox", name=settlement.number).check()
    press(page, said("Confirm settlement"))
    expect(page.get_by_role("row", name=settlement.number)).to_contain_text(said("confirmed"))
