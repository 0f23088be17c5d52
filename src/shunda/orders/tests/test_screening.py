"""The screening of new orders: each rule on both sides of its boundary, the holds it places, and what it costs."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, screening
from shunda.orders.models import Hold, Order
from shunda.orders.screening import SCREENING, computed, screen
from shunda.orders.specs import LineSpec, OrderSpec, Placing
from shunda.orders.tests.builders import AT, confirmed_order, order
from shunda.policies import actions as policies
from shunda.policies import jobs
from shunda.policies.decisions import in_force
from shunda.policies.specs import TableSpec
from shunda.policies.tests.samples import published
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db
BY = {"by": system(), "at": AT}
CASE = {
    "kind": "standard", "gross": Decimal(100), "channel": "phone", "grade": "B", "region": "", "made_to_order": "no",
    "contract": "no", "important": "no", "urgent": "no", "currency": "CNY", "province": "", "orders_before": 5,
    "times_usual": Decimal(1), "same_phone": 0, "same_address": 0, "duplicate": "no",
}  # fmt: skip


@pytest.mark.req("R018", "R157")
@pytest.mark.parametrize(
    ("facts", "rows"),
    [
        ({"orders_before": 0, "gross": Decimal("199999.99")}, ()),
        ({"orders_before": 0, "gross": Decimal(200_000)}, (1,)),
        ({"orders_before": 1, "gross": Decimal(200_000)}, ()),
        ({"times_usual": Decimal("9.99"), "gross": Decimal(100_000)}, ()),
        ({"times_usual": Decimal(10), "gross": Decimal("99999.99")}, ()),
        ({"times_usual": Decimal(10), "gross": Decimal(100_000)}, (2,)),
        ({"same_phone": 2, "orders_before": 0, "gross": Decimal(20_000)}, ()),
        ({"same_phone": 3, "orders_before": 0, "gross": Decimal("19999.99")}, ()),
        ({"same_phone": 3, "orders_before": 0, "gross": Decimal(20_000)}, (3,)),
        ({"same_address": 3, "orders_before": 0, "gross": Decimal(20_000)}, (4,)),
        ({"same_address": 3, "orders_before": 1, "gross": Decimal(20_000)}, ()),
        ({"duplicate": "yes", "gross": Decimal(100_000)}, ()),
        ({"duplicate": "yes", "gross": Decimal("100000.01")}, (5,)),
    ],
)
def test_as_delivered_each_rule_begins_at_its_boundary(facts, rows):
    assert in_force(SCREENING.name, AT).rule({**CASE, **facts}).rows == rows


def test_the_figures_are_computed_from_earlier_orders_and_from_the_files_of_others():
    buyer, article = customer("C1"), sku("A-1")
    for quantity in (1, 3):
        confirmed_order(buyer, [(article, quantity, 100)])
    made = order(buyer, [(article, 10, 100)])
    shared = {"street": made.ship_street, "city": made.ship_city, "phone": made.receiver_phone}
    for code in ("C2", "C3"):
        customer(code).addresses.update(**shared)
    order(buyer, [(article, 10, 100)])
    assert computed([made]) == {
        made.pk: {
            "orders_before": 2, "times_usual": Decimal(5), "same_phone": 2, "same_address": 2, "duplicate": "yes",
        }
    }  # fmt: skip


def test_a_channels_own_number_tells_two_orders_alike_apart_and_a_first_order_has_nothing_usual():
    buyer, article = customer("C1"), sku("A-1")
    order(buyer, [(article, 1, 1)])
    made = order(buyer, [(article, 1, 1)], external_number="T-1")
    found = computed([made])[made.pk]
    assert (found["duplicate"], found["orders_before"], found["times_usual"]) == ("no", 0, 0)


def test_orders_that_are_confirmed_themselves_do_not_count_and_the_usual_amount_is_that_of_the_newest(monkeypatch):
    monkeypatch.setattr(screening, "LOOKED_BACK", 2)
    buyer, article = customer("C1"), sku("A-1")
    first, *_rest, last = [confirmed_order(buyer, [(article, quantity, 100)]) for quantity in (1, 2, 4, 3)]
    found = computed(list(Order.objects.filter(pk__in=[first.pk, last.pk])))
    assert [found[one.pk]["orders_before"] for one in (first, last)] == [3, 3]
    assert found[first.pk]["times_usual"] == Decimal(100) / Decimal(350), "of 3 and 4"
    assert found[last.pk]["times_usual"] == 1, "of 4 and 2: not of itself"
    monkeypatch.setattr(screening, "COUNTED", 2)
    assert computed([first])[first.pk]["orders_before"] == 2


@pytest.mark.req("R018", "R060")
def test_a_draft_is_tried_with_figures_computed_only_where_a_row_could_fit(monkeypatch):
    buyer, article = customer("C1"), sku("A-1")
    for quantity in (1, 1, 30):
        confirmed_order(buyer, [(article, quantity, 100)])
    newest = Order.objects.order_by("pk").last()
    looked_at = []
    monkeypatch.setattr(screening, "computed", lambda orders: looked_at.append(len(orders)) or computed(orders))
    by = actor("policies.edit_table")
    draft = policies.draft_table([SCREENING.name], by=by, at=AT).one()
    odd = {"when": {"times_usual": ">= 20", "gross": ">= 1000"}, "then": {"hold": "fraud", "stops": "confirm"}}
    policies.edit_table([TableSpec(draft.pk, [odd])], by=by, at=AT).one()
    trial = policies.try_table([draft.pk], by=by, at=AT + timedelta(hours=1)).one()
    jobs.try_out([trial.pk], AT)
    trial.refresh_from_db()
    assert (trial.total, trial.done, trial.changed) == (3, 3, 1)
    assert [(one.label, one.before, one.after) for one in trial.changes.all()] == [(newest.number, [], [1])]
    assert looked_at == [1]


def held(**more):
    return {"when": {"gross": ">= 50"}, "then": {"hold": "fraud", "stops": "confirm", **more}}


def submitted(quantity=10, code="1"):
    article = sku(f"A-{code}")
    stock(article, warehouse(), 100)
    return order(customer(f"C{code}"), [(article, quantity, 5)], "in_review")


def test_a_submitted_order_is_held_and_says_by_which_row():
    published(SCREENING.name, {"when": {"gross": "< 1"}, "then": {"hold": "legal", "stops": "ship"}}, held(hours="48"))
    made = submitted()
    hold = Hold.objects.get()
    assert (hold.order, hold.kind, hold.stops, hold.expires_at) == (made, "fraud", "confirm", AT + timedelta(hours=48))
    assert hold.decided == {"table": "orders.holds", "version": 1, "rows": [2]}
    event = Event.objects.get(kind="order.hold")
    assert (event.actor, event.data["decided"]) == ("system", [hold.decided])


def test_below_the_boundary_nothing_is_held_and_a_reason_of_ones_own_is_said():
    published(SCREENING.name, held(reason="call the customer first"))
    assert not submitted(9).holds.exists()
    assert submitted(10, "2").holds.get().reason == "call the customer first"


def test_what_was_held_goes_on_when_the_order_comes_again_and_no_longer_means_it():
    published(SCREENING.name, held())
    made = submitted()
    actions.withdraw([made.pk], **BY).one()
    Order.objects.filter(pk=made.pk).update(net=Decimal(40), tax=0, gross=Decimal(40))
    actions.submit([made.pk], **BY).one()
    assert made.holds.get().released_by == "system"


@pytest.mark.parametrize(("quantity", "status"), [(9, "confirmed"), (10, "in_review")])
def test_a_placed_order_that_is_held_goes_to_people_and_says_so(quantity, status):
    published(SCREENING.name, held())
    article, buyer = sku("A-1"), customer("C1")
    stock(article, warehouse(), 100)
    price_list("G", [(article, "5")])
    account(buyer, 5000)
    spec = OrderSpec(
        buyer.pk, [LineSpec(Decimal(quantity), article.pk)], channel="api", invoice_kind="ordinary",
        wanted_date=AT.date() + timedelta(days=9),
    )  # fmt: skip
    [made] = actions.place([Placing(spec, actor("orders.place_order"))], at=AT)
    assert made.status == status
    assert [one.code for one in made.findings] == (["orders.screened-fraud"] if status == "in_review" else [])
    assert Hold.objects.filter(order=made.id, kind="fraud").exists() is (status == "in_review")


def test_usual_orders_cost_no_query_of_the_screening(django_assert_num_queries):
    made = order(customer("C1"), [(sku("A-1"), 1, 1)])
    edition = in_force(SCREENING.name, AT)
    with django_assert_num_queries(0):
        assert screen(edition, [made], {made.pk: CASE}) == {}
