"""Packing, shipping, and reversing a wrong shipment."""

import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import Refused
from shunda.credit import queries as credit
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions, verify
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import PackSpec, ShipSpec
from shunda.fulfilment.tests.builders import STEPS, advance, carrier, shipment
from shunda.inventory import steps as inventory
from shunda.inventory import verify as inventory_verify
from shunda.inventory.models import Balance, StockMove
from shunda.orders import actions as order_actions
from shunda.orders import steps as order_steps
from shunda.orders.models import OrderLine
from shunda.orders.specs import HoldSpec, LineChange
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.work.models import Task

SYSTEM = system()


@pytest.fixture
def goods(db):
    return sku("A-1"), sku("B-2")


@pytest.fixture
def confirmed(goods):
    return confirmed_order(customer(), [(goods[0], 10, "3.33"), (goods[1], 3, 7)], freight=Decimal(12))


def ship(*shipments, by=SYSTEM, **fields):
    values = {"carrier_id": carrier().pk, "tracking_number": "SF1", **fields}
    return actions.ship([ShipSpec(s.pk, **values) for s in shipments], by=by, at=AT)


def codes(outcome):
    return sorted(refusal.code for refusal in outcome.refused)


def line(order, number=1):
    return OrderLine.objects.get(order=order, line_no=number)


def standing(order):
    figures = credit.by_order([order.pk])[order.pk]
    return figures.ordered, figures.shipped, figures.invoiced


def nothing_differs():
    return [*verify.check(), *inventory_verify.check()] == []


@pytest.mark.req("R144")
def test_packing_counts_the_parcels(confirmed):
    made = shipment(confirmed, "picked")
    assert codes(actions.pack([PackSpec(made.pk, 0)], by=SYSTEM, at=AT)) == ["fulfilment.parcels"]
    assert codes(actions.pack([PackSpec(made.pk, 10_000, "x" * 201)], by=SYSTEM, at=AT)) == [
        "fulfilment.parcels",
        "fulfilment.too-long",
    ]
    done = actions.pack([PackSpec(made.pk, 3, "fragile")], by=SYSTEM, at=AT).one()
    assert (done.status, done.parcels, done.note) == ("packed", 3, "fragile")
    assert Task.objects.get(kind="shipment.ship", closed_at__isnull=True).subject_id == made.pk


@pytest.mark.parametrize("status", ["planned", "packed", "shipped", "signed"])
def test_only_a_picked_shipment_is_packed(confirmed, status):
    made = shipment(confirmed, status)
    assert codes(actions.pack([PackSpec(made.pk)], by=SYSTEM, at=AT)) == ["wrong-status"]


@pytest.mark.req("R138", "R145")
def test_shipping_issues_stock_and_moves_credit_with_the_freight(confirmed):
    made = shipment(confirmed, "packed", {line(confirmed): 4})
    done = ship(made).one()
    assert (done.status, done.carrier.code, done.tracking_number, done.shipped_at) == ("shipped", "SF", "SF1", AT)
    assert line(confirmed).shipped == 4
    move = StockMove.objects.get(kind="issue")
    assert (move.quantity, move.reference, move.order_id) == (-4, made.number, confirmed.pk)
    assert standing(confirmed) == (Decimal("40.98"), Decimal("25.32"), 0)  # 4 x 3.33 + freight 12
    event = Event.objects.get(kind="shipment.ship")
    assert (event.order_id, event.data["number"]) == (confirmed.pk, made.number)
    assert set(Task.objects.filter(closed_at__isnull=True, subject_id=made.pk).values_list("kind", flat=True)) == {
        "shipment.sign",
        "shipment.tell",
    }
    assert nothing_differs()


def test_parts_of_an_order_are_worth_the_order_exactly(confirmed):
    for quantity in (1, 2, 7):
        advance(shipment(confirmed, "planned", {line(confirmed): quantity}), "shipped")
    shipment(confirmed, "shipped")
    assert standing(confirmed) == (0, confirmed.gross, 0)
    assert nothing_differs()


