"""Who reviews an order is decided by a table: side by side or one step after the other, and it says why."""

from datetime import timedelta

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import Actor, system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.decisions import REVIEWERS
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, approve, order
from shunda.policies import actions as policies
from shunda.policies import jobs
from shunda.policies.specs import TableSpec
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
TABLES = frozenset({"policies.edit_table", "policies.propose_table", "policies.publish_table"})
ANNA, BO = Actor(1, "Anna", TABLES), Actor(2, "Bo", TABLES)


def made(quantity=2, code="1", **fields):
    article = sku(f"A-{code}")
    stock(article, warehouse(), 100)
    return order(customer(f"C{code}"), [(article, quantity, 5)], "in_review", **fields)


def reviews(one):
    return {review.department: (review.step, review.status) for review in one.reviews.filter(round=one.round)}


def publish(*rows):
    draft = policies.draft_table([REVIEWERS.name], by=ANNA, at=AT).one()
    policies.edit_table([TableSpec(draft.pk, rows)], by=ANNA, at=AT).one()
    policies.propose_table([draft.pk], by=ANNA, at=AT).one()
    return policies.publish_table([draft.pk], by=BO, at=AT).one()


def row(department, step=1, **when):
    return {"when": when, "then": {"department": department, "step": str(step)}}


@pytest.mark.req("R043", "R044", "R045")
def test_sales_finance_and_warehouse_review_every_order_side_by_side():
    assert reviews(made()) == dict.fromkeys(("sales", "finance", "warehouse"), (1, "pending"))


@pytest.mark.req("R055")
def test_an_order_under_a_contract_goes_to_the_contract_department_too():
    assert reviews(made(contract_number="HT-1"))["contract"] == (1, "pending")


@pytest.mark.req("R053")
def test_an_important_order_needs_top_management_after_the_departments():
    one = made(priority=3)
    assert reviews(one)["management"] == (2, "later")
    assert not Task.objects.filter(kind="review.management").exists()
    first = one.reviews.filter(status="pending")
    actions.approve([review.pk for review in first], by=system(), at=AT)
    assert reviews(one)["management"] == (2, "pending")
    assert Order.objects.get(pk=one.pk).status == "in_review"
    assert Task.objects.filter(kind="review.management", closed_at__isnull=True).count() == 1
    head = actor("orders.view_order", "orders.review_management")
    actions.approve([one.reviews.get(department="management").pk], by=head, at=AT).one()
    assert Order.objects.get(pk=one.pk).status == "approved"


def test_a_review_whose_step_has_not_come_cannot_be_decided():
    one = made(priority=3)
    refused = actions.approve([one.reviews.get(department="management").pk], by=system(), at=AT).refused
    assert [refusal.code for refusal in refused] == ["wrong-status"]


@pytest.mark.req("R060")
def test_a_published_table_decides_who_reviews_and_the_order_says_by_which_row():
    publish(row("sales"), row("finance", 2, gross=">= 50"), row("management", 3, gross=">= 1000"))
    small, large = made(2), made(20, code="2")
    assert reviews(small) == {"sales": (1, "pending")}
    assert reviews(large) == {"sales": (1, "pending"), "finance": (2, "later")}
    traces = [
        event.data["decided"]
        for event in Event.objects.filter(kind="order.submit", order_id__in=[small.pk, large.pk]).order_by("order_id")
    ]
    table = {"table": "orders.review", "version": 1}
    assert traces == [[table | {"rows": [1]}], [table | {"rows": [1, 2]}]]


def test_steps_follow_one_another_until_the_last_approves():
    publish(row("warehouse", 3), row("finance", 2), row("sales", 2))
    one = made()
    assert reviews(one) == {"warehouse": (3, "later"), "finance": (2, "pending"), "sales": (2, "pending")}
    approve(one)
    assert {status for _step, status in reviews(one).values()} == {"approved"}
    assert Order.objects.get(pk=one.pk).status == "approved"


def test_where_no_row_fits_sales_reviews():
    publish(row("finance", gross="> 1000000"))
    assert reviews(made()) == {"sales": (1, "pending")}


@pytest.mark.parametrize("how", ["send_back", "withdraw", "cancel"])
def test_reviews_of_later_steps_are_dropped_with_the_others(how):
    one = made(priority=3)
    if how == "send_back":
        actions.send_back([one.reviews.get(department="sales").pk], "too cheap", by=system(), at=AT).one()
    elif how == "withdraw":
        actions.withdraw([one.pk], by=system(), at=AT).one()
    else:
        actions.cancel([one.pk], "not wanted", by=system(), at=AT).one()
    assert reviews(one)["management"] == (2, "dropped")


def test_a_draft_of_the_table_is_tried_on_the_orders_of_the_last_days():
    small, large = made(2), made(20, code="2")
    draft = policies.draft_table([REVIEWERS.name], by=ANNA, at=AT).one()
    rows = [row("sales"), row("finance"), row("warehouse"), row("management", 2, gross="> 50")]
    policies.edit_table([TableSpec(draft.pk, rows)], by=ANNA, at=AT).one()
    trial = policies.try_table([draft.pk], by=ANNA, at=AT + timedelta(hours=1)).one()
    jobs.try_out([trial.pk], AT)
    trial.refresh_from_db()
    assert (trial.total, trial.changed) == (2, 1)
    assert [change.label for change in trial.changes.all()] == [large.number]
    assert small.number != large.number
