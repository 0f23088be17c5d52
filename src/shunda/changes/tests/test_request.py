"""A change is made whole: lines, amounts, stock, credit, dates and revisions agree, or it is refused with its reasons."""

from datetime import date
from decimal import Decimal

import pytest

from shunda.catalog.tests.builders import sku
from shunda.changes.models import Change, Revision
from shunda.changes.tests.builders import FREE, LATE, ask, codes, differences, line, new
from shunda.core.models import Event
from shunda.credit.queries import exposure
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import figures, stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def bearing():
    return sku("A-1")


@pytest.fixture
def buyer():
    return customer()


@pytest.mark.req("R161", "R165")
def test_within_the_free_window_a_change_is_made_at_once_and_everything_follows(bearing, buyer):
    seal = sku("B-1")
    made = confirmed_order(buyer, [(bearing, 10, "12.50"), (seal, 4, 5)], freight="8.00")
    stock(bearing, warehouse(), 30)
    change = ask(made, line(1, 15), line(2, 0), head={"customer_reference": "PO-7"}, at=FREE).one()
    assert (change.status, change.revision, change.gross_change) == ("applied", 1, Decimal("42.5"))
    order = Order.objects.get(pk=made.pk)
    assert (order.gross, order.customer_reference, order.priority) == (Decimal("195.5"), "PO-7", 2)
    kept = {one.line_no: one for one in order.lines.all()}
    assert (kept[1].quantity, kept[1].gross, kept[2].cancelled, kept[2].gross) == (15, Decimal("187.5"), 4, 0)
    assert figures(bearing, warehouse())[1] == 15
    assert figures(seal, warehouse())[1] == 0
    assert exposure([buyer.pk])[buyer.pk].exposure == order.gross
    assert [r.number for r in Revision.objects.order_by("number")] == [0, 1]
    [event] = Event.objects.filter(kind="order.change")
    assert event.data["changes"]["customer_reference"] == ["", "PO-7"]
    assert event.data["lines"]["2"][1] is None
    assert differences() == {}


@pytest.mark.req("R161", "R166", "R167")
def test_after_the_free_window_those_concerned_decide_and_nothing_changes_before(bearing, buyer):
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    stock(bearing, warehouse(), 30)
    change = ask(made, line(1, 15), at=LATE).one()
    assert change.status == "asked"
    assert {v.role: (v.step, v.status) for v in change.voices.all()} == {
        "sales": (1, "pending"),
        "finance": (1, "pending"),
        "warehouse": (1, "pending"),
    }
    assert Order.objects.get(pk=made.pk).gross == 125
    assert figures(bearing, warehouse())[1] == 10
    assert codes(ask(made, line(1, 12), at=LATE)) == ["changes.open-already"]
    assert differences() == {}


def test_a_line_is_added_at_the_price_given_and_reserved(bearing, buyer):
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    seal = sku("S-1")
    stock(seal, warehouse(), 5)
    ask(made, added=[new(seal, 5, "2")]).one()
    added = made.lines.get(line_no=2)
    assert (added.quantity, added.gross, added.demand.reserved) == (5, 10, 5)
    assert differences() == {}


def test_a_change_that_stock_cannot_serve_changes_nothing(bearing, buyer):
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    refused = ask(made, line(1, 11), head={"customer_reference": "PO-7"}).refused
    assert [r.code for r in refused] == ["inventory.short"]
    assert refused[0].data["lines"] == [1]
    assert not Change.objects.exists()
    assert Order.objects.get(pk=made.pk).customer_reference == ""
    assert differences() == {}


def test_nothing_different_is_no_change(bearing, buyer):
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    assert codes(ask(made, line(1, 10), head={"note": ""})) == ["changes.nothing"]


def test_dates_move_what_stock_is_asked_for(bearing, buyer):
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    ask(made, head={"wanted_date": date(2026, 5, 18), "promised_date": date(2026, 5, 18)}).one()
    assert made.lines.get().demand.due == date(2026, 5, 18)
    assert differences() == {}
    assert AT.date() < date(2026, 5, 18)