@pytest.mark.req("R147")
def test_a_carrier_and_its_number_are_needed_unless_we_deliver_or_the_customer_comes(confirmed):
    made = shipment(confirmed, "packed")
    bare = {"carrier_id": None, "tracking_number": " "}
    assert codes(ship(made, **bare)) == ["fulfilment.carrier-needed", "fulfilment.tracking-needed"]
    assert codes(ship(made, mode="rocket")) == ["fulfilment.mode-unknown"]
    assert codes(ship(made, tracking_number="9" * 61)) == ["fulfilment.too-long"]
    assert codes(ship(made, carrier_id=carrier("OLD", active=False).pk)) == ["fulfilment.carrier-inactive"]
    assert ship(made, **bare, mode="own").one().mode == "own"


@pytest.mark.parametrize("status", ["planned", "picked", "shipped", "signed"])
def test_only_a_packed_shipment_leaves(confirmed, status):
    made = shipment(confirmed, status)
    assert codes(ship(made)) == ["wrong-status"]


def test_a_hold_on_shipping_stops_it_with_its_reason(confirmed):
    made = shipment(confirmed, "packed")
    order_steps.place_holds([HoldSpec(confirmed.pk, "wait for the letter")], by=SYSTEM, at=AT)
    [refusal] = ship(made).refused
    assert refusal.message.startswith(f"Order {confirmed.number} must not be shipped: wait for the letter")
    assert StockMove.objects.filter(kind="issue").count() == 0


def test_a_prepaid_order_can_be_planned_but_not_shipped_before_it_is_paid(goods):
    prepaid = confirmed_order(customer("C9", "prepaid"), [(goods[0], 1, 5)])
    made = shipment(prepaid, "packed")
    [refusal] = ship(made).refused
    assert refusal.code == "fulfilment.held"
    assert "paid in advance" in refusal.message


def test_goods_whose_reservation_was_released_do_not_leave(confirmed):
    made = shipment(confirmed, "packed")
    inventory.release([line(confirmed).demand_id], at=AT)
    [refusal] = ship(made).refused
    assert refusal.message.startswith("Line 1 (A-1): 10 is packed, but only 0 is still reserved")


def test_an_order_that_is_closed_keeps_its_shipments_as_they_are(confirmed):
    made = shipment(confirmed, "planned")
    order_steps.progress(
        [LineChange(made_line.order_line_id, planned=-made_line.quantity) for made_line in made.lines.all()]
    )
    order_actions.cancel([confirmed.pk], "no longer wanted", by=SYSTEM, at=AT).one()
    assert codes(actions.cancel([made.pk], reason="x", by=SYSTEM, at=AT)) == ["fulfilment.order-closed"]


def test_a_batch_may_ship_in_part_and_leaves_the_rest_untouched(confirmed, goods):
    other = confirmed_order(customer("C2"), [(goods[0], 1, 5)])
    good, bad = shipment(other, "packed"), shipment(confirmed, "picked")
    outcome = ship(good, bad)
    assert ([s.pk for s in outcome.done], codes(outcome)) == ([good.pk], ["wrong-status"])
    assert line(confirmed).shipped == 0
    assert nothing_differs()


def test_two_shipments_of_one_line_leave_in_one_batch(confirmed):
    parts = [advance(shipment(confirmed, "planned", {line(confirmed): n}), "packed") for n in (4, 6)]
    assert len(ship(*parts).done) == 2
    assert line(confirmed).shipped == 10
    move = StockMove.objects.get(kind="issue")
    assert move.reference == ", ".join(part.number for part in parts)
    assert nothing_differs()


