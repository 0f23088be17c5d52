"""A small company with a document in every state, for tests that look at everything there is."""

from dataclasses import replace
from decimal import Decimal

from django.db import connection


def documents(admin):
    """Goods, a customer with orders, shipments, invoices and payments on every step of their way, and what waits."""
    from shunda.billing import actions as money
    from shunda.billing.specs import CreditSpec
    from shunda.billing.tests.builders import BUYER, drafted, invoiced, paid, payment
    from shunda.catalog.tests.builders import conversion, sku, unit
    from shunda.core.actor import system
    from shunda.customers.tests.builders import customer
    from shunda.fulfilment.tests.builders import shipment
    from shunda.inventory import actions as inventory
    from shunda.inventory.specs import SupplyLine, TransferLine
    from shunda.inventory.tests.builders import stock, warehouse
    from shunda.orders.states import OrderStatus
    from shunda.orders.tests.builders import AT, confirmed_order, in_status
    from shunda.pricing.tests.builders import price_list
    from shunda.wiring.reactions import inline

    with inline() as drain:
        bearing, here, there = sku("A-1"), warehouse(), warehouse("W2")
        buyer, by = customer("C1", owner=admin, **BUYER), system()
        stock(bearing, here, 500, at=AT)
        conversion(unit("dozen"), unit("pc"), 12)
        price_list(prices=[(bearing, 10)])
        inventory.transfer([TransferLine(bearing.pk, here.pk, there.pk, Decimal(5))], by=by, at=AT).one()
        inventory.announce([SupplyLine(bearing.pk, here.pk, Decimal(50))], by=by, at=AT).one()
        for status in OrderStatus.values:
            in_status(buyer, [(bearing, 2, 10)], status)
        for status in ("planned", "picked", "packed", "shipped", "signed"):
            made = confirmed_order(buyer, [(bearing, 2, 10)])
            shipment(made, status)
        drafted(made)
        for _settled in range(2):
            made = confirmed_order(buyer, [(bearing, 3, 10)])
            shipment(made, "signed")
            invoice = invoiced(made)
        money.credit([CreditSpec(invoice.pk, "one came back")], by=by, at=AT).one()
        payment(buyer, 60)
        paid(confirmed_order(buyer, [(bearing, 1, 10)]))
        drain()


def kept(by, now):
    """A view, a file, a notice of one's own, and a job that was parked."""
    from shunda.channels.mapping import STANDARD
    from shunda.channels.mappings import create_mappings
    from shunda.lists import actions as lists
    from shunda.lists.specs import ExportSpec, ViewSpec
    from shunda.work.models import Notice

    lists.create_views([ViewSpec("orders:index", "To ship", "stage=to_ship")], by=by, at=now).one()
    lists.export(ExportSpec("orders:index", "", "xlsx", "en"), by=by, at=now).one()
    create_mappings([replace(STANDARD, code="acme", name="ACME")], by=by, at=now).one()
    about = {"subject_kind": "orders.order", "subject_id": 1, "label": "SO1", "said_by": "Wang", "said_at": now}
    Notice.objects.create(user_id=by.id, text="have a look", **about)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, attempts, args) values"
            """ ('reactions', 'react_alone', 'failed', 8, '{"name": "orders.confirm_approved", "ids": [1]}')"""
        )
