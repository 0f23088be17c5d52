"""The release of credit sales by score: shown with its inputs, stopping what the system would approve by itself."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import user
from shunda.billing.overdue import repayment
from shunda.billing.tests.builders import invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.changes.tests.builders import ask, made_of
from shunda.core.actor import system
from shunda.credit import exposures, holding, jobs, queries, scoring, verify
from shunda.credit.models import CreditAccount
from shunda.credit.specs import Repayment
from shunda.credit.tests.builders import account, raise_asked
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, explained, facts
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


@pytest.mark.req("R049")
def test_why_this_credit_tells_limit_use_and_each_input_of_the_score(late, goods, client):
    made = order(late, [(goods, 1, None)], "in_review", at=LATE, wanted_date=LATE.date() + DAY)
    said = [text for _level, text in explained.of_credit(made, LATE)]
    assert said[:2] == [
        "¥1,000.00 of the limit of ¥2,000.00 are used, ¥1,000.00 are free.",
        "Credit score 17 of 100; the system releases from 60 on.",
    ]
    assert said[2] == "Repaid of what was due: ¥0.00 / ¥1,000.00, 0.0 of 40.0 points."
    assert said[5] == "Oldest overdue: 40 days, 6.7 of 20.0 points."
    desk = client_for(client, "orders.review_finance", "orders.view_order").get("/orders/reviews/").content.decode()
    assert f"/orders/{made.pk}/why/credit/" in desk
    assert client.get(f"/orders/{made.pk}/why/credit/").status_code == 200
    assert client.get(f"/api/v1/orders/{made.pk}/why").json()["credit"]
    client_for(client, "orders.view_order")
    assert client.get(f"/orders/{made.pk}/why/credit/").status_code == 403
    assert client.get(f"/api/v1/orders/{made.pk}/why").json()["credit"] == []
    assert "/why/credit/" not in client.get(f"/orders/{made.pk}/").content.decode()
    Order.objects.filter(pk=made.pk).update(term=customer("DEL", "delivery").term)
    [(_level, text)] = explained.of_credit(Order.objects.get(pk=made.pk), LATE)
    assert "no credit is used" in text


def client_for(client, *permissions):
    who = user(f"user{len(permissions)}", *permissions)
    client.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return client


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


@pytest.mark.req("R049")
def test_what_makes_an_exposure_is_named_down_to_its_documents_and_sums_to_the_account(late, goods, client):
    placed(late, goods, AT, quantity=3)
    half = confirmed_order(late, [(goods, 20, 10)])
    made = shipment(half, "shipped")
    second = billed(late, goods, 7)
    paid(second.order, 30)
    account = queries.exposure([late.pk])[late.pk]
    found = exposures.sections(account, LATE.date())
    standing = account.standing
    assert [one.total for one in found] == [standing.ordered, standing.shipped, standing.invoiced]
    assert [sum(row.amount for row in one.rows) for one in found] == [one.total for one in found]
    ordered, shipped, invoices = found
    assert [(row.order_id, row.amount, row.shipments) for row in shipped.rows] == [
        (half.pk, 200, [(made.pk, made.number)])
    ]
    assert [(row.invoice.number, row.amount, row.days) for row in invoices.rows if row.invoice.id == second.pk] == [
        (second.number, D(40), 40)
    ]
    assert (ordered.rest, invoices.rest, invoices.overdue) == (0, 0, D(1040))
    client.force_login(user("fiona", "credit.view_exposure"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/credit/{late.pk}/", headers={"Accept-Language": "en"}).content.decode()
    assert all(text in page for text in (half.number, made.number, second.number, "days overdue"))
    told = client.get(f"/api/v1/credit-accounts/{late.pk}/exposure").json()
    assert [(one["bucket"], one["total"], one["rest"]) for one in told] == [
        ("ordered", f"{standing.ordered:.2f}", "0.00"), ("shipped", "200.00", "0.00"), ("invoiced", "1040.00", "0.00"),
    ]  # fmt: skip


def test_orders_that_are_not_shown_are_one_sum(late, goods, monkeypatch):
    billed(late, goods, 7)
    monkeypatch.setattr(exposures, "MOST", 1)
    found = exposures.sections(queries.exposure([late.pk])[late.pk], LATE.date())
    assert (found[2].total, found[2].rest) == (1070, 70)


# --- no way round the limit -----------------------------------------------------------------------------------------


def fits(buyer, goods, quantity):
    """Whether a new order of so many at 10 is confirmed."""
    made = order(buyer, [(goods, quantity, 10)], "approved")
    return not actions.confirm([made.pk], by=system(), at=AT).refused


@pytest.mark.req("R043", "R049")
def test_cancelling_closing_and_ordering_again_is_no_way_round_the_limit(goods):
    buyer = customer("TIGHT")
    account(buyer, 1000)
    first = confirmed_order(buyer, [(goods, 100, 10)])
    assert not fits(buyer, goods, 1)
    shipment(first, "shipped", {first.lines.get(): 60})
    closed = made_of(ask(first, kind="close"))
    assert queries.exposure([buyer.pk])[buyer.pk].exposure == 600, "what left is owed, whatever happens to its order"
    assert closed.status == "applied"
    assert not fits(buyer, goods, 41)
    again = order(buyer, [(goods, 100, 10)], "approved")
    [refusal] = actions.confirm([again.pk], by=system(), at=AT).refused
    assert (refusal.code, refusal.data["free"]) == ("credit.over-limit", "400.00")
    actions.withdraw([again.pk], by=system(), at=AT).one()
    assert queries.exposure([buyer.pk])[buyer.pk].exposure == 600
    assert fits(buyer, goods, 40)
    assert list(verify.check()) == []


@pytest.mark.req("R049")
def test_a_raise_that_is_over_counts_no_more_whether_or_not_anybody_ended_it(goods):
    buyer = customer("TIGHT")
    account(buyer, 1000)
    confirmed_order(buyer, [(goods, 100, 10)])
    assert holding.lock([buyer.pk], at=AT).run()[buyer.pk].why_not(D("0.01"), "CNY")
    raised = raise_asked(buyer, 500, at=AT)
    assert raised.status == "approved"
    assert holding.lock([buyer.pk], at=AT).run()[buyer.pk].why_not(D(500), "CNY") is None
    over = holding.lock([buyer.pk], at=raised.until).run()[buyer.pk].why_not(D("0.01"), "CNY")
    assert over.data["limit"] == "1000.00"
