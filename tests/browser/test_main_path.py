"""The main path of an order, each step by the person whose work it is, in a real browser."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
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
from shunda.wiring import reactions
from shunda.wiring.roles import expanded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def promptly(monkeypatch):
    """Reactions run as soon as the transaction that caused them is committed, without a worker."""

    def defer(*, name: str, ids: list[int], at: str) -> None:
        transaction.on_commit(lambda: reactions.run(name, ids, datetime.fromisoformat(at)))

    monkeypatch.setattr("shunda.wiring.jobs.react.defer", defer)


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
    stock(sku("A-1", name="深沟球轴承"), warehouse(), 100)
    account(buyer, 1_000_000)
    carrier("SF")
    return buyer


@pytest.mark.req("R019", "R043", "R044", "R045", "R047", "R127", "R138", "R143", "R160", "R173")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_order_goes_from_entry_to_settlement(visit, accessible, promptly, people, company, language):
    number = enter(visit(people["sales_rep"], language=language), accessible)
    for reviewer in ("sales_manager", "finance", "warehouse_head"):
        approve(visit(people[reviewer], language=language), number, accessible)
    order = Order.objects.get()
    assert order.status == "confirmed", order.blocked_by
    deliver(visit(people["warehouse_head"], language=language), order, accessible)
    order.refresh_from_db()
    assert order.lines.get().signed == 10
    settle(visit(people["finance"], language=language), order, accessible)
    order.refresh_from_db()
    assert order.invoiced == order.gross


def enter(page, accessible) -> str:
    """Sales types an order and submits it."""
    page.goto("/orders/new/")
    accessible(page)
    page.locator("[name=customer]").fill("C1")
    page.locator("[name=wanted_date]").fill((timezone.localdate() + timedelta(days=20)).isoformat())
    page.locator("[name=lines-0-sku]").fill("A-1")
    page.locator("[name=lines-0-quantity]").fill("10")
    page.locator("[name=lines-0-unit_price]").fill("12.50")
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_url("**/orders/*/")
    accessible(page)
    page.locator("form[action*='/orders/submit/'] button").click()
    page.wait_for_load_state("networkidle")
    return Order.objects.get().number


def approve(page, number, accessible) -> None:
    """A reviewer finds the order on the desk and approves it."""
    page.goto("/orders/reviews/")
    expect(page.get_by_role("link", name=number)).to_be_visible()
    accessible(page)
    page.locator("input[name=row]").first.check()
    page.locator("button[formaction$='/orders/reviews/approve/']").click()
    expect(page.get_by_role("link", name=number)).to_have_count(0)


def deliver(page, order, accessible) -> None:
    """The warehouse plans, picks, packs and ships; the customer signs."""
    page.goto(f"/shipments/plan/{order.pk}/")
    accessible(page)
    page.locator("main form button.btn-primary").last.click()
    page.wait_for_url("**/shipments/*/")
    for step in ("pick", "pack", "ship", "sign"):
        shipment = order.shipments.get()
        page.goto(f"/shipments/{shipment.pk}/{step}/")
        accessible(page)
        if step == "ship":
            page.locator("[name=carrier_id]").select_option(index=1)
            page.locator("[name=tracking_number]").fill("SF123456")
        if step == "sign":
            page.locator("[name=signed_by]").fill("李经理")
        page.locator("main form button.btn-primary").last.click()
        page.wait_for_load_state("networkidle")


def settle(page, order, accessible) -> None:
    """Finance drafts and issues the invoice and confirms the settlement."""
    page.goto("/billing/invoices/to-invoice/")
    accessible(page)
    page.locator("input[name=row]").first.check()
    page.locator("button[formaction$='/billing/invoices/draft/']").click()
    page.wait_for_url("**/billing/invoices/*/")
    accessible(page)
    page.locator("form[action*='/billing/invoices/issue/'] button").click()
    confirm_dialog(page)
    page.wait_for_load_state("networkidle")
    page.goto("/billing/settlements/")
    accessible(page)
    page.locator("input[name=row]").first.check()
    page.locator("button[formaction$='/billing/settlements/confirm/']").click()
    page.wait_for_load_state("networkidle")
    assert order.settlements.get().status == "confirmed"


def confirm_dialog(page) -> None:
    """The question asked before a step that cannot be taken back."""
    page.locator("dialog[open] button.btn-primary, dialog[open] button[value=yes]").first.click()
