"""Worklists in the browser and over the API."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from shunda.accounts.models import Member, Team
from shunda.accounts.tests.builders import user
from shunda.core.actor import system
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

SH = ZoneInfo("Asia/Shanghai")
REVIEW = "orders.review_sales"
pytestmark = pytest.mark.django_db


def opened(*subjects: int, kind: str = "review.sales", permission: str = REVIEW, at: datetime | None = None, **fields):
    specs = [TaskSpec(kind, permission, "orders.order", n, n, f"SO{n:03}", "Acme", **fields) for n in subjects]
    open_tasks(specs, at=at or timezone.now())


@pytest.fixture
def me(client):
    person = user("zhang", REVIEW, "orders.confirm_order", "work.view_task", "orders.view_order")
    client.force_login(person)
    return person


def test_home_shows_what_waits_for_me_with_links_to_it(client, me):
    opened(*range(1, 8))
    opened(9, kind="shipment.pick", permission="fulfilment.pick_shipment")
    page = client.get("/").content.decode()
    assert "7 steps wait for you" in page
    assert "Sales review" in page
    assert "Pick" not in page
    assert 'href="/orders/1/"' in page
    assert "SO006" not in page  # the first five; the rest a click away
    assert '/work/?kind=review.sales">All 7</a>' in page


def test_home_of_somebody_without_work_says_so(client):
    client.force_login(user("idle"))
    assert "Nothing waits for you" in client.get("/").content.decode()


def test_what_can_be_done_where_it_stands_is_a_button_for_those_who_may(client, me):
    opened(1, kind="order.confirm", permission="orders.confirm_order")
    assert 'formaction="/orders/confirm/"' in client.get("/").content.decode()
    opened(1, kind="order.complete", permission=REVIEW)
    assert 'formaction="/orders/complete/"' not in client.get("/").content.decode()


@pytest.mark.req("R155")
def test_late_work_is_marked_and_found(client, me):
    opened(1, at=timezone.now() - timedelta(days=14))
    opened(2)
    assert "1 late" in client.get("/").content.decode()
    page = client.get("/work/?late=on").content.decode()
    assert "SO001" in page
    assert "SO002" not in page


def test_a_year_without_calendar_is_said_in_words(client, me):
    opened(1, at=datetime(1997, 5, 6, 9, tzinfo=SH))
    assert "the working days of that year are not known" in client.get("/").content.decode()


def test_everything_that_waits_is_searched_and_paged(client, me):
    opened(*range(1, 61))
    first = client.get("/work/").context["page"]
    assert len(first) == 50
    second = client.get(f"/work/{first.next_url}").context["page"]
    assert len(second) == 10
    assert [row.label for row in client.get("/work/?q=so007&kind=review.sales").context["page"]] == ["SO007"]


def test_steps_of_one_moment_stand_on_one_page_each_though_it_has_microseconds(client, me):
    opened(*range(1, 61), at=datetime(2024, 5, 6, 9, 30, 15, 123456, tzinfo=SH))
    first = client.get("/work/").context["page"]
    second = client.get(f"/work/{first.next_url}").context["page"]
    assert sorted(row.subject_id for page in (first, second) for row in page) == list(range(1, 61))
    assert not second.has_next
    back = client.get(f"/work/{second.previous_url}").context["page"]
    assert [row.pk for row in back] == [row.pk for row in first]


def test_done_work_tells_who_did_it_and_whether_in_time(client, me):
    opened(1, 2, at=datetime(2024, 5, 6, 9, tzinfo=SH))
    close_tasks(["review.sales"], "orders.order", [1], by=system("Li"), at=datetime(2024, 5, 6, 10, tzinfo=SH))
    close_tasks(["review.sales"], "orders.order", [2], by=system("Li"), at=datetime(2024, 5, 7, 10, tzinfo=SH))
    page = client.get("/work/done/").content.decode()
    assert page.index("SO002") < page.index("SO001")
    assert "in time" in page
    assert [row.label for row in client.get("/work/done/?late=on").context["page"]] == ["SO002"]


def test_an_order_tells_who_is_to_act(client, me):
    opened(1)
    opened(1, kind="review.finance", permission="orders.review_finance", at=datetime(2024, 5, 6, 9, tzinfo=SH))
    close_tasks(["review.finance"], "orders.order", [1], by=system("Chen"), at=timezone.now())
    page = client.get("/work/orders/1/").content.decode()
    assert "Sales review" in page
    assert "Chen" in page


def test_lists_need_the_permission(client):
    client.force_login(user("nobody"))
    assert client.get("/work/").status_code == 403
    assert client.get("/api/v1/tasks").status_code == 403


def test_the_api_tells_what_waits_how_much_and_what_was_done(client, me):
    opened(1, 2, 3)
    close_tasks(["review.sales"], "orders.order", [1], by=system("Li"), at=timezone.now())
    assert [task["label"] for task in client.get("/api/v1/tasks").json()["items"]] == ["SO002", "SO003"]
    [count] = client.get("/api/v1/tasks/counts", headers={"accept-language": "zh-hans"}).json()
    assert (count["kind"], count["count"]) == ("review.sales", 2)
    assert [task["closed_by"] for task in client.get("/api/v1/tasks/done").json()["items"]] == ["Li"]


def test_home_costs_as_many_queries_for_much_work_as_for_little(client, me, django_assert_max_num_queries):
    opened(*range(1, 40))
    opened(*range(1, 40), kind="order.confirm", permission="orders.confirm_order")
    with django_assert_max_num_queries(6):
        client.get("/")


@pytest.mark.req("R114")
def test_the_list_and_the_api_show_what_is_about_orders_of_my_teams(client, me):
    mate, other = user("mate"), user("other")
    team = Team.objects.create(code="east", name="East")
    Member.objects.bulk_create(Member(team=team, user=person) for person in (me, mate))
    for subject, owner in ((1, me), (2, mate), (3, other), (4, None)):
        opened(subject, owner_id=owner and owner.pk)
    page = client.get("/work/?team=on").content.decode()
    assert [number for number in ("SO001", "SO002", "SO003", "SO004") if number in page] == ["SO001", "SO002"]
    items = client.get(f"/api/v1/tasks?team_id={team.pk}").json()["items"]
    assert [one["label"] for one in items] == ["SO001", "SO002"]
