"""What has been shipped, signed for or invoiced cannot be changed under its feet; what has not left follows."""

from datetime import date
from decimal import Decimal

import pytest

from shunda.billing.models import Invoice
from shunda.billing.tests.builders import drafted, invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.changes import actions
from shunda.changes.models import Change
from shunda.changes.tests.builders import LATE, SYSTEM, ask, codes, differences, line, made_of, new, spec
from shunda.changes.weighing import weigh
from shunda.credit.queries import by_order
from shunda.customers.tests.builders import customer
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.tests.builders import advance, carrier, shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def bearing():
    return sku("A-1")


@pytest.fixture
def made(bearing):
    return confirmed_order(customer(), [(bearing, 10, "12.50"), (sku("B-1"), 4, 5)])


def part(order, n, status="shipped"):
    return shipment(order, status, {order.lines.get(line_no=1): n})


@pytest.mark.req("R161", "R165")
def test_of_a_partly_shipped_order_the_rest_can_be_less_or_more_but_never_less_than_has_left(made, bearing):
    part(made, 6)
    assert codes(ask(made, line(1, 5))) == ["changes.shipped"]
    assert codes(ask(made, line(1, 0))) == ["changes.shipped"]
    made_of(ask(made, line(1, 6)))
    kept = made.lines.get(line_no=1)
    assert (kept.quantity, kept.shipped, kept.gross, kept.demand.quantity) == (6, 6, 75, 6)
    stock(bearing, warehouse(), 3)
    made_of(ask(made, line(1, 9)))
    assert made.lines.get(line_no=1).demand.reserved == 3
    assert differences() == {}


@pytest.mark.req("R161", "R165", "R168")
@pytest.mark.parametrize(
    ("edits", "wanted", "shown"),
    [
        ([line(1, 8)], {}, "lines money credit stock"),
        ([line(1, 12)], {}, "lines money credit stock"),
        ([line(2, 0)], {}, "lines money credit stock"),
        ([], {"added": [("C-1", 3, "7")]}, "lines money credit stock"),
        ([line(2, unit_price="4")], {}, "lines money credit"),
        ([line(2, wanted_date=date(2026, 5, 25))], {}, "lines"),
        ([], {"head": {"wanted_date": date(2026, 5, 25), "promised_date": date(2026, 5, 22)}}, "head"),
        ([], {"head": {"ship_street": "新路 8 号", "receiver": "李四"}}, "head"),
        ([], {"head": {"customer_reference": "PO-8", "note": "by the back door"}}, "head"),
        ([], {"carrier_id": "SF"}, "shipments"),
        ([], {"head": {"transport_mode": "express"}}, "head"),
    ],
    ids=["less", "more", "removed", "added", "price", "line-date", "dates", "address", "reference", "carrier", "mode"],
)
def test_of_a_partly_shipped_order_everything_can_be_changed_with_its_impact_shown_before(
    made, bearing, edits, wanted, shown
):
    gone = part(made, 6)
    advance(gone, "signed")
    part(made, 2, "planned")
    stock(bearing, warehouse(), 10)
    stock(other := sku("C-1"), warehouse(), 10)
    fields = {
        "added": [new(other, quantity, price) for _code, quantity, price in wanted.get("added", [])],
        "head": wanted.get("head", {}),
        **({"carrier_id": carrier(code="SF9").pk} if "carrier_id" in wanted else {}),
    }
    asked = spec(made, *edits, **fields)
    before = weigh({made.pk: asked}, by=SYSTEM, at=LATE)[made.pk]
    assert before.refused == []
    assert {name for name, pairs in before.impact.items() if pairs} >= set(shown.split())
    assert Change.objects.count() == 0
    change = made_of(actions.request([asked], by=SYSTEM, at=LATE), at=LATE)
    assert {name: change.effect[name] for name in shown.split()} == {n: before.impact[n] for n in shown.split()}
    assert Shipment.objects.get(pk=gone.pk).status == "signed"
    assert made.lines.get(line_no=1).shipped == 6
    assert differences() == {}


def test_the_price_of_what_has_left_stays(made):
    part(made, 6)
    assert codes(ask(made, line(1, unit_price="12"))) == ["changes.price-shipped"]
    assert codes(ask(made, head={"freight": Decimal(3)})) == ["changes.freight-shipped"]
    made_of(ask(made, line(2, unit_price="4")))
    assert differences() == {}


