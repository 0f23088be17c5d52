"""The clock of a step in the browser and over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.work import ringing
from shunda.work.models import Task
from shunda.work.specs import TaskSpec
from shunda.work.steps import open_tasks

REVIEW = "orders.review_sales"
pytestmark = pytest.mark.django_db


@pytest.fixture
def me(client):
    person = user("zhang", REVIEW, "work.view_task", "work.pause_task", "orders.view_order")
    client.force_login(person)
    return person


@pytest.fixture
def task():
    open_tasks([TaskSpec("review.sales", REVIEW, "orders.order", 1, 1, "SO1", "Acme")], at=timezone.now())
    return Task.objects.get()


def test_a_clock_is_stopped_and_goes_on_from_the_worklist(client, me, task):
    assert f'href="/work/clocks/{task.pk}/"' in client.get("/").content.decode()
    form = client.get(f"/work/clocks/stop/?task={task.pk}&next=/work/").content.decode()
    assert "Sales review · SO1" in form
    sent = {"awaited": "customer", "reason": "the drawing", "next": "/work/"}
    assert client.post(f"/work/clocks/stop/?task={task.pk}", sent)["Location"] == "/work/"
    assert "waits for the customer" in client.get("/work/").content.decode()
    page = client.get(f"/work/clocks/{task.pk}/").content.decode()
    assert "the drawing" in page
    client.post(f"/work/clocks/{task.pk}/resume/", {"next": "/"})
    assert "waits for the customer" not in client.get("/").content.decode()


def test_without_a_reason_the_clock_goes_on(client, me, task):
    assert client.post(f"/work/clocks/stop/?task={task.pk}", {"awaited": "customer", "reason": ""}).status_code == 422
    assert Task.objects.get().paused_at is None


def test_the_worklist_and_the_order_say_what_is_escalated_and_the_clock_says_what_it_said(client, me):
    long_ago = timezone.now() - timedelta(days=14)
    open_tasks([TaskSpec("review.sales", REVIEW, "orders.order", 1, 1, "SO1")], at=long_ago)
    ringing.ring(timezone.now())
    task = Task.objects.get()
    for address in ("/", "/work/", "/work/orders/1/"):
        assert "escalated, level 2" in client.get(address).content.decode()
    page = client.get(f"/work/clocks/{task.pk}/").content.decode()
    assert "escalated to level 1 (Sales manager)" in page
    assert "1 person told" in page  # who has to do it; nobody holds the roles


def test_an_order_stops_all_its_clocks_at_once(client, me, task):
    open_tasks([TaskSpec("order.confirm", REVIEW, "orders.order", 1, 1, "SO1")], at=timezone.now())
    ids = sorted(Task.objects.values_list("pk", flat=True))
    assert f"task={ids[0]}&amp;task={ids[1]}" in client.get("/work/orders/1/").content.decode()
    client.post(f"/work/clocks/stop/?task={ids[0]}&task={ids[1]}", {"awaited": "customer", "reason": "x"})
    assert Task.objects.filter(paused_at__isnull=False).count() == 2


def test_who_may_not_stop_clocks_is_not_offered_it(client, task):
    client.force_login(user("wang", REVIEW, "work.view_task"))
    assert "Stop the clock" not in client.get(f"/work/clocks/{task.pk}/").content.decode()
    assert "Stop the clock" not in client.get("/work/orders/1/").content.decode()
    assert client.get(f"/work/clocks/stop/?task={task.pk}").status_code == 403


def test_the_api_stops_clocks_lets_them_go_on_and_tells_what_they_said(client, me, task):
    def write(name, **body):
        return client.post(
            f"/api/v1/tasks/{name}", {"items": [{"id": task.pk}], **body}, content_type="application/json"
        )

    done = write("pause", reason="the drawing").json()["done"]
    assert (done[0]["awaited"], done[0]["due_at"] is not None) == ("customer", True)
    assert write("pause", reason="again").status_code == 409
    assert write("resume").json()["done"][0]["paused_at"] is None
    clock = client.get(f"/api/v1/tasks/{task.pk}").json()
    assert [(one["reason"], one["left_seconds"] is not None) for one in clock["pauses"]] == [("the drawing", True)]
    assert (clock["alarms"], clock["level"]) == ([], 0)
