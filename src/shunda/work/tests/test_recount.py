"""The calendar changes under clocks that run; and one clock over several steps, from the receipt of the order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor, user
from shunda.core.actor import Actor, system
from shunda.core.models import Event
from shunda.policies import actions as policies
from shunda.policies.models import SettingChange
from shunda.policies.specs import DaySpec, WeekSpec
from shunda.wiring.reactions import inline
from shunda.work import actions, queries, recounting, ringing
from shunda.work.models import Alarm, Pause, Task
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

SH = ZoneInfo("Asia/Shanghai")
REVIEW, PAUSE = "orders.review_sales", "work.pause_task"
KEEPER = Actor(1, "Keeper", frozenset({"policies.change_setting"}))
pytestmark = pytest.mark.django_db


def at(*parts: int, year: int = 2026) -> datetime:
    return datetime(year, *parts, tzinfo=SH)


EVE = at(4, 30, 17)  # Thursday; Labour Day is from 1 to 5 May
MONDAY = at(5, 11, 9)


def opened(when: datetime, kind: str = "review.sales", order: int = 1, subject: int | None = None) -> Task:
    number = order if subject is None else subject
    open_tasks([TaskSpec(kind, REVIEW, "orders.order", number, order, f"SO{order}")], at=when)
    return Task.objects.order_by("-pk")[0]


def days(*rows: tuple[str, str], when: datetime = EVE, removed=()) -> None:
    """The calendar changes, and the job that follows from it runs."""
    with inline():
        specs = [DaySpec(day, works) for day, works in rows]
        policies.change_days(specs, removed=removed, reason="notice", by=KEEPER, at=when)


def now(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def whole() -> None:
    SettingChange.objects.create(name="work.policy", value="whole", changed_by="x", changed_at=at(1, 1))


@pytest.mark.req("R189", "R201")
def test_a_holiday_entered_or_taken_back_moves_the_clocks_that_run():
    task = opened(EVE)
    assert task.due_at == at(5, 6, 10)
    days(("2026-05-06", "off"))
    assert (now(task).due_at, now(task).warn_at) == (at(5, 7, 10), at(5, 7, 9, 30))
    days(("2026-05-02", "work"))
    assert (now(task).due_at, now(task).rank_at) == (at(5, 2, 10), at(5, 2, 10))
    days(removed=[at(5, 6).date(), at(5, 2).date()])
    assert (now(task).due_at, now(task).next_at) == (at(5, 6, 10), at(5, 6, 9, 30))
    moved = list(Event.objects.filter(kind="clock.recount").order_by("pk").values_list("data__moved", flat=True))
    assert moved == [1, 1, 1]


def test_hours_by_the_wall_steps_without_a_limit_and_closed_ones_stay_as_they_are():
    wall, free, done = opened(EVE, "shipment.tell"), opened(EVE, "shipment.sign"), opened(EVE)
    close_tasks(["review.sales"], "orders.order", [1], by=system(), at=at(5, 6, 9, 30))
    days(("2026-05-06", "off"))
    assert [now(task).due_at for task in (wall, free, done)] == [at(5, 1, 17), None, at(5, 6, 10)]


def test_a_week_with_other_hours_and_three_working_days_are_counted_anew():
    whole()
    task = opened(MONDAY, "shipment.ship")
    assert (task.limit_days, task.due_at) == (3, at(5, 14, 18))
    week = WeekSpec("08:00-12:00", {1: "08:00-12:00", 2: "", 3: "", 4: "08:00-12:00", 5: "08:00-12:00"},
                    "Asia/Shanghai", "china")  # fmt: skip
    with inline():
        policies.change_week(week, reason="short", by=KEEPER, at=MONDAY)
    assert now(task).due_at == at(5, 18, 12)


@pytest.mark.req("R191", "R201")
def test_what_a_clock_said_is_not_said_again_and_what_it_has_still_to_say_comes_by_the_new_days():
    user("rep", REVIEW)
    task = opened(EVE)
    ringing.ring(at(5, 6, 10))
    days(("2026-05-06", "off"), when=at(5, 6, 10, 30))
    assert now(task).due_at == at(5, 7, 10)
    for minute in (at(5, 7, 9, 40), at(5, 7, 10), at(5, 7, 10, 59)):
        ringing.ring(minute)
    assert list(Alarm.objects.values_list("kind", flat=True)) == ["overdue"]
    ringing.ring(at(5, 7, 11))
    assert list(Alarm.objects.order_by("pk").values_list("kind", "number")) == [("overdue", 0), ("escalation", 1)]


def test_a_clock_that_was_due_in_an_unknown_year_is_set_when_its_days_are_imported_and_unset_when_they_go():
    task = opened(at(12, 31, 17))
    assert (task.due_at, task.clock_note) == (None, "unknown-year")
    days(("2027-01-01", "off"))  # a day alone makes no year known
    assert now(task).due_at is None
    with inline():
        policies.import_days([DaySpec("2027-01-01", "off", "New Year")], reason="notice", by=KEEPER, at=EVE)
    assert (now(task).due_at, now(task).clock_note) == (at(1, 4, 10, year=2027), "")
    SettingChange.objects.create(name="calendar.known_years", value=[], changed_by="x", changed_at=EVE)
    recounting.recount()
    assert (now(task).due_at, now(task).clock_note, now(task).next_at) == (None, "unknown-year", None)


def test_what_stood_stays_stood_and_what_is_left_on_a_clock_that_stands_is_counted_anew():
    ran, stands = opened(EVE, order=1), opened(EVE, order=2)
    me = actor(REVIEW, PAUSE)
    for task in (ran, stands):
        actions.pause([task.pk], awaited="customer", reason="drawing", by=me, at=at(4, 30, 17, 30))
    actions.resume([ran.pk], by=me, at=at(5, 6, 9)).one()
    assert now(ran).due_at == at(5, 6, 10, 30)  # half an hour on Thursday, one and a half of two are left
    days(("2026-05-06", "off"), ("2026-05-01", "work"))
    assert now(ran).due_at == at(5, 7, 10, 30)
    assert (now(stands).paused_at, now(stands).next_at) == (at(4, 30, 17, 30), None)
    assert Pause.objects.get(task=stands).left_seconds == 90 * 60
    actions.resume([stands.pk], by=me, at=at(5, 7, 9)).one()
    assert now(stands).due_at == at(5, 7, 10, 30)


def test_counting_twice_moves_nothing_and_a_thousand_cost_as_many_queries_as_one():
    opened(EVE + timedelta(microseconds=123_456))
    me = actor(REVIEW, PAUSE)
    actions.pause([Task.objects.get().pk], awaited="customer", reason="x", by=me, at=EVE + timedelta(seconds=90.7))
    actions.resume([Task.objects.get().pk], by=me, at=EVE + timedelta(seconds=222.2)).one()
    assert recounting.recount() == 0
    with CaptureQueriesContext(connection) as one:
        recounting.recount()
    open_tasks([TaskSpec("review.sales", REVIEW, "orders.order", n, n, f"SO{n}") for n in range(2, 42)], at=EVE)
    with CaptureQueriesContext(connection) as many:
        assert recounting.recount() == 0
    assert len(one) == len(many)


def test_another_setting_counts_nothing():
    opened(EVE)
    with inline():
        SettingChange.objects.create(name="work.review_hours", value="9", changed_by="x", changed_at=EVE)
    assert not Event.objects.filter(kind="clock.recount").exists()


# one clock over several steps


@pytest.mark.req("R199", "R200")
def test_one_limit_runs_from_the_receipt_through_every_step():
    whole()
    received = opened(MONDAY, "order.submit")
    review = opened(at(5, 11, 10), "review.sales")
    assert (received.due_at, review.due_at) == (at(5, 11, 14), at(5, 11, 14))
    assert (review.began_at, review.opened_at) == (MONDAY, at(5, 11, 10))
    picking, shipping = opened(at(5, 12, 9), "shipment.pick"), opened(at(5, 14, 9), "shipment.ship", subject=7)
    assert (picking.due_at, shipping.due_at) == (at(5, 14, 18), at(5, 14, 18))
    assert opened(at(5, 15, 9), "shipment.tell").due_at == at(5, 16, 9)
    assert opened(MONDAY + timedelta(days=1), "review.sales", order=2).due_at == at(5, 12, 14)


@pytest.mark.req("R199", "R200")
def test_what_one_step_waited_for_the_customer_the_clock_over_all_of_them_stood():
    whole()
    me = actor(REVIEW, PAUSE)
    first = opened(MONDAY, "order.submit")
    actions.pause([first.pk], awaited="customer", reason="drawing", by=me, at=at(5, 11, 10))
    actions.resume([first.pk], by=me, at=at(5, 12, 10)).one()
    assert now(first).due_at == at(5, 12, 14)
    review = opened(at(5, 12, 11), "review.sales")
    assert review.due_at == at(5, 12, 14)
    assert queries.counted(review, at(5, 12, 12)) == timedelta(hours=3)
    assert opened(at(5, 12, 12), "shipment.pick").due_at == at(5, 15, 18)  # three days, and the one it stood
    recounting.recount()
    assert now(review).due_at == at(5, 12, 14)
    days(("2026-05-12", "off"))
    assert now(review).due_at == at(5, 13, 12)  # it counted an hour on Monday, and the 12th is free now


def test_a_step_that_begins_when_the_whole_time_is_over_is_late_at_once():
    whole()
    user("rep", REVIEW)
    opened(MONDAY, "order.submit")
    task = opened(at(5, 12, 9), "review.sales")
    ringing.ring(at(5, 12, 9))
    assert Alarm.objects.filter(task=task, kind="overdue").exists()
    assert queries.counted(task, at(5, 12, 9)) == timedelta(hours=8)
