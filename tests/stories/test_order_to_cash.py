"""From order to cash: one order of a credit customer through every department, to the archive."""

from decimal import Decimal

import pytest

from shunda.billing.models import Invoice, Settlement


@pytest.mark.req("R047", "R063", "R127", "R138", "R143", "R152", "R160", "R172", "R173", "R198")
def test_an_order_goes_from_entry_to_money_in_the_bank(company):
    li = company.customer("远东机械", terms="credit30", limit=50_000)
    bearing = company.article("6204-2RS", in_stock=500)
    seal = company.article("TC-25", in_stock=200)

    # sales enters the order and submits it; three departments look at it
    order = company.sales_enters(li, {bearing: (100, "12.50"), seal: (20, "3.99")}, freight=Decimal(80))
    assert company.stage(order) == "draft"
    company.sales_submits(order)
    assert company.waits(order) == {"review.sales", "review.finance", "review.warehouse"}

    # with the last approval the order is confirmed by itself: stock is locked, credit is held
    company.everybody_approves(order)
    order.refresh_from_db()
    assert (company.stage(order), order.gross) == ("to ship", Decimal("1409.80"))
    assert company.stock(bearing) == (500, 400)
    assert company.exposure(li) == order.gross
    assert company.waits(order) == {"shipment.create"}

    # the warehouse picks and packs, logistics ships
    company.later(hours=1)
    shipment = company.warehouse_plans(order)
    company.warehouse_packs(shipment)
    company.logistics_ships(shipment).one()
    assert company.stage(order) == "shipped"
    assert company.stock(bearing) == (400, 400)
    assert "invoice.create" in company.waits(order)

    # the customer's contact signs; the settlement makes itself
    company.later(days=1)
    company.customer_signs(shipment)
    assert company.stage(order) == "signed"
    settlement = Settlement.objects.get(order=order)
    assert (settlement.total, settlement.paid_before) == (order.gross, 0)
    company.finance_confirms(settlement)

    # finance invoices what was shipped; the customer pays a month later and the order completes by itself
    invoice = company.finance_invoices(order)
    assert (invoice.gross, invoice.kind) == (order.gross, "special")
    assert company.exposure(li) == order.gross
    company.later(days=30)
    company.customer_pays(li, order.gross)
    assert Invoice.objects.get().paid == order.gross
    assert company.stage(order) == "completed"
    assert company.exposure(li) == 0

    # what is left is to tell the customer and to archive; the timeline says who did what, without a gap
    assert company.waits(order) == {"order.archive", "shipment.tell", "shipment.call"}
    deeds = [
        "order.create", "order.submit", "order.approve", "order.confirm", "shipment.create", "shipment.pick",
        "shipment.pack", "shipment.ship", "shipment.sign", "settlement.make", "settlement.confirm", "invoice.create",
        "invoice.issue", "order.pay", "order.complete",
    ]  # fmt: skip
    assert [kind for kind in company.history(order) if kind in deeds] == deeds
