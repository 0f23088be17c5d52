"""The demo company: what it is made of, and its first weeks. ``make proof`` builds and checks the whole of it."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db.models import F, Sum

from shunda.core.money import rounded
from shunda.demo import crew, stock
from shunda.demo.company import FOUNDED, SERVES, found
from shunda.demo.data import orders, rows
from shunda.demo.desk import Desk
from shunda.demo.door import Door
from shunda.demo.history import UNREVIEWED, days
from shunda.fulfilment.models import Shipment
from shunda.orders.models import Order, OrderLine
from shunda.wiring import setup, verify
from shunda.wiring.reactions import inline

HISTORY = orders()
SERVED = {row["code"]: SERVES[row["region"]] for row in rows("customers")}
WEEKS = 3


def worth(line):
    return line.quantity * line.price * (1 - line.discount)


def test_the_data_is_the_whole_of_northwind():
    assert [sum(1 for _ in rows(name)) for name in ("products", "customers", "carriers")] == [77, 91, 6]
    assert (len(HISTORY), sum(1 for order in HISTORY if order.shipped)) == (830, 809)
    lines = [line for order in HISTORY for line in order.lines]
    assert sum(worth(line) for line in lines) == Decimal("1265793.0395")
    assert sum(rounded(worth(line), "CNY") for line in lines) == Decimal("1265793.02")
    assert sum(order.freight for order in HISTORY) == Decimal("64942.69")


def test_everything_happens_once_and_in_its_time():
    company = SimpleNamespace(staff={}, served=SERVED)
    desk, out = Desk(company, HISTORY, inline), Door(company, HISTORY, inline)
    reviewed = {order.id: day for day, many in desk.reviewed.items() for order in many}
    signed = {order.id: day for day, many in out.signed.items() for order in many}
    assert len(reviewed) == sum(1 for order in HISTORY if order.ordered != UNREVIEWED)
    assert all(order.ordered <= reviewed[order.id] for order in HISTORY if order.id in reviewed)
    assert all(reviewed[order.id] <= order.shipped < signed[order.id] for order in HISTORY if order.shipped)
    assert set(desk.reviewed) | set(out.signed) | set(desk.arrivals) <= set(days())


def test_stock_comes_in_as_history_needs_it_and_what_is_left_is_what_was_counted():
    came = Counter()
    for goods in stock.plan(HISTORY, SERVED).values():
        for (product, _warehouse), quantity in goods.items():
            came[product] += quantity
    for order in HISTORY:
        for line in order.lines:
            came[line.product] -= line.quantity
    assert {product: left for product, left in came.items() if left} == {
        row["id"]: int(row["in_stock"]) for row in rows("products") if row["in_stock"] != "0"
    }


@pytest.mark.django_db
def test_the_first_weeks_are_replayed_by_those_whose_work_it_is():
    setup.prepare()
    with inline():
        found()
    desk, out = (crew._side(name, "shunda.wiring.reactions.inline") for name in ("Desk", "Door"))
    last = FOUNDED + timedelta(weeks=WEEKS) - timedelta(days=1)
    for day in days():
        if day > last:
            break
        desk.live(day)
        out.live(day)
    entered = [order for order in HISTORY if order.ordered <= last]
    made = {order.external_number: order for order in Order.objects.all()}
    assert made.keys() == {order.id for order in entered}
    assert all(made[order.id].order_date == order.ordered for order in entered)
    exact = OrderLine.objects.aggregate(sum=Sum(F("quantity") * F("unit_price") * (1 - F("discount_rate"))))["sum"]
    assert exact == sum(worth(line) for order in entered for line in order.lines)
    gone = {order.id for order in entered if order.shipped and order.shipped <= last}
    shipped = Shipment.objects.filter(shipped_at__isnull=False).values_list("order__external_number", flat=True)
    assert set(shipped) == gone
    assert verify.run() == []
