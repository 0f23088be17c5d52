"""A clock stands while the customer's answer is awaited, and goes on with what was left."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shunda.accounts.tests.builders import actor
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused
from shunda.policies.calendar import Calendar
from shunda.policies.models import SettingChange
from shunda.work import actions, queries, recounting, ringing
from shunda.work.kinds import Clock
from shunda.work.models import Alarm, Pause, Task
from shunda.work.rules import Counter, counted
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

SH = ZoneInfo("Asia/Shanghai")
REVIEW, PAUSE = "orders.review_sales", "work.pause_task"


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


MONDAY = at(5, 11, 9)


def opened(*subjects: int, kind: str = "review.sales", **fields) -> list[int]:
    specs = [TaskSpec(kind, REVIEW, "orders.order", n, n, f"SO{n}", **fields) for n in subjects]
    open_tasks(specs, at=MONDAY)
    return list(Task.objects.filter(subject_id__in=subjects).order_by("pk").values_list("pk", flat=True))


def pause(ids, when, by=None, reason="drawing"):
    return actions.pause(ids, awaited="customer", reason=reason, by=by or actor(REVIEW, PAUSE), at=when)


def resume(ids, when, by=None):
    return actions.resume(ids, by=by or actor(REVIEW, PAUSE), at=when)


@pytest.mark.django_db
def test_time_that_a_clock_stood_does_not_count_however_often():
    [pk] = opened(1)  # due at eleven
    pause([pk], at(5, 11, 10))
    resume([pk], at(5, 12, 9, 30)).one()
    task = Task.objects.get()
    assert (task.due_at, task.warn_at) == (at(5, 12, 10, 30), at(5, 12, 10))
    pause([pk], at(5, 12, 10, 15))
    resume([pk], at(5, 12, 16)).one()
    task.refresh_from_db()
    assert (task.due_at, task.paused_at, task.warn_at) == (at(5, 12, 16, 15), None, None)
    kept = [(p.left_seconds, p.awaited, p.reason) for p in Pause.objects.order_by("pk")]
    assert kept == [(3600, "customer", "drawing"), (900, "customer", "drawing")]
    kinds = ["task.pause", "task.resume", "task.pause", "task.resume"]
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == kinds


@pytest.mark.django_db
def test_a_clock_by_the_wall_stops_too():
    [pk] = opened(1, kind="shipment.tell")
    pause([pk], at(5, 11, 21))
    resume([pk], at(5, 14, 3)).one()
    assert Task.objects.get().due_at == at(5, 14, 15)


@pytest.mark.django_db
def test_a_clock_that_stands_says_nothing_and_goes_to_the_end_of_the_list():
    one, _two = opened(1, 2)
    me = actor(REVIEW, PAUSE)
    pause([one], at(5, 11, 10), me)
    ringing.ring(at(5, 13, 9))
    assert set(Alarm.objects.values_list("task__subject_id", flat=True)) == {2}
    [step] = queries.worklist(me, at=at(5, 13, 9))
    assert ([task.subject_id for task in step.tasks], step.late) == ([2, 1], 1)


@pytest.mark.django_db
def test_what_was_late_before_stays_late_and_is_escalated_so_much_later():
    [pk] = opened(1)
    ringing.ring(at(5, 11, 11, 30))
    pause([pk], at(5, 11, 11, 30))  # half an hour before the first level
    resume([pk], at(5, 13, 9)).one()
    task = Task.objects.get()
    assert (task.due_at, task.stood_seconds) == (at(5, 11, 11), (30 + 300 + 480) * 60)
    ringing.ring(at(5, 13, 9, 29))
    assert Task.objects.get().level == 0
    ringing.ring(at(5, 13, 9, 30))
    assert Task.objects.get().level == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("stopped", "in_time"), [(at(5, 11, 10), True), (at(5, 11, 11, 1), False)])
def test_a_step_that_is_done_while_its_clock_stands_is_as_late_as_when_it_was_stopped(stopped, in_time):
    [pk] = opened(1)
    pause([pk], stopped)
    close_tasks(["review.sales"], "orders.order", [1], by=system("Li"), at=at(5, 20, 9))
    assert Task.objects.get().in_time is in_time
    assert Pause.objects.get().resumed_at == at(5, 20, 9)


@pytest.mark.django_db
def test_a_step_without_a_due_time_can_wait_too():
    [pk] = opened(1, kind="shipment.sign")
    pause([pk], at(5, 11, 10))
    resume([pk], at(5, 12, 10)).one()
    assert Task.objects.get().due_at is None


@pytest.mark.django_db
def test_going_on_in_a_year_nobody_knows_has_no_due_time_and_says_so():
    [pk] = opened(1)
    pause([pk], at(5, 11, 10))
    resume([pk], datetime(2027, 3, 1, 9, tzinfo=SH)).one()
    task = Task.objects.get()
    assert (task.due_at, task.clock_note, task.next_at) == (None, "unknown-year", None)


@pytest.mark.django_db
def test_what_is_refused_and_that_the_rest_goes_through():
    done, standing, running = opened(1, 2, 3)
    close_tasks(["review.sales"], "orders.order", [1], by=system(), at=at(5, 11, 9))
    pause([standing], at(5, 11, 10))
    outcome = pause([done, standing, running], at(5, 11, 10))
    assert [task.pk for task in outcome.done] == [running]
    assert [r.code for r in outcome.refused] == ["work.task-closed", "work.paused"]
    resume([running], at(5, 11, 10))
    assert [r.code for r in resume([done, running], at(5, 11, 10)).refused] == ["work.task-closed", "work.not-paused"]
    for awaited, reason in (("nobody", "x"), ("customer", " "), ("customer", "x" * 201)):
        with pytest.raises(Refused):
            actions.pause([running], awaited=awaited, reason=reason, by=actor(REVIEW, PAUSE), at=MONDAY)
    with pytest.raises(NotPermitted):
        pause([running], MONDAY, actor(REVIEW))
    stale = actions.pause(
        [running], awaited="customer", reason="x", by=actor(REVIEW, PAUSE), at=MONDAY, versions={running: 1}
    )
    assert [r.code for r in stale.refused] == ["stale"]


@pytest.mark.django_db
def test_a_clock_is_stopped_by_who_does_the_step_or_owns_the_order_and_by_nobody_else():
    other, owner = actor("orders.review_finance", PAUSE), actor(PAUSE, reach="own")
    [pk] = opened(1, owner_id=owner.id)
    assert pause([pk], at(5, 11, 10), other).done == []
    assert len(pause([pk], at(5, 11, 10), owner).done) == 1


@pytest.mark.django_db
def test_a_hundred_clocks_are_stopped_with_as_many_queries_as_one(django_assert_num_queries):
    me = actor(REVIEW, PAUSE)
    ids = opened(*range(1, 42))
    for part in (ids[:1], ids[1:]):
        with django_assert_num_queries(9):
            pause(part, at(5, 11, 10), me)
        with django_assert_num_queries(10):
            resume(part, at(5, 11, 11), me)


MOMENTS = st.integers(0, 60 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MOMENTS, min_size=2, max_size=12, unique=True), st.sampled_from([*Clock]))
def test_what_a_clock_counted_and_what_it_stood_is_the_whole_time(moments, clock):
    start, *between, end = sorted(moments)
    pauses = list(zip(between[::2], [*between[1::2], None], strict=False))
    counter = Counter(clock, Calendar())
    stood = sum((counter.between(a, b or end) for a, b in pauses), timedelta())
    assert counted(start, end, pauses, counter) + stood == counter.between(start, end)


@settings(max_examples=60, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=9, unique=True), st.integers(1, 3000), st.sampled_from([*Clock]))
def test_a_clock_that_was_stopped_is_due_when_it_has_counted_its_limit(moments, minutes, clock):
    """Stopped and let go at random moments, each time with what was left: until the due time it counts its limit."""
    counter = Counter(clock, Calendar())
    start, *rest = sorted(moments)
    limit = timedelta(minutes=minutes)
    due, pauses = counter.after(start, limit), []
    for stopped, resumed in zip(rest[::2], rest[1::2], strict=False):
        left = counter.between(stopped, due)
        if not left:
            break
        pauses.append((stopped, resumed))
        due = counter.after(resumed, left)
    assert counted(start, due, pauses, counter) == limit


@pytest.mark.req("R190", "R199", "R200")
@pytest.mark.django_db
@pytest.mark.parametrize("policy", ["stages", "whole"])
def test_a_reviewer_who_waits_for_nothing_is_due_as_before_while_his_neighbour_waits_for_the_customer(policy):
    SettingChange.objects.create(name="work.policy", value=policy, changed_by="x", changed_at=MONDAY)
    hours = 2 if policy == "stages" else 4
    finance_due = at(5, 11, 11) if policy == "stages" else at(5, 11, 14)
    for kind in ("review.sales", "review.finance"):
        opened(1, kind=kind)
    sales, finance = Task.objects.order_by("pk")
    pause([sales.pk], at(5, 11, 10))
    ringing.ring(finance_due)
    assert Alarm.objects.filter(task=finance, kind="overdue").exists()
    assert not Alarm.objects.filter(task=sales).exists()
    assert recounting.recount() == 0
    resume([sales.pk], at(5, 12, 9)).one()
    finance.refresh_from_db()
    sales.refresh_from_db()
    assert (finance.due_at, sales.due_at) == (finance_due, at(5, 12, 8 + hours))
    assert queries.counted(finance, at(5, 11, 11)) == timedelta(hours=2)
