"""Wanting, promising and issuing stock."""

from decimal import Decimal

import pytest

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.refusal import Refused
from shunda.inventory import steps
from shunda.inventory.models import Demand, DemandKind, Reservation, StockMove
from shunda.inventory.specs import DemandSpec
from shunda.inventory.tests.builders import AT, demand, figures, stock, warehouse
from shunda.inventory.verify import check

pytestmark = pytest.mark.django_db
SYSTEM = system()


@pytest.fixture
def place():
    return warehouse()


@pytest.fixture
def ball(place):
    made = sku("BALL")
    stock(made, place, 10)
    return made


@pytest.fixture(autouse=True)
def ledgers_equal_balances():
    yield
    assert list(check()) == []


def reserve(*groups):
    return steps.reserve(groups, at=AT)


def test_what_is_wanted_is_kept_in_order_and_promises_nothing(ball, place):
    specs = [DemandSpec(DemandKind.ORDER, 1, ball.pk, place.pk, Decimal(n)) for n in (3, 1, 2)]
    ids = steps.want(specs, at=AT)
    assert [Demand.objects.get(pk=pk).quantity for pk in ids] == [3, 1, 2]
    assert figures(ball, place) == (10, 0, 0)


@pytest.mark.req("R115", "R117", "R050")
def test_reserving_locks_stock_for_the_order(ball, place):
    assert reserve((1, [demand(1, ball, place, 4)])) == []
    assert figures(ball, place) == (10, 4, 0)
    assert Reservation.objects.get().order_id == 1


@pytest.mark.req("R116")
def test_an_order_that_does_not_fit_is_refused_whole_and_told_everything(ball, place):
    bat = sku("BAT")
    ids = [demand(1, ball, place, 4), demand(1, ball, place, 7), demand(1, bat, place, 1)]
    refused = reserve((1, ids))
    assert {(r.id, r.code, r.data["sku"], r.data["wanted"], r.data["available"]) for r in refused} == {
        (1, "inventory.short", "BALL", "11", "10"),
        (1, "inventory.short", "BAT", "1", "0"),
    }
    assert [r.data["demands"] for r in refused] == [ids[:2], ids[2:]]
    assert "11 wanted, 10 available in Warehouse W1" in refused[0].message
    assert figures(ball, place) == (10, 0, 0)


def test_lines_of_one_sku_in_one_order_see_each_other(ball, place):
    assert reserve((1, [demand(1, ball, place, 6), demand(1, ball, place, 4)])) == []
    assert figures(ball, place) == (10, 10, 0)


def test_orders_of_a_batch_are_served_in_turn_and_a_refused_one_leaves_its_stock_to_those_behind(ball, place):
    groups = [(n, [demand(n, ball, place, q)]) for n, q in ((1, 6), (2, 5), (3, 4), (4, 1))]
    refused = reserve(*groups)
    assert [(r.id, r.data["available"]) for r in refused] == [(2, "4"), (4, "0")]
    assert figures(ball, place) == (10, 10, 0)


def test_an_order_short_of_one_thing_takes_nothing_of_another(ball, place):
    rare = sku("RARE")
    refused = reserve((1, [demand(1, ball, place, 10), demand(1, rare, place, 1)]), (2, [demand(2, ball, place, 10)]))
    assert [(r.id, r.data["sku"]) for r in refused] == [(1, "RARE")]
    assert Demand.objects.get(order_id=2).reserved == 10


def test_the_same_sku_in_another_warehouse_is_another_stock(ball, place):
    [refusal] = reserve((1, [demand(1, ball, warehouse("W2"), 1)]))
    assert refusal.data["warehouse"] == "Warehouse W2"


def test_reserving_again_asks_only_for_what_is_missing(ball, place):
    pk = demand(1, ball, place, 4)
    reserve((1, [pk]))
    assert reserve((1, [pk])) == []
    assert figures(ball, place) == (10, 4, 0)


def test_releasing_gives_the_stock_back_and_twice_changes_nothing(ball, place):
    pk = demand(1, ball, place, 4)
    reserve((1, [pk]))
    steps.release([pk], at=AT)
    steps.release([pk], at=AT)
    assert figures(ball, place) == (10, 0, 0)
    assert reserve((1, [pk])) == []


def test_cancelling_takes_first_what_was_not_promised(ball, place):
    stock(ball, place, 1)
    pk = demand(1, ball, place, 8)
    reserve((1, [pk]))
    steps.issue({pk: Decimal(2)}, reference="SH1", by=SYSTEM, at=AT)
    steps.cancel({pk: Decimal(4)}, at=AT)
    row = Demand.objects.get(pk=pk)
    assert (row.reserved, row.issued, row.cancelled, row.open) == (2, 2, 4, 2)
    waiting = demand(2, ball, place, 50)
    steps.cancel({waiting: Decimal(20)}, at=AT)
    assert figures(ball, place) == (9, 2, 0)


def test_no_more_is_cancelled_than_is_open(ball, place):
    pk = demand(1, ball, place, 4)
    with pytest.raises(Refused) as refused:
        steps.cancel({pk: Decimal(5)}, at=AT)
    assert refused.value.refusals[0].data == {"sku": "BALL", "wanted": "5", "open": "4"}


@pytest.mark.req("R145")
def test_goods_issue_takes_stock_and_promise_together(ball, place):
    pk = demand(7, ball, place, 4)
    reserve((7, [pk]))
    steps.issue({pk: Decimal(3)}, reference="SH20240506001", by=SYSTEM, at=AT)
    assert figures(ball, place) == (7, 1, 0)
    move = StockMove.objects.latest("id")
    assert (move.quantity, move.kind, move.order_id, move.reference) == (-3, "issue", 7, "SH20240506001")


def test_nothing_leaves_that_was_not_promised(ball, place):
    pk = demand(1, ball, place, 4)
    with pytest.raises(Refused) as refused:
        steps.issue({pk: Decimal(1)}, reference="SH1", by=SYSTEM, at=AT)
    assert refused.value.refusals[0].message.startswith("BALL: 1 to be issued, only 0 locked")
    assert figures(ball, place) == (10, 0, 0)


def test_a_wrong_issue_is_reversed_and_the_goods_are_promised_again(ball, place):
    pk = demand(1, ball, place, 4)
    reserve((1, [pk]))
    steps.issue({pk: Decimal(4)}, reference="SH1", by=SYSTEM, at=AT)
    steps.unissue({pk: Decimal(3)}, reference="SH1", by=SYSTEM, at=AT)
    assert figures(ball, place) == (9, 3, 0)
    with pytest.raises(Refused):
        steps.unissue({pk: Decimal(2)}, reference="SH1", by=SYSTEM, at=AT)


def test_a_thousand_demands_cost_as_many_queries_as_one(ball, place, django_assert_num_queries):
    stock(ball, place, 2000)
    one, many = [demand(1, ball, place, 1)], [demand(n, ball, place, 1) for n in range(2, 300)]
    for ids in (one, many):
        with django_assert_num_queries(3):  # demands, balances, one statement that writes everything
            reserve(*((pk, [pk]) for pk in ids))
        with django_assert_num_queries(3):
            steps.issue(dict.fromkeys(ids, Decimal(1)), reference="SH1", by=SYSTEM, at=AT)
        with django_assert_num_queries(3):
            steps.unissue(dict.fromkeys(ids, Decimal(1)), reference="SH1", by=SYSTEM, at=AT)
        with django_assert_num_queries(3):
            steps.release(ids, at=AT)
        with django_assert_num_queries(3):
            steps.cancel(dict.fromkeys(ids, Decimal(1)), at=AT)