def test_when_anything_fails_nothing_is_shipped(confirmed, monkeypatch):
    made = shipment(confirmed, "packed")
    monkeypatch.setattr(inventory, "issue", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ship(made)
    made.refresh_from_db()
    assert (made.status, line(confirmed).shipped) == ("packed", 0)
    assert standing(confirmed) == (confirmed.gross, 0, 0)


def test_a_wrong_shipment_is_undone_by_compensating_movements(confirmed):
    made = shipment(confirmed, "shipped", {line(confirmed): 4})
    done = actions.reverse([made.pk], reason="wrong goods", by=SYSTEM, at=AT).one()
    assert (done.status, done.reason) == ("reversed", "wrong goods")
    assert (line(confirmed).planned, line(confirmed).shipped) == (0, 0)
    assert list(StockMove.objects.filter(order_id=confirmed.pk).order_by("pk").values_list("kind", "quantity")) == [
        ("issue", -4),
        ("issue_reversed", 4),
    ]
    assert standing(confirmed) == (confirmed.gross, 0, 0)
    balance = Balance.objects.get(sku=line(confirmed).sku)
    assert (balance.on_hand, balance.reserved) == (10, 10)
    open_now = Task.objects.filter(closed_at__isnull=True, order_id=confirmed.pk).values_list("kind", flat=True)
    assert list(open_now) == ["shipment.create"]
    shipment(confirmed, "shipped")
    assert line(confirmed).shipped == 10
    assert nothing_differs()


def test_the_freight_stays_while_anything_is_shipped(confirmed):
    first = shipment(confirmed, "shipped", {line(confirmed): 4})
    shipment(confirmed, "shipped", {line(confirmed, 2): 3})
    actions.reverse([first.pk], reason="x", by=SYSTEM, at=AT)
    assert standing(confirmed)[1] == Decimal("33.00")  # 3 x 7 + freight 12


def test_what_is_invoiced_beyond_the_rest_cannot_be_reversed(confirmed):
    made = shipment(confirmed, "shipped", {line(confirmed): 4})
    order_steps.progress([LineChange(line(confirmed).pk, invoiced=Decimal(1))])
    [refusal] = actions.reverse([made.pk], reason="x", by=SYSTEM, at=AT).refused
    assert refusal.message.startswith("Line 1 (A-1): 1 is invoiced, but only 0 would remain shipped.")
    assert codes(actions.reverse([made.pk], reason="", by=SYSTEM, at=AT)) == ["fulfilment.reason-needed"]


@pytest.mark.parametrize("status", [s for s in STEPS if s != "shipped"])
def test_only_what_was_shipped_is_reversed(confirmed, status):
    made = shipment(confirmed, status)
    assert codes(actions.reverse([made.pk], reason="x", by=SYSTEM, at=AT)) == ["wrong-status"]


def test_one_shipment_and_many_take_the_same_number_of_queries(goods):
    buyer = customer()
    orders = [confirmed_order(buyer, [(goods[0], 2, 5), (goods[1], 1, 8)], freight=Decimal(3)) for _ in range(6)]
    made = [shipment(o, "packed") for o in orders]
    carrier()
    counts = []
    for batch in (made[:1], made[1:]):
        with CaptureQueriesContext(connection) as seen:
            assert len(ship(*batch).done) == len(batch)
            actions.reverse([s.pk for s in batch], reason="x", by=SYSTEM, at=AT)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_the_same_shipment_leaves_once_however_many_press_the_button():
    confirmed = confirmed_order(customer(), [(sku("A-1"), 10, 5)])
    made = shipment(confirmed, "packed")
    sf = carrier()
    outcomes = []

    def run():
        outcomes.append(actions.ship([ShipSpec(made.pk, sf.pk, "SF1")], by=SYSTEM, at=AT))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(o.done) for o in outcomes) == [0, 0, 1]
    assert {r.code for o in outcomes for r in o.refused} == {"wrong-status"}
    assert StockMove.objects.filter(kind="issue").count() == 1
    assert nothing_differs()


@pytest.mark.django_db(transaction=True)
def test_two_planners_at_once_never_plan_more_than_is_there():
    confirmed = confirmed_order(customer(), [(sku("A-1"), 10, 5)])
    failures = []

    def run():
        try:
            shipment(confirmed, "shipped", {line(confirmed): 6})
        except Refused as error:
            failures.append(error)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 1
    assert Shipment.objects.count() == 1
    assert nothing_differs()
