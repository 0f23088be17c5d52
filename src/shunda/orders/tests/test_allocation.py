"""Warehouse, salesperson and priority of a new order by table; what people chose stays, and each says by which row."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shunda.accounts.models import Region
from shunda.accounts.tests.builders import actor, user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions
from shunda.orders.allocation import ALLOCATION, PRIORITY
from shunda.orders.models import Order
from shunda.orders.specs import LineSpec, OrderSpec, Placing
from shunda.orders.stages import STAGES
from shunda.orders.tests.builders import AT, order
from shunda.policies import actions as policies
from shunda.policies.specs import TableSpec
from shunda.policies.tests.samples import WRITERS, published
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def east():
    region = Region.objects.create(code="east", name="华东")
    return customer("C1", region=region)


def entered(buyer, quantity=10, by=None, **fields):
    article = sku("A-1") if not Order.objects.exists() else Order.objects.first().lines.get().sku
    spec = OrderSpec(buyer.pk, [LineSpec(Decimal(quantity), article.pk, unit_price=Decimal(1000))], **fields)
    return actions.create([spec], by=by or actor("orders.create_order"), at=AT).one()


def rule(warehouse="A", people="anna", **when):
    return {"when": when, "then": {"warehouse": warehouse, "salespeople": people}}


@pytest.mark.req("R109", "R110")
@pytest.mark.parametrize(("quantity", "by_table"), [(10, False), (11, True)])
def test_east_china_above_an_amount_goes_to_warehouse_a_and_a_named_salesperson(east, quantity, by_table):
    usual, far, anna = warehouse("W1"), warehouse("A"), user("anna")
    published(ALLOCATION.name, rule(region="east", gross="> 10000"))
    made = entered(east, quantity)
    assert (made.warehouse_id, made.owner_id == anna.pk) == ((far if by_table else usual).pk, by_table)
    told = Event.objects.get(kind="order.create").data.get("decided")
    assert told == ([{"table": "orders.allocation", "version": 1, "rows": [1]}] if by_table else None)


def test_what_was_chosen_by_hand_stays_and_who_sees_only_his_own_keeps_what_he_enters(east):
    usual, bo = warehouse("W1"), user("bo")
    warehouse("A")
    user("anna")
    published(ALLOCATION.name, rule())
    made = entered(east, warehouse_id=usual.pk, owner_id=bo.pk)
    assert (made.warehouse_id, made.owner_id) == (usual.pk, bo.pk)
    east.owner = rep = user("rep")
    east.save()
    own = Actor(rep.pk, rep.name, frozenset({"orders.create_order"}), "own")
    assert entered(east, by=own).owner_id == rep.pk


@pytest.mark.req("R112", "R114")
def test_of_several_salespeople_the_one_with_the_fewest_open_orders_gets_the_next(east):
    warehouse("A")
    anna, bo = user("anna"), user("bo")
    published(ALLOCATION.name, rule(people="anna, bo"))
    assert [entered(east).owner_id for _ in range(4)] == [anna.pk, bo.pk, anna.pk, bo.pk]
    several = [OrderSpec(east.pk, []) for _ in range(3)]
    done = actions.create(several, by=actor("orders.create_order"), at=AT).done
    assert [one.owner_id for one in done] == [anna.pk, bo.pk, anna.pk]


@pytest.mark.parametrize(
    ("then", "code"),
    [
        ({"warehouse": "NOWHERE"}, "orders.no-warehouse"),
        ({"salespeople": "nobody"}, "orders.no-people"),
        ({}, "orders.allocates-nothing"),
    ],
)
def test_a_row_that_names_nobody_who_is_there_is_refused_at_its_cell(then, code):
    writer = actor(*WRITERS)
    draft = policies.draft_table([ALLOCATION.name], by=writer, at=AT).one()
    rows = [{"when": {"gross": "> 1"}, "then": then}]
    [refusal] = policies.edit_table([TableSpec(draft.pk, rows)], by=writer, at=AT).refused
    assert (refusal.code, refusal.data["where"].split(".")[1]) == (code, "0")


@pytest.mark.req("R014", "R015")
@pytest.mark.parametrize(
    ("fields", "expected"), [({}, (2, True)), ({"priority": 0}, (0, False)), ({"urgent": True}, (1, True))]
)
def test_priority_comes_from_the_table_unless_somebody_chose_one(east, fields, expected):
    warehouse("W1")
    published(PRIORITY.name, {"when": {"gross": ">= 10000"}, "then": {"priority": "high", "rush": "yes"}})
    made = entered(east, **fields)
    assert (made.priority, made.urgent) == expected
    assert entered(east, 9).priority == 1


def test_a_placed_order_gets_its_warehouse_by_the_table_too(east):
    warehouse("W1")
    far, anna, article = warehouse("A"), user("anna"), sku("A-1")
    stock(article, far, 100)
    price_list("G", [(article, "5")])
    account(east, 5000)
    published(ALLOCATION.name, rule(region="east"))
    spec = OrderSpec(
        east.pk, [LineSpec(Decimal(2), article.pk)], channel="api", invoice_kind="ordinary",
        wanted_date=AT.date() + timedelta(days=9),
    )  # fmt: skip
    [made] = actions.place([Placing(spec, actor("orders.place_order", "orders.create_order"))], at=AT)
    row = Order.objects.get(pk=made.id)
    assert (made.status, row.warehouse_id, row.owner_id) == ("confirmed", far.pk, anna.pk)


@pytest.mark.req("R153")
def test_stages_that_a_table_leaves_out_are_not_shown_unless_the_order_is_there(client):
    client.force_login(user("boss", "orders.view_order"))
    published(STAGES.name, {"when": {"gross": "<= 10"}, "then": {"hidden": "to_confirm, signed"}})
    article, buyer = sku("A-1"), customer("C1")

    def shown(made):
        page = client.get(f"/orders/{made.pk}/")
        return [step["label"] for step in page.context["steps"]]

    small, large = order(buyer, [(article, 1, 10)]), order(buyer, [(article, 1, 11)])
    assert len(shown(large)) - len(shown(small)) == 2
    approved = order(buyer, [(article, 1, 10)], "approved")
    assert len(shown(approved)) == len(shown(small)) + 1
