"""Steps that count by a further calendar, and the row of the table their limit came from."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.models import Region, User
from shunda.accounts.tests.builders import actor, user
from shunda.core.actor import Actor
from shunda.core.refusal import Refused
from shunda.policies import actions as policies
from shunda.policies.decisions import decide
from shunda.policies.specs import CalendarSpec, DaySpec, WeekSpec
from shunda.policies.tests.samples import published
from shunda.wiring.reactions import inline
from shunda.work import actions, queries, ringing, verify
from shunda.work.limits import LIMITS
from shunda.work.models import Alarm, Task
from shunda.work.specs import TaskSpec
from shunda.work.steps import open_tasks

SH = ZoneInfo("Asia/Shanghai")
PICK, PAUSE = "fulfilment.pick_shipment", "work.pause_task"
KEEPER = Actor(1, "Keeper", frozenset({"policies.change_setting"}))
pytestmark = [pytest.mark.django_db, pytest.mark.req("R189")]


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


FRIDAY = at(5, 15, 17)
HOURS = "09:00-12:00, 13:00-18:00"
BY_WAREHOUSE = {
    "when": {"step": "shipment.pick, shipment.pack"},
    "then": {"hours": "2", "clock": "working", "calendar": "WH"},
}
DAYS_OF_IT = {"when": {"step": "shipment.ship"}, "then": {"hours": "3", "clock": "days", "calendar": "WH"}}


def keep(code: str = "WH", saturday: str = "09:00-12:00", usual: str = HOURS, holidays: str = "company") -> None:
    week = WeekSpec(usual, dict.fromkeys(range(1, 6), usual) | {6: saturday}, "", holidays)
    policies.add_calendar(CalendarSpec(code, code, week), reason="x", by=KEEPER, at=at(1, 4))


def opened(kind: str = "shipment.pick", when: datetime = FRIDAY, number: int = 1, region: int | None = None) -> Task:
    open_tasks([TaskSpec(kind, PICK, "fulfilment.shipment", number, number, f"SH{number}", region_id=region)], at=when)
    return Task.objects.order_by("-pk")[0]


def now(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def limits(*rows: dict) -> None:
    published(LIMITS.name, *rows, at=at(1, 5))


def test_a_row_gives_its_steps_the_calendar_of_the_warehouse_and_other_steps_keep_the_companys():
    keep()
    limits(BY_WAREHOUSE, DAYS_OF_IT)
    assert opened().due_at == at(5, 16, 10)  # Saturday
    assert opened("review.sales").due_at == at(5, 18, 10)  # Monday
    assert opened("shipment.ship").due_at == at(5, 19, 18)  # Saturday, Monday, Tuesday


def test_a_clock_warns_is_late_and_is_escalated_by_its_own_calendar():
    user("picker", PICK)
    keep()
    limits(BY_WAREHOUSE)
    task = opened()
    assert task.warn_at == at(5, 16, 9, 30)
    ringing.ring(at(5, 16, 9, 59))
    assert not Alarm.objects.filter(kind="overdue").exists()
    ringing.ring(at(5, 16, 10))
    ringing.ring(at(5, 18, 11))  # four hours late: two on Saturday, two on Monday
    assert Alarm.objects.get(kind="reminder").meant_at == at(5, 18, 11)


def test_what_is_left_when_it_stands_goes_on_by_its_own_calendar():
    keep()
    limits(BY_WAREHOUSE)
    task, me = opened(), actor(PICK, PAUSE)
    actions.pause([task.pk], awaited="customer", reason="x", by=me, at=at(5, 15, 17, 30))
    actions.resume([task.pk], by=me, at=at(5, 16, 11)).one()
    assert now(task).due_at == at(5, 18, 9, 30)  # an hour on Saturday, half an hour on Monday
    assert queries.counted(now(task), at(5, 18, 9)) == timedelta(minutes=90)


def test_a_change_of_the_calendar_moves_its_clocks_and_no_others():
    keep()
    limits(BY_WAREHOUSE)
    task, other = opened(), opened("review.sales")
    with inline():
        policies.change_days([DaySpec("2026-05-16", "off")], calendar="WH", reason="x", by=KEEPER, at=FRIDAY)
    assert (now(task).due_at, now(other).due_at) == (at(5, 18, 10), at(5, 18, 10))
    with inline():
        policies.change_days([], removed=[date(2026, 5, 16)], calendar="WH", reason="x", by=KEEPER, at=FRIDAY)
    assert (now(task).due_at, now(other).due_at) == (at(5, 16, 10), at(5, 18, 10))


@pytest.mark.parametrize(("holidays", "due"), [("company", at(5, 6, 10)), ("through", at(5, 1, 10))])
def test_labour_day_is_free_in_a_calendar_that_keeps_the_companys_holidays_and_worked_in_one_that_does_not(
    holidays, due
):
    keep(holidays=holidays)
    limits(BY_WAREHOUSE)
    assert opened(when=at(4, 30, 17)).due_at == due


def test_a_region_counts_by_its_own_calendar_for_one_query_more_however_many_steps():
    east, west = (Region.objects.create(code=code, name=code) for code in ("EAST", "WEST"))
    keep("R-WEST", usual="10:00-14:00, 15:00-19:00", saturday="")
    row = {
        "when": {"step": "review.sales", "region": "WEST"},
        "then": {"hours": "2", "clock": "working", "calendar": "R-WEST"},
    }
    limits(row)
    due = [opened("review.sales", number=n, region=r).due_at for n, r in ((1, east.pk), (2, west.pk), (3, None))]
    assert due == [at(5, 18, 10), at(5, 15, 19), at(5, 18, 10)]
    specs = [TaskSpec("review.sales", PICK, "x.x", n, n, f"SO{n}", region_id=west.pk) for n in range(10, 60)]
    with CaptureQueriesContext(connection) as one:
        open_tasks(specs[:1], at=FRIDAY)
    with CaptureQueriesContext(connection) as many:
        open_tasks(specs[1:], at=FRIDAY)
    assert len(one) == len(many)


def test_further_calendars_and_rules_cost_a_task_no_query():
    def asked(number: int) -> int:
        with CaptureQueriesContext(connection) as found:
            opened(number=number)
        return len(found)

    opened(number=1)
    before = asked(2)
    keep()
    limits(BY_WAREHOUSE)
    opened(number=3)  # the first asks for the rows
    assert (asked(4), Task.objects.filter(calendar="WH").count()) == (before, 2)


def test_a_calendar_a_published_row_names_is_not_retired_and_one_nobody_keeps_is_not_named():
    keep()
    limits(BY_WAREHOUSE)
    with pytest.raises(Refused) as refused:
        policies.retire_calendar("WH", reason="x", by=KEEPER, at=at(5, 1))
    assert [(one.code, one.data["row"]) for one in refused.value.refusals] == [("policies.calendar-in-use", 1)]
    published(LIMITS.name, {"when": {}, "then": {"hours": "1", "clock": "working"}}, at=at(5, 1))
    policies.retire_calendar("WH", reason="x", by=KEEPER, at=at(5, 2)).one()
    with pytest.raises(Refused) as refused:
        published(LIMITS.name, BY_WAREHOUSE, at=at(5, 3))
    assert refused.value.refusals[0].data["where"] == "rows.0.calendar"


# the row that gave the limit


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_task_keeps_the_row_that_gave_its_limit_and_why_shows_it_as_it_was(client, language):
    keep()
    limits(DAYS_OF_IT, BY_WAREHOUSE)
    task, usual = opened(), opened("review.sales")
    published(LIMITS.name, {"when": {}, "then": {"hours": "9", "clock": "working"}}, at=at(5, 16))
    assert (task.limit_rule, task.calendar, usual.limit_rule) == ("1.2", "WH", "")
    client.force_login(user("picker", "work.view_task", "policies.view_setting"))
    User.objects.update(language=language)
    page = client.get(reverse("work:clock", args=[task.pk])).text
    address = reverse("policies:why", args=[LIMITS.name, 1, "2"])
    assert address in page
    assert "calendar=WH" in page
    assert "WH" in client.get(address).text
    settings = client.get(reverse("work:clock", args=[usual.pk])).text
    assert reverse("policies:detail", args=["work.review_hours"]) in settings
    assert address in client.get(reverse("work:of_order", args=[1])).text


def test_programs_read_the_row_and_the_calendar(client):
    keep()
    limits(BY_WAREHOUSE)
    task = opened()
    client.force_login(user("program", "*"))
    [row] = client.get("/api/v1/tasks").json()["items"]
    assert (row["id"], row["calendar"]) == (task.pk, "WH")
    assert row["decided"] == {"table": "work.limits", "version": 1, "rows": [1]}
    assert decide(LIMITS.name, [{"step": "shipment.pick", "urgent": "no", "region": ""}], at=FRIDAY)[0].rows == (1,)


def test_verify_finds_a_limit_its_row_does_not_give_and_a_calendar_nobody_keeps():
    keep()
    limits(BY_WAREHOUSE)
    opened()
    opened("review.sales")
    assert list(verify.check()) == []
    with connection.cursor() as cursor:
        cursor.execute("update work_task set limit_minutes = 5, calendar = 'GONE' where kind = 'shipment.pick'")
    assert len(list(verify.check())) == 2
