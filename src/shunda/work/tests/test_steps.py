"""Tasks open once, with a due time in working hours, and close."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from shunda.core.actor import system
from shunda.policies.models import SettingChange
from shunda.policies.tests.samples import published
from shunda.work.kinds import KINDS
from shunda.work.limits import LIMITS
from shunda.work.models import Task
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

SH = ZoneInfo("Asia/Shanghai")
AT = datetime(2024, 5, 6, 9, 30, tzinfo=SH)  # a Monday
pytestmark = pytest.mark.django_db


def moment(*parts: int) -> datetime:
    return datetime(2024, *parts, tzinfo=SH)


def task(kind="review.sales", subject=1, **fields) -> TaskSpec:
    return TaskSpec(
        kind, fields.pop("permission", "orders.review_sales"), "orders.review", subject, 7, f"SO{subject}", **fields
    )


def due(kind: str, at: datetime) -> datetime | None:
    open_tasks([task(kind, subject=Task.objects.count() + 1)], at=at)
    found = Task.objects.latest("id").due_at
    return found and found.astimezone(SH)


@pytest.mark.req("R191", "R195", "R196")
@pytest.mark.parametrize(
    ("kind", "opened", "expected"),
    [
        ("review.sales", moment(5, 6, 9, 30), moment(5, 6, 11, 30)),
        ("shipment.pack", moment(5, 6, 11), moment(5, 6, 14)),  # over lunch
        ("shipment.ship", moment(5, 6, 17), moment(5, 7, 11)),  # over night
        ("review.sales", moment(5, 10, 17), moment(5, 11, 10)),  # Saturday made up for a bridge day
        ("review.sales", moment(4, 30, 17), moment(5, 6, 10)),  # five days of May holidays in between
        ("review.sales", moment(5, 4, 12), moment(5, 6, 11)),  # opened on a holiday
    ],
)
def test_a_step_is_due_after_its_limit_of_working_hours(kind, opened, expected):
    assert due(kind, opened) == expected


@pytest.mark.req("R197")
def test_telling_the_customer_is_limited_by_the_clock():
    assert due("shipment.tell", datetime(2024, 5, 3, 20, tzinfo=SH)) == datetime(2024, 5, 4, 20, tzinfo=SH)


def test_a_changed_limit_and_a_day_off_of_the_company_count():
    for name, value in (("work.review_hours", "1.5"), ("calendar.extra_free_days", ["2024-05-07"])):
        SettingChange.objects.create(name=name, value=value, changed_by="x", changed_at=AT)
    assert due("review.sales", datetime(2024, 5, 6, 17, tzinfo=SH)) == datetime(2024, 5, 8, 9, 30, tzinfo=SH)
    assert Task.objects.get().limit_minutes == int(Decimal("1.5") * 60)


@pytest.mark.req("R199", "R200")
def test_a_company_may_keep_one_limit_for_several_steps_instead():
    SettingChange.objects.create(name="work.policy", value="whole", changed_by="x", changed_at=AT)
    assert due("review.sales", moment(5, 6, 9, 30)) == moment(5, 6, 14, 30)  # four working hours
    assert due("shipment.ship", moment(5, 6, 9, 30)) == moment(5, 9, 18)  # three working days
    assert due("shipment.tell", moment(5, 6, 9, 30)) == moment(5, 7, 9, 30)  # not among them


def test_a_year_without_a_calendar_gives_no_due_time_and_says_so():
    assert due("review.sales", datetime(1997, 5, 6, 9, 30, tzinfo=SH)) is None
    assert Task.objects.get().clock_note == "unknown-year"


def test_a_step_without_limit_is_never_due():
    assert due("shipment.sign", AT) is None
    assert Task.objects.get().clock_note == ""


def test_a_waiting_step_is_not_opened_twice_but_again_after_it_was_closed():
    open_tasks([task(), task()], at=AT)
    open_tasks([task()], at=AT)
    assert Task.objects.count() == 1
    close_tasks(["review.sales"], "orders.review", [1], by=system(), at=AT)
    close_tasks(["review.sales"], "orders.review", [1], by=system(), at=AT, outcome="dropped")
    assert Task.objects.get().outcome == "done"
    open_tasks([task()], at=AT)
    assert Task.objects.filter(closed_at__isnull=True).count() == 1


def test_only_the_named_kinds_and_subjects_are_closed():
    open_tasks([task(), task("review.finance"), task(subject=2)], at=AT)
    close_tasks(["review.sales"], "orders.review", [1], by=system("Zhang"), at=AT)
    assert list(Task.objects.filter(closed_at__isnull=True).values_list("kind", "subject_id").order_by("id")) == [
        ("review.finance", 1),
        ("review.sales", 2),
    ]
    assert Task.objects.get(closed_at__isnull=False).closed_by == "Zhang"


def test_a_kind_nobody_declared_is_a_mistake():
    with pytest.raises(LookupError, match=r"nobody\.knows"):
        open_tasks([task("nobody.knows")], at=AT)


def test_a_hundred_tasks_cost_as_many_queries_as_one(django_assert_num_queries):
    with django_assert_num_queries(2):
        open_tasks([task()], at=AT)
    with django_assert_num_queries(3):
        open_tasks([task(kind, subject=n) for n in range(2, 52) for kind in ("review.sales", "shipment.pick")], at=AT)
    with django_assert_num_queries(1):
        close_tasks(KINDS, "orders.review", range(1, 52), by=system(), at=AT)


@pytest.mark.req("R155")
def test_a_table_of_limits_goes_before_the_settings_and_tells_urgent_steps_apart():
    rows = (
        {"when": {"step": "review.sales", "urgent": "yes"}, "then": {"hours": "0.5", "clock": "wall"}},
        {"when": {"step": "review.sales"}, "then": {"hours": "3", "clock": "working"}},
    )
    published(LIMITS.name, *rows, at=moment(1, 1, 9))
    start = moment(5, 6, 17)
    open_tasks([task("review.sales", 1, urgent=True), task("review.sales", 2), task("review.finance", 3)], at=start)
    found = {row.subject_id: row.due_at.astimezone(SH) for row in Task.objects.all()}
    assert found == {1: moment(5, 6, 17, 30), 2: moment(5, 7, 11), 3: moment(5, 7, 10)}
