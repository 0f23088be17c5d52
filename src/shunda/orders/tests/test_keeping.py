"""Submitted again, only what changed is reviewed again; a large order waits for the customer's signature."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import product, sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.files.specs import Upload
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.assembly import spec_of
from shunda.orders.models import Hold, Review
from shunda.orders.queries import lines_of
from shunda.orders.tests.builders import AT, approve, order, supplied
from shunda.policies.models import SettingChange
from shunda.wiring.reactions import inline
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
BY = {"by": system(), "at": AT}
LATER = AT + timedelta(hours=3)


@pytest.fixture
def made():
    """An order finance and the warehouse approved before sales sent it back."""
    article, special = sku("A-1"), sku("A-2", supply_mode="order")
    for one in (article, special):
        stock(one, warehouse(), 100)
    one = order(customer("C1"), [(article, 2, 5), (special, 1, 7)], "in_review")
    given = one.reviews.filter(department__in=["finance", "warehouse", "production"])
    actions.approve([review.pk for review in given], "fine", **BY)
    actions.send_back([one.reviews.get(department="sales").pk], "other date", **BY).one()
    one.refresh_from_db()
    return one


def again(made, line=None, **fields):
    """The order with these changes, submitted again: the departments that wait, and those that need not."""
    lines = lines_of([made.pk])[made.pk]
    spec = replace(spec_of(made, lines), **fields)
    if line:
        first, *rest = spec.lines
        spec = replace(spec, lines=[replace(first, **line), *rest])
    actions.edit({made.pk: spec}, by=system(), at=LATER).one()
    actions.submit([made.pk], by=system(), at=LATER).one()
    made.refresh_from_db()
    reviews = Review.objects.filter(order=made, round=made.round)
    waiting = {review.department for review in reviews if review.status == "pending"}
    return waiting, {review.department for review in reviews if review.kept_round}


ALL = {"sales", "finance", "warehouse", "production"}


@pytest.mark.req("R047")
@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({}, {"sales"}),
        ({"packing": "two layers"}, {"sales", "warehouse"}),
        ({"receiver": "another"}, {"sales", "warehouse"}),
        ({"invoice_kind": "none"}, {"sales", "finance"}),
        ({"line": {"unit_price": Decimal(6)}}, {"sales", "finance"}),
        ({"line": {"quantity": Decimal(3)}}, {"sales", "finance", "warehouse"}),
        ({"wanted_date": date(2026, 5, 21)}, ALL),
    ],
)
def test_each_department_looks_again_only_where_something_changed_that_it_decides_by(made, change, asked):
    waiting, kept = again(made, **change)
    assert (waiting, kept) == (asked, ALL - asked)


def test_a_kept_approval_says_who_gave_it_when_and_in_which_round(made):
    first = made.reviews.get(department="finance", round=1)
    again(made)
    kept = made.reviews.get(department="finance", round=2)
    assert (kept.status, kept.kept_round, kept.remark, kept.decided_at) == ("approved", 1, "fine", first.decided_at)
    told = Event.objects.filter(kind="order.submit", subject_id=made.pk).latest("sequence").data["kept"]
    assert set(told) == ALL - {"sales"}
    assert not Task.objects.filter(kind="review.finance", closed_at=None).exists()


def test_the_last_open_review_approves_the_order_with_those_that_were_kept(made):
    again(made)
    actions.approve([made.reviews.get(department="sales", round=2).pk], **BY).one()
    made.refresh_from_db()
    assert made.status == "approved"


def test_an_order_whose_approvals_all_hold_is_approved_at_once(made):
    again(made)
    actions.approve([made.reviews.get(department="sales", round=2).pk], **BY).one()
    actions.withdraw([made.pk], **BY).one()
    made.refresh_from_db()
    assert again(made) == (set(), ALL)
    assert made.status == "approved"
    assert set(made.reviews.filter(round=3).values_list("kept_round", flat=True)) == {1, 2}


def test_a_new_warning_is_looked_at_even_when_the_order_is_the_same(made):
    order(made.customer, [(line.sku, line.quantity, line.unit_price) for line in made.lines.order_by("line_no")])
    waiting, _kept = again(made)
    assert "sales" in waiting


@pytest.mark.req("R052")
@pytest.mark.parametrize(("price", "held"), [("99.99", False), ("100", True)])
def test_a_large_order_is_confirmed_when_the_signed_letter_is_there(price, held):
    SettingChange.objects.create(
        name="orders.written_from_amount", value="100", changed_by="x", changed_at=AT, reason="test"
    )
    article = sku("A-1", product=product("P-1"))
    large = order(customer("C1"), [(article, 1, Decimal(price))], "in_review")
    supplied(large)
    assert Hold.objects.filter(order=large, kind="legal", stops="confirm", rule="letter").exists() is held
    with inline() as drain:
        approve(large)
        drain()
        large.refresh_from_db()
        assert large.status == ("approved" if held else "confirmed")
        pdf = b"%PDF-1.4\n%%EOF\n"
        letter = actions.AttachmentSpec(large.pk, Upload("letter.pdf", pdf, len(pdf)), "confirmation_letter")
        actions.attach([letter], by=actor("orders.attach_order"), at=AT).one()
        drain()
    large.refresh_from_db()
    assert large.status == "confirmed"
