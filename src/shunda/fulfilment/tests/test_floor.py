"""The warehouse floor in the browser, without a script and as the script asks."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.fulfilment.models import Scan, Shipment
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.inventory.models import Balance
from shunda.orders.tests.builders import confirmed_order

pytestmark = pytest.mark.django_db
EAN = "6901234567892"


@pytest.fixture
def keeper(client):
    rights = [f"fulfilment.{name}_shipment" for name in ("view", "pick", "pack", "ship")]
    client.force_login(user("keeper", *rights))
    return client


@pytest.fixture
def made():
    goods = sku("A-1", barcode=EAN), sku("B-2")
    return shipment(confirmed_order(customer(), [(goods[0], 10, 5), (goods[1], 3, 7)]))


def text(response):
    return response.content.decode()


def follow(client, path, data):
    return text(client.post(path, data, follow=True))


@pytest.mark.req("R127", "R138")
def test_a_shipment_is_picked_packed_and_shipped_on_the_floor_without_a_script(keeper, made):
    here = f"/shipments/{made.pk}/scan/"
    Balance.objects.filter(sku__code="B-2").update(location="A-2")
    Balance.objects.filter(sku__code="A-1").update(location="A-10")
    page = text(keeper.get(here))
    assert page.index("A-2") < page.index("A-10")
    assert "Counted." in follow(keeper, here, {"code": f"9x{EAN}", "once": "k1"})
    assert "Counted." in follow(keeper, here, {"code": f"9x{EAN}", "once": "k1"}), "pressed twice"
    assert "too many" in follow(keeper, here, {"code": "2x A-1", "once": "k2"})
    assert "is no article we know" in follow(keeper, here, {"code": "4711"})
    follow(keeper, here, {"code": "A-1", "once": "k3"})
    follow(keeper, here, {"undo": "1"})
    follow(keeper, here, {"undo": "1"})
    missing = {"code": "A-1", "kind": "short", "quantity": "1", "reason": "damaged"}
    assert "goods are damaged" in follow(keeper, here, missing)
    assert "B-2: 3 of 3 is neither scanned" in follow(keeper, f"{here}finish/", {})
    follow(keeper, here, {"code": "b-2", "quantity": "3"})
    assert [str(scan.quantity.normalize()) for scan in Scan.objects.order_by("id")] == ["9", "1", "-1", "1", "3"]
    assert 'name="parcels"' in follow(keeper, f"{here}finish/", {})
    assert "Print labels" in follow(keeper, f"{here}pack/", {"parcels": "2", "weight": "12.5", "version": "2"})
    label = text(keeper.get(f"/shipments/{made.pk}/labels/"))
    assert ("12.5" in label, label.count('class="barcode"')) == (True, 2)
    refused = keeper.post(f"{here}ship/", {"mode": "express", "version": "3"})
    assert (refused.status_code, "Choose the carrier" in text(refused)) == (422, True)
    sent = {"mode": "express", "carrier_id": carrier().pk, "tracking_number": "SF99", "version": "3"}
    assert "Shipped." in follow(keeper, f"{here}ship/", sent)
    assert Shipment.objects.get().status == "shipped"
    assert "Nothing is left to do here" in text(keeper.get(here))
    told = text(keeper.get(f"/shipments/{made.pk}/"))
    assert ("goods are damaged" in told, f'<td data-label="Scanned">{EAN}' in told) == (True, True)


def test_the_floor_shows_what_waits_in_the_chosen_warehouse(keeper, made):
    page = keeper.get("/shipments/floor/")
    assert made.number in text(page)
    assert made.number in text(keeper.get(f"/shipments/floor/?warehouse={made.warehouse_id}"))
    found = keeper.get("/shipments/floor/find/", {"code": f" {made.number.lower()} "})
    assert found.url == f"/shipments/{made.pk}/scan/"
    assert keeper.get("/shipments/floor/find/", {"code": "SH1"}).status_code == 404


def test_kept_scans_are_sent_together_and_answered_one_by_one(keeper, made):
    def send(*scans):
        body = {"scans": [{"shipment_id": made.pk, "quantity": "1", **scan} for scan in scans]}
        response = keeper.post("/shipments/scans/", json.dumps(body), content_type="application/json")
        return response.status_code, response.json()

    status, told = send(
        {"code": "A-1", "key": "1"}, {"code": "B-2", "quantity": "4", "key": "2"}, {"code": "A-1", "key": "1"}
    )
    assert (status, [row["key"] for row in told["refused"]]) == (200, ["2"])
    assert "too many" in told["refused"][0]["message"]
    [state] = told["picking"]
    assert [(stop["sku"], stop["found"]) for stop in state["stops"]] == [("A-1", "1"), ("B-2", "0")]
    assert state["last"] == Scan.objects.get().pk
    assert send({"code": "x" * 61, "key": "3"})[0] == 422
    assert keeper.post("/shipments/scans/", "nonsense", content_type="application/json").status_code == 422


def test_who_is_signed_out_is_told_so_and_who_may_not_pick_too(client, made):
    ask = {"content_type": "application/json", "headers": {"HX-Request": "true"}}
    assert client.post("/shipments/scans/", "{}", **ask).status_code == 401
    client.force_login(user("looker", "fulfilment.view_shipment"))
    assert client.post("/shipments/scans/", "{}", **ask).status_code == 403
    assert client.get(f"/shipments/{made.pk}/scan/").status_code == 403


def test_the_worker_may_serve_the_pages_of_shipments_and_the_camera_reader_may_run(keeper, made):
    answer = keeper.get("/shipments/floor/worker.js")
    assert answer.headers["Service-Worker-Allowed"] == "/shipments/"
    assert "javascript" in answer.headers["Content-Type"]
    policy = keeper.get(f"/shipments/{made.pk}/scan/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "wasm" not in keeper.get("/shipments/floor/").headers["Content-Security-Policy"]


def test_the_pages_take_as_many_queries_for_one_line_as_for_many(keeper):
    def count(path):
        keeper.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert keeper.get(path).status_code == 200
        return len(seen)

    buyer = customer()
    small = shipment(confirmed_order(buyer, [(sku("A-1"), 1, 5)]))
    floor = count("/shipments/floor/")
    large = shipment(confirmed_order(buyer, [(sku(f"C-{n}"), 1, 5) for n in range(12)]))
    assert count(f"/shipments/{small.pk}/scan/") == count(f"/shipments/{large.pk}/scan/")
    assert count("/shipments/floor/") == floor
