"""Orders that wait for the customer: the clocks of what cannot go on without him stand by themselves."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.work import actions, ringing
from shunda.work.kinds import CONFIRMING, SHIPPING_STEPS
from shunda.work.models import Alarm, Pause, Task, Wait
from shunda.work.reasons import WAITS_AGREEMENT, WAITS_PAYMENT
from shunda.work.specs import TaskSpec, WaitSpec
from shunda.work.steps import close_tasks, open_tasks
from shunda.work.waiting import answered, wait

SH = ZoneInfo("Asia/Shanghai")
pytestmark = [pytest.mark.django_db, pytest.mark.req("R189")]


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


MONDAY = at(5, 11, 9)


def opened(*orders: int, kind: str = "shipment.ship", when: datetime = MONDAY) -> None:
    open_tasks([TaskSpec(kind, "orders.review_sales", "orders.order", n, n, f"SO{n}") for n in orders], at=when)


def waits(*orders: int, when: datetime, source: str = "hold", kinds=SHIPPING_STEPS, reason=WAITS_PAYMENT) -> None:
    wait(
        [WaitSpec(n, f"{source}:{n}", "orders.order", n, reason.code, kinds) for n in orders], by=system("Li"), at=when
    )


def answer(*orders: int, when: datetime, source: str = "hold") -> None:
    answered([f"{source}:{n}" for n in orders], by=system("Li"), at=when)


def test_clocks_stand_while_the_customer_is_awaited_and_go_on_with_what_was_left():
    opened(1)
    opened(1, kind="shipment.tell")
    waits(1, when=at(5, 11, 10))
    ship, tell = Task.objects.order_by("pk")
    assert (ship.paused_at, ship.awaited, tell.paused_at) == (at(5, 11, 10), "customer", None)
    ringing.ring(at(5, 11, 13))
    assert not Alarm.objects.exists()
    answer(1, when=at(5, 13, 9))
    ship.refresh_from_db()
    assert (ship.paused_at, ship.due_at) == (None, at(5, 13, 11))
    assert str(Pause.objects.get().why) == "The customer's payment is awaited."
    assert list(Event.objects.order_by("sequence").values_list("kind", "order_id")) == [
        ("clock.stop", 1),
        ("clock.go_on", 1),
    ]


def test_a_step_that_begins_meanwhile_stands_from_its_beginning():
    waits(1, when=MONDAY)
    opened(1, 2, when=at(5, 11, 10))
    assert [task.paused_at for task in Task.objects.order_by("pk")] == [at(5, 11, 10), None]
    answer(1, when=at(5, 12, 14))
    assert Task.objects.get(order_id=1).due_at == at(5, 12, 17)


def test_an_order_that_waits_for_two_things_goes_on_with_the_last():
    opened(1)
    waits(1, when=at(5, 11, 10))
    waits(1, when=at(5, 11, 11), source="change", reason=WAITS_AGREEMENT)
    answer(1, when=at(5, 12, 9))
    assert Task.objects.get().paused_at == at(5, 11, 10)
    answer(1, when=at(5, 12, 10), source="change")
    assert Task.objects.get().due_at == at(5, 12, 12)
    answer(1, when=at(5, 12, 11), source="change")  # nobody waits for it any more
    assert Wait.objects.filter(until=None).count() == 0


def test_only_the_steps_that_need_the_answer_stand_and_waiting_twice_is_waiting_once():
    opened(1)
    opened(1, kind="order.confirm")
    for _again in range(2):
        waits(1, when=at(5, 11, 10), kinds=CONFIRMING)
    assert list(Task.objects.filter(paused_at__isnull=False).values_list("kind", flat=True)) == ["order.confirm"]
    assert (Wait.objects.count(), Pause.objects.count()) == (1, 1)


def test_what_a_person_stopped_a_person_lets_go_and_what_is_done_is_done():
    opened(1, 2)
    me = actor("orders.review_sales", "work.pause_task")
    mine, done = Task.objects.order_by("pk")
    actions.pause([mine.pk], awaited="carrier", reason="truck", by=me, at=at(5, 11, 10))
    waits(1, 2, when=at(5, 11, 11))
    close_tasks(["shipment.ship"], "orders.order", [2], by=system(), at=at(5, 11, 16))
    answer(1, 2, when=at(5, 11, 17))
    mine.refresh_from_db()
    done.refresh_from_db()
    assert (mine.paused_at, done.in_time) == (at(5, 11, 10), True)
    actions.resume([mine.pk], by=me, at=at(5, 12, 9)).one()
    assert Task.objects.get(pk=mine.pk).due_at == at(5, 12, 11)


def test_many_orders_cost_as_many_queries_as_one():
    opened(*range(1, 42))
    counts = []
    for orders in ([1], range(2, 42)):
        with CaptureQueriesContext(connection) as ran:
            waits(*orders, when=at(5, 11, 10))
            answer(*orders, when=at(5, 11, 11))
        counts.append(len(ran))
    assert counts[0] == counts[1]
