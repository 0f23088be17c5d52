"""A customer who cancels while the warehouse is at work: one of them comes first, the other is told."""

import pytest

from shunda.catalog.tests.builders import sku
from shunda.changes.tests.builders import FREE, SYSTEM, codes, differences
from shunda.changes.tests.test_races import together
from shunda.core.batch import Outcome
from shunda.core.refusal import Refused
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.specs import PickSpec, ShipSpec
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.portal import visits
from shunda.portal.tests.builders import link

pytestmark = pytest.mark.django_db(transaction=True)
BY = {"by": SYSTEM, "at": FREE}


@pytest.mark.req("R161", "R170")
@pytest.mark.parametrize("step", ["pick", "ship"])
def test_a_customer_and_the_warehouse_agree_on_who_came_first(step):
    made = confirmed_order(customer(), [(sku("A-1"), 10, "12.50")])
    goes = shipment(made, "planned" if step == "pick" else "packed")
    way, car = link(made), carrier()

    def cancel():
        try:
            return Outcome([visits.cancel(way, "", at=FREE)])
        except Refused as stopped:
            return Outcome([], list(stopped.refusals))

    def work():
        if step == "pick":
            return shipping.pick([PickSpec(goes.pk)], **BY)
        return shipping.ship([ShipSpec(goes.pk, car.pk, "SF1")], **BY)

    worked, gone = together(work, cancel)
    status = Order.objects.get(pk=made.pk).status
    if gone.done:
        assert (step, status, worked.done) == ("pick", "cancelled", [])
    else:
        assert (status, codes(gone), bool(worked.done)) == ("confirmed", ["portal.cancel-not-now"], True)
    assert differences() == {}
