"""What the system approves and who confirms are decided by tables; each decision says by which row."""

from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.approval import AUTO_APPROVE, CONFIRMERS, possible_channels, why_people_review
from shunda.orders.tests.builders import AT, approve, order, supplied
from shunda.policies.decisions import in_force
from shunda.policies.tests.samples import published
from shunda.wiring.reactions import inline
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
CASE = {
    "kind": "standard", "gross": Decimal(100), "channel": "api", "grade": "B", "region": "", "made_to_order": "no",
    "contract": "no", "important": "no", "urgent": "no", "currency": "CNY", "province": "",
}  # fmt: skip


def codes(**facts):
    edition = in_force(AUTO_APPROVE.name, AT)
    return [refusal.code for refusal in why_people_review(edition, edition.rule({**CASE, **facts}))]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"gross": Decimal(100_000)}, []),
        ({"gross": Decimal("100000.01")}, ["orders.not-auto-amount"]),
        ({"currency": "EUR"}, ["orders.not-auto-amount"]),
        ({"channel": "phone"}, ["orders.not-auto-channel"]),
        ({"kind": "project", "contract": "yes"}, ["orders.not-auto-kind"]),
        ({"important": "yes"}, ["orders.not-auto-kind"]),
        ({"kind": "replenishment", "urgent": "yes"}, []),
    ],
)
def test_as_delivered_the_system_approves_usual_orders_of_machines_up_to_the_limit(facts, expected):
    assert codes(**facts) == expected


def test_what_any_other_column_asks_is_told_too_and_a_row_above_that_says_people_is_told_as_such():
    people = {"when": {"gross": ">= 50"}, "then": {"decision": "review"}}
    published(AUTO_APPROVE.name, people, {"when": {"grade": "A"}, "then": {"decision": "approve"}})
    assert codes(gross=Decimal(49)) == ["orders.not-auto-other"]
    assert codes(grade="A") == ["orders.not-auto"]
    assert codes(grade="A", gross=Decimal(49)) == []


def test_only_channels_of_which_something_is_approved_are_looked_at_further():
    assert possible_channels(in_force(AUTO_APPROVE.name, AT)) == {"api", "app", "web", "mall", "file"}
    published(AUTO_APPROVE.name, {"when": {"gross": "< 5"}, "then": {"decision": "approve"}})
    assert "phone" in possible_channels(in_force(AUTO_APPROVE.name, AT))


def approved_order(**fields):
    article = sku("A-1")
    stock(article, warehouse(), 100)
    made = order(customer("C1"), [(article, 2, 5)], "in_review", **fields)
    supplied(made)
    with inline() as drain:
        approve(made)
        drain()
    made.refresh_from_db()
    return made


@pytest.mark.req("R047")
def test_as_delivered_the_system_confirms_what_is_approved():
    assert approved_order().status == "confirmed"


@pytest.mark.req("R061")
@pytest.mark.parametrize(
    ("who", "permission"),
    [("people", "orders.confirm_order"), ("sales", "orders.review_sales"), ("management", "orders.review_management")],
)
def test_an_order_that_people_confirm_waits_on_their_worklist_and_nobody_elses(who, permission):
    published(CONFIRMERS.name, {"when": {"gross": ">= 10"}, "then": {"who": who}})
    made = approved_order()
    assert (made.status, [one["code"] for one in made.blocked_by]) == ("approved", [f"orders.{NAMES[who]}"])
    assert Task.objects.get(kind="order.confirm", closed_at=None).permission == permission
    if who != "people":
        refused = actions.confirm([made.pk], by=actor("orders.confirm_order"), at=AT).refused
        assert [refusal.code for refusal in refused] == [f"orders.{NAMES[who]}"]
    actions.confirm([made.pk], by=actor("orders.confirm_order", permission), at=AT).one()
    told = Event.objects.get(kind="order.confirm", subject_id=made.pk).data["decided"]
    assert told == [{"table": "orders.confirm", "version": 1, "rows": [1]}]


NAMES = {"people": "people-confirm", "sales": "sales-confirms", "management": "management-confirms"}


def test_below_the_boundary_the_system_still_confirms():
    published(CONFIRMERS.name, {"when": {"gross": "> 10"}, "then": {"who": "sales"}})
    assert approved_order().status == "confirmed"


def test_who_confirms_is_asked_once_for_many_orders(django_assert_max_num_queries):
    published(CONFIRMERS.name, {"when": {"gross": "> 10"}, "then": {"who": "sales"}})
    buyer, article = customer("C1"), sku("A-1")
    stock(article, warehouse(), 100)
    several = [order(buyer, [(article, n, 5)], "approved") for n in (1, 1, 1, 1)]
    supplied(*several)
    in_force(CONFIRMERS.name, AT)  # a version is made ready once in a process
    asked = []
    for members in (several[:1], several[1:]):
        with django_assert_max_num_queries(40) as queries:
            assert len(actions.confirm([one.pk for one in members], by=system(), at=AT).done) == len(members)
        asked.append(len(queries))
    assert asked[0] == asked[1]
