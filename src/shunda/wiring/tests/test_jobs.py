"""What follows from events: in order per order, apart where one fails, parked where nothing helps."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from shunda.accounts.tests.builders import user
from shunda.core.actor import system
from shunda.core.event import Happening, record
from shunda.core.models import Event
from shunda.wiring import jobs, parked, reactions

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
BY = {"by": system(), "at": AT}


class Seen(list):
    """A reaction that writes down what it was asked for, and cannot stand some subjects."""

    poison: frozenset[int] = frozenset()

    def __call__(self, ids: list[int], at: datetime) -> None:
        if bad := self.poison & set(ids):
            raise ValueError(f"cannot stand {sorted(bad)}")
        self.extend(ids)


@pytest.fixture
def seen(monkeypatch, db):
    with connection.cursor() as cursor:  # the queue's tables are not Django's: other tests leave jobs in them
        cursor.execute("delete from procrastinate_jobs")
    first, second = Seen(), Seen()
    table = {"order.test": {"test.first": first, "test.second": second}, "parcel.test": {"test.second": second}}
    monkeypatch.setattr(reactions, "REACTIONS", table)
    monkeypatch.setattr(parked, "REACTIONS", table)
    return first, second


def work() -> None:
    """Let a worker run until nothing waits; in a thread, for a browser test may keep a loop in this one."""
    with app.replace_connector(app.connector.get_worker_connector()) as working, ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _work(working)).result()


async def _work(working) -> None:
    async with working.open_async():
        await working.run_worker_async(
            wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2, queues=["reactions"]
        )


def statuses() -> list[str]:
    return sorted(ProcrastinateJob.objects.filter(queue_name="reactions").values_list("status", flat=True))


@pytest.mark.django_db(transaction=True)
def test_events_of_one_order_share_a_lane_whatever_they_are_about(seen):
    record([Happening("order.test", "t.order", n, n) for n in (64, 128, 320)], **BY)
    record([Happening("parcel.test", "t.parcel", 70, 320), Happening("parcel.test", "t.parcel", 71)], **BY)
    lanes = ProcrastinateJob.objects.filter(queue_name="reactions").order_by("id").values_list("lock", "args")
    assert [(lock, args["name"], args["ids"]) for lock, args in lanes] == [
        ("orders-1", "test.first", [64, 320]),
        ("orders-2", "test.first", [128]),
        ("orders-1", "test.second", [64, 320]),
        ("orders-2", "test.second", [128]),
        ("orders-1", "test.second", [70]),
        (None, "test.second", [71]),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_backlog_is_served_in_the_order_of_its_events_many_jobs_at_once(seen):
    first, _second = seen
    for n in range(100):
        record([Happening("order.test", "t.order", 1000 + n, 1000 + n)], **BY)
    work()
    for lane in {reactions.lane(pk) for pk in first}:
        mine = [pk for pk in first if reactions.lane(pk) == lane]
        assert mine == sorted(mine)
    assert sorted(first) == list(range(1000, 1100))
    assert statuses() == ["succeeded"] * 200


def test_neighbours_of_one_reaction_become_one_call_and_the_sequence_stays():
    early, late = "2026-05-06T09:00:00+00:00", "2026-05-06T09:05:00+00:00"
    calls = jobs.merged(
        [("a", [1, 2], early), ("a", [2, 3], early), ("b", [1], early), ("a", [4], early), ("a", [5], late)]
    )
    assert [(name, ids) for name, ids, _at in calls] == [("a", [1, 2, 3]), ("b", [1]), ("a", [4]), ("a", [5])]


@pytest.mark.django_db(transaction=True)
def test_a_subject_that_fails_holds_up_nobody_and_is_parked_with_its_reason(seen):
    first, _second = seen
    first.poison = frozenset({6})
    record([Happening("order.test", "t.order", n, n) for n in (2, 6, 10)], **BY)
    work()
    assert sorted(first) == [2, 10]
    with connection.cursor() as cursor:  # its next try is not due, however slow the machine
        cursor.execute("update procrastinate_jobs set scheduled_at = now() + '1 hour' where task_name = 'react_alone'")
    record([Happening("order.test", "t.order", 6, 6)], **BY)
    work()
    alone = ProcrastinateJob.objects.get(task_name="react_alone")
    assert (alone.status, alone.args["ids"]) == ("todo", [6])
    with connection.cursor() as cursor:
        cursor.execute(
            "update procrastinate_jobs set scheduled_at = null, attempts = %s where id = %s", [jobs.ATTEMPTS, alone.pk]
        )
    work()
    assert ProcrastinateJob.objects.get(pk=alone.pk).status == "failed"
    assert Event.objects.get(kind="job.park").data["error"] == "ValueError: cannot stand [6]"


@pytest.fixture
def poison(seen):
    """A job that was parked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, attempts, args) values"
            """ ('reactions', 'react_alone', 'failed', 8, '{"name": "test.first", "ids": [6], "at": "2026-05-06T09:00:00+00:00"}')"""
            " returning id"
        )
        (pk,) = cursor.fetchone()
    record([Happening("job.park", jobs.SUBJECT, pk, None, {"error": "ValueError: cannot stand [6]"})], **BY)
    return pk


@pytest.mark.django_db(transaction=True)
def test_a_parked_job_is_tried_again_when_the_administrator_says_so(seen, poison):
    outcome = parked.retry([poison, poison + 1], **BY)
    assert [job.pk for job in outcome.done] == [poison]
    assert [refusal.id for refusal in outcome.refused] == [poison + 1]
    work()
    assert seen[0] == [6]
    assert ProcrastinateJob.objects.get(pk=poison).status == "succeeded"
    assert parked.retry([poison], **BY).done == []


@pytest.mark.django_db
def test_the_administrator_sees_parked_jobs_with_what_stopped_them(client, poison):
    client.force_login(user("boss", "accounts.administer"))
    page = client.get(reverse("parked:index")).content.decode()
    assert "test.first" in page
    assert "cannot stand [6]" in page
    answer = client.post(
        reverse("parked:retry"), {"row": poison, "next": reverse("parked:index")}, follow=True
    ).content.decode()
    assert "Queued again." in answer
    assert "No job is parked" in answer


@pytest.mark.django_db
def test_nobody_else_sees_them(client):
    client.force_login(user("clerk", "orders.view_order"))
    assert client.get(reverse("parked:index")).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_program_sees_parked_jobs_and_tries_them_again(client, poison):
    client.force_login(user("admin", "*"))
    url = "/api/v1/jobs"
    told = client.get(f"{url}/parked").json()["items"]
    assert [(row["id"], row["name"], row["subjects"], row["error"]) for row in told] == [
        (poison, "test.first", [6], "ValueError: cannot stand [6]")
    ]
    assert client.get(f"{url}/parked/{poison}").json() == told[0]
    body = {"items": [{"id": poison}, {"id": poison + 1}]}
    answer = client.post(f"{url}/parked/retry", body, content_type="application/json").json()
    assert ([row["id"] for row in answer["done"]], answer["refused"][0]["id"]) == ([poison], poison + 1)
    assert client.get(f"{url}/waiting").json() == {"jobs": 1, "again": 1}
    assert client.get(f"{url}/parked/{poison}").status_code == 404
    client.force_login(user("clerk", "orders.view_order"))
    assert client.get(f"{url}/parked").status_code == 403
    assert client.post(f"{url}/parked/retry", body, content_type="application/json").status_code == 403
