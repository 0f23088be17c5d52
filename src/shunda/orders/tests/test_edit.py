"""Editing drafts: the whole order is entered again; the timeline says what was and what is."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.orders import actions
from shunda.orders.assembly import spec_of
from shunda.orders.models import Order
from shunda.orders.queries import lines_of
from shunda.orders.specs import LineSpec
from shunda.orders.tests.builders import AT, in_status, order
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
SYSTEM = system()


def spec_now(made):
    return spec_of(made, lines_of([made.pk])[made.pk])


def edit(specs, **more):
    return actions.edit(specs, by=SYSTEM, at=AT, **more)


def last_event():
    return Event.objects.filter(kind="order.edit").last()


def test_an_edit_that_changes_nothing_changes_nothing_and_says_so():
    made = order(customer(), [(sku("A-1"), 2, 5), (sku("A-2"), 1, None)], freight=3, wanted_date=None)
    before = {f.attname: getattr(made, f.attname) for f in Order._meta.concrete_fields}
    edit({made.pk: spec_now(made)}).one()
    made.refresh_from_db()
    after = {f.attname: getattr(made, f.attname) for f in Order._meta.concrete_fields}
    assert after == before | {"version": before["version"] + 1}
    assert last_event().data == {}


@pytest.mark.req("R042", "R225")
def test_the_event_says_what_was_and_what_is():
    first, second = sku("A-1"), sku("A-2")
    made = order(customer(), [(first, 2, 5), (second, 1, 7)])
    lines = [LineSpec(Decimal(3), first.pk, unit_price=Decimal(5))]
    changed = replace(spec_now(made), lines=lines, note="by phone", freight=Decimal("8.50"))
    edit({made.pk: changed}).one()
    data = last_event().data
    assert data["changes"] == {"note": ["", "by phone"], "freight": ["0", "8.5"]}
    assert (data["lines"]["1"][0]["quantity"], data["lines"]["1"][1]["quantity"]) == ("2", "3")
    assert data["lines"]["2"][1] is None
    made.refresh_from_db()
    assert (made.lines.count(), made.gross) == (1, Decimal("23.50"))


def test_an_order_that_was_sent_back_can_be_edited():
    made = in_status(customer(), [(sku(), 2, 5)], "sent_back")
    assert edit({made.pk: replace(spec_now(made), note="better")}).one().status == "sent_back"


def test_a_wrong_edit_is_refused_with_every_reason_and_changes_nothing():
    article = sku()
    made = order(customer(), [(article, 2, 5)])
    wrong = replace(spec_now(made), kind="x", lines=[LineSpec(Decimal(-1), article.pk)])
    outcome = edit({made.pk: wrong})
    assert {r.code for r in outcome.refused} == {"orders.choice-kind", "orders.quantity-not-positive"}
    assert {r.id for r in outcome.refused} == {made.pk}
    again = Order.objects.get(pk=made.pk)
    assert (again.version, again.kind, again.lines.get().quantity) == (1, "standard", 2)


def test_the_price_of_a_line_stays_when_the_list_changes_but_an_open_one_is_asked_again():
    article, later = sku("A-1"), sku("A-2")
    general = price_list(prices=[(article, 10)])
    made = order(customer(), [(article, 2, None), (later, 1, None)])
    general.prices.update(unit_price=12)
    price_list("NEW", prices=[(later, 4)])
    edit({made.pk: spec_now(made)}).one()
    assert [line.unit_price for line in made.lines.order_by("line_no")] == [10, 4]


def test_an_order_keeps_its_own_foreign_number_and_cannot_take_anothers():
    buyer = customer()
    made = order(buyer, [], external_number="E1")
    order(buyer, [], external_number="E2")
    assert edit({made.pk: spec_now(made)}).one()
    [refusal] = edit({made.pk: replace(spec_now(made), external_number="E2")}).refused
    assert refusal.code == "orders.external-number-used"


def test_another_customer_takes_the_order_to_his_region_and_owner():
    made, other = order(customer(), []), customer("C2")
    changed = edit({made.pk: replace(spec_now(made), customer_id=other.pk, customer_name=None)}).one()
    assert (changed.customer_id, changed.customer_name) == (other.pk, other.name)


def test_many_edits_take_the_queries_of_one():
    buyer, article = customer(), sku()
    made = [order(buyer, [(article, 1, 1)] * 3) for _ in range(8)]
    specs = {o.pk: replace(spec_now(o), note="x") for o in made}
    with CaptureQueriesContext(connection) as for_one:
        edit({made[0].pk: specs[made[0].pk]})
    with CaptureQueriesContext(connection) as for_many:
        assert len(edit(specs).done) == 8
    assert len(for_many) == len(for_one)
