"""Paid first: the order is confirmed and packed, but nothing leaves before the money is here."""

import pytest

from shunda.billing.models import Invoice
from shunda.work.models import Task


def stands(order):
    """The steps of an order whose clocks stand."""
    waiting = Task.objects.filter(order_id=order.pk, closed_at=None, paused_at__isnull=False)
    return list(waiting.values_list("kind", flat=True))


@pytest.mark.req("R027", "R152", "R171", "R189")
def test_a_prepaid_order_leaves_when_it_is_paid(company):
    chen = company.customer("晨光贸易", terms="prepaid")
    bearing = company.article("6204-2RS", in_stock=500)
    order = company.confirmed_order(chen, {bearing: (100, "12.50")})
    assert company.stage(order) == "to pay"
    assert company.waits(order) == {"payment.await", "shipment.create"}
    assert company.exposure(chen) == 0  # who pays first owes nothing

    assert set(stands(order)) == {"shipment.create"}  # nobody is late while the customer has not paid

    # the warehouse may prepare it, but it does not go out
    shipment = company.warehouse_plans(order)
    company.warehouse_packs(shipment)
    assert [r.code for r in company.logistics_ships(shipment).refused] == ["fulfilment.held"]
    assert set(stands(order)) == {"shipment.ship"}

    # half of the money is not enough
    company.customer_pays(chen, 600)
    assert company.stage(order) == "to pay"
    company.customer_pays(chen, 650)
    assert company.stage(order) == "to ship"
    assert "payment.await" not in company.waits(order)
    assert stands(order) == []
    assert {"clock.stop", "clock.go_on"} <= set(company.history(order))
    company.logistics_ships(shipment).one()
    company.customer_signs(shipment)

    # what he paid in advance pays the invoice at once, and the order is complete
    company.finance_invoices(order)
    assert Invoice.objects.get().paid == 1250
    assert company.stage(order) == "completed"
