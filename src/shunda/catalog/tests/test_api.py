"""The API calls the actions on goods and shows what became of them."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.catalog.models import Product
from shunda.catalog.tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(client):
    client.force_login(user("keeper", "*"))

    def call(method, path, body=None, status=200):
        answer = client.generic(method, f"/api/v1{path}", json.dumps(body) if body else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    return call


def test_a_product_is_made_found_changed_and_taken_out_of_sale(call):
    category, unit = builders.category(), builders.unit()
    body = {
        "code": "B-1", "name": "深沟球轴承", "category_id": category.pk, "unit_id": unit.pk, "parameters": {"d": "20"},
        "skus": [{"code": "B-1-S", "barcode": "6901234567892"}, {"code": "B-1-L", "variant": "large"}],
    }  # fmt: skip
    made = call("POST", "/products", body, 201)
    assert (made["tax_rate"], made["supply_mode"], [s["code"] for s in made["skus"]]) == (
        "0.13", "stock", ["B-1-S", "B-1-L"],
    )  # fmt: skip
    assert [p["id"] for p in call("GET", "/products?q=sgqzc")["items"]] == [made["id"]]
    assert call("GET", "/products?q=bolt")["items"] == []
    [sku] = call("GET", "/skus?barcode=6901234567892")["items"]
    assert (sku["name"], sku["unit"], sku["sold"]) == ("深沟球轴承", "pc", True)
    path = f"/products/{made['id']}"
    changed = call("PATCH", path, {"version": 1, "name": "轴承", "lead_days": None, "tax_rate": "0.09"})
    assert (changed["name"], changed["lead_days"], changed["tax_rate"], changed["version"]) == ("轴承", 0, "0.09", 2)
    assert call("PATCH", path, {"version": 1, "name": "x"}, 409)["refusals"][0]["code"] == "stale"
    assert call("PATCH", path, {"version": 2, "tax_rate": None})["tax_rate"] == "0.13"
    item = {"items": [{"id": made["id"]}]}
    assert call("POST", "/products/deactivate", item)["done"][0]["active"] is False
    assert call("GET", f"/skus/{sku['id']}")["sold"] is False
    assert call("POST", "/products/deactivate", item, 409)["refusals"][0]["code"] == "catalog.already-inactive"
    call("POST", "/products/activate", item)
    kinds = [event["kind"] for event in call("GET", f"{path}/timeline")["items"]]
    assert kinds == ["product.activate", "product.deactivate", "product.edit", "product.edit", "product.create"]


def test_products_of_a_batch_are_made_or_refused_each(call):
    plain = {"category_id": builders.category().pk, "unit_id": builders.unit().pk, "name": "x"}
    answer = call("POST", "/products/batch", {"products": [plain | {"code": "A"}, plain | {"code": "a"}]})
    assert [p["code"] for p in answer["done"]] == ["A"]
    assert {(r["id"], r["code"]) for r in answer["refused"]} == {(1, "catalog.code-twice")}


def test_skus_are_made_changed_and_switched(call):
    product = builders.product()
    made = call("POST", "/skus", {"code": "S-1", "product_id": product.pk}, 201)
    changed = call("PATCH", f"/skus/{made['id']}", {"version": 1, "variant": "red"})
    assert (changed["code"], changed["variant"], changed["version"]) == ("S-1", "red", 2)
    item = {"items": [{"id": made["id"], "version": 2}]}
    assert call("POST", "/skus/deactivate", item)["done"][0]["active"] is False
    assert call("POST", "/skus/activate", item, 409)["refusals"][0]["code"] == "stale"
    assert call("POST", "/skus/activate", {"items": [{"id": made["id"]}]})["done"][0]["active"] is True


def test_categories_units_and_conversions_are_kept(call):
    parts = call("POST", "/categories", {"code": "parts", "name": "零件"}, 201)
    below = call(
        "POST", "/categories", {"code": "b", "name": "轴承", "parent_id": parts["id"], "tax_rate": "0.06"}, 201
    )
    assert call("GET", f"/categories?parent_id={parts['id']}")["items"] == [below]
    moved = call("PATCH", f"/categories/{below['id']}", {"version": 1, "parent_id": None})
    assert (moved["parent_id"], moved["tax_rate"]) == (None, "0.06")
    piece = call("POST", "/units", {"code": "pc", "name": "件"}, 201)
    dozen = call("POST", "/units", {"code": "dz", "name": "打"}, 201)
    assert call("PATCH", f"/units/{piece['id']}", {"version": 1, "decimals": 2})["decimals"] == 2
    assert call("PATCH", f"/units/{piece['id']}", {"version": 2, "decimals": 0}, 409)
    said = {"conversions": [{"unit_id": dozen["id"], "base_id": piece["id"], "numerator": 12}]}
    [row] = call("POST", "/conversions/set", said)["done"]
    assert (row["unit"], row["base"], row["numerator"], row["denominator"]) == ("dz", "pc", 12, 1)
    assert call("GET", "/conversions")["items"] == [row]
    call("POST", "/conversions/remove", {"items": [{"id": row["id"]}]})
    assert call("GET", "/conversions")["items"] == []


def test_what_makes_no_sense_is_answered_with_its_reason(call):
    body = {"code": "B-1", "name": "x", "category_id": 10**9, "unit_id": 10**9, "tax_rate": "1.5"}
    problem = call("POST", "/products", body, 409)
    assert {r["code"] for r in problem["refusals"]} == {
        "catalog.unknown-category", "catalog.unknown-unit", "catalog.bad-tax-rate",
    }  # fmt: skip
    call("POST", "/products", body | {"lead_days": -1}, 422)
    call("GET", "/products/999999", status=404)
    call("GET", "/products?colour=red", status=422)
    assert not Product.objects.exists()


def test_lists_of_many_take_as_many_queries_as_lists_of_few(call):
    def counted(path):
        call("GET", path)
        with CaptureQueriesContext(connection) as ran:
            call("GET", path)
        return len(ran)

    builders.sku("A-0")
    few = [counted(path) for path in ("/products", "/skus")]
    for n in range(1, 20):
        builders.sku(f"A-{n}")
    assert [counted(path) for path in ("/products", "/skus")] == few
