"""Submission: complete and within policy, or refused with every gap; what the system's own checks find."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer, term
from shunda.inventory.actions import announce
from shunda.inventory.specs import SupplyLine
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, facts
from shunda.orders.models import OrderKind, Review
from shunda.orders.overrides import ASKS
from shunda.orders.tests.builders import AT, order, spec
from shunda.pricing.tests.builders import price_list
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = system()


def submit(*orders, by=SYSTEM):
    return actions.submit([o.pk for o in orders], by=by, at=AT)


def why(made, by=SYSTEM):
    return [refusal.code for refusal in submit(made, by=by).refused]


def found(made, department=None):
    return {
        f.code: f.level
        for f in facts.findings([made], AT)[made.pk]
        if department is None or department in f.departments
    }


@pytest.mark.req("R043", "R044", "R045", "R048", "R061")
def test_submission_opens_a_review_and_a_task_for_each_department():
    made = order(customer(), [(sku(), 2, 5)])
    done = submit(made).one()
    assert (done.status, done.round, done.submitted_at) == ("in_review", 1, AT)
    assert set(made.reviews.values_list("department", "round", "status")) == {
        (department, 1, "pending") for department in ("sales", "finance", "warehouse")
    }
    waiting = Task.objects.filter(closed_at__isnull=True)
    assert set(waiting.values_list("kind", "permission", "subject_id")) == {
        (f"review.{d}", f"orders.review_{d}", made.pk) for d in ("sales", "finance", "warehouse")
    }
    assert Task.objects.get(kind="order.submit").outcome == "done"


@pytest.mark.req("R046")
def test_a_line_made_to_order_is_reviewed_by_production_too():
    made = order(customer(), [(sku(supply_mode="order", lead_days=3), 2, 5)])
    submit(made).one()
    review = made.reviews.get(department="production")
    [finding] = review.findings
    assert (finding["code"], finding["data"]["earliest"]) == (
        "orders.check-made-to-order",
        "2026-05-09",
    )  # a make-up Saturday


@pytest.mark.req("R031", "R032", "R034", "R035")
@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"wanted_date": None}, ["orders.required-wanted-date"]),
        ({"receiver": "", "receiver_phone": ""}, ["orders.required-receiver", "orders.required-receiver-phone"]),
        ({"ship_street": "", "ship_postcode": ""}, ["orders.required-ship-street", "orders.required-ship-postcode"]),
        ({"invoice_kind": "special"}, ["orders.required-credit-code"]),
        ({"kind": OrderKind.PROJECT}, ["orders.required-contract-number"]),
        ({"kind": OrderKind.SAMPLE}, ["orders.required-note"]),
        ({"kind": OrderKind.REPLENISHMENT}, ["orders.required-region"]),
        ({"transport_mode": "pickup", "ship_street": "", "receiver": ""}, []),
        ({"ship_country": "DE", "ship_province": "", "ship_postcode": "", "ship_district": ""}, []),
        ({"wanted_date": date(2026, 5, 5)}, ["orders.wanted-past"]),
        ({"wanted_date": date(2026, 5, 6)}, []),
    ],
)
def test_what_a_draft_may_lack_a_submission_may_not(fields, codes):
    made = order(customer(), [(sku(), 2, 5)], **fields)
    assert why(made) == codes
    made.refresh_from_db()
    assert made.status == ("draft" if codes else "in_review")


def test_an_order_without_lines_is_refused():
    assert why(order(customer(), [])) == ["orders.no-lines"]


@pytest.mark.req("R036")
def test_a_malformed_phone_from_an_old_file_is_found_at_submission():
    buyer = customer()
    buyer.addresses.update(phone="123")
    assert why(order(buyer, [(sku(), 1, 1)])) == ["customers.phone-wrong"]


def test_a_frozen_customer_is_refused_with_the_reason():
    made = order(customer(frozen=True, frozen_reason="in court"), [(sku(), 1, 1)])
    [refusal] = submit(made).refused
    assert (refusal.code, refusal.data["reason"]) == ("orders.customer-frozen", "in court")


@pytest.mark.req("R039")
def test_an_article_taken_off_sale_after_entry_is_refused():
    article = sku()
    made = order(customer(), [(article, 1, 1)])
    article.active = False
    article.save()
    assert why(made) == ["orders.inactive-sku"]


@pytest.mark.req("R038")
def test_a_special_order_made_to_order_needs_its_parameters():
    article = sku(supply_mode="order")
    made = order(customer(), [(article, 1, 1)], kind=OrderKind.SPECIAL)
    assert why(made) == ["orders.parameters-missing"]


@pytest.mark.req("R040", "R044", "R058")
def test_a_price_under_the_floor_is_refused_unless_the_actor_may_override():
    article = sku()
    price_list(prices=[(article, 10, 0, 8)])
    made = order(customer(), [(article, 2, "7.99")])
    seller = actor("orders.submit_order")
    [refusal] = submit(made, by=seller).refused
    assert (refusal.code, refusal.data["price"], refusal.data["floor"]) == ("orders.under-floor", "7.99", "8")
    boss = actor("orders.submit_order", "orders.override_floor")
    assert why(made, by=boss) == ["orders.warnings-ask"]
    agreed = {made.pk: dict.fromkeys(ASKS, "last of the year")}
    assert actions.submit([made.pk], by=boss, at=AT, reasons=agreed).refused == []


@pytest.mark.req("R044")
def test_an_order_discount_is_no_way_under_the_floor():
    article = sku()
    price_list(prices=[(article, 10, 0, 8)])
    seller = actor("orders.submit_order")
    assert why(order(customer("C1"), [(article, 2, None)], discount=4), by=seller) == ["orders.warnings-ask"]
    assert why(order(customer("C2"), [(article, 2, None)], discount="4.01"), by=seller) == ["orders.under-floor"]


def test_a_line_without_any_price_is_refused():
    assert why(order(customer(), [(sku(), 1, None)])) == ["orders.price-missing"]


def test_many_orders_are_submitted_in_the_queries_of_one():
    article, buyer = sku(), customer()
    one = [order(buyer, [(article, 1, 1)])]
    many = [order(buyer, [(article, n + 2, 1)] * 3) for n in range(10)]
    with CaptureQueriesContext(connection) as for_one:
        assert submit(*one).done
    with CaptureQueriesContext(connection) as for_many:
        assert len(submit(*many).done) == 10
    assert len(for_many) == len(for_one)


def test_good_orders_go_to_review_although_others_are_refused():
    buyer, article = customer(), sku()
    good, bad = order(buyer, [(article, 1, 1)]), order(buyer, [])
    outcome = submit(good, bad)
    assert [o.pk for o in outcome.done] == [good.pk]
    assert [r.id for r in outcome.refused] == [bad.pk]


# --- what the system's own checks find ------------------------------------------------------------------------------


@pytest.mark.req("R034")
def test_the_same_order_again_is_a_suspected_duplicate_with_the_others_number():
    buyer, article = customer(), sku()
    first = order(buyer, [(article, 3, 5)], customer_reference="PO-1")
    again = order(buyer, [(article, 3, 6)], customer_reference="PO-1")
    known = {f.code: f for f in facts.findings([again], AT)[again.pk]}
    assert known["orders.check-duplicate"].data["number"] == first.number
    assert known["orders.check-same-reference"].data["order_id"] == first.pk
    later = order(buyer, [(article, 3, 6)], at=AT + timedelta(days=8))
    assert "orders.check-duplicate" not in found(later)


@pytest.mark.req("R043", "R049", "R051", "R054")
def test_credit_is_compared_with_the_amount():
    buyer = customer()
    account(buyer, 100)
    article = sku()
    assert found(order(buyer, [(article, 10, 10)]), "finance")["orders.check-credit"] == "ok"
    assert found(order(buyer, [(article, 11, 10)]), "sales")["credit.over-limit"] == "block"
    prepaid = order(customer("C2", term="prepaid"), [(article, 1, 1)])
    assert found(prepaid)["orders.check-no-credit"] == "ok"
    [said] = [f for f in facts.findings([prepaid], AT)[prepaid.pk] if f.code == "orders.check-no-credit"]
    assert "Prepaid" in said.message
    with translation.override("zh-hans"):
        assert "预付款" in said.message


@pytest.mark.req("R041", "R045", "R050", "R118")
def test_stock_is_looked_at_for_all_lines_of_an_article_together():
    article, place = sku(), warehouse()
    stock(article, place, 5)
    buyer = customer()
    assert found(order(buyer, [(article, 5, 1)]), "warehouse")["orders.check-stock"] == "ok"
    short = order(buyer, [(article, 3, 1), (article, 3, 1)])
    assert found(short, "warehouse")["orders.check-short-no-date"] == "block"
    line = SupplyLine(article.pk, place.pk, Decimal(10), expected_on=date(2026, 5, 25))
    announce([line], by=SYSTEM, at=AT)
    known = {f.code: f for f in facts.findings([short], AT)[short.pk]}
    assert known["orders.check-short"].data["restock"] == "2026-05-25"
    assert known["orders.check-date-tight"].data["earliest"] == "2026-05-25"


@pytest.mark.req("R043", "R044", "R052", "R058")
def test_prices_terms_invoice_and_size_are_looked_at():
    article, listed = sku("A-1"), sku("A-2")
    price_list(prices=[(listed, 100)])
    made = order(customer(), [(article, 1, 600_000), (listed, 1, 90), (listed, 1, 0)], term_id=term("credit60").pk)
    levels = found(made, "finance")
    assert levels["orders.check-no-list-price"] == levels["orders.check-below-list"] == "warn"
    assert levels["orders.check-terms-differ"] == levels["orders.check-written"] == "warn"
    assert levels["orders.check-free"] == "warn"
    plain = found(order(customer("C2"), [(listed, 1, None)]), "finance")
    assert {plain[f"orders.check-{name}"] for name in ("prices", "terms", "invoice")} == {"ok"}


@pytest.mark.req("R035", "R032")
def test_special_wishes_and_differing_customer_data_are_for_people():
    made = order(customer(), [(sku(), 1, 1)], packing="two layers", customer_name="上海C1公司")
    levels = found(made, "sales")
    assert levels["orders.check-wishes"] == levels["orders.check-customer-differs"] == "warn"


@pytest.mark.req("R054")
def test_findings_are_kept_with_the_review_and_read_in_every_language():
    made = order(customer(), [(sku(), 1, 1)])
    submit(made).one()
    for review in Review.objects.all():
        assert review.findings
        assert all(finding["level"] in {"ok", "warn", "block"} for finding in review.findings)
    for finding in facts.findings([made], AT)[made.pk]:
        assert finding.message != finding.code


def test_findings_of_many_orders_take_the_queries_of_one():
    article, buyer = sku(), customer()
    made = [order(buyer, [(article, 1, 1)], customer_reference=f"R{n}") for n in range(6)]
    with CaptureQueriesContext(connection) as for_one:
        facts.findings(made[:1], AT)
    with CaptureQueriesContext(connection) as for_many:
        facts.findings(made, AT)
    assert len(for_many) == len(for_one)


# --- taking back, resubmission --------------------------------------------------------------------------------------


@pytest.mark.req("R047")
def test_withdrawing_drops_what_waits_and_the_next_round_starts_anew():
    made = order(customer(), [(sku(), 1, 1)], "in_review")
    actions.withdraw([made.pk], by=SYSTEM, at=AT).one()
    assert set(made.reviews.values_list("status", flat=True)) == {"dropped"}
    assert not Task.objects.filter(kind__startswith="review", closed_at__isnull=True).exists()
    again = submit(made).one()
    assert again.round == 2
    assert made.reviews.filter(round=2, status="pending").count() == 3
    kinds = list(Event.objects.filter(order_id=made.pk, subject_kind="orders.order").values_list("kind", flat=True))
    assert kinds == ["order.create", "order.submit", "order.withdraw", "order.submit"]


# --- warnings that ask for a reason ---------------------------------------------------------------------------------


@pytest.fixture
def clerk():
    return actor("orders.submit_order")


@pytest.fixture
def twice():
    """Two orders of the same articles, without stock: three warnings each that somebody answers for."""
    buyer, article = customer(), sku()
    return [order(buyer, [(article, 2, 5)]) for _n in range(2)]


@pytest.mark.req("R054")
def test_a_person_is_asked_why_an_order_goes_on_in_spite_of_warnings(twice, clerk):
    outcome = submit(*twice, by=clerk)
    assert [(refusal.id, refusal.code) for refusal in outcome.refused] == [
        (each.pk, "orders.warnings-ask") for each in twice
    ]
    codes = outcome.refused[0].data["warnings"]
    assert {"orders.check-duplicate", "orders.check-short-no-date"} <= set(codes)
    some = {twice[0].pk: {codes[0]: "agreed"}, twice[1].pk: dict.fromkeys(codes, "agreed")}
    outcome = actions.submit([each.pk for each in twice], by=clerk, at=AT, reasons=some)
    assert [each.pk for each in outcome.done] == [twice[1].pk]
    assert outcome.refused[0].data["warnings"] == codes[1:]
    kept = Event.objects.filter(kind="order.override").values_list("order_id", "data__code", "data__reason")
    assert set(kept) == {(twice[1].pk, code, "agreed") for code in codes}  # what was refused left nothing


def test_what_was_answered_for_is_not_asked_again_and_a_new_warning_is(twice, clerk):
    made = twice[0]
    [refusal] = submit(made, by=clerk).refused
    reasons = {made.pk: dict.fromkeys(refusal.data["warnings"], "agreed")}
    actions.submit([made.pk], by=clerk, at=AT, reasons=reasons).one()
    actions.withdraw([made.pk], by=SYSTEM, at=AT).one()
    submit(made, by=clerk).one()
    actions.withdraw([made.pk], by=SYSTEM, at=AT).one()
    actions.edit({made.pk: spec(made.customer, [(sku("B-1"), 3, 7)])}, by=SYSTEM, at=AT).one()
    [again] = submit(made, by=clerk).refused
    assert "orders.check-short-no-date" in again.data["warnings"]
    assert "orders.check-duplicate" not in again.data["warnings"]


@pytest.mark.parametrize("reason", [" ", "x" * 501])
def test_a_reason_that_is_none_is_refused(twice, clerk, reason):
    given = {twice[0].pk: {"orders.check-duplicate": reason}}
    outcome = actions.submit([twice[0].pk], by=clerk, at=AT, reasons=given)
    assert {refusal.code for refusal in outcome.refused} <= {"orders.reason-required", "orders.reason-too-long"}
    assert outcome.refused


def test_answering_takes_the_same_queries_for_one_order_and_for_many(twice, clerk):
    buyer, article = twice[0].customer, sku("C-1")
    many = [order(buyer, [(article, n + 1, 5)]) for n in range(8)]
    counts = set()
    for group in (many[:1], many[1:]):
        given = {each.pk: dict.fromkeys(ASKS, "agreed") for each in group}
        with CaptureQueriesContext(connection) as seen:
            assert not actions.submit(list(given), by=clerk, at=AT, reasons=given).refused
        counts.add(len(seen))
    assert len(counts) == 1
