"""Warehouse, salesperson and priority of a new order by table; what people chose stays, and each says by which row."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts import actions as accounts
from shunda.accounts.models import Region
from shunda.accounts.specs import MemberSpec, TeamSpec
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
from shunda.work.models import Task

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
    kept = [{name: one[name] for name in ("table", "version", "rows")} for one in told or ()]
    assert kept == ([{"table": "orders.allocation", "version": 1, "rows": [1]}] if by_table else [])


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
    why = f"/tables/{STAGES.name}/"
    assert why in client.get(f"/orders/{small.pk}/").context["why_stages"]
    assert client.get(f"/orders/{large.pk}/").context["why_stages"] == "", "no row left anything out"
    approved = order(buyer, [(article, 1, 10)], "approved")
    assert len(shown(approved)) == len(shown(small)) + 1


def team(code, *people, **fields):
    spec = TeamSpec(code, code.title(), members=[MemberSpec(*one) for one in people], **fields)
    return accounts.create_teams([spec], by=actor("*"), at=AT).one()


def team_rule(code, **when):
    return {"when": when, "then": {"team": code}}


@pytest.mark.req("R109", "R110", "R112")
def test_a_team_gets_the_order_and_of_it_who_fits_and_has_the_least_to_do(east, client):
    warehouse("W1")
    west = Region.objects.create(code="west", name="华西")
    anna, bo, carl, dora = (user(name) for name in ("anna", "bo", "carl", "dora"))
    carl.regions.add(west)
    group = team("east", (anna.pk, 1), (bo.pk, 5), (carl.pk, 50), (dora.pk, 50, ["kind:project"]))
    published(ALLOCATION.name, team_rule("east", gross="> 5000"))
    made = [entered(east) for _ in range(3)]
    assert [one.owner_id for one in made] == [anna.pk, bo.pk, bo.pk]
    assert {one.team_id for one in made} == {group.pk}
    assert entered(east, 1).team_id is None
    [told] = Event.objects.get(kind="order.create", subject_id=made[1].pk).data["decided"]
    assert [(one["name"], one["load"], one["why"], one["chosen"]) for one in told["candidates"]] == [
        ("Bo", 0, "free", True), ("Anna", 2, "full", False), ("Carl", 0, "territory", False), ("Dora", 0, "ability", False),
    ]  # fmt: skip
    client.force_login(user("boss", "orders.view_order"))
    page = client.get(f"/orders/{made[1].pk}/why/owner/").content.decode()
    assert "Bo has 0 of at most 5 orders." in page
    assert "Carl looks after another territory." in page
    api = client.get(f"/api/v1/orders/{made[1].pk}/why").json()["owner"]
    assert [one["level"] for one in api] == ["", "ok", "", "", ""]


@pytest.mark.req("R112", "R114")
def test_a_batch_is_shared_as_one_order_after_the_other_would_be_in_as_many_queries_as_one(east):
    warehouse("W1")
    anna, bo = user("anna"), user("bo")
    team("east", (anna.pk, 2), (bo.pk, 6))
    published(ALLOCATION.name, team_rule("east"))
    by = actor("orders.create_order")

    def counted(n):
        with CaptureQueriesContext(connection) as captured:
            done = actions.create([OrderSpec(east.pk, []) for _ in range(n)], by=by, at=AT).done
        return len(captured), [one.owner_id for one in done]

    first, one, many = counted(1), counted(1), counted(6)
    assert one[0] == many[0]
    owners = first[1] + one[1] + many[1]
    assert (owners.count(anna.pk), owners.count(bo.pk)) == (2, 6)


@pytest.mark.req("R113")
def test_goods_and_amounts_go_to_those_who_know_them(east):
    warehouse("W1")
    anna, bo = user("anna"), user("bo")
    article = entered(east, 1).lines.get().sku
    category = article.product.category.code
    team("east", (anna.pk, None, ["kind:project"]), (bo.pk, None, [f"category:{category}"]))
    published(ALLOCATION.name, team_rule("east"))
    assert entered(east, 1).owner_id == bo.pk


def test_where_nobody_of_the_team_fits_the_order_stays_with_the_customers_own_and_says_so(east, client):
    warehouse("W1")
    rep = user("rep")
    east.owner = rep
    east.save()
    team("east", (user("anna").pk, None, ["kind:project"]))
    published(ALLOCATION.name, team_rule("east"))
    made = entered(east)
    assert (made.owner_id, made.team.code) == (rep.pk, "east")
    client.force_login(user("boss", "orders.view_order"))
    assert "Nobody of them fits" in client.get(f"/orders/{made.pk}/why/owner/").content.decode()


def test_a_step_that_waits_for_a_salesperson_weighs_as_the_company_decided(east):
    warehouse("W1")
    anna, bo = user("anna"), user("bo")
    team("east", (anna.pk,), (bo.pk,))
    published(ALLOCATION.name, team_rule("east"))
    for person in (anna, bo, bo):
        entered(east, owner_id=person.pk)
    Task.objects.filter(owner=bo).update(closed_at=AT)
    assert entered(east).owner_id == anna.pk
    assert entered(east).owner_id == bo.pk
