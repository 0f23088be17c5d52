"""There is too little: orders are whole or wait, first come first served, and go on by themselves when stock comes."""

from datetime import date

import pytest


@pytest.mark.req("R045", "R050", "R115")
def test_an_order_that_finds_too_little_stock_waits_for_the_next_delivery(company):
    li, chen = company.customer("远东机械", limit=50_000), company.customer("晨光贸易", limit=50_000, credit_code="")
    bearing = company.article("6204-2RS", in_stock=100)
    early = company.confirmed_order(li, {bearing: (80, "10")})

    # twenty are left, thirty are wanted: the warehouse says when more will come, the order waits
    late = company.sales_enters(chen, {bearing: (30, "10")}, invoice_kind="ordinary")
    company.sales_submits(late)
    company.everybody_approves(late, restock=date(2026, 5, 18))
    late.refresh_from_db()
    [blocked] = late.blocked_by
    assert (company.status(late), blocked["code"]) == ("approved", "inventory.short")
    assert (blocked["data"]["wanted"], blocked["data"]["available"]) == ("30", "20")
    assert company.exposure(chen) == 0  # an order that is not confirmed holds no credit
    assert company.stock(bearing) == (100, 20)

    # five more do not help, ten do; nobody has to remember
    company.warehouse_receives(bearing, 5)
    assert company.status(late) == "approved"
    company.warehouse_receives(bearing, 10)
    assert company.status(late) == "confirmed"
    assert company.stock(bearing) == (115, 5)
    for order in (early, late):
        company.warehouse_sends(order)
    assert company.stock(bearing) == (5, 5)


@pytest.mark.req("R061", "R115")
def test_what_is_made_to_order_ships_when_it_comes_out_of_production(company):
    li = company.customer("远东机械", limit=50_000)
    bearing = company.article("6204-2RS", in_stock=100)
    shaft = company.article("SHAFT-7", supply_mode="order", lead_days=10)
    order = company.sales_enters(li, {bearing: (10, "10"), shaft: (2, "500")})
    company.sales_submits(order)
    assert "review.production" in company.waits(order)
    company.everybody_approves(order)
    assert company.status(order) == "confirmed"

    # what is on the shelf can go; the shafts wait for production
    company.warehouse_sends(order)
    assert company.stage(order) == "partly shipped"
    assert "shipment.create" not in company.waits(order)
    company.later(days=10)
    company.warehouse_receives(shaft, 2)
    assert "shipment.create" in company.waits(order)
    company.warehouse_sends(order)
    assert company.stage(order) == "shipped"
