"""An order before it is saved: the same prices, amounts, refusals and findings the actions give."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, overrides, preview, queries
from shunda.orders.models import Order
from shunda.orders.specs import LineSpec
from shunda.orders.tests.builders import AT, order, spec

pytestmark = pytest.mark.django_db
BY = system()


@pytest.fixture
def buyer():
    return customer("C1")


@pytest.mark.req("R026", "R027", "R039")
def test_a_preview_has_the_amounts_the_saved_order_gets(buyer):
    article, other = sku("A-1"), sku("A-2")
    wanted = spec(buyer, [(article, 3, "9.99"), (other, 7, "0.35")], discount="1.11", freight="12.5")
    seen = preview.preview(wanted, by=BY, at=AT)
    saved = actions.create([wanted], by=BY, at=AT).one()
    assert (seen.total.net, seen.total.tax, seen.total.gross) == (saved.net, saved.tax, saved.gross)
    assert [seen.amounts[line.line_no].gross for line in saved.lines.order_by("line_no")] == [
        line.gross for line in saved.lines.order_by("line_no")
    ]


def test_one_changed_line_is_judged_with_what_the_others_cost(buyer):
    article = sku("A-1")
    wanted = spec(buyer, [(article, n, "9.99") for n in (3, 4, 5)], discount="50")
    whole = preview.preview(wanted, by=BY, at=AT)
    alone = replace(wanted, lines=wanted.lines[1:2])
    part = preview.preview(alone, by=BY, at=AT, numbers=[2], beside=8 * Decimal("9.99"))
    assert part.goods == whole.goods == 12 * Decimal("9.99")
    assert part.lines[0].findings == whole.lines[1].findings
    assert not part.refusals
    assert [refusal.code for refusal in preview.preview(alone, by=BY, at=AT).refusals] == ["orders.discount-too-large"]


@pytest.mark.req("R041", "R050")
def test_stock_and_the_earliest_day_stand_beside_each_line(buyer):
    plenty, little = sku("A-1"), sku("A-2")
    stock(plenty, warehouse(), 10)
    seen = preview.preview(spec(buyer, [(plenty, 10, 1), (little, 1, 1)]), by=BY, at=AT)
    assert [line.stock.available for line in seen.lines] == [10, 0]
    assert [line.earliest for line in seen.lines] == [AT.date(), None]


def test_a_line_that_cannot_be_saved_says_why_and_the_others_go_on(buyer):
    article = sku("A-1")
    wanted = spec(buyer, [(article, 2, 10)])
    wanted = replace(wanted, lines=[LineSpec(Decimal(1), sku="NOPE"), *wanted.lines])
    seen = preview.preview(wanted, by=BY, at=AT)
    assert [refusal.code for refusal in seen.lines[0].refusals] == ["orders.unknown-sku"]
    assert seen.total.gross == 20
    examined = preview.examined(wanted, by=BY, at=AT)
    assert [refusal.data["line"] for refusal in examined.refused] == [1]
    assert {finding.data.get("line") for finding in examined.findings} >= {2}


@pytest.mark.req("R034")
def test_the_checks_of_an_unsaved_order_are_those_of_the_saved_one(buyer):
    article = sku("A-1")
    first = order(buyer, [(article, 2, 10)], customer_reference="PO-7")
    wanted = spec(buyer, [(article, 2, 10)], customer_reference="PO-7")
    seen = preview.examined(wanted, by=BY, at=AT)
    told = {finding.code: finding.data for finding in seen.findings}
    assert told["orders.check-duplicate"]["order_id"] == first.pk
    assert told["orders.check-same-reference"]["number"] == first.number
    edited = preview.examined(wanted, by=BY, at=AT, order=first)
    assert not {"orders.check-duplicate"} & {finding.code for finding in edited.findings}
    assert Order.objects.count() == 1


def test_previews_take_the_same_queries_for_one_line_and_for_many(buyer):
    articles = [sku(f"A-{n}") for n in range(12)]
    counts = []
    for some in (articles[:1], articles):
        wanted = spec(buyer, [(article, 1, None) for article in some])
        for look in (preview.preview, preview.examined):
            with CaptureQueriesContext(connection) as seen:
                look(wanted, by=BY, at=AT)
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 14, counts
    assert counts[1] <= 26, counts


@pytest.mark.req("R054")
def test_a_warning_is_answered_with_a_reason_and_a_new_one_asks_again(buyer):
    article = sku("A-1")
    row = order(buyer, [(article, 2, 10)])
    code = "orders.check-short-no-date"
    assert code in overrides.asking(preview.facts.findings([row], AT)[row.pk], {})
    done = actions.override({row.pk: {code: " split delivery agreed ", "orders.unheard-of": "x"}}, by=BY, at=AT)
    assert done.one() == row
    answered = queries.overridden([row.pk])[row.pk]
    assert list(answered.values()) == ["split delivery agreed"]
    assert code not in overrides.asking(preview.facts.findings([row], AT)[row.pk], answered)
    [event] = [e for e in queries.timeline(row.pk) if e.kind == "order.override"]
    assert (event.data["code"], event.data["reason"]) == (code, "split delivery agreed")
    actions.edit({row.pk: spec(buyer, [(article, 3, 10)])}, by=BY, at=AT).one()
    row.refresh_from_db()
    assert code in overrides.asking(preview.facts.findings([row], AT)[row.pk], answered)


@pytest.mark.parametrize(("reason", "code"), [(" ", "orders.reason-required"), ("x" * 501, "orders.reason-too-long")])
def test_an_answer_without_a_reason_is_refused(buyer, reason, code):
    row = order(buyer, [(sku("A-1"), 2, 10)])
    outcome = actions.override({row.pk: {"orders.check-short-no-date": reason}}, by=BY, at=AT)
    assert [refusal.code for refusal in outcome.refused] == [code]
    assert queries.overridden([row.pk]) == {row.pk: {}}


def test_only_warnings_of_drafts_are_answered_for(buyer):
    row = order(buyer, [(sku("A-1"), 2, 10)], "in_review")
    outcome = actions.override({row.pk: {"orders.check-short-no-date": "x"}}, by=BY, at=AT)
    assert [refusal.code for refusal in outcome.refused] == ["wrong-status"]
