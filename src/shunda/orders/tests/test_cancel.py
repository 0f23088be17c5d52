"""Cancellation at each stage, with its consequences; what must be undone first is said."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.credit.queries import exposure
from shunda.customers.tests.builders import customer
from shunda.inventory.models import Demand
from shunda.inventory.tests.builders import figures, warehouse
from shunda.orders import actions, steps, verify
from shunda.orders.models import Order
from shunda.orders.specs import LineChange
from shunda.orders.tests.builders import AT, confirmed_order, in_status
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = system()


def cancel(*orders, reason="customer changed his mind"):
    return actions.cancel([o.pk for o in orders], reason, by=SYSTEM, at=AT)


@pytest.mark.req("R170")
@pytest.mark.parametrize("status", ["draft", "sent_back", "in_review", "approved", "confirmed"])
def test_an_order_can_be_cancelled_at_every_stage_before_completion(status):
    made = in_status(customer(), [(sku(), 2, 5)], status)
    done = cancel(made).one()
    assert (done.status, done.cancelled_at) == ("cancelled", AT)
    assert not made.reviews.filter(status="pending").exists()
    assert not Task.objects.filter(order_id=made.pk, closed_at__isnull=True).exists()
    assert Event.objects.get(kind="order.cancel").data == {"reason": "customer changed his mind"}
    assert list(verify.check()) == []


@pytest.mark.req("R170", "R115")
def test_a_confirmed_order_gives_back_stock_and_credit():
    article, buyer = sku(), customer()
    made = confirmed_order(buyer, [(article, 2, 5), (article, 1, 5)], freight=3)
    assert (figures(article, warehouse()), exposure([buyer.pk])[buyer.pk].exposure) == ((3, 3, 0), 18)
    cancel(made).one()
    assert (figures(article, warehouse()), exposure([buyer.pk])[buyer.pk].exposure) == ((3, 0, 0), 0)
    assert [(d.reserved, d.cancelled) for d in Demand.objects.order_by("pk")] == [(0, 2), (0, 1)]
    assert [line.cancelled for line in made.lines.order_by("line_no")] == [2, 1]


def test_a_prepaid_order_releases_its_payment_hold_and_says_what_to_give_back():
    made = confirmed_order(customer(term="prepaid"), [(sku(), 2, 5)])
    steps.money({made.pk: (Decimal(0), Decimal(4))})
    cancel(made).one()
    assert made.holds.get().released_at == AT
    assert Event.objects.get(kind="order.cancel").data["to_refund"] == "4.0000"


def test_a_reason_is_required():
    made = confirmed_order(customer(), [(sku(), 2, 5)])
    [refusal] = cancel(made, reason=" ").refused
    assert (refusal.code, refusal.data["where"]) == ("orders.reason-required", "reason")
    assert Order.objects.get(pk=made.pk).status == "confirmed"


@pytest.mark.parametrize(
    ("change", "code", "quantity"),
    [
        ({"planned": 1}, "orders.cancel-planned", "1"),
        ({"planned": 2, "shipped": 2}, "orders.cancel-shipped", "2"),
        ({"planned": 2, "shipped": 2, "signed": 2}, "orders.cancel-shipped", "2"),
    ],
)
def test_goods_under_way_stand_against_it_and_the_line_is_named(change, code, quantity):
    made = confirmed_order(customer(), [(sku(), 2, 5)])
    steps.progress([LineChange(made.lines.get().pk, **change)])
    [refusal] = cancel(made).refused
    assert (refusal.code, refusal.data["line"], refusal.data["quantity"]) == (code, 1, quantity)
    assert figures(made.lines.get().sku, warehouse()) == (2, 2, 0)


def test_an_invoice_stands_against_it():
    made = confirmed_order(customer(), [(sku(), 2, 5)])
    steps.money({made.pk: (Decimal(10), Decimal(0))})
    assert [r.code for r in cancel(made).refused] == ["orders.cancel-invoiced"]


def test_many_are_cancelled_in_the_queries_of_one():
    buyer, article = customer(), sku()
    made = [confirmed_order(buyer, [(article, 1, 1)] * 2) for _ in range(6)]
    with CaptureQueriesContext(connection) as for_one:
        cancel(made[0]).one()
    with CaptureQueriesContext(connection) as for_many:
        assert len(cancel(*made[1:]).done) == 5
    assert len(for_many) == len(for_one)
