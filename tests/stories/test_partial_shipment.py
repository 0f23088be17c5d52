"""Part of an order goes first: what remains shows again as work, and each part is invoiced on its own."""

from decimal import Decimal

import pytest

from shunda.billing.models import Settlement


@pytest.mark.req("R127", "R160", "R172", "R175")
def test_an_order_ships_and_is_invoiced_in_two_parts(company):
    li = company.customer("远东机械", limit=50_000)
    bearing, seal = company.article("6204-2RS", in_stock=100), company.article("TC-25", in_stock=100)
    order = company.confirmed_order(li, {bearing: (30, "9.99"), seal: (7, "14.30")}, freight=Decimal(50))
    order.refresh_from_db()

    # the customer needs ten bearings at once
    first = company.warehouse_sends(order, {bearing: 10})
    assert company.stage(order) == "partly shipped"
    assert company.waits(order) >= {"shipment.create", "shipment.sign", "invoice.create"}
    bill = company.finance_invoices(order)
    assert bill.gross == Decimal("149.90")  # ten bearings, and the freight with the first invoice
    company.customer_signs(first)

    # the rest follows
    company.later(days=2)
    second = company.warehouse_sends(order)
    assert {line.sku: int(line.quantity) for line in second.lines.all()} == {bearing: 20, seal: 7}
    assert "shipment.create" not in company.waits(order)
    rest = company.finance_invoices(order)
    assert bill.gross + rest.gross == order.gross
    assert bill.tax + rest.tax == order.tax
    company.customer_signs(second)
    assert sum(s.total for s in Settlement.objects.filter(order=order)) == order.gross

    # one payment settles both invoices, oldest first, and the order is done
    payment = company.customer_pays(li, order.gross)
    assert [a.invoice_id for a in payment.allocations.order_by("pk")] == [bill.pk, rest.pk]
    assert company.stage(order) == "completed"
    assert company.exposure(li) == 0


def test_a_shelf_that_holds_less_than_the_books_leaves_the_rest_to_ship_later(company):
    from shunda.fulfilment import actions as shipping
    from shunda.fulfilment.specs import PackSpec, PickSpec

    li = company.customer("远东机械", limit=50_000)
    bearing = company.article("6204-2RS", in_stock=100)
    order = company.confirmed_order(li, {bearing: (30, "10")})
    shipment = company.warehouse_plans(order)
    keeper = company.people["warehouse_keeper"]
    line = shipment.lines.get()
    short = PickSpec(shipment.pk, {line.pk: Decimal(28)}, {line.pk: "two were rusty"})
    shipping.pick([short], by=keeper, at=company.now).one()
    shipping.pack([PackSpec(shipment.pk)], by=keeper, at=company.now).one()
    company.logistics_ships(shipment).one()
    assert company.stage(order) == "partly shipped"
    assert "shipment.create" in company.waits(order)
    assert int(company.warehouse_sends(order).lines.get().quantity) == 2
    assert company.stage(order) == "shipped"
