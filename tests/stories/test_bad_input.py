"""Bad input gets a clear sentence in the caller's language, in Chinese and in English, and changes nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer, term
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.tests.builders import order
from shunda.pricing.tests.builders import price_list

TABLES = (
    "orders.Order",
    "orders.OrderLine",
    "customers.Customer",
    "files.StoredFile",
    "channels.ImportRun",
    "core.Event",
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def goods(db):
    """Customer 1, an article with a price, a floor and stock, and one that is sold no more."""
    article = sku("A-1", name="Bearing")
    price_list(prices=[(article, 10, 0, 8)])
    stock(article, warehouse(), 100)
    sku("OLD", name="Old", active=False)
    buyer = customer("C1", name="Northwind")
    account(buyer, 100_000)
    return buyer


@pytest.fixture
def call(client, goods):
    """Ask as a clerk who may not go under a floor, in a language; the answer, and that nothing is different afterwards."""
    may = [
        "orders.place_order", "orders.attach_order", "orders.view_order", "customers.create_customer",
        "customers.edit_customer", "customers.view_customer", "channels.create_import",
    ]  # fmt: skip
    client.force_login(user("clerk", *may), backend="django.contrib.auth.backends.ModelBackend")

    def count() -> dict[str, int]:
        return {table: apps.get_model(table).objects.count() for table in TABLES}

    def call(path, body, language, method="post", **options):
        before = count()
        answer = getattr(client, method)(
            f"/api/v1{path}", body, headers={"Accept-Language": language, **options.pop("headers", {})}, **options
        )
        assert 400 <= answer.status_code < 500, answer.content
        assert count() == before
        return answer

    return call


def told(answer) -> dict[str, str]:
    """What was said, by code."""
    return {refusal["code"]: refusal["message"] for refusal in answer.json()["refusals"]}


def in_both_languages(ask, code: str, *says: str) -> None:
    """The same code; the English sentence has no Chinese in it and says the facts, the Chinese one is Chinese."""
    english, chinese = told(ask("en")), told(ask("zh-Hans"))
    assert code in english, english
    assert english.keys() == chinese.keys()
    assert not CHINESE.search(english[code]), english[code]
    assert CHINESE.search(chinese[code]), chinese[code]
    for fact in says:
        assert fact in english[code], english[code]
        assert fact in chinese[code], chinese[code]


def placed(buyer, **line) -> dict:
    """An order that is good but for what is said of its line."""
    wanted = (timezone.localdate() + timedelta(days=30)).isoformat()
    good = {"sku": "A-1", "quantity": "1"}
    return {
        "customer_id": buyer.pk, "invoice_kind": "ordinary", "wanted_date": wanted, "lines": [{**good, **line}]
    }  # fmt: skip


@pytest.mark.req("R036", "R037", "R038", "R041")
@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        pytest.param({"sku": "NO-SUCH"}, "orders.unknown-sku", ["NO-SUCH"], id="unknown SKU"),
        pytest.param({"sku": "OLD"}, "orders.inactive-sku", ["OLD"], id="inactive product"),
        pytest.param({"quantity": "0"}, "orders.quantity-not-positive", ["0"], id="quantity 0"),
        pytest.param({"quantity": "-3"}, "orders.quantity-not-positive", ["-3"], id="negative"),
        pytest.param({"quantity": "1.5"}, "orders.quantity-fraction", ["1.5"], id="fractional pieces"),
        pytest.param({"quantity": "99999999"}, "orders.quantity-too-large", ["99999999"], id="absurdly large"),
        pytest.param({"unit_price": "7.99"}, "orders.under-floor", ["7.99", "8"], id="price under the floor"),
    ],
)
def test_a_bad_line_is_told_with_its_article_and_no_order_is_made(call, goods, line, code, says):
    body = placed(goods, **line)
    in_both_languages(lambda language: call("/orders", body, language, content_type="application/json"), code, *says)


@pytest.mark.req("R031", "R039")
def test_a_delivery_date_in_the_past_is_told(call, goods):
    body = {**placed(goods), "wanted_date": "2020-02-03"}
    in_both_languages(
        lambda language: call("/orders", body, language, content_type="application/json"),
        "orders.wanted-past",
        "2020-02-03",
    )


def test_more_lines_than_an_order_may_have_are_told_with_the_limit(call, goods):
    body = placed(goods)
    body["lines"] *= 5_001
    in_both_languages(
        lambda language: call("/orders", body, language, content_type="application/json"),
        "orders.too-many-lines",
        "5001",
        "5000",
    )


@pytest.mark.req("R021", "R022")
@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"credit_code": "91310000MA1FL0XQ3E"}, "customers.credit-code-check", id="wrong check character"),
        pytest.param({"phone": "+1 208 555 8097"}, "customers.phone-foreign", id="phone of another country"),
    ],
)
def test_a_bad_credit_code_or_phone_makes_no_customer(call, fields, code):
    body = {"code": "C9", "name": "Nine", "term_id": term("prepaid").pk, **fields}
    in_both_languages(lambda language: call("/customers", body, language, content_type="application/json"), code)


def test_a_file_that_is_no_spreadsheet_is_told(call):
    def ask(language):
        return call("/imports", {"file": SimpleUploadedFile("orders.xlsx", b"\x00\x01 not a workbook")}, language)

    in_both_languages(ask, "files.not-as-named", "orders.xlsx", "XLSX")


@pytest.mark.req("R029")
def test_an_upload_that_is_too_large_is_told(call, goods, settings):
    made = order(goods, [(sku("B-1"), 1, 5)])
    settings.API_UPLOAD_MAX_SIZE = 2_000

    def ask(language):
        return call(f"/orders/{made.pk}/attachments", {"file": SimpleUploadedFile("a.pdf", b"x" * 3_000)}, language)

    in_both_languages(ask, "too-large", "2000")


def test_broken_json_is_told(call):
    in_both_languages(
        lambda language: call("/orders", '{"customer_id": ', language, content_type="application/json"), "broken-json"
    )


def test_a_stale_version_is_told_with_both(call, goods):
    body = {"short_name": "NW", "version": 7}
    in_both_languages(
        lambda language: call(
            f"/customers/{goods.pk}", body, language, method="patch", content_type="application/json"
        ),
        "stale", "7", "1",
    )  # fmt: skip


def test_a_repeated_key_with_a_different_body_is_told(client, call, goods):
    options = {"content_type": "application/json", "headers": {"Idempotency-Key": "first"}}
    assert client.post("/api/v1/orders", placed(goods), **options).status_code == 201
    in_both_languages(lambda language: call("/orders", placed(goods, quantity="2"), language, **options), "key-reused")
    assert Decimal(order_total()) == Decimal("10.00")


def order_total():
    """What the one order is worth."""
    return apps.get_model("orders.Order").objects.get().gross
