"""The trade history of a customer: the same figures on the page and in the API, each leading to its documents."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from shunda.accounts.tests.builders import actor, user
from shunda.billing import actions, trade
from shunda.billing.specs import CreditSpec
from shunda.billing.tests.builders import invoiced, payment
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.tests.builders import queries
from shunda.orders.tests.builders import AT, confirmed_order, in_status, order

pytestmark = [pytest.mark.django_db, pytest.mark.req("R071")]
EARLIER = datetime(2025, 12, 31, 23, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def buyer():
    made = customer("C1", owner=user("seller", "orders.view_order", "customers.view_customer", reach="own"))
    article = sku("A-1")
    order(made, [(article, 1, 100)], at=EARLIER)
    in_status(made, [(article, 3, 100)], "cancelled")
    sent = confirmed_order(made, [(article, 2, 100)])
    shipment(sent, "shipped")
    actions.credit([CreditSpec(invoiced(sent).pk, "it came back")], by=system(), at=AT).one()
    payment(made, 150)
    order(customer("C2"), [(article, 9, 100)])
    return made


def test_each_year_has_its_orders_invoices_credit_notes_and_payments(client, buyer):
    client.force_login(user("boss", "*"))
    this, last = client.get(f"/api/v1/statements/{buyer.pk}/trade").json()
    assert this == {
        "year": 2026, "currency": "CNY", "orders": 2, "cancelled": 1, "ordered": "200.00", "invoiced": "200.00",
        "credit_notes": 1, "credited": "200.00", "received": "150.00",
    }  # fmt: skip
    assert (last["year"], last["orders"], last["ordered"], last["received"]) == (2025, 1, "100.00", "0.00")
    assert queries(lambda: trade.years(buyer.pk, actor("*"))) - queries(lambda: actor("*")) == 4

    page = client.get(reverse("billing:trade", args=[buyer.pk])).content.decode()
    assert page.count("300.00") == 1  # what was ordered in all years
    listed = f"{reverse('orders:index')}?customer=C1&since=2026-01-01&until=2026-12-31"
    assert listed.replace("&", "&amp;") in page
    assert len(client.get(listed, {}).context["page"].rows) == 2
    assert client.get("/api/v1/statements/999999/trade").status_code == 404


def test_who_may_not_see_invoices_sees_the_orders_alone(client, buyer):
    client.force_login(buyer.owner)
    page = client.get(reverse("billing:trade", args=[buyer.pk])).content.decode()
    assert "300.00" in page
    assert "150.00" not in page
    assert client.get(f"/api/v1/statements/{buyer.pk}/trade").status_code == 403


def test_a_customer_without_business_says_so(client, buyer):
    client.force_login(user("boss", "*"))
    assert "No business" in client.get(reverse("billing:trade", args=[customer("C3").pk])).content.decode()
