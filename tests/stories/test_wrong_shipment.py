"""The wrong goods left: the shipment is undone by compensating movements, and everything can be done again, rightly."""

import pytest

from shunda.inventory.models import StockMove


@pytest.mark.req("R145", "R148")
def test_a_wrong_shipment_is_reversed_and_sent_again(company):
    li = company.customer("远东机械", limit=50_000)
    bearing = company.article("6204-2RS", in_stock=500)
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    wrong = company.warehouse_sends(order)
    invoice = company.finance_invoices(order)
    assert company.stock(bearing) == (400, 400)

    # it is invoiced already: finance takes the invoice back first
    [refusal] = company.warehouse_head_reverses(wrong, "went to the wrong address").refused
    assert refusal.message == (
        "Line 1 (6204-2RS): 100 is invoiced, but only 0 would remain shipped. Credit the invoice first."
    )
    company.finance_credits(invoice, "shipment reversed")
    company.warehouse_head_reverses(wrong, "went to the wrong address").one()

    # the goods are back and still locked for this customer; nothing was erased
    assert company.stock(bearing) == (500, 400)
    assert list(
        StockMove.objects.filter(order_id=order.pk).order_by("pk").values_list("kind", "quantity", "reference")
    ) == [
        ("issue", -100, wrong.number),
        ("issue_reversed", 100, wrong.number),
    ]
    assert company.stage(order) == "to ship"
    assert company.exposure(li) == 1250
    assert "shipment.create" in company.waits(order)

    # the second attempt arrives and is paid
    right = company.warehouse_sends(order)
    company.customer_signs(right)
    assert company.finance_invoices(order).gross == 1250
    company.customer_pays(li, 1250)
    assert company.stage(order) == "completed"
    assert company.exposure(li) == 0
