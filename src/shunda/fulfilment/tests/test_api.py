"""The API of shipping: each endpoint calls its action and shows its answer."""

import base64
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.files.models import StoredFile
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.fulfilment.tests.test_pages import PIXEL
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import confirmed_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(client):
    client.force_login(user("boss", "*"))

    def call(path, body=None, method="post", status=200):
        if body is None:
            response = client.get(f"/api/v1{path}")
        else:
            send = getattr(client, method)
            response = send(
                f"/api/v1{path}", json.dumps(body), content_type="application/json", headers={"Accept-Language": "en"}
            )
        assert response.status_code == status, response.content.decode()
        return response.json()

    return call


@pytest.fixture
def confirmed():
    return confirmed_order(customer(), [(sku("A-1"), 10, 5), (sku("B-2"), 3, 7)])


def one(pk, **more):
    return {"items": [{"id": pk, **more}]}


@pytest.mark.req("R127", "R138", "R143", "R177")
def test_an_order_is_shipped_and_signed_for_through_the_api(api, confirmed, client):
    assert [row["number"] for row in api("/shipments/to-plan")["items"]] == [confirmed.number]
    first, _ = OrderLine.objects.filter(order=confirmed).order_by("line_no")
    made = api("/shipments", {"order_id": confirmed.pk, "lines": [{"line_id": first.pk, "quantity": "8"}]}, status=201)
    pk, line = made["id"], made["lines"][0]
    assert (made["order"], line["sku"], line["quantity"], made["receipt"]) == (confirmed.number, "A-1", "8", None)
    picked = [{"line_id": line["id"], "quantity": "7", "reason": "broken"}]
    assert api("/shipments/pick", one(pk, version=1, picked=picked))["done"][0]["status"] == "picked"
    api("/shipments/pack", one(pk, parcels=2))
    problem = api("/shipments/ship", one(pk, tracking_number="X1"), status=409)
    assert problem["refusals"][0]["code"] == "fulfilment.carrier-needed"
    api("/shipments/ship", one(pk, tracking_number="X1", carrier_id=carrier().pk))
    receipt = {
        "signed_by": "Li",
        "lines": [{"line_id": line["id"], "accepted": "6", "damaged": "1"}],
        "remark": "one broken",
        "looks_good": False,
        "signature": base64.b64encode(PIXEL).decode(),
    }
    api("/shipments/sign", one(pk, **receipt))
    shown = api(f"/shipments/{pk}")
    assert (shown["status"], shown["parcels"], shown["lines"][0]["short"]) == ("signed", 2, "1")
    assert (shown["receipt"]["signed_by"], shown["receipt"]["has_signature"]) == ("Li", True)
    assert shown["receipt"]["lines"][0]["damaged"] == "1"
    assert client.get(f"/api/v1/shipments/{pk}/signature").content == PIXEL
    kinds = [event["kind"] for event in api(f"/shipments/{pk}/timeline")["items"]]
    assert kinds == ["shipment.sign", "shipment.ship", "shipment.pack", "shipment.pick", "shipment.create"]


@pytest.mark.req("R127", "R177")
def test_a_shipment_is_picked_by_scans_through_the_api(api, confirmed):
    made = shipment(confirmed)
    assert [stop["left"] for stop in api(f"/shipments/{made.pk}/picking")["stops"]] == ["10", "3"]
    scan = {"shipment_id": made.pk, "code": "a-1", "quantity": "10", "key": "k", "scanned_at": "2024-05-01T08:00:00Z"}
    answer = api("/shipments/scans", {"scans": [scan, scan, {"shipment_id": made.pk, "code": "B-2", "quantity": "9"}]})
    assert [row["key"] for row in answer["done"]] == ["k", "k"]
    assert [(r["id"], r["code"]) for r in answer["refused"]] == [(2, "fulfilment.over-scan")]
    api("/shipments/finish-picking", one(made.pk), status=409)
    gone = {"shipment_id": made.pk, "code": "B-2", "quantity": "3", "kind": "short", "short_reason": "empty"}
    api("/shipments/scans", {"scans": [gone]})
    assert api("/shipments/finish-picking", one(made.pk, version=1))["done"][0]["status"] == "picked"
    rows = api(f"/shipments/{made.pk}/scans")["items"]
    assert [(row["kind"], row["quantity"]) for row in rows] == [("short", "3"), ("found", "10")]
    api("/shipments/pack", one(made.pk, weight="12.5"))
    assert api(f"/shipments/{made.pk}")["weight"] == "12.5"


