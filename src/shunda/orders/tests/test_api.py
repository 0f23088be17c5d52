"""The API of orders: each endpoint calls its action and shows its answer."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import confirmed_order, in_status, order, settled

pytestmark = pytest.mark.django_db
URL = "/api/v1/orders"
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def api(client):
    client.force_login(user("boss", "*"))

    def call(path="", body=None, method="post", status=200, **headers):
        if body is None and method == "post":
            response = client.get(URL + path, **headers)
        else:
            response = getattr(client, method)(
                URL + path,
                json.dumps(body),
                content_type="application/json",
                headers={"Accept-Language": "en"} | headers,
            )
        assert response.status_code == status, response.content.decode()
        return response.json()

    return call


def items(*orders, **more):
    return {"items": [{"id": o.pk, "version": o.version} for o in orders], **more}


BODY = {"wanted_date": "2099-01-08", "invoice_kind": "ordinary"}


def test_an_order_goes_from_entry_to_confirmation(api, client):
    article, buyer = sku(), customer(term="prepaid")
    stock(article, warehouse(), 10)
    lines = [{"sku": "a-1", "quantity": "3", "unit_price": "9.99", "discount_rate": "0.1"}]
    made = api("/drafts", {**BODY, "customer_id": buyer.pk, "lines": lines, "freight": "8"}, status=201)
    assert (made["status"], made["stage"], made["gross"], made["channel"]) == ("draft", "draft", "34.97", "api")
    assert (made["lines"][0]["sku"], made["lines"][0]["gross"], made["lines"][0]["reserved"]) == ("A-1", "26.97", "0")
    changed = api(f"/{made['id']}", {"version": 1, "note": "by phone"}, method="patch")
    assert (changed["note"], changed["version"], len(changed["lines"])) == ("by phone", 2, 1)
    api(f"/{made['id']}", {"version": 1, "note": "late"}, method="patch", status=409)
    one = {"items": [{"id": made["id"], "version": 2}]}
    asked = api("/submit", one, status=409)["refusals"][0]
    assert asked["code"] == "orders.warnings-ask"
    one["items"][0]["reasons"] = dict.fromkeys(asked["data"]["warnings"], "agreed by phone")
    assert api("/submit", one)["done"][0]["status"] == "in_review"
    assert {f["code"] for f in api(f"/{made['id']}/findings")} >= {"orders.check-stock", "orders.check-wishes"}
    waiting = api("/reviews")["items"]
    assert {(w["department"], w["number"]) for w in waiting} == {
        (d, made["number"]) for d in ("sales", "finance", "warehouse")
    }
    client.force_login(user("colleague", "*"))
    decided = api("/reviews/approve", {"items": [{"id": w["id"]} for w in waiting]})
    assert {d["status"] for d in decided["done"]} == {"approved"}
    assert api("/confirm", {"items": [{"id": made["id"]}]})["done"][0]["status"] == "confirmed"
    whole = api(f"/{made['id']}")
    assert (whole["stage"], whole["lines"][0]["reserved"], whole["holds"][0]["kind"]) == ("to_pay", "3", "payment")
    assert whole["holds"][0]["reason"] == "The order is paid in advance; goods leave when the money is here."
    newest = [event["kind"] for event in api(f"/{made['id']}/timeline?limit=3")["items"]]
    assert newest == ["order.confirm", "clock.stop", "order.hold"]  # the clocks stand until the money is here


def test_a_batch_of_orders_is_partly_made(api):
    article, buyer = sku(), customer()
    warehouse()
    good = {**BODY, "customer_id": buyer.pk, "lines": [{"sku_id": article.pk, "quantity": "1", "unit_price": "1"}]}
    bad = {**good, "lines": [{"sku": "NOPE", "quantity": "1"}]}
    answer = api("/drafts/batch", {"orders": [bad, good]})
    assert [row["gross"] for row in answer["done"]] == ["1.00"]
    assert [(r["id"], r["code"]) for r in answer["refused"]] == [(0, "orders.unknown-sku")]
    assert "NOPE" in answer["refused"][0]["message"]
    api("/drafts/batch", {"orders": [bad]}, status=409)


def test_a_wrong_body_is_refused_and_nothing_is_made(api):
    for body in (
        {},
        {"customer_id": 1, "colour": "red"},
        {"customer_id": 1, "discount": 1.5},
        {"customer_id": 1, "kind": "x"},
    ):
        assert api("", body, status=422)["status"] == 422
        assert api("/drafts", body, status=422)["status"] == 422
    assert not Order.objects.exists()


def test_lists_filter_by_stage_text_and_article(api):
    first, second = sku("A-1"), sku("A-2")
    confirmed_order(customer(), [(first, 1, 1)], customer_reference="PO-9")
    order(customer("C2"), [(second, 1, 1)])
    in_status(customer("C3"), [(second, 1, 1)], "archived")

    def numbers(query):
        return [row["number"][-3:] for row in api(query)["items"]]

    assert numbers("") == ["003", "002", "001"]
    assert numbers("?stage=to_ship") == numbers("?q=PO-9") == numbers(f"?sku_id={first.pk}") == ["001"]
    assert numbers("?status=draft&urgent=false&since=2026-05-06&until=2026-05-06") == ["002"]
    assert numbers("/archive") == ["003"]
    assert numbers("/archive?q=C2") == []
    page = api("?limit=2&fields=id,stage")
    assert page["items"][0].keys() == {"id", "stage"}
    assert len(api(f"?limit=2&after={page['next']}")["items"]) == 1


@pytest.mark.parametrize(
    ("path", "status", "more", "after"),
    [
        ("/withdraw", "in_review", {}, "draft"),
        ("/cancel", "approved", {"reason": "not wanted"}, "cancelled"),
        ("/prioritise", "draft", {"priority": 3, "urgent": True}, "draft"),
        ("/comment", "archived", {"text": "well done"}, "archived"),
        ("/to-archive", "completed", {}, "archived"),
    ],
)
def test_every_move_has_its_endpoint(api, path, status, more, after):
    made = in_status(customer(), [(sku(), 2, 5)], status)
    assert api(path, items(made, **more))["done"][0]["status"] == after


def test_completion_holds_release_and_copies(api):
    made = settled(confirmed_order(customer(), [(sku(), 2, 5)]))
    made.refresh_from_db()
    held = api("/hold", items(made, reason="look at it", stops="invoice"))["done"][0]
    assert (held["reason"], held["stops"], held["released_at"]) == ("look at it", "invoice", None)
    assert api("/release", items(made, stops="invoice"))["done"][0]["released_by"] == "Boss"
    assert api("/complete", items(made))["done"][0]["status"] == "completed"
    copy = api("/clone", {"items": [{"id": made.pk}]})["done"][0]
    assert (copy["status"], copy["gross"]) == ("draft", "10.00")


def test_sending_back_needs_a_remark(api):
    made = in_status(customer(), [(sku(), 2, 5)], "in_review")
    body = {"items": [{"id": made.reviews.get(department="sales").pk}]}
    problem = api("/reviews/send-back", body, status=409)
    assert problem["refusals"][0]["code"] == "orders.remark-required"
    assert api("/reviews/send-back", {**body, "remark": "too cheap"})["done"][0]["status"] == "sent_back"


def test_a_paper_is_attached_and_downloaded(api, client):
    made = order(customer(), [])
    sent = {"file": SimpleUploadedFile("letter.pdf", PDF, "application/pdf"), "kind": "contract", "note": "signed"}
    answer = client.post(f"{URL}/{made.pk}/attachments", sent)
    assert answer.status_code == 201, answer.content.decode()
    paper = answer.json()
    assert (paper["name"], paper["kind"], paper["size"]) == ("letter.pdf", "contract", len(PDF))
    download = client.get(f"{URL}/{made.pk}/attachments/{paper['id']}")
    assert (download.status_code, download.content) == (200, PDF)
    assert client.get(f"{URL}/{made.pk}/attachments/999999").status_code == 404


@pytest.mark.req("R076")
def test_phones_and_accounts_are_masked_for_those_who_do_not_need_them(client):
    made = order(customer(bank_account="6222020200112233"), [])
    client.force_login(user("auditor", "orders.view_order"))
    seen = client.get(f"{URL}/{made.pk}").json()
    assert (seen["contact_phone"], seen["bank_account"]) == ("138****8000", "************2233")


def test_what_is_not_mine_is_not_found(client):
    made = order(customer(), [])
    client.force_login(user("seller", "orders.view_order", reach="own"))
    for path in ("", "/timeline", "/findings"):
        assert client.get(f"{URL}/{made.pk}{path}").status_code == 404


def test_one_order_and_a_page_take_the_same_queries_however_large(api):

    small = order(customer("C1"), [(sku("A"), 1, 1)], "in_review")
    large = order(customer("C2"), [(sku(f"B{n}"), 1, 1) for n in range(20)], "in_review")
    counts = []
    for path in (f"/{small.pk}", f"/{large.pk}", "?limit=1", "?limit=2"):
        with CaptureQueriesContext(connection) as queries:
            api(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]
