"""The API of billing: each endpoint calls its action and shows its answer."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.billing import jobs
from shunda.billing.models import Invoice, Settlement
from shunda.billing.tests.builders import BUYER, invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import AT, confirmed_order

pytestmark = pytest.mark.django_db
DAY = AT.isoformat()


@pytest.fixture
def api(client):
    client.force_login(user("boss", "*"))

    def call(path, body=None, status=200):
        if body is None:
            response = client.get(f"/api/v1{path}")
        else:
            response = client.post(
                f"/api/v1{path}", json.dumps(body), content_type="application/json", headers={"Accept-Language": "en"}
            )
        assert response.status_code == status, response.content.decode()
        return response.json()

    return call


@pytest.fixture
def shipped():
    made = confirmed_order(customer(**BUYER), [(sku("A-1"), 4, 25)], freight=Decimal(8))
    shipment(made, "shipped")
    return made


def one(pk, **more):
    return {"items": [{"id": pk, **more}]}


@pytest.mark.req("R173", "R175", "R177")
def test_what_was_shipped_is_invoiced_paid_and_credited_through_the_api(api, shipped):
    assert [row["number"] for row in api("/invoices/to-make")["items"]] == [shipped.number]
    line = OrderLine.objects.get(order=shipped)
    part = {"order_id": shipped.pk, "lines": [{"line_id": line.pk, "quantity": "3"}]}
    made = api("/invoices", part, status=201)
    assert (made["status"], made["gross"], made["lines"][0]["quantity"], made["open"]) == (
        "draft",
        "83.00",
        "3",
        "0.00",
    )
    api("/invoices/issue", one(made["id"], version=1, tax_number="T-1"))
    money = api("/payments", {"customer_id": shipped.customer_id, "amount": "83", "received_at": DAY}, status=201)
    [proposed] = api(f"/payments/{money['id']}/proposal")
    assert (proposed["invoice"], proposed["amount"]) == (made["number"], "83.00")
    assert api("/payments/match", one(money["id"], version=1))["done"][0]["left"] == "0.00"
    shown = api(f"/invoices/{made['id']}")
    assert (shown["tax_number"], shown["paid"], shown["open"]) == ("T-1", "83.00", "0.00")
    credit = {"reason": "price", "lines": [{"line_id": shown["lines"][0]["id"], "quantity": "1"}]}
    [note] = api("/invoices/credit", one(made["id"], **credit))["done"]
    assert (note["gross"], note["lines"][0]["sku"]) == ("25.00", "A-1")
    assert api(f"/credit-notes/{note['id']}") == api("/credit-notes")["items"][0] == note
    told = api(f"/statements/{shipped.customer_id}")
    assert (told["opening"], told["closing"], len(told["entries"])) == ("0.00", "-25.00", 3)
    later = (AT + timedelta(days=400)).date().isoformat()
    assert api(f"/statements/{shipped.customer_id}?since={later}")["opening"] == "-25.00"


def test_payments_in_batches_matched_taken_back_and_voided(api, shipped):
    body = {"customer_id": shipped.customer_id, "amount": "10", "received_at": DAY, "reference": "B1"}
    outcome = api("/payments/batch", {"payments": [body, body]})
    assert [r["code"] for r in outcome["refused"]] == ["billing.same-reference"]
    pk = outcome["done"][0]["id"]
    targets = [{"order_id": shipped.pk, "amount": "7.50"}]
    assert api("/payments/match", one(pk, targets=targets))["done"][0]["matched"] == "7.50"
    api("/payments/void", {**one(pk), "reason": "x"}, status=409)
    assert [a["order"] for a in api(f"/payments/{pk}")["allocations"]] == [shipped.number]
    api("/payments/unmatch", one(pk, order_ids=[shipped.pk]))
    assert [a["amount"] for a in api(f"/payments/{pk}")["allocations"]] == ["7.50", "-7.50"]
    assert api("/payments/void", {**one(pk), "reason": "x"})["done"][0]["status"] == "voided"
    assert api("/payments?open=true")["items"] == []
    api("/payments", {**body, "amount": 10.5}, status=422)


def test_drafts_in_batches_and_cancelled(api, shipped):
    outcome = api("/invoices/batch", {"invoices": [{"order_id": shipped.pk}, {"order_id": 10**9}]})
    assert [r["id"] for r in outcome["refused"]] == [1]
    api("/invoices/cancel", one(outcome["done"][0]["id"]))
    assert api("/invoices?status=cancelled")["items"][0]["order"] == shipped.number
    api("/invoices", {"order_id": shipped.pk, "kind": "none"}, status=409)


@pytest.mark.req("R160")
def test_settlements_are_listed_and_confirmed(api, shipped):
    sent = shipment(confirmed_order(customer("C2"), [(sku("B-2"), 2, 5)]), "signed")
    jobs.settle([sent.pk], AT)
    [made] = api("/settlements")["items"]
    assert (made["total"], made["owed"], made["lines"][0]["sku"]) == ("10.00", "10.00", "B-2")
    assert api("/settlements/confirm", one(made["id"], version=1))["done"][0]["status"] == "confirmed"
    assert api(f"/settlements/{made['id']}")["confirmed_by"] == "Boss"


@pytest.mark.parametrize("path", ["/payments", "/invoices", "/settlements", "/credit-notes", "/invoices/to-make"])
def test_lists_take_the_same_number_of_queries_for_one_row_and_many(api, path):
    buyer, goods = customer(), sku("A-1")

    def more(n):
        for _ in range(n):
            made = confirmed_order(buyer, [(goods, 1, 5)])
            sent = shipment(made, "signed")
            jobs.settle([sent.pk], AT)
            api("/invoices/credit", one(invoiced(made).pk, reason="x"))
            paid(made)

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert api(path)["items"]
        return len(seen)

    more(1)
    count()
    one_row = count()
    more(3)
    assert count() == one_row
    assert Invoice.objects.count() == Settlement.objects.count() == 4
