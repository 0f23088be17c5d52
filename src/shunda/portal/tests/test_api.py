"""Links and wishes through the API; a shop that cancels for its customer is bound by the same window."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from shunda.accounts import actions as accounts
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.portal import visits
from shunda.portal.models import Link

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(client):
    """A channel's own token."""
    rights = ("orders.view_order", "orders.cancel_order", "portal.create_link", "portal.revoke_link")
    person = user("shop", *rights, "portal.answer_wish")
    token = TokenSpec("shop", ["*"], timezone.now() + timedelta(days=30))
    raw = accounts.create_token(token, by=actor_for(person), at=timezone.now()).one().raw

    def call(method, address, body=None):
        sent = json.dumps(body) if body else ""
        headers = {"authorization": f"Bearer {raw}"}
        answer = client.generic(method, f"/api/v1{address}", sent, "application/json", headers=headers)
        return answer.status_code, answer.json()

    return call


def ordered(at, code):
    return confirmed_order(customer(code), [(sku(f"A-{code}"), 1, 5)], at=at, wanted_date=at.date() + timedelta(days=9))


@pytest.mark.req("R161")
def test_a_shop_cancels_for_its_customer_in_the_free_window_and_not_after_it(shop):
    now = timezone.now()
    early = ordered(now - timedelta(hours=2) + timedelta(minutes=1), "E")
    late = ordered(now - timedelta(hours=2, seconds=1), "L")

    def cancel(order):
        return shop("POST", "/orders/cancel", {"items": [{"id": order.pk}], "reason": "customer changed his mind"})

    assert cancel(early)[0] == 200
    status, said = cancel(late)
    assert (status, said["refusals"][0]["code"]) == (409, "orders.cancel-late")
    assert {o.pk: o.status for o in Order.objects.all()} == {early.pk: "cancelled", late.pk: "confirmed"}


def test_links_are_made_listed_and_revoked_and_wishes_answered(shop, settings):
    settings.SHUNDA_ADDRESS = "https://orders.example"
    made = ordered(timezone.now(), "C")
    _status, said = shop("POST", "/order-links", {"order_ids": [made.pk]})
    one = said["done"][0]
    assert one["url"] == f"https://orders.example{one['path']}"
    wish = visits.wish(Link.objects.get(), "question", "when?", at=timezone.now())
    assert shop("GET", f"/customer-wishes?order_id={made.pk}")[1]["items"][0]["text"] == "when?"
    status, said = shop("POST", "/customer-wishes/answer", {"answers": [{"id": wish.pk, "answer": "on Friday"}]})
    assert (status, said["done"][0]["answer"]) == (200, "on Friday")
    assert shop("POST", "/order-links/revoke", {"items": [{"id": one["id"], "version": one["version"]}]})[0] == 200
    assert shop("GET", "/order-links")[1]["items"][0]["path"] == ""
