"""A customer at his limit: the next order waits, and goes on by itself when he pays or the limit is raised."""

from decimal import Decimal

import pytest


@pytest.mark.req("R043", "R049", "R063")
def test_an_order_over_the_limit_waits_until_the_customer_pays(company):
    li = company.customer("远东机械", limit=2_000)
    bearing = company.article("6204-2RS", in_stock=1_000)
    first = company.confirmed_order(li, {bearing: (120, "12.50")})
    assert company.exposure(li) == Decimal(1500)

    # the second order does not fit: it is approved, but not confirmed, and says why
    second = company.sales_enters(li, {bearing: (60, "12.50")})
    company.sales_submits(second)
    company.everybody_approves(second)
    second.refresh_from_db()
    assert company.status(second) == "approved"
    [blocked] = second.blocked_by
    assert blocked["code"] == "credit.over-limit"
    assert (blocked["data"]["limit"], blocked["data"]["exposure"], blocked["data"]["amount"]) == (
        "2000.00",
        "1500.00",
        "750.00",
    )
    assert company.waits(second) == {"order.confirm"}
    assert company.stock(bearing) == (1000, 880)  # nothing is locked for an order that is not confirmed

    # the first order is shipped, invoiced and paid: his debt is gone, and the second order goes on by itself
    company.warehouse_sends(first)
    company.finance_invoices(first)
    assert company.status(second) == "approved"
    company.customer_pays(li, 1500)
    assert company.status(second) == "confirmed"
    assert company.exposure(li) == Decimal(750)


@pytest.mark.req("R049")
def test_a_raised_limit_lets_a_waiting_order_through(company):
    li = company.customer("远东机械", limit=100)
    bearing = company.article("6204-2RS", in_stock=1_000)
    order = company.sales_enters(li, {bearing: (60, "12.50")})
    company.sales_submits(order)
    company.everybody_approves(order)
    assert company.status(order) == "approved"
    company.finance_sets_limit(li, 1_000)
    assert company.status(order) == "confirmed"
