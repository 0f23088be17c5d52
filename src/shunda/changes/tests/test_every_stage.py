"""Cancelling and cutting short at every stage of an order: what is shown beforehand is what happens, to the coin."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shunda.billing import jobs as billing
from shunda.billing.tests.builders import invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.changes import weighing
from shunda.changes.tests.builders import LATE, SYSTEM, agree, ask, codes, differences, line, made_of, spec
from shunda.core.actor import Actor
from shunda.core.money import plain
from shunda.credit.queries import exposure
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.models import Demand
from shunda.inventory.tests.builders import figures, warehouse
from shunda.orders import actions as order_actions
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order, in_status, order, supplied
from shunda.wiring.reactions import inline
from shunda.work.models import Task

pytestmark = pytest.mark.django_db


def in_stage(stage):
    """An order of 10 articles, 125 yuan, brought so far."""
    article = sku("A-1")
    rows = [(article, 10, "12.50")]
    match stage:
        case "draft" | "in_review" | "sent_back" | "approved" | "confirmed":
            return in_status(customer(), rows, stage)
        case "planned":
            made = confirmed_order(customer(), rows)
            shipment(made)
        case "paid":
            made = confirmed_order(customer("P1", term="prepaid"), rows)
            paid(made)
        case "paid in part":
            made = confirmed_order(customer("P1", term="prepaid"), rows)
            paid(made, 40)
        case "made to order":
            made = order(customer(), [(sku("M-1", supply_mode="order"), 10, "12.50")], "approved")
            supplied(made)
            made = order_actions.confirm([made.pk], by=SYSTEM, at=AT).one()
        case "deposit":
            made = order(customer("P1", term="prepaid"), rows, "approved", kind="special")
            paid(made)
            supplied(made)
            made = order_actions.confirm([made.pk], by=SYSTEM, at=AT).one()
    return made


STAGES = [
    "draft", "in_review", "sent_back", "approved", "confirmed", "planned", "paid", "paid in part", "made to order",
    "deposit",
]  # fmt: skip
FOUND = {
    "confirmed": ("stock", "credit"),
    "planned": ("stock", "credit", "shipments"),
    "paid": ("stock", "money"),
    "paid in part": ("stock", "money", "holds"),
    "made to order": ("production", "credit"),
    "deposit": ("stock", "money"),
}
"""The sides of the order on which cancelling shows something."""


@pytest.mark.req("R161", "R167", "R170")
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("stage", STAGES)
def test_before_goods_are_picked_every_stage_is_cancelled_as_it_was_shown(stage, late):
    made = in_stage(stage)
    at = LATE if late else AT
    with inline() as drain:
        shown = weighing.weigh({made.pk: spec(made, kind="cancel")}, by=SYSTEM, at=at)[made.pk]
        assert (shown.refused, Order.objects.get(pk=made.pk).status) == ([], made.status)
        change = ask(made, kind="cancel", at=at).one()
        assert change.status == ("asked" if late and made.confirmed_at else "applied")
        change = agree(change, at=at)
        drain()
    assert change.effect == change.impact == shown.impact
    for side in FOUND.get(stage, ()):
        assert shown.impact[side], side
    order_now = Order.objects.get(pk=made.pk)
    assert (order_now.status, order_now.paid) == ("cancelled", 0)
    assert not Demand.objects.filter(reserved__gt=0).exists()
    assert exposure([made.customer_id])[made.customer_id].exposure == 0 if made.term.kind == "credit" else True
    left = set(Task.objects.filter(order_id=made.pk, closed_at=None).values_list("kind", flat=True))
    assert left <= {"change.tell"}
    assert differences() == {}


@pytest.mark.req("R170")
@pytest.mark.parametrize("stage", ["completed", "archived", "cancelled"])
def test_what_is_over_is_not_cancelled(stage):
    made = in_status(customer(), [(sku("A-1"), 10, "12.50")], stage)
    assert codes(ask(made, kind="cancel")) == ["wrong-status"]
    assert codes(ask(made, kind="close")) == ["wrong-status"]


@pytest.mark.req("R170")
@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("picked", "fulfilment.stands-picked"),
        ("packed", "fulfilment.stands-picked"),
        ("shipped", "orders.cancel-shipped"),
    ],
)
def test_goods_under_way_say_what_comes_first(how, code):
    made = confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])
    shipment(made, how, {made.lines.get(): 4})
    assert codes(ask(made, kind="cancel")) == [code]
    assert differences() == {}


@pytest.mark.req("R170")
@pytest.mark.parametrize("money", ["credit", "invoiced", "prepaid"])
@pytest.mark.parametrize("kept", [4, 6])
def test_of_a_partly_shipped_order_the_rest_is_cancelled_wholly_or_in_part(money, kept):
    made = confirmed_order(
        customer("P1", term="prepaid" if money == "prepaid" else "credit30"), [(sku("A-1"), 10, "12.50")]
    )
    payment = paid(made) if money == "prepaid" else None
    shipment(made, "shipped", {made.lines.get(): 4})
    bill = invoiced(made) if money == "invoiced" else None
    with inline() as drain:
        wanted = {"kind": "close"} if kept == 4 else {}
        lines = [] if kept == 4 else [line(1, kept)]
        change = made_of(ask(made, *lines, at=LATE, **wanted), at=LATE)
        drain()
    assert change.effect == change.impact
    now = Order.objects.get(pk=made.pk)
    row = now.lines.get()
    worth = Decimal("12.50") * kept
    assert (now.gross, row.base_quantity - row.cancelled, row.shipped) == (worth, kept, 4)
    assert figures(row.sku, warehouse())[1] == kept - 4
    assert now.delivery == (2 if kept == 4 else 1)
    if payment:
        payment.refresh_from_db()
        assert (now.paid, payment.matched) == (worth, worth)
        assert change.impact["money"]["paid"] == ["125", plain(worth)]  # the rest is free on its payment
    else:
        assert exposure([made.customer_id])[made.customer_id].exposure == worth
    if bill:
        bill.refresh_from_db()
        assert bill.gross == 50
    assert codes(ask(made, line(1, 3), at=LATE)) == ["changes.shipped"]
    assert differences() == {}


@pytest.mark.req("R108", "R170")
def test_an_order_whose_deposit_is_held_is_closed_short_and_cancelled_by_the_same_rules():
    made = in_stage("deposit")
    late = AT + timedelta(days=9)
    billing.deduct_late(late)
    shown = weighing.weigh({made.pk: spec(made, kind="cancel")}, by=SYSTEM, at=late)[made.pk]
    assert shown.impact["money"]["deposit_kept"] == ["0", "3.75"]
    assert made.deduction.status == "held"  # looking changed nothing
    clerk = Actor(None, "clerk", frozenset({"orders.view_order", "orders.cancel_order"}), reach="all")
    assert codes(order_actions.cancel([made.pk], "gone", by=clerk, at=late)) == ["orders.cancel-late"]
