"""An order can be cancelled at every stage before the goods leave; what was locked, held and paid is free again."""

from datetime import date

import pytest


@pytest.fixture
def li(company):
    return company.customer("远东机械", limit=50_000)


@pytest.fixture
def bearing(company):
    return company.article("6204-2RS", in_stock=500)


def nothing_is_left(company, li, bearing, order):
    assert company.status(order) == "cancelled"
    assert company.exposure(li) == 0
    assert company.stock(bearing) == (500, 500)
    assert company.waits(order) == set()


@pytest.mark.req("R170")
def test_as_a_draft_in_review_and_approved(company, li, bearing):
    for stage in ("draft", "in review", "sent back"):
        order = company.sales_enters(li, {bearing: (100, "12.50")})
        if stage != "draft":
            company.sales_submits(order)
        if stage == "sent back":
            company.sends_back("finance", order, "Wrong price.")
        assert company.stage(order) == stage
        company.sales_cancels(order).one()
        nothing_is_left(company, li, bearing, order)


@pytest.mark.req("R170")
def test_confirmed_before_anything_is_planned(company, li, bearing):
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    assert company.stock(bearing) == (500, 400)
    assert [r.code for r in company.sales_cancels(order, "  ").refused] == ["orders.reason-required"]
    company.sales_cancels(order).one()
    nothing_is_left(company, li, bearing, order)


@pytest.mark.req("R170")
def test_with_a_shipment_under_way_the_shipment_is_called_off_first(company, li, bearing):
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    shipment = company.warehouse_plans(order)
    company.warehouse_packs(shipment)
    assert [r.code for r in company.sales_cancels(order).refused] == ["orders.cancel-planned"]
    company.warehouse_head_calls_off(shipment, "customer cancelled")
    company.sales_cancels(order).one()
    nothing_is_left(company, li, bearing, order)


@pytest.mark.req("R170")
def test_once_shipped_the_goods_come_back_first_and_the_invoice_is_credited(company, li, bearing):
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    shipment = company.warehouse_sends(order)
    invoice = company.finance_invoices(order)
    refused = {r.code for r in company.sales_cancels(order).refused}
    assert refused == {"orders.cancel-shipped", "orders.cancel-invoiced"}
    company.finance_credits(invoice, "order cancelled")
    company.warehouse_head_reverses(shipment, "order cancelled on the way").one()
    company.sales_cancels(order).one()
    nothing_is_left(company, li, bearing, order)


@pytest.mark.req("R170")
def test_what_was_paid_in_advance_is_free_to_be_given_back(company, bearing):
    chen = company.customer("晨光贸易", terms="prepaid", credit_code="")
    order = company.confirmed_order(chen, {bearing: (10, "12.50")}, invoice_kind="ordinary")
    payment = company.customer_pays(chen, 125)
    company.sales_cancels(order).one()
    payment.refresh_from_db()
    assert payment.matched == 0
    nothing_is_left(company, chen, bearing, order)


@pytest.mark.req("R047", "R050", "R170")
def test_what_a_cancelled_order_had_locked_serves_who_was_waiting_for_it(company, li):
    chen = company.customer("晨光贸易", limit=50_000, credit_code="")
    bearing, seal = company.article("6204-2RS", in_stock=100), company.article("TC-25", in_stock=100)
    early = company.confirmed_order(li, {bearing: (80, "10")})
    late = company.sales_enters(chen, {bearing: (60, "10"), seal: (1, "5")}, invoice_kind="ordinary")
    company.sales_submits(late)
    company.everybody_approves(late, restock=date(2026, 5, 18))
    assert (company.status(late), company.stock(seal)) == ("approved", (100, 100))

    company.sales_cancels(early).one()
    assert company.status(late) == "confirmed"
    assert company.stock(bearing) == (100, 40)
    assert company.waits(late) == {"shipment.create"}


@pytest.mark.req("R049", "R170")
def test_the_credit_a_cancelled_order_held_serves_the_customers_next_one(company):
    li = company.customer("远东机械", limit=1_000)
    bearing = company.article("6204-2RS", in_stock=500)
    early = company.confirmed_order(li, {bearing: (80, "10")})
    late = company.sales_enters(li, {bearing: (90, "10")})
    company.sales_submits(late)
    company.everybody_approves(late)
    late.refresh_from_db()
    assert [blocked["code"] for blocked in late.blocked_by] == ["credit.over-limit"]

    company.sales_cancels(early).one()
    assert company.status(late) == "confirmed"
    assert company.exposure(li) == 900
