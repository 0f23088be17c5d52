"""The review desk: the facts beside each order, decided in place or in bulk."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from shunda.accounts.tests.builders import user
from shunda.billing.models import Invoice
from shunda.billing.states import InvoiceStatus
from shunda.catalog.tests.builders import sku
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import OrderLine, Review
from shunda.orders.states import ReviewStatus
from shunda.orders.tests.builders import order

pytestmark = pytest.mark.django_db

DESK, APPROVE, SEND_BACK = (f"orders:{name}" for name in ("desk", "approve", "send_back"))


def signed_in(*permissions, reach="all"):
    client = Client()
    client.force_login(
        user(f"{permissions[0][-20:]}-{reach}", *permissions, reach=reach),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.fixture
def web():
    return signed_in("*")


@pytest.fixture
def buyer():
    return customer("C1")


@pytest.fixture
def article():
    return sku("A-1")


def waiting(buyer, *lines, **fields):
    return order(buyer, lines or [(sku("A-1"), 2, 10)], status="in_review", **fields)


def weights(web):
    return {row["review"].department: row["weight"] for row in web.get(reverse(DESK)).context["rows"]}


@pytest.mark.req("R043", "R044", "R054")
def test_margin_credit_and_stock_stand_beside_the_order_as_they_are_now(web, buyer, article):
    account(buyer, 100)
    stock(article, warehouse(), 1)
    row = waiting(buyer, (article, 2, 10), (sku("B-1"), 5, 30), discount="17")
    OrderLine.objects.filter(order=row, line_no=1).update(floor=Decimal(8))
    OrderLine.objects.filter(order=row, line_no=2).update(floor=Decimal(30))
    seen = weights(web)["finance"]
    assert (seen.margin, seen.margin_line) == (Decimal("-0.100"), 2)
    assert (seen.exposure.limit, seen.over, seen.overdue) == (100, True, None)
    assert (seen.stock.articles, seen.stock.short, seen.stock.worst) == (2, 2, [("B-1", 5), ("A-1", 1)])
    stock(article, warehouse(), 10)
    assert weights(web)["warehouse"].stock.worst == [("B-1", 5)]


@pytest.mark.req("R044")
def test_what_the_customer_owes_past_its_date_is_said(web, buyer):
    row = waiting(buyer)
    Invoice.objects.create(
        number="IN1", order=row, customer=buyer, status=InvoiceStatus.ISSUED, net=90, tax=10, gross=100, paid=30,
        credited=0, due_date=localdate() - timedelta(days=12), created_at=row.created_at, buyer_name="x",
    )  # fmt: skip
    seen = weights(web)["finance"]
    assert (seen.overdue, seen.overdue_days) == (70, 12)
    assert "70.00 overdue, 12 days" in web.get(reverse(DESK)).content.decode()


@pytest.mark.req("R047")
def test_a_row_is_approved_in_place_and_goes_while_the_ticked_ones_stay(web, buyer):
    waiting(buyer)
    review, other = Review.objects.order_by("pk")[:2]
    url = f"{reverse(APPROVE)}?only={review.pk}:{review.version}"
    answer = web.post(url, {"row": f"{other.pk}:{other.version}"}, headers={"HX-Request": "true"})
    assert f"review-{review.pk}" not in answer.content.decode()
    assert "Approved." in answer.content.decode()
    review.refresh_from_db()
    other.refresh_from_db()
    assert (review.status, other.status) == (ReviewStatus.APPROVED, ReviewStatus.PENDING)


@pytest.mark.req("R048")
def test_sending_back_in_place_wants_a_remark_and_keeps_the_row_until_there_is_one(web, buyer):
    waiting(buyer)
    review = Review.objects.order_by("pk").first()
    url = f"{reverse(SEND_BACK)}?only={review.pk}:{review.version}"
    answer = web.post(url, {f"remark-{review.pk}": " "}, headers={"HX-Request": "true"}).content.decode()
    assert f"review-{review.pk}" in answer
    review.refresh_from_db()
    assert review.status == ReviewStatus.PENDING
    web.post(url, {f"remark-{review.pk}": "price too low"})
    review.refresh_from_db()
    assert (review.status, review.remark) == (ReviewStatus.SENT_BACK, "price too low")


def test_a_decision_on_what_somebody_else_decided_meanwhile_is_refused(web, buyer):
    waiting(buyer)
    review = Review.objects.order_by("pk").first()
    url = f"{reverse(APPROVE)}?only={review.pk}:{review.version}"
    web.post(url)
    answer = web.post(url, headers={"HX-Request": "true"})
    assert "Not done" in answer.content.decode()


def test_the_desk_asks_the_same_questions_for_one_order_and_for_twelve(web, buyer, article):
    asked = []
    for count in (1, 11):
        for n in range(count):
            waiting(buyer, (article, n + 1, 10), wanted_date=date(2026, 5, 20))
        with CaptureQueriesContext(connection) as queries:
            assert web.get(reverse(DESK)).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]
    assert asked[0] <= 12


def test_nobody_decides_for_a_department_or_an_order_that_is_not_his(buyer):
    waiting(buyer)
    finance = signed_in("orders.review_finance")
    assert set(weights(finance)) == {"finance"}
    assert weights(signed_in("orders.review_finance", "orders.view_order", reach="own")) == {}
    assert signed_in("catalog.view_product").get(reverse(DESK)).status_code == 403
