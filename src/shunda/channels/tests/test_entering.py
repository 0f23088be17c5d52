"""A file that came in is entered within an hour of its receipt, or somebody is told (R189)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import user
from shunda.channels import files
from shunda.channels.entering import watch
from shunda.channels.models import ImportRun
from shunda.files.specs import Upload
from shunda.work import ringing
from shunda.work.models import Alarm, Notice, Task

SH = ZoneInfo("Asia/Shanghai")
EVE = datetime(2026, 4, 30, 17, tzinfo=SH)  # Thursday before Labour Day, the 1st to the 5th of May
DUE = datetime(2026, 4, 30, 18, tzinfo=SH)
pytestmark = [pytest.mark.django_db, pytest.mark.req("R189")]


@pytest.fixture
def rep():
    return user("rep", "channels.start_import", "channels.create_import", reach="own")


def received(rep):
    sent = Upload("orders.csv", b"Number,Customer\n1,C1\n", 21)
    return files.send(sent, by=actor_for(rep), at=EVE).one()


def now_in(run, status):
    ImportRun.objects.filter(pk=run.pk).update(status=status)


@pytest.mark.parametrize(("late", "minute"), [(False, DUE - timedelta(minutes=1)), (True, DUE)])
def test_a_file_that_nobody_enters_is_late_an_hour_after_its_receipt(rep, late, minute):
    run = received(rep)
    for _again in range(2):
        watch([run.pk], EVE + timedelta(minutes=20))
    assert Task.objects.get().due_at == DUE
    ringing.ring(minute)
    assert Alarm.objects.filter(kind="overdue").exists() is late
    assert Notice.objects.filter(user=rep, kind="overdue").exists() is late


@pytest.mark.parametrize(
    ("way", "outcome"),
    [
        (("checked", "booking"), "done"),
        (("checked", "booking", "done"), "done"),
        (("failed",), "dropped"),
        (("checked", "discarded"), "dropped"),
    ],
)
def test_its_clock_ends_when_it_is_entered_or_given_up(rep, way, outcome):
    run = received(rep)
    watch([run.pk], EVE)
    for status in way:
        now_in(run, status)
    watch([run.pk], EVE + timedelta(minutes=30))
    task = Task.objects.get()
    assert (task.outcome, task.in_time) == (outcome, True)