def test_many_are_planned_called_off_reversed_told_and_called(api, confirmed):
    planned = api("/shipments/batch", {"shipments": [{"order_id": confirmed.pk}, {"order_id": 10**9}]})
    assert (len(planned["done"]), [r["id"] for r in planned["refused"]]) == (1, [1])
    assert (
        api("/shipments/cancel", {**one(planned["done"][0]["id"]), "reason": "x"})["done"][0]["status"] == "cancelled"
    )
    sent = shipment(confirmed, "shipped")
    api("/shipments/tell", {**one(sent.pk), "note": "by mail"})
    assert api("/shipments/reverse", {**one(sent.pk), "reason": "wrong"})["done"][0]["status"] == "reversed"
    signed = shipment(confirmed, "signed")
    api("/shipments/call", one(signed.pk))
    assert [row["id"] for row in api("/shipments?status=signed&q=c1")["items"]] == [signed.pk]


def test_a_line_named_twice_a_bad_picture_and_a_fraction_as_number_are_refused(api, confirmed):
    twice = [{"line_id": 1, "quantity": "1"}, {"line_id": 1, "quantity": "2"}]
    api("/shipments", {"order_id": confirmed.pk, "lines": twice}, status=422)
    api("/shipments", {"order_id": confirmed.pk, "lines": [{"line_id": 1, "quantity": 1.5}]}, status=422)
    sent = shipment(confirmed, "shipped")
    for picture in ("AAA", base64.b64encode(b"hello").decode()):
        api("/shipments/sign", one(sent.pk, signed_by="Li", signature=picture), status=409)
    assert not StoredFile.objects.exists()
    assert Shipment.objects.get(pk=sent.pk).status == "shipped"


def test_carriers_through_the_api(api):
    made = api("/carriers", {"code": "sf", "name": "SF"}, status=201)
    api("/carriers", {"code": "SF", "name": "SF"}, status=409)
    changed = api(f"/carriers/{made['id']}", {"version": 1, "active": False}, method="patch")
    assert (changed["code"], changed["active"], changed["version"]) == ("SF", False, 2)
    api(f"/carriers/{made['id']}", {"version": 1, "name": "x"}, method="patch", status=409)
    assert api("/carriers?active=false")["items"][0] == api(f"/carriers/{made['id']}")


def test_the_list_takes_the_same_number_of_queries_for_one_row_and_many(api):
    buyer, goods = customer(), sku("A-1")

    def count():
        with CaptureQueriesContext(connection) as seen:
            api("/shipments")
        return len(seen)

    shipment(confirmed_order(buyer, [(goods, Decimal(1), 5)]))
    count()
    one_row = count()
    for _ in range(4):
        shipment(confirmed_order(buyer, [(goods, Decimal(1), 5)]))
    assert count() == one_row


@pytest.mark.req("R141", "R177")
def test_carriers_tell_where_goods_are_through_the_api(api, confirmed):
    made = shipment(confirmed, "shipped")
    word = {"tracking_number": made.tracking_number, "code": "in_transit", "happened_at": "2026-05-07T08:00:00+08:00"}
    told = api("/shipments/tracking", {**word, "place": "Hangzhou"}, status=201)
    assert (told["code"], told["shipments"]) == ("in_transit", [{"id": made.pk, "number": made.number}])
    assert api("/shipments/tracking", word, status=201) == told
    problem = api("/shipments/tracking", {**word, "tracking_number": "NOBODY"}, status=409)
    assert [r["code"] for r in problem["refusals"]] == ["fulfilment.tracking-unknown"]
    api("/shipments/tracking", {**word, "happened_at": "2026-05-07T08:00:00"}, status=422)
    trouble = {"shipment": made.number, "code": "attempt_failed", "happened_at": "2026-05-08T08:00:00+08:00"}
    many = api("/shipments/tracking/batch", {"events": [word, trouble, {**word, "carrier": "YT"}]})
    assert (len(many["done"]), [r["id"] for r in many["refused"]]) == (2, [2])
    assert [row["code"] for row in api(f"/shipments/{made.pk}/tracking")["items"]] == ["attempt_failed", "in_transit"]
    [row] = api("/shipments?track_code=attempt_failed")["items"]
    assert (row["id"], row["track_code"], row["track_place"]) == (made.pk, "attempt_failed", "")
    api("/shipments/resolve", one(made.pk), status=409)
    api("/shipments/resolve", {**one(made.pk), "note": "on Monday"})
