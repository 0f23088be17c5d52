"""A department says no: the order goes back to sales with a remark, is mended and submitted again."""

from decimal import Decimal

import pytest

from shunda.orders import actions as orders
from shunda.orders.assembly import spec_of
from shunda.orders.models import Review


@pytest.mark.req("R043", "R044", "R045", "R047", "R048")
def test_finance_sends_an_order_back_and_sales_mends_it(company):
    li = company.customer("远东机械", limit=50_000)
    bearing = company.article("6204-2RS", in_stock=500)
    order = company.sales_enters(li, {bearing: (100, "12.50")}, discount=Decimal(400))
    company.sales_submits(order)
    company.approves("sales_manager", order)

    # a refusal needs a remark; with it the order is back at sales, and nobody else has to look at it any more
    assert [r.code for r in company.sends_back("finance", order, " ").refused] == ["orders.remark-required"]
    company.sends_back("finance", order, "The discount was agreed at 100, not 400.").one()
    assert company.status(order) == "sent_back"
    assert company.waits(order) == {"order.revise"}
    assert Review.objects.get(order=order, department="finance").remark.startswith("The discount")
    assert company.exposure(li) == 0
    assert company.stock(bearing) == (500, 500)

    # sales corrects the discount and submits again: a new round, in which everybody looks anew
    order.refresh_from_db()
    spec = spec_of(order, list(order.lines.select_related("sku")))
    from dataclasses import replace

    sales = company.people["sales_rep"]
    orders.edit({order.pk: replace(spec, discount=Decimal(100))}, by=sales, at=company.now).one()
    company.sales_submits(order)
    assert company.waits(order) == {"review.sales", "review.finance", "review.warehouse"}
    company.everybody_approves(order)
    order.refresh_from_db()
    assert (order.round, order.gross) == (2, Decimal("1150.00"))
    assert company.stage(order) == "to ship"
