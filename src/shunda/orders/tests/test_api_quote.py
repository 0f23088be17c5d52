"""What an order would cost, over the API, without saving it."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.pricing.tests.builders import price_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def web():
    client = Client()
    client.force_login(user("boss", "*"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client, path, body):
    return client.post(f"/api/v1/orders/{path}", json.dumps(body), content_type="application/json")


@pytest.mark.req("R026", "R039", "R041")
def test_an_order_is_quoted_with_prices_stock_dates_totals_and_findings(web):
    article, buyer = sku("A-1"), customer("C1")
    price_list(prices=[(article, "12.50")])
    stock(article, warehouse(), 4)
    body = {"customer_id": buyer.pk, "lines": [{"sku": "A-1", "quantity": "4"}, {"sku": "NOPE", "quantity": "1"}]}
    answer = post(web, "quote", body)
    assert answer.status_code == 200, answer.content
    found = answer.json()
    first, unknown = found["lines"]
    assert (first["unit_price"], first["gross"], first["available"]) == ("12.50", "50.00", "4")
    assert first["earliest"]
    assert first["price_reasons"][0]["message"]
    assert found["gross"] == "50.00"
    assert (unknown["sku_id"], unknown["refusals"][0]["code"]) == (None, "orders.unknown-sku")
    assert "orders.required-wanted-date" in {refusal["code"] for refusal in found["missing"]}
    assert "orders.check-stock" in {finding["code"] for finding in found["findings"]}
    assert not Order.objects.exists()


def test_a_quote_takes_the_same_queries_for_one_line_and_for_many(web):
    buyer = customer("C1")
    codes = [sku(f"A-{n}").code for n in range(20)]
    warehouse()
    counts = set()
    for some in (codes[:1], codes):
        with CaptureQueriesContext(connection) as seen:
            body = {"customer_id": buyer.pk, "lines": [{"sku": code, "quantity": "1"} for code in some]}
            assert post(web, "quote", body).status_code == 200
        counts.add(len(seen))
    assert len(counts) == 1


def test_codes_become_articles_and_unknown_ones_get_those_most_like_them(web):
    article = sku("BRG-6204")
    known, unknown, nothing = post(web, "resolve", {"codes": ["brg-6204", "BRG-62O4", "zz-top"]}).json()
    assert known["article"] == {"sku_id": article.pk, "sku": "BRG-6204", "name": article.product.name}
    assert unknown["article"] is None
    assert [each["sku"] for each in unknown["similar"]] == ["BRG-6204"]
    assert nothing == {"code": "zz-top", "article": None, "similar": []}


@pytest.mark.parametrize("path", ["quote", "resolve"])
def test_who_may_not_enter_orders_may_not_ask(path):
    client = Client()
    client.force_login(user("eve"), backend="django.contrib.auth.backends.ModelBackend")
    body = {"codes": ["A"]} if path == "resolve" else {"customer_id": 1, "lines": []}
    assert post(client, path, body).status_code == 403
