"""Who sees which work, and in which order."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shunda.accounts.tests.builders import actor, region
from shunda.core.actor import Actor, system
from shunda.work import queries
from shunda.work.models import Task
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, mark_urgent, open_tasks

SH = ZoneInfo("Asia/Shanghai")
AT = datetime(2024, 5, 6, 9, 30, tzinfo=SH)
REVIEW, PICK = "orders.review_sales", "fulfilment.pick_shipment"
pytestmark = pytest.mark.django_db


def opened(subject: int, kind: str = "review.sales", permission: str = REVIEW, *, at: datetime = AT, **fields) -> None:
    open_tasks([TaskSpec(kind, permission, "orders.order", subject, subject, f"SO{subject}", **fields)], at=at)


def labels(who: Actor, **options) -> dict[str, list[str]]:
    steps = queries.worklist(who, at=AT, **options)
    return {step.kind.name: [task.label for task in step.tasks] for step in steps}


def test_people_see_what_they_may_do_grouped_by_step_in_the_order_things_happen():
    opened(1, "shipment.pick", PICK)
    opened(2)
    assert labels(actor(REVIEW, PICK)) == {"review.sales": ["SO2"], "shipment.pick": ["SO1"]}
    assert list(labels(actor(REVIEW, PICK))) == ["review.sales", "shipment.pick"]
    assert labels(actor(PICK)) == {"shipment.pick": ["SO1"]}
    assert labels(actor("orders.view_order")) == {}
    assert labels(system()) == labels(actor(REVIEW, PICK))


def test_a_representative_sees_own_work_and_a_regional_manager_the_region_too():
    east, west = region("east"), region("west")
    me, manager, other = actor(REVIEW, reach="own"), actor(REVIEW, reach="region", regions=[east]), actor(REVIEW)
    opened(1, owner_id=me.id, region_id=west.pk)
    opened(2, owner_id=other.id, region_id=east.pk)
    opened(3)
    opened(4, owner_id=manager.id, region_id=west.pk)
    assert labels(me) == {"review.sales": ["SO1"]}
    assert labels(manager) == {"review.sales": ["SO2", "SO4"]}
    assert labels(other) == {"review.sales": ["SO1", "SO2", "SO3", "SO4"]}
    assert {task.label for task in queries.waiting(manager)} == {"SO2", "SO4"}


@pytest.mark.req("R014", "R015", "R155")
def test_urgent_work_comes_first_then_what_is_due_first_and_last_what_has_no_clock():
    opened(1, at=AT)
    opened(2, at=AT - timedelta(hours=1))
    opened(3, at=AT + timedelta(hours=1), urgent=True)
    opened(4, at=AT - timedelta(days=9999))  # a year without a calendar
    opened(5, at=AT)
    mark_urgent([5], urgent=True)
    assert labels(actor(REVIEW), first=9) == {"review.sales": ["SO5", "SO3", "SO2", "SO1", "SO4"]}


def test_what_is_late_is_counted_and_counting_ends_where_nobody_cares_any_more():
    specs = [TaskSpec("review.sales", REVIEW, "orders.order", n, n, f"SO{n}") for n in range(150)]
    open_tasks(specs[:3], at=AT - timedelta(days=7))
    open_tasks(specs, at=AT)
    [step] = queries.worklist(actor(REVIEW), at=AT)
    assert (step.counted, step.late, len(step.tasks), step.more) == ("100+", 3, 5, True)
    assert queries.counts(actor(REVIEW), at=AT) == {"review.sales": 101}


def test_a_worklist_costs_two_queries_however_much_waits(django_assert_num_queries):
    who = actor(REVIEW, PICK)
    for n in range(30):
        opened(n, *(("shipment.pick", PICK) if n % 2 else ()))
    with django_assert_num_queries(2):
        queries.worklist(who, at=AT)


def test_closed_work_is_history_and_an_order_tells_its_own():
    me = actor(REVIEW, PICK)
    opened(1)
    close_tasks(["review.sales"], "orders.order", [1], by=me, at=AT)
    opened(1)
    assert [task.closed_by for task in queries.done(me)] == [me.name]
    assert [task.closed_at is None for task in queries.of_order(1, me)] == [True, False]
    assert queries.of_order(1, actor(REVIEW, reach="own")) == []
    assert Task.objects.count() == 2
