"""Reviews: each department for itself, the last approval starts execution, a remark sends the order back."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor, user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.assembly import spec_of
from shunda.orders.models import Order, Review
from shunda.orders.queries import lines_of
from shunda.orders.states import REVIEW
from shunda.orders.tests.builders import AT, order
from shunda.policies.actions import change_setting
from shunda.policies.specs import SettingSpec
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = system()


@pytest.fixture
def made():
    article = sku()
    stock(article, warehouse(), 100)
    return order(customer(), [(article, 2, 5)], "in_review")


def review(made, department):
    return made.reviews.get(department=department, round=made.round or 1)


def approve(made, *departments, by=SYSTEM, **more):
    return actions.approve([review(made, d).pk for d in departments], by=by, at=AT, **more)


def status(made):
    return Order.objects.get(pk=made.pk).status


@pytest.mark.req("R043", "R047", "R059", "R061")
def test_the_last_approval_approves_the_order(made):
    reviewer = actor("orders.view_order", "orders.review_sales")
    outcome = approve(made, "sales", by=reviewer, remark="fine")
    assert (outcome.one().decided_by_id, outcome.one().decided_at, outcome.one().remark) == (reviewer.id, AT, "fine")
    assert status(made) == "in_review"
    approve(made, "finance")
    assert status(made) == "in_review"
    approve(made, "warehouse")
    assert status(made) == "approved"
    kinds = list(Event.objects.filter(order_id=made.pk).order_by("sequence").values_list("kind", flat=True))
    assert kinds[-4:] == ["review.approve", "review.approve", "review.approve", "order.approve"]
    assert not Task.objects.filter(kind__startswith="review", closed_at__isnull=True).exists()


def test_all_departments_may_be_approved_in_one_call(made):
    assert len(approve(made, "sales", "finance", "warehouse").done) == 3
    assert status(made) == "approved"


@pytest.mark.req("R047")
def test_sending_back_needs_a_remark_drops_the_others_and_waits_for_sales(made):
    finance = review(made, "finance")
    [refusal] = actions.send_back([finance.pk], "  ", by=SYSTEM, at=AT).refused
    assert (refusal.code, refusal.data["where"]) == ("orders.remark-required", "remark")
    actions.send_back([finance.pk], "terms too long", by=SYSTEM, at=AT).one()
    assert status(made) == "sent_back"
    assert dict(made.reviews.values_list("department", "status")) == {
        "sales": "dropped", "finance": "sent_back", "warehouse": "dropped",
    }  # fmt: skip
    [task] = Task.objects.filter(closed_at__isnull=True)
    assert (task.kind, task.subject_id) == ("order.revise", made.pk)
    event = Event.objects.get(kind="order.send_back")
    assert event.data == {"department": "finance", "remark": "terms too long"}


@pytest.mark.req("R047")
def test_an_order_sent_back_is_changed_and_submitted_again(made):
    actions.send_back([review(made, "sales").pk], "raise the price", by=SYSTEM, at=AT).one()
    again = actions.submit([made.pk], by=SYSTEM, at=AT).one()
    assert (again.status, again.round) == ("in_review", 2)
    approve(again, "sales", "finance", "warehouse")
    assert status(made) == "approved"
    assert made.reviews.count() == 6


@pytest.mark.req("R048", "R060")
def test_only_the_department_decides(made):
    stranger = actor("orders.view_order", "orders.review_finance")
    [refusal] = approve(made, "sales", by=stranger).refused
    assert (refusal.id, refusal.code) == (review(made, "sales").pk, "orders.not-reviewer")
    assert review(made, "sales").status == "pending"


@pytest.mark.req("R060")
def test_nobody_reviews_an_order_he_entered_unless_the_company_allows_it():
    clerk = actor("orders.create_order", "orders.view_order", "orders.review_sales")
    made = order(customer(), [(sku(), 1, 1)], "in_review", by=clerk)
    [refusal] = approve(made, "sales", by=clerk).refused
    assert (refusal.code, refusal.data["number"]) == ("orders.own-order", made.number)
    change_setting([SettingSpec("orders.review_own", "true", "we are two people")], by=SYSTEM, at=AT).one()
    assert approve(made, "sales", by=clerk).one().status == "approved"


@pytest.mark.req("R060")
def test_nobody_reviews_his_own_sale_or_an_order_he_changed_not_even_among_many_or_as_administrator():
    head = actor("*")
    sold = order(customer(), [(sku("A-1"), 1, 1)], "in_review", owner_id=head.id)
    changed = order(customer("C2"), [(sku("A-2"), 1, 1)])
    again = replace(spec_of(changed, lines_of([changed.pk])[changed.pk]), note="please")
    actions.edit({changed.pk: again}, by=head, at=AT).one()
    actions.submit([changed.pk], by=SYSTEM, at=AT).one()
    other = order(customer("C3"), [(sku("A-3"), 1, 1)], "in_review")
    reviews = {one.pk: review(one, "sales").pk for one in (sold, changed, other)}
    outcome = actions.approve(reviews.values(), by=head, at=AT)
    assert {r.id: r.code for r in outcome.refused} == {
        reviews[sold.pk]: "orders.own-sale",
        reviews[changed.pk]: "orders.own-edit",
    }
    assert [one.pk for one in outcome.done] == [reviews[other.pk]]
    assert actions.send_back([reviews[sold.pk]], "no", by=head, at=AT).refused


@pytest.mark.req("R060")
def test_what_somebody_entered_or_changed_for_another_neither_of_them_reviews():
    head, deputy = actor("*"), actor("*")
    stands_in = replace(deputy, for_id=head.id)
    entered = order(customer(), [(sku("A-1"), 1, 1)], "in_review", by=stands_in)
    changed = order(customer("C2"), [(sku("A-2"), 1, 1)])
    again = replace(spec_of(changed, lines_of([changed.pk])[changed.pk]), note="please")
    actions.edit({changed.pk: again}, by=stands_in, at=AT).one()
    actions.submit([changed.pk], by=SYSTEM, at=AT).one()
    for by in (head, deputy, stands_in, replace(actor("*"), for_id=head.id)):
        ours = {approve(made, "sales", by=by).refused[0].code for made in (entered, changed)}
        assert ours <= {"orders.own-order", "orders.own-edit", "not-found"}, by
    assert approve(entered, "sales", by=actor("*")).one().status == "approved"


@pytest.mark.req("R060")
def test_over_the_api_nobody_reviews_his_own_order_either(client):
    boss = user("boss", "*")
    client.force_login(boss)
    made = order(customer(), [(sku(), 1, 1)], "in_review", owner_id=boss.pk)
    body = {"items": [{"id": review(made, "sales").pk}]}
    answer = client.post("/api/v1/orders/reviews/approve", body, content_type="application/json")
    assert (answer.status_code, answer.json()["refusals"][0]["code"]) == (409, "orders.own-sale")
    assert not Review.objects.filter(status="approved").exists()


@pytest.mark.req("R045")
def test_the_warehouse_says_when_short_stock_is_back():
    made = order(customer(), [(sku(), 2, 5)], "in_review")
    warehouse_review = review(made, "warehouse")
    [refusal] = approve(made, "warehouse").refused
    assert (refusal.code, refusal.data["where"]) == ("orders.restock-required", "restock_date")
    back = date(2026, 5, 18)
    assert approve(made, "warehouse", restock={warehouse_review.pk: back}).one().restock_date == back
    assert Event.objects.get(kind="review.approve").data["restock_date"] == "2026-05-18"


@pytest.mark.parametrize("status_", ["approved", "sent_back", "dropped"])
@pytest.mark.parametrize("move", ["approve", "send_back"])
def test_a_decided_review_is_not_decided_again(made, status_, move):
    sales = review(made, "sales")
    {
        "approved": lambda: approve(made, "sales"),
        "sent_back": lambda: actions.send_back([sales.pk], "no", by=SYSTEM, at=AT),
        "dropped": lambda: actions.withdraw([made.pk], by=SYSTEM, at=AT),
    }[status_]()
    call = {"approve": lambda: actions.approve([sales.pk], by=SYSTEM, at=AT),
            "send_back": lambda: actions.send_back([sales.pk], "no", by=SYSTEM, at=AT)}[move]  # fmt: skip
    assert status_ not in REVIEW[move].sources
    assert [r.code for r in call().refused] == ["wrong-status"]


def test_reviews_of_orders_outside_the_area_are_not_found(made):
    outsider = actor("orders.view_order", "orders.review_sales", reach="own")
    assert [r.code for r in approve(made, "sales", by=outsider).refused] == ["not-found"]


def test_a_stale_review_is_refused(made):
    sales = review(made, "sales")
    outcome = actions.approve([sales.pk], by=SYSTEM, at=AT, versions={sales.pk: 7})
    assert [r.code for r in outcome.refused] == ["stale"]


def test_forty_reviews_take_the_queries_of_one(made):
    article, buyer = made.lines.get().sku, customer("C2")
    others = [order(buyer, [(article, 1, 1)], "in_review") for _ in range(12)]
    first, *many = [review(o, "sales").pk for o in [made, *others]]
    with CaptureQueriesContext(connection) as for_one:
        actions.approve([first], by=SYSTEM, at=AT).one()
    with CaptureQueriesContext(connection) as for_many:
        assert len(actions.approve(many, by=SYSTEM, at=AT).done) == 12
    assert len(for_many) == len(for_one)
