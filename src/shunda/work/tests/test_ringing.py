"""Clocks speak once each: due soon, overdue, escalated, brought to mind; late ones say why they are late."""

import threading
from datetime import datetime, timedelta
from smtplib import SMTPException
from zoneinfo import ZoneInfo

import pytest
from django.core import mail as sent
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.models import Role
from shunda.accounts.tests.builders import region, user
from shunda.core.actor import system
from shunda.policies.models import SettingChange
from shunda.policies.tests.samples import published
from shunda.work import actions, jobs, ringing
from shunda.work.levels import ESCALATION
from shunda.work.models import Alarm, Alarms, Notice, Pulse, Task
from shunda.work.specs import NoticeSpec, TaskSpec
from shunda.work.steps import close_tasks, open_tasks, tell

SH = ZoneInfo("Asia/Shanghai")
REVIEW = "orders.review_sales"
pytestmark = pytest.mark.django_db


def at(*parts: int) -> datetime:
    return datetime(2026, *parts, tzinfo=SH)


MONDAY = at(5, 11, 9)


def opened(*subjects: int, when: datetime = MONDAY, **fields) -> None:
    specs = [TaskSpec("review.sales", REVIEW, "orders.order", n, n, f"SO{n}", "Acme", **fields) for n in subjects]
    open_tasks(specs, at=when)


def manager(name: str, role: str, **more):
    person = user(name, **more)
    person.roles.add(
        Role.objects.get_or_create(code=role, defaults={"name": role, "reach": more.get("reach", "all")})[0]
    )
    return person


def said(when: datetime | None = None) -> list[tuple[str, int]]:
    alarms = Alarm.objects.order_by("pk")
    return [(a.kind, a.number) for a in (alarms.filter(told_at=when) if when else alarms)]


def told(person) -> list[str]:
    return [f"{n.kind}: {n.text}" for n in Notice.objects.filter(user=person).order_by("pk")]


@pytest.mark.req("R191", "R201")
@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (at(5, 11, 10, 29), []),
        (at(5, 11, 10, 30), [("warning", 0)]),  # a quarter of two hours is left
        (at(5, 11, 10, 59), [("warning", 0)]),
        (at(5, 11, 11, 0), [("warning", 0), ("overdue", 0)]),
        (at(5, 11, 11, 59), [("warning", 0), ("overdue", 0)]),
        (
            at(5, 11, 13, 0),
            [("warning", 0), ("overdue", 0), ("escalation", 1)],
        ),  # an hour late is the end of the morning
        (at(5, 11, 15, 59), [("warning", 0), ("overdue", 0), ("escalation", 1)]),
        (at(5, 11, 16, 0), [("warning", 0), ("overdue", 0), ("escalation", 1), ("escalation", 2), ("reminder", 1)]),
    ],
)
def test_each_thing_is_said_in_the_minute_it_is_due_and_once(minute, expected):
    opened(1)
    now = MONDAY
    while now <= minute:
        ringing.ring(now)
        now += timedelta(minutes=1 if minute - now < timedelta(minutes=2) else 30)
    ringing.ring(minute)
    ringing.ring(minute)
    assert said() == expected


def test_escalation_goes_from_level_to_level_and_whoever_has_to_do_it_is_reminded_three_times():
    rep, boss = user("rep", REVIEW), manager("boss", "sales_manager")
    vice = manager("vice", "vice_president")
    opened(1)
    for half_hours in range(120):
        ringing.ring(MONDAY + timedelta(minutes=30 * half_hours))
    assert [text.split(":")[0] for text in told(rep)] == ["due_soon", *["overdue"] * 4]
    [note] = told(boss)
    assert note == "escalated: Sales review · due 2026-05-11 11:00, escalated to level 1 (Sales manager)"
    assert "level 2 (Vice-president in charge)" in told(vice)[0]
    task = Task.objects.get()
    assert (task.level, task.reminders, task.next_at) == (2, 3, None)


def test_what_is_done_in_time_says_nothing_and_what_is_done_late_says_no_more():
    opened(1, 2)
    close_tasks(["review.sales"], "orders.order", [1], by=system(), at=at(5, 11, 10))
    ringing.ring(at(5, 11, 11))
    close_tasks(["review.sales"], "orders.order", [2], by=system(), at=at(5, 11, 11, 30))
    ringing.ring(at(5, 12, 18))
    assert said() == [("overdue", 0)]


def test_ones_own_step_is_told_to_oneself_alone_and_a_region_to_its_manager():
    east, west = region("east"), region("west")
    rep, other = user("rep", REVIEW, reach="own"), user("other", REVIEW, reach="own")
    admin = user("admin", "*")
    mine = manager("east-boss", "sales_manager", reach="region", regions=[east])
    theirs = manager("west-boss", "sales_manager", reach="region", regions=[west])
    Role.objects.filter(code="sales_manager").update(reach="region")
    opened(1, owner_id=rep.pk, region_id=east.pk)
    ringing.ring(at(5, 11, 13, 1))
    assert [len(told(person)) for person in (rep, other, admin, mine, theirs)] == [1, 0, 0, 1, 0]


@pytest.mark.parametrize("system_ran", [True, False])
def test_what_is_told_late_because_the_system_was_down_says_so(system_ran):
    rep = user("rep", REVIEW)
    opened(1)
    ringing.ring(at(5, 11, 10, 58))
    if system_ran:  # the minutes were looked at, but something held the queue up for so long
        Pulse.objects.update(until=at(5, 11, 12, 28))
    ringing.ring(at(5, 11, 12, 30))
    alarm = Alarm.objects.get(kind=Alarms.OVERDUE)
    assert (alarm.meant_at, alarm.told_at, alarm.late) == (at(5, 11, 11), at(5, 11, 12, 30), True)
    text = told(rep)[-1]
    assert "was due 2026-05-11 11:00; told 2026-05-11 12:30" in text
    down = "the system did not run between 2026-05-11 10:58 and 2026-05-11 12:30"
    assert (down in text) is not system_ran


