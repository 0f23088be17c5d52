"""Callers that meet over one order: one of them comes first, the other is told; nothing is lost, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from shunda.catalog.tests.builders import sku
from shunda.changes.models import Change
from shunda.changes.specs import ChangeSpec
from shunda.changes.tests.builders import SYSTEM, ask, codes, differences, line
from shunda.core.batch import Outcome
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import PickSpec, ShipSpec
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order

pytestmark = pytest.mark.django_db(transaction=True)
BY = {"by": SYSTEM, "at": AT}


def together(*calls: Callable[[], Outcome]) -> list[Outcome]:
    """Run the calls at once, each in its own thread, connection and transaction."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=20)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


@pytest.fixture
def made():
    bearing = sku("A-1")
    order = confirmed_order(customer(), [(bearing, 10, "12.50")])
    stock(bearing, warehouse(), 20)
    return order


def test_of_two_changes_of_one_version_the_second_is_told(made):
    from shunda.changes import actions

    def change(quantity):
        spec = ChangeSpec(made.pk, "called", lines=[line(1, quantity)])
        return actions.request([spec], versions={made.pk: made.version}, **BY)

    first, second = together(lambda: change(12), lambda: change(15))
    assert sorted([codes(first), codes(second)]) == [[], ["stale"]]
    assert made.lines.get().quantity in {12, 15}
    assert Change.objects.count() == 1
    assert differences() == {}


def test_a_change_and_the_shipment_it_is_about_agree_on_who_came_first(made):
    packed = shipment(made, "packed")
    left, changed = together(
        lambda: shipping.ship([ShipSpec(packed.pk, carrier().pk, "SF1")], **BY), lambda: ask(made, line(1, 4))
    )
    assert left.done
    assert codes(changed) in (["fulfilment.stands-picked"], ["changes.shipped"])
    assert made.lines.get().shipped == 10
    assert differences() == {}


def test_a_cancellation_and_the_picking_of_its_goods_agree_on_who_came_first(made):
    planned = shipment(made)
    picked, gone = together(lambda: shipping.pick([PickSpec(planned.pk)], **BY), lambda: ask(made, kind="cancel"))
    status = Order.objects.get(pk=made.pk).status
    if gone.done:
        assert (status, Shipment.objects.get(pk=planned.pk).status) == ("cancelled", "cancelled")
        assert codes(picked)[0] in {"wrong-status", "fulfilment.order-closed"}
    else:
        assert (status, codes(gone)) == ("confirmed", ["fulfilment.stands-picked"])
        assert picked.done
    assert differences() == {}
