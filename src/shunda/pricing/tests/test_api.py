"""The API of prices."""

import pytest
from django.test import Client

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.pricing.models import Price, PriceList
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def api():
    made = Client(headers={"Accept-Language": "en"})
    who = user("robot", "pricing.view_pricelist", "pricing.create_pricelist", "pricing.edit_pricelist")
    made.force_login(who, backend="django.contrib.auth.backends.ModelBackend")
    return made


def send(api, method, path, body):
    return getattr(api, method)(f"/api/v1/{path}", body, content_type="application/json")


def test_a_list_is_made_changed_filled_and_read(api):
    sku("A-1")
    body = {"code": "L1", "name": "List", "valid_from": "2024-01-01"}
    made = send(api, "post", "price-lists", body)
    assert made.status_code == 201
    pk = made.json()["id"]
    assert send(api, "post", "price-lists", body).json()["refusals"][0]["code"] == "price.code-taken"
    changed = send(api, "patch", f"price-lists/{pk}", {"version": 1, "name": "Better", "valid_until": "2024-12-31"})
    assert (changed.json()["name"], changed.json()["version"]) == ("Better", 2)
    assert send(api, "patch", f"price-lists/{pk}", {"version": 1, "name": "Late"}).status_code == 409
    filled = send(api, "post", f"price-lists/{pk}/prices", {"prices": [{"sku": "a-1", "unit_price": "9.99"}]})
    assert filled.json()["price_count"] == 1
    [price] = api.get(f"/api/v1/price-lists/{pk}/prices").json()["items"]
    assert (price["sku"], price["unit_price"], price["floor"]) == ("A-1", "9.99", None)
    gone = send(api, "post", f"price-lists/{pk}/prices/remove", {"ids": [price["id"]]})
    assert gone.json()["price_count"] == 0
    assert PriceList.objects.count() == 1


def test_wrong_prices_are_told_all_at_once(api):
    sku("A-1")
    made = price_list("L1")
    prices = [
        {"sku": "NOPE", "unit_price": "1"},
        {"sku": "A-1", "unit_price": "-1"},
        {"sku": "A-1", "unit_price": "1", "floor": "2"},
    ]
    answer = send(api, "post", f"price-lists/{made.pk}/prices", {"prices": prices})
    assert answer.status_code == 409
    assert [(r["code"], r["data"]["row"]) for r in answer.json()["refusals"]] == [
        ("price.unknown-sku", 1), ("price.not-a-price", 2), ("price.floor-above", 3),
    ]  # fmt: skip
    assert not Price.objects.exists()


def test_prices_are_quoted_with_reasons(api):
    article, who = sku("A-1"), customer("C1")
    price_list("G", [(article, "113")])
    ask = {"customer_id": who.pk, "sku": "A-1", "quantity": "1", "on": "2024-05-06", "includes_tax": False}
    [quote] = send(api, "post", "prices/quote", {"asks": [ask]}).json()
    assert quote["unit_price"] == "100.00"
    assert "13% tax taken off" in " ".join(r["message"] for r in quote["reasons"])
    why = api.get("/api/v1/prices/why", {**ask, "includes_tax": "true"}).json()
    assert [c["chosen"] for c in why["candidates"]] == [True]
    unknown = send(api, "post", "prices/quote", {"asks": [ask, {**ask, "sku": "NOPE"}]})
    assert unknown.json()["refusals"][0]["data"]["where"] == "asks.1.sku"