def test_after_a_long_night_nobody_is_warned_of_what_is_late_or_reminded_thrice_at_once():
    opened(1)
    ringing.ring(at(5, 15, 9))
    assert said() == [("overdue", 0), ("escalation", 1), ("escalation", 2)]


def test_a_restart_loses_nothing_and_repeats_nothing():
    opened(1)
    ringing.ring(at(5, 11, 11))
    Pulse.objects.create(since=at(5, 11, 12), until=at(5, 11, 12))  # another process, another day
    ringing.ring(at(5, 11, 11, 1))
    assert said() == [("overdue", 0)]
    with pytest.raises(Exception, match="alarm_once"):
        Alarm.objects.create(task=Task.objects.get(), kind="overdue", meant_at=MONDAY, told_at=MONDAY)


@pytest.mark.parametrize(("setting", "value", "minute"), [
    ("work.warning_share", "0.5", at(5, 11, 10)),
    ("work.warning", "minutes", at(5, 11, 10, 30)),
])  # fmt: skip
def test_how_long_ahead_people_are_warned_is_a_setting(setting, value, minute):
    SettingChange.objects.create(name=setting, value=value, changed_by="x", changed_at=MONDAY)
    opened(1)
    assert Task.objects.get().warn_at == minute


def test_a_step_that_is_shorter_than_its_warning_is_not_warned_of():
    for name, value in (("work.warning", "minutes"), ("work.warning_minutes", 120)):
        SettingChange.objects.create(name=name, value=value, changed_by="x", changed_at=MONDAY)
    opened(1)
    assert Task.objects.get().warn_at is None


def test_reminders_can_be_turned_off():
    SettingChange.objects.create(name="work.remind_hours", value="0", changed_by="x", changed_at=MONDAY)
    opened(1)
    for day in range(12, 20):
        ringing.ring(at(5, day, 18))
    assert ("reminder", 1) not in said()


def test_the_company_writes_its_own_levels():
    manager("head", "warehouse_head")
    rows = (
        {"when": {"urgent": "yes"}, "then": {"level": "1", "hours": "0.5", "role": "warehouse_head"}},
        {"when": {"step": "shipment.pick"}, "then": {"level": "1", "hours": "3", "role": "warehouse_head"}},
    )
    published(ESCALATION.name, *rows, at=at(1, 5, 9))
    opened(1, urgent=True)
    opened(2)
    ringing.ring(at(5, 11, 11, 30))
    assert Task.objects.get(subject_id=1).level == 1
    assert Task.objects.get(subject_id=2).level == 0


def test_a_role_that_does_not_exist_is_refused_in_its_cell():
    from shunda.core.refusal import Refused

    rows = ({"when": {}, "then": {"level": "1", "hours": "1", "role": "nobody"}},)
    with pytest.raises(Refused) as refused:
        published(ESCALATION.name, *rows, at=at(1, 5, 9))
    assert [r.data["where"] for r in refused.value.refusals] == ["rows.0.role"]


def test_a_backlog_takes_as_many_queries_as_one(django_assert_num_queries):
    user("rep", REVIEW)
    opened(1)
    with CaptureQueriesContext(connection) as one:
        ringing.ring(at(5, 11, 12))
    opened(*range(2, 42))
    with django_assert_num_queries(len(one)):
        ringing.ring(at(5, 11, 12, 1))
    assert Alarm.objects.filter(kind="overdue").count() == 41


def test_who_chose_mail_is_told_by_mail_once(settings):
    settings.SHUNDA_MAIL = "smtp://localhost"
    rep = user("rep", REVIEW, email="rep@example.com")
    actions.choose({"overdue": (False, True)}, by=system_of(rep), at=MONDAY)
    opened(1)
    jobs.ring(at(5, 11, 11))
    jobs.ring(at(5, 11, 11, 1))
    assert [message.subject for message in sent.outbox] == ["SO1: a step is late"]


def test_news_of_a_case_is_mailed_too_and_a_mail_that_fails_holds_up_no_other(settings, monkeypatch):
    settings.SHUNDA_MAIL = "smtp://localhost"
    people = [user(name, email=f"{name}@example.com") for name in ("anna", "bo")]
    for person in people:
        actions.choose({"assessment": (True, True)}, by=system_of(person), at=MONDAY)
    tell(
        [NoticeSpec(p.pk, "assessments.assessment", 1, "AS1", "x", "assessment") for p in people],
        by=system(),
        at=MONDAY,
    )
    send, refused = EmailMessage.send, ["anna@example.com"]
    monkeypatch.setattr(EmailMessage, "send", lambda mail: _refuse() if mail.to == refused else send(mail))
    jobs.ring(MONDAY)
    assert [message.to for message in sent.outbox] == [["bo@example.com"]]
    refused.clear()
    jobs.ring(MONDAY)
    jobs.ring(MONDAY)
    assert [message.to[0] for message in sent.outbox] == ["bo@example.com", "anna@example.com"]


def _refuse():
    raise SMTPException


def system_of(person):
    from shunda.accounts.queries import actor_for

    return actor_for(person)


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_say_each_thing_once():
    user("rep", REVIEW)
    opened(*range(30))
    barrier = threading.Barrier(2)
    failed: list[Exception] = []

    def worker():
        barrier.wait()
        try:
            ringing.ring(at(5, 11, 13, 30))
        except Exception as error:  # noqa: BLE001  # told by the test
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(said()) == sorted([("overdue", 0), ("escalation", 1)] * 30)
    assert Notice.objects.filter(kind="overdue").count() == 30
