"""The customer calls again: the order is changed, part of it is on its way, everybody concerned agrees, money follows."""

from datetime import date
from decimal import Decimal

import pytest

from shunda.changes import actions as changes
from shunda.changes.actions import SignSpec
from shunda.changes.models import Change, Revision, Voice
from shunda.changes.specs import ChangeSpec, LineEdit
from shunda.changes.weighing import weigh
from shunda.files.specs import Upload

SIGNED = b"%PDF-1.7\nsigned by both"
DECIDERS = {
    "sales": "sales_manager",
    "finance": "finance",
    "warehouse": "warehouse_head",
    "production": "production_planner",
}


@pytest.fixture
def bearing(company):
    return company.article("6204-2RS", in_stock=500)


@pytest.fixture
def li(company):
    return company.customer("远东机械", limit=10_000)


def asks(company, order, *lines, who="sales_rep", **fields):
    spec = ChangeSpec(order.pk, "customer called", lines=lines, asked_by="李经理", **fields)
    outcome = changes.request([spec], by=company.people[who], at=company.now)
    company.drain()
    return outcome


def decide(company, change):
    for voice in Voice.objects.filter(change=change, status="pending").order_by("pk"):
        changes.agree([voice.pk], by=company.people[DECIDERS[voice.role]], at=company.now).one()
        company.drain()
    change.refresh_from_db()


@pytest.mark.req("R161", "R162", "R165", "R042")
def test_an_hour_after_the_confirmation_more_is_wanted_and_it_is_done_on_the_phone(company, li, bearing):
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    company.later(hours=1)
    change = asks(company, order, LineEdit(1, Decimal(120)), asked_through="phone").one()
    assert (change.status, company.exposure(li), company.stock(bearing)) == ("applied", 1500, (500, 380))
    order.refresh_from_db()
    assert order.get_priority_display() == "high"
    assert "change.tell" in company.waits(order)
    changes.tell([change.pk], by=company.people["sales_rep"], at=company.now).one()
    assert {"change.ask", "order.change", "change.apply", "change.tell"} <= set(company.history(order))


@pytest.mark.req("R164", "R166", "R167", "R169", "R168")
def test_a_week_later_with_part_of_it_delivered_the_rest_is_less_later_and_signed_for(company, li, bearing):
    seal = company.article("TC-25", in_stock=100)
    order = company.confirmed_order(li, {bearing: (100, "12.50"), seal: (40, "5")})
    company.warehouse_sends(order, {bearing: 60})
    company.warehouse_plans(order, {bearing: 40})
    company.later(days=7)
    wanted = [LineEdit(1, Decimal(70)), LineEdit(2, Decimal(0))]
    change = asks(company, order, *wanted, head={"promised_date": date(2026, 6, 10)}).one()
    assert (change.status, company.exposure(li)) == ("asked", 1450)
    assert [voice.role for voice in change.voices.order_by("pk")] == ["finance", "warehouse", "sales"]
    decide(company, change)
    assert change.status == "agreed"
    upload = Upload("agreement.pdf", SIGNED, len(SIGNED))
    changes.sign([SignSpec(change.pk, upload)], by=company.people["sales_rep"], at=company.now).one()
    company.drain()
    change.refresh_from_db()
    assert (change.status, company.exposure(li)) == ("applied", 875)
    assert company.stock(seal) == (100, 100)
    assert [r.gross for r in Revision.objects.order_by("number")] == [1450, 875]
    open_shipment = order.shipments.get(status="planned")
    assert open_shipment.lines.get().quantity == 10
    company.warehouse_packs(open_shipment)
    company.logistics_ships(open_shipment).one()
    for shipment in order.shipments.all():
        company.customer_signs(shipment)
    company.finance_invoices(order)
    company.customer_pays(li, 875)
    assert company.status(order) == "completed"


@pytest.mark.req("R170", "R047")
def test_the_rest_is_closed_short_and_serves_who_was_waiting_for_it(company, li):
    chen = company.customer("晨光贸易", limit=50_000, credit_code="")
    bearing = company.article("6204-2RS", in_stock=100)
    early = company.confirmed_order(li, {bearing: (80, "10")})
    late = company.sales_enters(chen, {bearing: (60, "10")}, invoice_kind="ordinary")
    company.sales_submits(late)
    company.everybody_approves(late, restock=date(2026, 5, 18))
    assert company.status(late) == "approved"
    company.warehouse_sends(early, {bearing: 30})
    change = asks(company, early, kind="close").one()
    decide(company, change)
    assert change.status == "applied"
    assert company.status(late) == "confirmed"
    assert company.stage(early) == "shipped"


@pytest.mark.req("R161", "R166", "R170")
def test_the_customer_cancels_in_time_and_a_day_later_only_with_the_company(company, li, bearing):
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    planned = company.warehouse_plans(order)
    spec = ChangeSpec(order.pk, "no longer needed", kind="cancel")
    shown = weigh({order.pk: spec}, by=company.people["sales_rep"], at=company.now)[order.pk]
    assert planned.number in shown.impact["shipments"]
    assert asks(company, order, kind="cancel").one().effect == shown.impact
    assert (company.status(order), company.exposure(li), company.waits(order) - {"change.tell"}) == (
        "cancelled",
        0,
        set(),
    )

    second = company.confirmed_order(li, {bearing: (10, "12.50")})
    company.later(days=1)
    change = asks(company, second, kind="cancel").one()
    assert (change.status, company.status(second)) == ("asked", "confirmed")
    decide(company, change)
    assert company.status(second) == "cancelled"
    assert Change.objects.filter(status="applied").count() == 2
