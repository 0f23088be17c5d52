"""Confirmation: stock and credit are taken for a whole order, or nothing is."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from shunda.billing.tests.builders import paid
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.credit.models import CreditEntry
from shunda.credit.queries import exposure
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.models import Demand, Reservation
from shunda.inventory.tests.builders import figures, stock, warehouse
from shunda.orders import actions, jobs, steps
from shunda.orders.models import Hold, Order, Stops
from shunda.orders.specs import PrioritySpec
from shunda.orders.tests.builders import AT, approve, confirmed_order, order, supplied
from shunda.wiring.reactions import inline
from shunda.wiring.tables import CHECKS
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = system()


def confirm(*orders):
    return actions.confirm([o.pk for o in orders], by=SYSTEM, at=AT)


def codes(outcome):
    return sorted((r.id, r.code) for r in outcome.refused)


@pytest.mark.req("R043", "R050", "R063", "R066", "R115")
def test_confirmation_reserves_stock_and_holds_credit():
    article, place, buyer = sku(), warehouse(), customer()
    made = order(buyer, [(article, 3, "9.99"), (article, 4, 10)], "approved")
    stock(article, place, 10)
    account(buyer, 100)
    done = confirm(made).one()
    assert (done.status, done.confirmed_at) == ("confirmed", AT)
    assert figures(article, place) == (10, 7, 0)
    assert exposure([buyer.pk])[buyer.pk].standing.ordered == Decimal("69.97")
    lines = list(made.lines.order_by("line_no"))
    assert [line.demand.quantity for line in lines] == [3, 4]
    made.refresh_from_db()
    assert made.promised_date == made.wanted_date


@pytest.mark.req("R050", "R116")
def test_an_order_that_stock_cannot_serve_whole_takes_nothing():
    first, second, place = sku("A-1"), sku("A-2"), warehouse()
    stock(first, place, 10)
    stock(second, place, 1)
    buyer = customer()
    account(buyer)
    made = order(buyer, [(first, 2, 5), (second, 2, 5)], "approved")
    [refusal] = confirm(made).refused
    assert (refusal.code, refusal.data["sku"], refusal.data["available"]) == ("inventory.short", "A-2", "1")
    assert (Demand.objects.count(), Reservation.objects.count(), CreditEntry.objects.count()) == (0, 0, 0)
    assert made.lines.filter(demand__isnull=False).count() == 0


def test_lines_of_one_article_see_each_other():
    article = sku()
    stock(article, warehouse(), 5)
    buyer = customer(term="prepaid")
    made = order(buyer, [(article, 3, 1), (article, 3, 1)], "approved")
    [refusal] = confirm(made).refused
    assert (refusal.data["wanted"], refusal.data["available"]) == ("6", "5")


@pytest.mark.req("R043", "R051")
def test_an_order_over_the_credit_limit_is_refused_and_told_about_stock_too():
    article, buyer = sku(), customer()
    account(buyer, 9)
    made = order(buyer, [(article, 2, 5)], "approved")
    assert codes(confirm(made)) == [(made.pk, "credit.over-limit"), (made.pk, "inventory.short")]
    stock(article, warehouse(), 2)
    [refusal] = confirm(made).refused
    assert (refusal.data["limit"], refusal.data["amount"], refusal.data["exposure"]) == ("9.00", "10.00", "0.00")


def test_credit_taken_by_an_order_that_stock_refuses_is_free_for_the_next():
    there, missing, buyer = sku("A-1"), sku("A-2"), customer()
    stock(there, warehouse(), 2)
    account(buyer, 10)
    first = order(buyer, [(missing, 2, 5)], "approved")
    second = order(buyer, [(there, 2, 5)], "approved")
    outcome = confirm(first, second)
    assert [o.pk for o in outcome.done] == [second.pk]
    assert codes(outcome) == [(first.pk, "inventory.short")]
    assert exposure([buyer.pk])[buyer.pk].exposure == 10


@pytest.mark.req("R014", "R015")
def test_urgent_and_important_orders_are_served_first():
    article, buyer = sku(), customer(term="prepaid")
    stock(article, warehouse(), 2)
    first, important, urgent = (order(buyer, [(article, 1, 1)], "approved") for _ in range(3))
    wanted = {important.pk: PrioritySpec(3), urgent.pk: PrioritySpec(urgent=True)}
    actions.prioritise(wanted, by=SYSTEM, at=AT)
    outcome = confirm(first, important, urgent)
    assert {o.pk for o in outcome.done} == {important.pk, urgent.pk}


@pytest.mark.req("R067")
def test_a_prepaid_order_holds_no_credit_and_waits_for_its_money():
    made = confirmed_order(customer(term="prepaid"), [(sku(), 1, 5)])
    assert not CreditEntry.objects.exists()
    [hold] = Hold.objects.all()
    assert (hold.order_id, hold.kind, hold.stops, hold.released_at) == (made.pk, "payment", "ship", None)


def test_cash_on_delivery_takes_neither_credit_nor_a_hold():
    confirmed_order(customer(term="delivery"), [(sku(), 1, 5)])
    assert not CreditEntry.objects.exists()
    assert not Hold.objects.exists()


@pytest.mark.req("R046", "R099")
def test_a_line_made_to_order_registers_its_demand_and_reserves_nothing():
    article = sku(supply_mode="order")
    made = order(customer(term="prepaid"), [(article, 5, 5)], "approved")
    confirm(made).one()
    demand = Demand.objects.get()
    assert (demand.quantity, demand.reserved, made.lines.get().demand) == (5, 0, demand)


def test_a_frozen_customer_and_a_hold_are_told_together():
    buyer = customer(term="prepaid")
    made = order(buyer, [(sku(), 1, 5)], "approved")
    actions.place_hold([made.pk], "ask the boss", stops=Stops.CONFIRM, by=SYSTEM, at=AT)
    buyer.frozen = True
    buyer.save()
    assert codes(confirm(made)) == [(made.pk, "orders.customer-frozen"), (made.pk, "orders.on-hold-manual")]


@pytest.mark.req("R047")
def test_an_approved_order_is_confirmed_by_itself():
    article = sku()
    stock(article, warehouse(), 5)
    with inline() as drain:
        made = order(customer(term="prepaid"), [(article, 5, 5)], "in_review")
        approve(made)
        drain()
    made.refresh_from_db()
    assert made.status == "confirmed"
    assert Event.objects.get(kind="order.confirm").actor == "system"


@pytest.mark.req("R045", "R047", "R122")
def test_an_order_that_cannot_be_confirmed_says_why_waits_and_goes_on_when_stock_comes():
    article = sku()
    with inline() as drain:
        made = order(customer(term="prepaid"), [(article, 5, 5)], "in_review")
        approve(made)
        drain()
        made.refresh_from_db()
        assert (made.status, [b["code"] for b in made.blocked_by]) == ("approved", ["inventory.short"])
        jobs.confirm_approved([made.pk], AT)
        assert Event.objects.filter(kind="order.blocked").count() == 1
        assert Task.objects.filter(kind="order.confirm", closed_at__isnull=True).count() == 1
        stock(article, warehouse(), 5)
        drain()
    made.refresh_from_db()
    assert (made.status, made.blocked_by) == ("confirmed", [])
    assert not Task.objects.filter(kind="order.confirm", closed_at__isnull=True).exists()


def test_the_reaction_runs_twice_unharmed():
    made = confirmed_order(customer(), [(sku(), 1, 5)])
    jobs.confirm_approved([made.pk], AT)
    assert Event.objects.filter(kind="order.confirm").count() == 1


def test_many_orders_take_the_queries_of_one():
    article, buyer = sku(), customer()
    stock(article, warehouse(), 1000)
    account(buyer)
    orders = [order(buyer, [(article, 2, 5)] * 3, "approved") for _ in range(9)]
    with CaptureQueriesContext(connection) as for_one:
        confirm(orders[0]).one()
    with CaptureQueriesContext(connection) as for_many:
        assert len(confirm(*orders[1:]).done) == 8
    assert len(for_many) == len(for_one)


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("R050", "R116")
def test_two_callers_at_once_sell_the_last_piece_once():
    article, buyer = sku(), customer()
    stock(article, warehouse(), 1)
    account(buyer, 5)
    orders = [order(buyer, [(article, 1, 5)], "approved") for _ in range(4)]
    barrier, outcomes = threading.Barrier(4), []

    def run(made):
        barrier.wait()
        outcomes.append(confirm(made))
        connections.close_all()

    threads = [threading.Thread(target=run, args=(made,)) for made in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(o.done) for o in outcomes) == 1
    assert Order.objects.filter(status="confirmed").count() == 1
    assert figures(article, warehouse()) == (1, 1, 0)
    assert exposure([buyer.pk])[buyer.pk].exposure == 5


@pytest.mark.django_db(transaction=True)
def test_two_callers_confirm_the_same_order_once():
    made = order(customer(), [(sku(), 1, 5)], "approved")
    supplied(made)
    barrier, outcomes = threading.Barrier(2), []

    def run():
        barrier.wait()
        outcomes.append(confirm(made))
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(o.done) for o in outcomes) == [0, 1]
    assert Event.objects.filter(kind="order.confirm").count() == 1


def test_a_failure_in_the_middle_leaves_nothing(monkeypatch):
    article, buyer = sku(), customer()
    made = order(buyer, [(article, 1, 5)], "approved")
    supplied(made)
    monkeypatch.setattr(steps, "place_holds", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        confirm(made)
    assert (Order.objects.get(pk=made.pk).status, Demand.objects.count()) == ("approved", 0)
    assert exposure([buyer.pk])[buyer.pk].exposure == 0


@pytest.mark.req("R105")
@pytest.mark.parametrize("term", ["prepaid", "credit30"])
def test_a_special_order_is_valid_with_its_deposit_and_not_a_coin_earlier(term):
    made = order(customer(term=term), [(sku("A-1"), 10, "12.50")], "approved", kind="special")
    supplied(made)
    with inline() as drain:
        paid(made, "37.49")
        drain()
        [refusal] = actions.confirm([made.pk], by=SYSTEM, at=AT).refused
        assert (refusal.code, refusal.data["deposit"], refusal.data["paid"]) == (
            "orders.deposit-open",
            "37.50",
            "37.49",
        )
        jobs.confirm_approved([made.pk], AT)
        assert [one["code"] for one in Order.objects.get(pk=made.pk).blocked_by] == ["orders.deposit-open"]
        paid(made, "0.01")
        drain()
    assert Order.objects.get(pk=made.pk).status == "confirmed", "the last coin confirms it"
    assert {name: found for name, check in CHECKS.items() if (found := list(check()))} == {}
    other = order(customer("C2", term=term), [(sku("A-2"), 1, 5)], "approved")
    supplied(other)
    assert actions.confirm([other.pk], by=SYSTEM, at=AT).one().status == "confirmed"
