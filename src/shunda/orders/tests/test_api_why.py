"""“Why?”, answering for warnings and naming colleagues, in the API."""

import pytest

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import queries
from shunda.orders.tests.builders import AT, confirmed_order, order

pytestmark = pytest.mark.django_db
URL = "/api/v1/orders"


@pytest.fixture
def api(client):
    client.force_login(user("boss", "*", name="Wang"))

    def call(path, body=None, status=200):
        if body is None:
            answer = client.get(URL + path, headers={"Accept-Language": "en"})
        else:
            answer = client.post(URL + path, body, content_type="application/json")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    return call


@pytest.mark.req("R039", "R041")
def test_a_program_is_told_why_this_price_date_and_warehouse(api, client):
    article = sku("A-1")
    stock(article, warehouse(), 100, at=AT)
    row = confirmed_order(customer("C1"), [(article, 2, 10)])
    told = api(f"/{row.pk}/why")
    assert [said["text"] for said in told["date"]][-1].startswith("Promised as it was wanted")
    assert told["warehouse"][-1]["level"] == "ok"
    assert [(line["line"], line["sku"]) for line in told["lines"]] == [(1, "A-1")]
    assert "typed by hand" in told["lines"][0]["price"][0]
    client.force_login(user("rep", "orders.view_order", reach="own"))
    api(f"/{row.pk}/why", status=404)
    client.force_login(user("none"))
    api(f"/{row.pk}/why", status=403)


def test_warnings_are_answered_for_with_a_reason_each(api, client):
    row = order(customer("C1"), [(sku("A-1"), 1000, 10)])
    code = next(f["code"] for f in api(f"/{row.pk}/findings") if f["code"].startswith("orders.check-short"))
    item = {"id": row.pk, "version": row.version, "reasons": {code: "split delivery agreed"}}
    assert api("/override", {"items": [item]})["done"][0]["id"] == row.pk
    assert list(queries.overridden([row.pk])[row.pk].values()) == ["split delivery agreed"]
    refused = api("/override", {"items": [item | {"reasons": {code: " "}}]}, status=409)["refusals"]
    assert refused[0]["data"]["where"] == f"overrides.{code}"
    assert api("/override", {"items": [item | {"version": 9}]}, status=409)["refusals"][0]["code"] == "stale"
    client.force_login(user("reader", "orders.view_order"))
    api("/override", {"items": [item]}, status=403)


def test_colleagues_are_found_to_be_named(api):
    user("nancy", name="Li Na")
    assert [one["username"] for one in api("/people?q=na")] == ["nancy"]
    assert len(api("/people")) == 2
