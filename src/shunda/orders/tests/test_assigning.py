"""Steps are given to the team a table names, and of it to who may, fits and has the fewest; others may do them too."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts import actions as accounts
from shunda.accounts.specs import MemberSpec, TeamSpec
from shunda.accounts.tests.builders import actor, user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.orders import jobs
from shunda.orders.assigning import STEPS
from shunda.orders.tests.builders import AT, order
from shunda.policies import actions as policies
from shunda.policies.specs import TableSpec
from shunda.policies.tests.samples import WRITERS, published
from shunda.work.models import Assignment, Task

pytestmark = [pytest.mark.django_db, pytest.mark.req("R113", "R114")]
FINANCE = ("orders.view_order", "orders.review_finance", "work.view_task")


@pytest.fixture
def people():
    """Two of finance and one who may not review; the first looks after one step at a time."""
    anna, bo, carl = user("anna", *FINANCE), user("bo", *FINANCE), user("carl", "orders.view_order")
    members = [MemberSpec(anna.pk, 1), MemberSpec(bo.pk, 3), MemberSpec(carl.pk)]
    accounts.create_teams([TeamSpec("money", "Money", members=members)], by=system(), at=AT).one()
    return anna, bo


def rule(**when):
    return {"when": {"step": "review.finance", **when}, "then": {"team": "money"}}


def made(n, price=5, **fields):
    return order(customer(f"C{n}"), [(sku(f"A-{n}"), 1, price)], "in_review", **fields)


def given(one, kind="review.finance"):
    found = Assignment.objects.filter(task__order_id=one.pk, task__kind=kind).first()
    return found and found.person_id


def test_by_amount_a_step_goes_to_the_team_and_of_it_to_who_may_and_has_the_least_share(people):
    anna, bo = people
    published(STEPS.name, rule(gross=">= 5"))
    orders = [made(n) for n in range(4)]
    small = made(9, 4)
    jobs.assign_steps(AT)
    assert [given(one) for one in orders] == [anna.pk, bo.pk, bo.pk, bo.pk]
    assert given(small) is None
    assert given(orders[0], "review.sales") is None
    kept = Assignment.objects.get(task__order_id=orders[0].pk, task__kind="review.finance").decided
    assert (kept["table"], kept["rows"]) == ("orders.steps", [1])
    assert [one["name"] for one in kept["candidates"]] == ["Anna", "Bo"]


def test_what_was_looked_at_stays_and_nothing_is_read_where_the_table_has_no_rows(people, django_assert_num_queries):
    one = made(1)
    with django_assert_num_queries(3):
        jobs.assign_steps(AT)
    assert not Assignment.objects.exists()
    published(STEPS.name, rule())
    for _again in range(2):
        jobs.assign_steps(AT)
    assert Assignment.objects.count() == Task.objects.filter(order_id=one.pk, closed_at=None).count()


def test_nobody_is_given_the_review_of_his_own_order(people):
    anna, bo = people
    published(STEPS.name, rule())
    one = made(1, owner_id=anna.pk)
    jobs.assign_steps(AT)
    assert given(one) == bo.pk


def test_many_steps_take_as_many_queries_as_one(people):
    published(STEPS.name, rule())
    jobs.assign_steps(AT)

    def counted(*orders):
        with CaptureQueriesContext(connection) as captured:
            jobs.assign_steps(AT)
        assert all(given(one) for one in orders)
        return len(captured)

    assert counted(made(1)) == counted(made(2), made(3), made(4))


def test_the_worklist_and_the_api_say_whom_a_step_was_given_to(people, client):
    anna, bo = people
    published(STEPS.name, rule())
    first, second = made(1), made(2)
    jobs.assign_steps(AT)
    client.force_login(bo)
    page = client.get("/work/").content.decode()
    assert "given to Anna" in page
    mine = client.get("/work/?mine=on").content.decode()
    assert (first.number in mine, second.number in mine) == (False, True)
    items = client.get(f"/api/v1/tasks?assignee_id={anna.pk}").json()["items"]
    assert [(one["label"], one["assignee_id"]) for one in items] == [(first.number, anna.pk)]


def test_a_table_that_names_no_team_is_refused_and_another_is_tried_on_the_steps_there_were(people):
    one = made(1)
    writer = actor(*WRITERS)
    draft = policies.draft_table([STEPS.name], by=writer, at=AT).one()
    bad = {"when": {}, "then": {"team": "none"}}
    assert [r.code for r in policies.edit_table([TableSpec(draft.pk, [bad])], by=writer, at=AT).refused] == [
        "orders.no-team"
    ]
    cases = list(STEPS.history.cases(AT, AT.replace(hour=23)))
    assert {case.facts["step"] for case in cases} == {
        "review.sales",
        "review.finance",
        "review.warehouse",
        "order.submit",
    }
    assert (len(cases), {case.subject_id for case in cases}) == (STEPS.history.count(AT, AT.replace(hour=23)), {one.pk})
