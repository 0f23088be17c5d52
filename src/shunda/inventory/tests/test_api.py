"""The API calls the actions and shows what became of them."""

import json

import pytest
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.inventory import steps
from shunda.inventory.models import Warehouse
from shunda.inventory.tests.builders import AT, demand, figures, stock, warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    client.force_login(user("keeper", "*"))

    def call(method, path, body=None, status=200):
        answer = client.generic(method, f"/api/v1{path}", json.dumps(body) if body else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return call


@pytest.fixture
def place():
    return warehouse()


@pytest.fixture
def ball(place):
    made = sku("BALL", barcode="690")
    stock(made, place, 10)
    return made


def test_stock_is_listed_with_what_is_locked_and_by_whom(call, ball, place):
    steps.reserve([(7, [demand(7, ball, place, 4)])], at=AT)
    [row] = call("GET", f"/stock?sku_id={ball.pk}")["items"]
    assert (row["sku"], row["on_hand"], row["locked"], row["available"]) == ("BALL", "10", "4", "6")
    assert call("GET", f"/stock/{row['id']}")["warehouse"] == "W1"
    [holder] = call("GET", f"/stock/{row['id']}/holders")
    assert (holder["order_id"], holder["reserved"]) == (7, "4")
    assert [m["quantity"] for m in call("GET", "/stock/moves?kind=receipt")["items"]] == ["10"]


def test_a_receipt_names_skus_by_code_or_barcode_and_says_which_line_is_wrong(call, ball, place):
    lines = [
        {"sku": "690", "quantity": "5", "warehouse_id": place.pk},
        {"sku": "nobody", "quantity": "5", "warehouse_id": place.pk},
    ]
    answer = call("POST", "/stock/receive", {"lines": lines})
    assert [m["quantity"] for m in answer["done"]] == ["5"]
    assert [(r["id"], r["code"]) for r in answer["refused"]] == [(1, "inventory.unknown-sku")]
    problem = call("POST", "/stock/receive", {"lines": lines[1:]}, status=409)
    assert problem["refusals"][0]["message"] == "Line 1: there is no such SKU. Check the code."
    assert figures(ball, place)[0] == 15


def test_counts_and_adjustments_change_the_books(call, ball, place):
    line = {"sku": "BALL", "quantity": "8", "warehouse_id": place.pk, "reason": "count"}
    assert call("POST", "/stock/count", {"lines": [line | {"on_hand": "10"}]})["done"][0]["on_hand"] == "8"
    call("POST", "/stock/adjust", {"lines": [line | {"quantity": "-1"}]})
    call("POST", "/stock/adjust", {"lines": [line | {"quantity": 1}]}, status=422)
    assert figures(ball, place)[0] == 7


def test_goods_are_sent_announced_received_and_cancelled(call, ball, place):
    other = warehouse("W2")
    line = {"sku": "BALL", "quantity": "4", "source_id": place.pk, "target_id": other.pk}
    [sent] = call("POST", "/stock/transfer", {"lines": [line]})["done"]
    assert (sent["open"], sent["warehouse"]) == ("4", "W2")
    call("POST", "/supplies/receive", {"items": [{"id": sent["id"], "quantity": "1"}]})
    call("POST", "/supplies/lose", {"items": [{"id": sent["id"], "quantity": "1"}], "reason": "accident"})
    call("POST", "/supplies/cancel", {"items": [{"id": sent["id"], "quantity": "1"}], "reason": "back"})
    assert call("GET", f"/supplies/{sent['id']}")["open"] == "1"
    purchase = {"sku": "BALL", "quantity": "9", "warehouse_id": other.pk, "reference": "PO1"}
    call("POST", "/supplies", {"lines": [purchase]})
    assert {row["reference"] for row in call("GET", "/supplies")["items"]} == {"PO1", sent["reference"]}
    assert (figures(ball, place), figures(ball, other)) == ((7, 0, 0), (1, 0, 10))


def test_warehouses_are_opened_and_changed(call):
    made = call("POST", "/warehouses", {"code": "N", "name": "North"}, status=201)
    call("PATCH", f"/warehouses/{made['id']}", {"version": 1, "name": "Far north"})
    call("PATCH", f"/warehouses/{made['id']}", {"version": 1, "active": False}, status=409)
    assert [row["name"] for row in call("GET", "/warehouses")["items"]] == ["Far north"]
    assert Warehouse.objects.get().active


@pytest.mark.parametrize("path", ["/stock", "/stock/moves", "/supplies", "/warehouses", "/stock/1"])
def test_nobody_looks_without_the_permission(client, path):
    client.force_login(user("nobody", "orders.view_order"))
    assert client.get(f"/api/v1{path}").status_code == 403


def test_lists_cost_as_many_queries_for_many_rows(call, ball, place, django_assert_max_num_queries):
    for n in range(20):
        stock(sku(f"S{n}"), place, 1)
    for path in ("/stock", "/stock/moves"):
        with django_assert_max_num_queries(6):
            assert len(call("GET", path)["items"]) > 15


@pytest.mark.req("R115", "R118")
def test_the_stock_of_a_product_stands_by_sku_and_warehouse_on_its_page_and_in_the_api(call, client, place, ball):
    other = sku("BALL-XL", product=ball.product)
    demand(1, ball, place, 4)
    steps.reserve([(1, [demand(2, ball, place, 3)])], at=AT)
    demand(3, other, warehouse("W2"), 5)
    rows = call("get", f"/stock/products/{ball.product_id}")
    figures = [
        (r["sku"], r["warehouse"], r["on_hand"], r["locked"], r["available"], r["wanted"], r["waiting"]) for r in rows
    ]
    assert figures == [("BALL", "W1", "10", "3", "7", "7", "4"), ("BALL-XL", "W2", "0", "0", "0", "5", "5")]
    page = client.get(reverse("inventory:of_product", args=[ball.product_id])).content.decode()
    assert "4 without stock" in page
    assert "Together" in page
    call("get", "/stock/products/999999", status=404)
    assert (
        "never in stock" in client.get(reverse("inventory:of_product", args=[sku("NEW").product_id])).content.decode()
    )
