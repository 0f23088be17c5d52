"""A completed order is archived with its papers, kept for years, found again, and deleted by nobody."""

from datetime import date

import pytest
from django.db import connection, transaction

from shunda.core.models import Event
from shunda.orders import actions as orders
from shunda.orders.models import Order
from shunda.orders.queries import archive


@pytest.mark.req("R220", "R221", "R222", "R223", "R225", "R226")
def test_a_completed_order_is_archived_kept_and_found(company):
    li = company.customer("远东机械", limit=50_000, name="上海远东机械有限公司")
    bearing = company.article("6204-2RS", in_stock=500)
    order = company.confirmed_order(li, {bearing: (100, "12.50")})
    analyst = company.people["analyst"]

    # nothing unfinished is archived
    assert [r.code for r in orders.archive([order.pk], by=analyst, at=company.now).refused] == ["wrong-status"]
    shipment = company.warehouse_sends(order)
    company.customer_signs(shipment)
    company.finance_invoices(order)
    company.customer_pays(li, 1250)
    assert company.waits(order) >= {"order.archive"}

    company.later(days=7)
    orders.archive([order.pk], by=analyst, at=company.now).one()
    archived = Order.objects.get(pk=order.pk)
    assert (company.stage(order), archived.keep_until) == ("archived", date(2029, 5, 18))
    manifest = Event.objects.get(kind="order.archive").data
    assert manifest["documents"]["fulfilment.shipment"] == [shipment.pk]
    assert set(manifest["documents"]) >= {"orders.order", "billing.invoice", "billing.settlement"}
    assert manifest["events"] == len(company.history(order)) - 1

    # it is found by number, customer and day, and nobody can make it disappear, the administrator included
    boss = company.people["administrator"]
    for text in (order.number, "远东", "ydjx"):
        assert [o.pk for o in archive(boss, text=text)] == [order.pk]
    assert [o.pk for o in archive(boss, since=date(2026, 5, 11), until=date(2026, 5, 11))] == [order.pk]
    assert [r.code for r in orders.cancel([order.pk], "tidy up", by=boss, at=company.now).refused] == ["wrong-status"]
    for table in ("orders_order", "fulfilment_shipment", "billing_invoice", "billing_payment", "core_event"):
        with (
            pytest.raises(Exception, match="Cannot"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"delete from {table}")
