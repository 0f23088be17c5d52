"""The API calls the actions on customers and shows what became of them."""

import json
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import region, user
from shunda.customers.models import Customer
from shunda.customers.tests import builders
from shunda.customers.tests.credit_codes import GOOD

pytestmark = pytest.mark.django_db
_n = count()


def caller(*permissions, **options):
    client = Client()
    person = user(f"api{next(_n)}", *permissions, **options)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    def call(method, path, body=None, status=200):
        answer = client.generic(method, f"/api/v1{path}", json.dumps(body) if body else "", "application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    call.client, call.person = client, person
    return call


@pytest.fixture
def call():
    return caller("*")


ADDRESS = {
    "province": "上海市", "city": "上海市", "district": "浦东新区", "street": "世纪大道100号", "postcode": "200120",
    "receiver": "李经理", "phone": "13900139000",
}  # fmt: skip


def body(**fields):
    return {"name": "上海顺达贸易有限公司", "credit_code": GOOD[0], "term_id": builders.term().pk} | fields


@pytest.mark.req("R021", "R024", "R025", "R071")
def test_a_customer_is_made_with_its_parts_found_and_changed(call):
    made = call("POST", "/customers", body(addresses=[ADDRESS], contacts=[{"name": "王采购"}]), 201)
    assert (made["code"], made["term"], made["addresses"][0]["is_default"]) == ("C00001", "credit30", True)
    assert [c["id"] for c in call("GET", "/customers?q=sdmy")["items"]] == [made["id"]]
    path = f"/customers/{made['id']}"
    east = region("east")
    changed = call("PATCH", path, {"version": 1, "region_id": east.pk, "grade": "A", "name": None})
    assert (changed["region_id"], changed["grade"], changed["name"]) == (east.pk, "A", made["name"])
    assert call("PATCH", path, {"version": 2, "region_id": None})["region_id"] is None
    assert call("PATCH", path, {"version": 1, "note": "x"}, 409)["refusals"][0]["code"] == "stale"
    added = call("POST", f"{path}/addresses", ADDRESS | {"street": "南京路1号", "is_default": True, "version": 3}, 201)
    moved = call("PATCH", f"{path}/addresses/{added['id']}", {"version": 4, "street": "南京路2号"})
    assert (moved["street"], moved["is_default"]) == ("南京路2号", True)
    person = call("POST", f"{path}/contacts", {"name": "陈会计"}, 201)
    assert call("PATCH", f"{path}/contacts/{person['id']}", {"version": 6, "may_sign": False})["may_sign"] is False
    other = builders.customer("X")
    call("PATCH", f"/customers/{other.pk}/addresses/{added['id']}", {"version": 1, "street": "x"}, 404)
    whole = call("GET", path)
    assert ([a["is_default"] for a in whole["addresses"]], len(whole["contacts"])) == ([False, True], 2)
    kinds = {event["kind"] for event in call("GET", f"{path}/timeline")["items"]}
    assert kinds == {"customer.create", "customer.edit"}


@pytest.mark.req("R023")
def test_a_mistyped_customer_is_answered_with_every_reason(call):
    wrong = ADDRESS | {"postcode": "1", "phone": "+49 30 901820"}
    problem = call("POST", "/customers", body(credit_code="91110000600037342L", addresses=[wrong]), 409)
    assert {(r["code"], r["data"]["where"]) for r in problem["refusals"]} == {
        ("customers.credit-code-check", "credit_code"),
        ("customers.postcode-wrong", "addresses.0.postcode"),
        ("customers.phone-foreign", "addresses.0.phone"),
    }
    call("POST", "/customers", body(grade="Z"), 422)
    answer = call("POST", "/customers/batch", {"customers": [body(), body()]})
    assert (len(answer["done"]), answer["refused"][0]["id"]) == (1, 1)


def test_customers_are_frozen_unfrozen_and_given_to_others(call):
    one, two = builders.customer("C1"), builders.customer("C2", frozen=True, frozen_reason="old")
    items = {"items": [{"id": one.pk, "version": 1}, {"id": two.pk}], "reason": "owes since March"}
    answer = call("POST", "/customers/freeze", items)
    assert [(c["code"], c["frozen_reason"]) for c in answer["done"]] == [("C1", "owes since March")]
    assert answer["refused"][0]["code"] == "customers.already-frozen"
    call("POST", "/customers/unfreeze", {"items": [{"id": one.pk}], "reason": "paid"})
    new = user("new")
    answer = call("POST", "/customers/assign", {"items": [{"id": one.pk}], "owner_id": new.pk})
    assert answer["done"][0]["owner_id"] == new.pk
    call("POST", "/customers/freeze", {"items": [{"id": one.pk}], "reason": ""}, 422)


@pytest.mark.req("R076")
def test_personal_data_is_masked_for_those_who_do_not_need_it():
    row = builders.customer("C1", phone="021-62551234", bank="中国银行", bank_account="6222021234567890")
    plain = caller("customers.view_customer", "customers.edit_customer")
    secrets = ("021-62551234", "6222021234567890", "13800138000")
    for path in ("/customers", f"/customers/{row.pk}"):
        text = json.dumps(plain("GET", path))
        assert not [secret for secret in secrets if secret in text]
    assert plain("GET", f"/customers/{row.pk}")["contacts"][0]["phone"] == "138****8000"
    changed = plain("PATCH", f"/customers/{row.pk}", {"version": 1, "note": "x"})
    assert changed["phone"] == "021-****1234"
    assert Customer.objects.get().phone == "021-62551234"
    new = plain("POST", f"/customers/{row.pk}/contacts", {"name": "x", "phone": "13900139000"}, 201)
    assert new["phone"] == "139****9000"
    trusted = caller("customers.view_customer", "customers.view_private")
    assert all(secret in json.dumps(trusted("GET", f"/customers/{row.pk}")) for secret in secrets)


def test_everybody_sees_the_own_area_alone():
    rep = caller("customers.*", "customers.view_customer", "customers.assign_customer", reach="own")
    mine, foreign = builders.customer("MINE", owner=rep.person), builders.customer("FOREIGN")
    assert [c["code"] for c in rep("GET", "/customers")["items"]] == ["MINE"]
    rep("GET", f"/customers/{foreign.pk}", status=404)
    rep("GET", f"/customers/{foreign.pk}/timeline", status=404)
    other = user("other")
    gone = rep("POST", "/customers/assign", {"items": [{"id": mine.pk}], "owner_id": other.pk})
    assert gone["done"][0]["owner_id"] == other.pk


@pytest.mark.req("R029")
def test_papers_are_attached_downloaded_and_taken_out(call):
    row = builders.customer()
    path = f"/api/v1/customers/{row.pk}/attachments"
    sent = {"file": SimpleUploadedFile("licence.pdf", b"%PDF-1.7"), "kind": "licence"}
    made = call.client.post(path, sent)
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["kind"], made.json()["size"]) == ("licence.pdf", "licence", 8)
    pk = made.json()["id"]
    assert call.client.get(f"{path}/{pk}").content == b"%PDF-1.7"
    assert call("GET", f"/customers/{row.pk}")["attachments"][0]["id"] == pk
    wrong = call.client.post(path, {"file": SimpleUploadedFile("a.exe", b"MZ\x90\x00")})
    assert (wrong.status_code, wrong.json()["refusals"][0]["code"]) == (409, "files.not-allowed")
    call("POST", "/customers/attachments/remove", {"items": [{"id": pk}]})
    assert call("GET", f"/customers/{row.pk}")["attachments"] == []


@pytest.mark.req("R027")
def test_payment_terms_are_kept(call):
    made = call("POST", "/payment-terms", {"code": "c45", "name": "账期45天", "kind": "credit", "days": 45}, 201)
    path = f"/payment-terms/{made['id']}"
    assert call("PATCH", path, {"version": 1, "days": 60})["days"] == 60
    assert call("PATCH", path, {"version": 2, "days": 0}, 409)["refusals"][0]["code"] == "customers.days-missing"
    assert call("GET", "/payment-terms?code=c45")["items"] == [call("GET", path)]


def test_pages_of_much_take_as_many_queries_as_pages_of_little(call):
    def counted(path):
        call("GET", path)
        with CaptureQueriesContext(connection) as ran:
            call("GET", path)
        return len(ran)

    row = builders.customer("C0")
    paths = ["/customers", f"/customers/{row.pk}"]
    few = [counted(path) for path in paths]
    for n in range(1, 15):
        builders.customer(f"C{n}")
        builders.address(row)
    assert [counted(path) for path in paths] == few
