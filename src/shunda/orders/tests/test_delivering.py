"""Orders near or past their promised day are found by themselves, and told once each."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.delivering import watch
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.policies.models import SettingChange
from shunda.work import ringing
from shunda.work.models import Alarm, Notice, Task

SH = ZoneInfo("Asia/Shanghai")
pytestmark = [pytest.mark.django_db, pytest.mark.req("R150")]
PROMISED = date(2026, 5, 20)


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


@pytest.fixture
def made():
    goods, place = sku("A-1"), warehouse("W1")
    stock(goods, place, 100)
    return promised(confirmed_order(customer("C1"), [(goods, 1, 5)]))


def promised(order, day=PROMISED, **columns):
    """The order promised for a day, in a state that its shipments would bring it to."""
    Order.objects.filter(pk=order.pk).update(promised_date=day, **columns)
    return order


def steps():
    rows = Task.objects.filter(kind="order.deliver").order_by("pk")
    return [(task.due_at.astimezone(SH), task.outcome) for task in rows]


@pytest.mark.parametrize(("minute", "found"), [(at(5, 17, 23, 59), 0), (at(5, 18, 0, 0), 1), (at(5, 25), 1)])
def test_two_days_ahead_to_the_minute_the_representative_is_told(made, minute, found):
    assert watch(minute) == found
    assert watch(minute) == 0
    assert steps() == [(at(5, 21), "")] * found


def test_it_warns_is_late_when_the_day_is_over_and_is_escalated_once_each(made):
    rep = user("rep", "orders.submit_order")
    watch(at(5, 18, 8))
    for minute in (at(5, 18, 8), at(5, 19), at(5, 20, 23, 59)):
        ringing.ring(minute)
    assert list(Alarm.objects.values_list("kind", flat=True)) == ["warning"]
    for minute in (at(5, 21), at(5, 21, 0, 1), at(5, 21, 1), at(5, 21, 1, 1)):
        watch(minute)
        ringing.ring(minute)
    assert list(Alarm.objects.order_by("pk").values_list("kind", "number")) == [
        ("warning", 0),
        ("overdue", 0),
        ("escalation", 1),
    ]
    assert [note.kind for note in Notice.objects.filter(user=rep).order_by("pk")] == ["due_soon", "overdue"]


@pytest.mark.parametrize(
    ("columns", "outcome"), [({"delivery": 2}, "done"), ({"delivery": 3}, "done"), ({"promised_date": None}, "dropped")]
)
def test_it_ends_when_the_goods_have_left_or_nothing_is_promised(made, columns, outcome):
    watch(at(5, 18))
    Order.objects.filter(pk=made.pk).update(**columns)
    assert watch(at(5, 19)) == 0
    assert steps() == [(at(5, 21), outcome)]


@pytest.mark.parametrize(("day", "when"), [(date(2026, 5, 27), at(5, 25)), (date(2026, 5, 19), at(5, 18, 1))])
def test_another_promised_day_begins_anew(made, day, when):
    watch(at(5, 18))
    promised(made, day)
    watch(at(5, 18, 0, 30))
    watch(when)
    assert steps() == [
        (at(5, 21), "dropped"),
        (datetime(day.year, day.month, day.day, tzinfo=SH) + timedelta(days=1), ""),
    ]


def test_what_has_left_and_what_was_late_long_ago_is_not_told(made):
    promised(made, delivery=2)
    assert watch(at(5, 20)) == 0
    promised(made, delivery=1)
    assert watch(at(6, 20)) == 0
    assert watch(at(6, 19)) == 1


def test_how_long_ahead_is_a_setting_and_an_hour_is_an_hour(made):
    SettingChange.objects.create(name="fulfilment.risk_warning_hours", value="1.5", changed_by="x", changed_at=at(1, 1))
    assert watch(at(5, 19, 22, 29)) == 0
    assert watch(at(5, 19, 22, 30)) == 1


def test_many_orders_cost_as_many_queries_as_one(made):
    goods = sku("A-2")
    stock(goods, warehouse("W2"), 100)
    with CaptureQueriesContext(connection) as one:
        watch(at(5, 18))
    for n in range(3):
        promised(confirmed_order(customer(f"D{n}"), [(goods, 1, 5)]), date(2026, 6, 20))
    with CaptureQueriesContext(connection) as many:
        assert watch(at(6, 18)) == 3
    assert len(many) == len(one)
