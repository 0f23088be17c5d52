"""The release of credit sales by score: shown with its inputs, stopping what the system would approve by itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shunda.billing.overdue import repayment
from shunda.billing.tests.builders import invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.credit import jobs, scoring
from shunda.credit.models import CreditAccount
from shunda.credit.specs import Repayment
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, facts
from shunda.orders.approval import AUTO_APPROVE
from shunda.orders.decisions import REVIEWERS
from shunda.orders.models import Department, Order, Review
from shunda.orders.specs import Placing
from shunda.orders.tests.builders import AT, confirmed_order, order, spec
from shunda.policies.tests.samples import published
from shunda.pricing.tests.builders import price_list

D = Decimal
DAY = timedelta(days=1)
LATE = AT + 70 * DAY  # what was invoiced on AT was due 40 days before
pytestmark = pytest.mark.django_db


@pytest.fixture
def goods():
    made = sku("A-1")
    stock(made, warehouse(), 1000)
    price_list(prices=[(made, 5, 0, 3)])
    return made


def billed(buyer, goods, quantity=100, at=AT):
    made = confirmed_order(buyer, [(goods, quantity, 10)], at=at)
    shipment(made, "shipped")
    return invoiced(made, at=at)


@pytest.fixture
def late(goods):
    """A customer who owes 1,000 of a limit of 2,000 for 40 days."""
    buyer = customer("LATE")
    account(buyer, 2000)
    billed(buyer, goods)
    return buyer


def placed(buyer, goods, at=LATE, quantity=1, **fields):
    day = at.date() + 10 * DAY
    call = Placing(spec(buyer, [(goods, quantity, None)], channel="api", wanted_date=day, **fields), system())
    [answer] = actions.place([call], at=at)
    return answer


@pytest.mark.req("R049")
def test_repayment_counts_what_was_due_in_the_window_and_what_is_still_open_from_before(goods):
    good, bad, new = customer("GOOD"), customer("BAD"), customer("NEW")
    for who in (good, bad, new):
        account(who, 100_000)
    paid(billed(good, goods).order)
    billed(bad, goods)
    paid(billed(bad, goods, 10).order)
    ids = [good.pk, bad.pk, new.pk]
    due = (AT + 30 * DAY).date()
    assert repayment(ids, date(2026, 1, 1), due) == {}, "on the day it is due nothing is late"
    assert repayment(ids, due, due + DAY) == {
        good.pk: Repayment(D(1000), D(1000), D(0), None),
        bad.pk: Repayment(D(1100), D(100), D(1000), due),
    }
    assert repayment(ids, due + DAY, due + 300 * DAY) == {bad.pk: Repayment(D(1000), D(0), D(1000), due)}


@pytest.mark.parametrize("size", [1, 12])
def test_scores_of_many_customers_take_three_queries(goods, size, django_assert_num_queries):
    people = [customer(f"C{n}") for n in range(size)]
    for who in people:
        account(who, 10_000)
    billed(people[0], goods)
    with django_assert_num_queries(3):
        found = scoring.scores([who.pk for who in people], LATE)
    assert found[people[0].pk].points == 35
    assert {score.points for pk, score in found.items() if pk != people[0].pk} <= {80}


@pytest.mark.req("R049", "R057")
def test_finance_is_shown_the_score_and_a_poor_one_is_for_people_to_look_at(late, goods):
    made = order(late, [(goods, 1, None)], "in_review", at=LATE, wanted_date=LATE.date() + DAY)
    review = Review.objects.get(order=made, department=Department.FINANCE)
    [finding] = [one for one in review.findings if one["code"] == "orders.check-score-poor"]
    assert (finding["level"], finding["data"]["overdue"], finding["data"]["days"]) == ("warn", "1000.00", 40)
    [said] = [one.message for one in facts.findings([made], LATE)[made.pk] if "score" in one.code]
    assert "0% repaid of 1000.00 CNY" in said
    sales = Review.objects.get(order=made, department=Department.SALES)
    assert not [one for one in sales.findings if "score" in one["code"]]


def test_a_poor_score_stops_the_release_of_a_placed_order_until_it_is_paid(late, goods):
    assert placed(late, goods, AT).status == "confirmed"
    jobs.score_all(LATE)
    assert CreditAccount.objects.get(pk=late.pk).score < 60
    stopped = placed(late, goods)
    assert (stopped.status, [one.code for one in stopped.findings]) == ("in_review", ["orders.check-score-poor"])
    for invoice_order in Order.objects.filter(invoices__isnull=False):
        paid(invoice_order, at=LATE)
    again = placed(late, goods, LATE + DAY, quantity=2)
    assert again.status == "confirmed", "the score is computed anew where somebody would have to look"


def test_a_customer_who_pays_otherwise_is_not_stopped_by_a_score(late, goods):
    jobs.score_all(LATE)
    type(late).objects.filter(pk=late.pk).update(term=customer("DEL", "delivery").term)
    assert placed(late, goods).status == "confirmed"


@pytest.mark.req("R049", "R060")
def test_tables_of_review_and_release_may_ask_for_the_score(late, goods):
    fine = customer("FINE")
    account(fine, 1000)
    published(AUTO_APPROVE.name, {"when": {"score": ">= 90"}, "then": {"decision": "approve"}})
    published(
        REVIEWERS.name,
        {"when": {"score": "< 60"}, "then": {"department": Department.MANAGEMENT, "step": "1"}},
        {"when": {"gross": ">= 0"}, "then": {"department": Department.FINANCE, "step": "1"}},
    )
    answer = placed(fine, goods)
    assert answer.status == "in_review", "80 points"
    made = order(late, [(goods, 1, None)], "in_review", at=LATE, wanted_date=LATE.date() + DAY)
    assert set(made.reviews.values_list("department", flat=True)) == {Department.MANAGEMENT, Department.FINANCE}
    assert list(Order.objects.get(pk=answer.id).reviews.values_list("department", flat=True)) == [Department.FINANCE]
