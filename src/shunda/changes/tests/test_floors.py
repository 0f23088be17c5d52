"""A change that sells under the floor takes the right to do so and people who agree, also in the free window."""

from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.changes.documents import change_agreement
from shunda.changes.models import Change
from shunda.changes.tests.builders import FREE, LATE, agree, ask, codes, differences, line, new
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order
from shunda.policies import actions as policies
from shunda.policies import jobs
from shunda.policies.specs import TableSpec
from shunda.policies.tables import TABLES
from shunda.policies.tests.samples import WRITERS
from shunda.pricing.tests.builders import price_list

pytestmark = [pytest.mark.django_db, pytest.mark.req("R044", "R058")]
ASKS = ("orders.view_order", "orders.change_order")


@pytest.fixture
def made():
    """Ten at 12.50, the floor is 10."""
    bearing = sku("A-1")
    price_list("G", [(bearing, "12.50", 0, 10)])
    stock(bearing, warehouse(), 100)
    return confirmed_order(customer(), [(bearing, 10, "12.50")])


@pytest.mark.parametrize(
    ("wanted", "under"),
    [
        ({"lines": [line(1, unit_price="10")]}, False),
        ({"lines": [line(1, unit_price="9.99")]}, True),
        ({"lines": [line(1, discount_rate="0.2")]}, False),
        ({"lines": [line(1, discount_rate="0.2001")]}, True),
        ({"head": {"discount": Decimal(25)}}, False),
        ({"head": {"discount": Decimal("25.01")}}, True),
        ({"added": "9.99"}, True),
        ({"added": "10"}, False),
    ],
)
def test_who_may_not_sell_under_the_floor_cannot_change_an_order_to_it(made, wanted, under):
    wanted = dict(wanted)
    if "added" in wanted:
        wanted["added"] = [new(made.lines.get().sku, 1, wanted["added"])]
    lines = wanted.pop("lines", [])
    clerk = actor(*ASKS)
    outcome = ask(made, *lines, by=clerk, at=FREE, **wanted)
    assert codes(outcome) == (["orders.under-floor"] if under else [])
    assert Change.objects.exists() is not under


def test_who_may_needs_sales_and_finance_even_in_the_free_window_and_the_impact_says_it(made):
    seller = actor(*ASKS, "orders.override_floor")
    change = ask(made, line(1, unit_price="9"), by=seller, at=FREE).one()
    assert change.impact["floor"] == {"1": ["10", "9"]}
    assert {voice.role for voice in change.voices.all()} == {"sales", "finance"}
    change = agree(change, at=FREE)
    assert (change.status, change.effect) == ("applied", change.impact)
    assert Order.objects.get(pk=made.pk).gross == 90
    [paper] = change_agreement.papers([change.pk], private=True)
    assert not [row for row in paper["rows"] if "floor" in row["what"]], "floors are not for the customer"
    assert [row["after"] for row in paper["rows"] if row["what"] == "Total"] == ["¥90.00"]
    assert differences() == {}


def test_a_price_that_was_under_the_floor_already_and_gets_no_worse_is_no_matter(made):
    seller = actor(*ASKS, "orders.override_floor")
    agree(ask(made, line(1, unit_price="9"), by=seller, at=FREE).one(), at=FREE)
    clerk = actor(*ASKS)
    assert ask(made, line(1, 9), by=clerk, at=FREE).one().impact["floor"] == {}
    assert codes(ask(made, line(1, unit_price="8.99"), by=clerk, at=FREE)) == ["orders.under-floor"]


@pytest.mark.req("R166", "R167")
def test_another_table_of_authority_is_tried_on_the_changes_that_were_asked_for(made):
    for quantity in (9, 8):
        agree(ask(made, line(1, quantity), at=LATE).one(), at=LATE)
    agree(ask(made, head={"packing": "crate"}, at=LATE).one(), at=LATE)
    writer = actor(*WRITERS)
    draft = policies.draft_table(["orders.change_authority"], by=writer, at=LATE).one()
    rows = [dict(row) for row in draft.rows]
    rows.append({"when": {"part": "transport"}, "then": {"authority": "sales"}, "note": ""})
    policies.edit_table([TableSpec(draft.pk, rows)], by=writer, at=LATE).one()
    trial = policies.try_table([draft.pk], by=writer, at=LATE.replace(hour=23)).one()
    jobs.try_out([trial.pk], LATE)
    trial.refresh_from_db()
    assert (trial.total, trial.done, trial.changed) == (3, 3, 1)
    [case] = trial.changes.all()
    assert (case.subject_id, case.label) == (made.pk, Change.objects.latest("pk").number)
    assert (case.about, TABLES["orders.change_authority"].shown_fact(case.about)) == (
        "transport",
        "transport or packing",
    )