def test_what_is_invoiced_keeps_its_worth_when_the_order_discount_moves(made):
    part(made, 10)
    invoiced(made)
    assert codes(ask(made, head={"discount": Decimal(7)})) == ["changes.worth"]
    made_of(ask(made, line(2, 3)))
    assert differences() == {}


@pytest.mark.req("R165")
def test_a_shipment_still_to_be_picked_follows_the_newest_first(made):
    first, second = part(made, 4, "planned"), part(made, 5, "planned")
    made_of(ask(made, line(1, 6)))
    quantities = dict(Shipment.objects.values_list("pk", "lines__quantity"))
    assert (quantities[first.pk], quantities[second.pk]) == (4, 2)
    made_of(ask(made, line(1, 4)))
    assert Shipment.objects.get(pk=second.pk).status == "cancelled"
    assert differences() == {}


def test_what_stands_picked_is_not_taken_away(made):
    number = part(made, 8, "packed").number
    [refusal] = ask(made, line(1, 7)).refused
    assert (refusal.code, refusal.data["shipments"]) == ("fulfilment.stands-picked", number)
    assert "1 of A-1" in refusal.message
    made_of(ask(made, line(1, 8)))
    assert differences() == {}


def test_the_carrier_of_shipments_that_have_not_left_is_changed_and_of_no_other(made):
    other = carrier("YTO")
    assert codes(ask(made, carrier_id=other.pk)) == ["changes.no-open-shipment"]
    gone, waiting = part(made, 4), part(made, 5, "planned")
    made_of(ask(made, carrier_id=other.pk, head={"transport_mode": "air"}))
    assert Shipment.objects.get(pk=gone.pk).carrier_id == carrier().pk
    followed = Shipment.objects.get(pk=waiting.pk)
    assert (followed.carrier_id, followed.mode) == (other.pk, "air")
    advance(followed, "packed")
    assert differences() == {}


def test_goods_on_their_way_keep_their_address(made):
    sent = part(made, 4)
    street = {"head": {"ship_street": "新街 1 号"}}
    assert codes(ask(made, **street)) == ["changes.under-way"]
    advance(sent, "signed")
    made_of(ask(made, **street))
    assert Order.objects.get(pk=made.pk).ship_street == "新街 1 号"


def test_a_draft_invoice_bills_what_it_comes_to_now(made):
    made = confirmed_order(customer("C2"), [(sku("D-1"), 10, "10"), (sku("D-2"), 10, "10")], discount="20")
    shipment(made, "shipped", {made.lines.get(line_no=1): 10})
    draft = drafted(made)
    assert draft.gross == 90
    stock(sku_of(made, 2), warehouse(), 20)
    made_of(ask(made, line(2, 30)))
    draft = Invoice.objects.get(pk=draft.pk)
    assert (draft.gross, draft.lines.get().gross) == (95, 95)
    assert by_order([made.pk])[made.pk].shipped == 95
    assert differences() == {}


def sku_of(order, line_no):
    return order.lines.get(line_no=line_no).sku


def test_what_was_paid_too_much_is_free_to_be_given_back(bearing):
    made = confirmed_order(customer("P1", term="prepaid"), [(bearing, 10, "12.50")])
    payment = paid(made)
    made_of(ask(made, line(1, 6)))
    payment.refresh_from_db()
    order = Order.objects.get(pk=made.pk)
    assert (payment.matched, order.paid, order.gross) == (75, 75, 75)
    assert Change.objects.get().effect["money"]["paid"] == ["125", "75"]
    stock(bearing, warehouse(), 20)
    made_of(ask(made, line(1, 8)))
    assert made.holds.get(released_at__isnull=True).kind == "payment"
    assert differences() == {}


def test_more_than_the_credit_limit_leaves_is_refused_with_its_figures(bearing):
    from shunda.credit.tests.builders import account

    buyer = customer("K1")
    account(buyer, 130)
    made = confirmed_order(buyer, [(bearing, 10, "12.50")])
    stock(bearing, warehouse(), 5)
    [refusal] = ask(made, line(1, 11)).refused
    assert (refusal.code, refusal.data["amount"], refusal.data["free"]) == ("credit.over-limit", "12.50", "5.00")
    made_of(ask(made, added=[new(bearing, 1, "5.00")]))
    assert differences() == {}
