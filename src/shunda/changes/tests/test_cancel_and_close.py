"""Cancelling by the customer in the free window, by authority afterwards; closing what was partly shipped short."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor
from shunda.billing.tests.builders import paid
from shunda.catalog.tests.builders import conversion, sku, unit
from shunda.changes import actions
from shunda.changes.models import Change
from shunda.changes.tests.builders import FREE, LATE, SYSTEM, agree, ask, codes, differences, line, made_of, spec
from shunda.core.models import Event
from shunda.credit.queries import exposure
from shunda.customers.tests.builders import customer
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.tests.builders import figures, stock, warehouse
from shunda.orders import actions as order_actions
from shunda.orders.models import Order
from shunda.orders.specs import LineSpec, OrderSpec
from shunda.orders.tests.builders import AT, approve, confirmed_order, in_status, order, supplied
from shunda.policies.models import SettingChange
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db


def status(order):
    return Order.objects.get(pk=order.pk).status


@pytest.mark.req("R161", "R170")
def test_within_the_free_window_an_order_is_cancelled_at_once_with_its_planned_shipment():
    bearing, buyer = sku("A-1"), customer()
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    planned = shipment(made)
    change = ask(made, kind="cancel", at=FREE).one()
    assert (change.status, status(made), change.revision) == ("applied", "cancelled", None)
    assert Shipment.objects.get(pk=planned.pk).status == "cancelled"
    assert change.effect["shipments"] == {planned.number: [{"quantity": "10", "mode": "express", "carrier": ""}, None]}
    assert (figures(bearing, warehouse())[1], exposure([buyer.pk])[buyer.pk].exposure) == (0, 0)
    assert differences() == {}


@pytest.mark.req("R166", "R170")
def test_after_the_free_window_a_cancellation_is_decided():
    made = confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])
    clerk = actor("orders.view_order", "orders.cancel_order")
    assert codes(order_actions.cancel([made.pk], "no longer needed", by=clerk, at=LATE)) == ["orders.cancel-late"]
    change = ask(made, kind="cancel", by=clerk, at=LATE).one()
    assert (change.status, status(made)) == ("asked", "confirmed")
    assert agree(change, at=LATE).status == "applied"
    assert status(made) == "cancelled"
    assert differences() == {}


@pytest.mark.req("R161")
def test_an_order_paid_in_advance_is_free_until_two_hours_after_the_payment():
    from datetime import timedelta

    made = confirmed_order(customer("P1", term="prepaid"), [(sku("A-1"), 10, "12.50")])
    much_later = AT + timedelta(days=3)
    paid(made, at=much_later)
    for moment, expected in ((much_later + timedelta(hours=2), "applied"), (LATE + timedelta(days=3), "asked")):
        change = ask(made, line(1, 9 if expected == "applied" else 8), at=moment).one()
        assert change.status == expected


@pytest.mark.req("R170")
@pytest.mark.parametrize("stage", ["draft", "in_review", "sent_back", "approved"])
def test_before_confirmation_a_cancellation_takes_nobody_else(stage):
    made = in_status(customer(), [(sku("A-1"), 2, 5)], stage)
    change = ask(made, kind="cancel", at=LATE).one()
    assert (change.status, status(made)) == ("applied", "cancelled")
    assert not made.reviews.filter(status="pending").exists()
    assert differences() == {}


@pytest.mark.req("R170")
def test_goods_that_left_or_stand_packed_stand_against_a_cancellation():
    made = confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])
    shipment(made, "packed", {made.lines.get(): 4})
    assert codes(ask(made, kind="cancel")) == ["fulfilment.stands-picked"]
    sent = confirmed_order(customer("C2"), [(sku("A-2"), 10, "12.50")])
    shipment(sent, "shipped", {sent.lines.get(): 4})
    assert codes(ask(sent, kind="cancel")) == ["orders.cancel-shipped"]


def test_the_money_of_a_cancelled_order_is_shown_before_as_to_be_given_back():
    made = confirmed_order(customer("P1", term="prepaid"), [(sku("A-1"), 10, "12.50")])
    paid(made)
    assert ask(made, kind="cancel").one().impact["money"]["to_refund"] == ["0", "125"]


@pytest.mark.req("R170")
def test_a_partly_shipped_order_is_closed_short_at_what_has_left():
    made = confirmed_order(customer(), [(sku("A-1"), 10, "12.50"), (sku("B-1"), 4, 5)], freight="3")
    assert codes(ask(made, kind="close")) == ["changes.close-nothing-shipped"]
    shipment(made, "shipped", {made.lines.get(line_no=1): 4})
    change = ask(made, kind="close", at=LATE).one()
    change = agree(change, at=LATE)
    order = Order.objects.get(pk=made.pk)
    assert (change.status, order.gross, order.delivery) == ("applied", 53, 2)
    assert figures(sku_of(made, 2), warehouse())[1] == 0
    assert codes(ask(made, kind="close", at=LATE)) == ["changes.nothing-open"]
    assert differences() == {}


def sku_of(order, line_no):
    return order.lines.get(line_no=line_no).sku


def test_what_has_left_of_a_dozen_cannot_be_said_in_dozens():
    ball, dozen = sku("BALL"), unit("dozen")
    conversion(dozen, unit("pc"), 12)
    buyer = customer()
    wanted = OrderSpec(
        buyer.pk, [LineSpec(Decimal(2), ball.pk, unit_id=dozen.pk, unit_price=Decimal(12))], warehouse_id=warehouse().pk,
        wanted_date=AT.date().replace(day=20), invoice_kind="ordinary",
    )  # fmt: skip
    made = order_actions.create([wanted], by=SYSTEM, at=AT).one()
    order_actions.submit([made.pk], by=SYSTEM, at=AT).one()
    approve(made)
    supplied(made)
    order_actions.confirm([made.pk], by=SYSTEM, at=AT).one()
    sent = shipment(made, "shipped", {made.lines.get(): 5})
    assert codes(ask(made, kind="close")) == ["changes.unit-broken"]
    assert sent.number
    shipment(made, "shipped", {made.lines.get(): 7})
    assert made_of(ask(made, kind="close", at=FREE)).gross_change == -12


def test_many_changes_take_as_many_queries_as_one():
    def changed(numbers):
        orders = []
        for n in numbers:
            article = sku(f"Q{n}")
            orders.append(confirmed_order(customer(f"Q{n}"), [(article, 10, "12.50")]))
            stock(article, warehouse(), 5)
        with CaptureQueriesContext(connection) as captured:
            done = actions.request([spec(order, line(1, 12)) for order in orders], by=SYSTEM, at=AT).done
        assert [change.status for change in done] == ["applied"] * len(orders)
        return len(captured)

    assert changed([1]) == changed([2, 3, 4])
    assert Event.objects.filter(kind="order.change").count() == 4
    assert Change.objects.count() == 4


@pytest.mark.req("R105", "R170")
@pytest.mark.parametrize(("late", "kept"), [(False, 0), (True, Decimal("18.75"))])
def test_of_the_deposit_of_a_special_order_is_kept_what_the_company_decided_once_the_free_window_is_over(late, kept):
    SettingChange.objects.create(
        name="orders.cancel_deposit_share", value="0.5", changed_by="x", changed_at=AT, reason="test"
    )
    made = order(customer("P1", term="prepaid"), [(sku("A-1"), 10, "12.50")], "approved", kind="special")
    payment = paid(made)
    supplied(made)
    made = order_actions.confirm([made.pk], by=SYSTEM, at=AT).one()
    moment = LATE if late else FREE
    with inline() as drain:
        change = agree(ask(made, kind="cancel", at=moment).one(), at=moment)
        drain()
    money = change.impact["money"]
    assert money["to_refund"] == ["0", str(125 - kept)]
    assert money.get("deposit_kept") == (["0", str(kept)] if kept else None)
    assert (change.effect, status(made)) == (change.impact, "cancelled")
    payment.refresh_from_db()
    assert (Order.objects.get(pk=made.pk).paid, payment.matched) == (kept, kept)
    assert differences() == {}
