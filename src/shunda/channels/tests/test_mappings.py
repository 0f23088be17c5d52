"""Mappings of one's own: made, changed and removed on the page and in the API; files are recognised by them."""

import gzip
import io
from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shunda.accounts.tests.builders import actor, user
from shunda.channels import mappings, reading
from shunda.channels.mapping import Mapping
from shunda.channels.models import ImportMapping, ImportRun
from shunda.channels.tests.builders import AT, file, run, world
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.orders.models import Order
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db
MAY = ("channels.create_import", "channels.edit_mapping", "channels.start_import")
COLUMNS = {"reference": ["PO"], "sku": ["Item"], "quantity": ["Pieces"], "price": ["Each"], "customer": ["Buyer"]}
ACME = Mapping(code="acme", name="ACME", columns=COLUMNS, prices_include_tax=False)
TABLE = "PO,Item,Pieces,Each,Buyer\n4711,A-1,2,10,C1\n"


def make(*specs, by=None):
    return mappings.create_mappings(specs or [ACME], by=by or actor(*MAY), at=AT)


def codes(outcome):
    return [refusal.code.removeprefix("channels.") for refusal in outcome.refused]


def wheres(outcome):
    return [refusal.data["where"] for refusal in outcome.refused]


@pytest.mark.req("R008")
def test_a_file_of_a_partner_is_recognised_by_its_headings_and_read_by_its_mapping(tmp_path):
    world()
    make()
    done = run(file(tmp_path, TABLE))
    assert done.run.mapping["code"] == "acme"
    assert Order.objects.get().external_number == "4711"


def test_everything_wrong_with_a_mapping_is_told_at_once():
    make()
    wrong = replace(
        ACME, code="a b", name=" ", columns={"reference": ["PO"], "sku": ["po"], "price": ["Each"]}, channel="smoke",
        currency="RMBX", tax_rate="13", warehouse="W9", codes={"POST": "mail"}, countries={"Germany": "GER"},
    )  # fmt: skip
    outcome = make(wrong, replace(ACME, code="ACME"), replace(ACME, code="Standard"), replace(ACME, code="other"))
    assert [row.code for row in outcome.done] == ["other"]
    assert sorted(wheres(outcome)[:10]) == [
        "channel", "code", "codes", "columns.quantity", "columns.sku", "countries", "currency", "name", "tax_rate",
        "warehouse",
    ]  # fmt: skip
    assert codes(outcome)[10:] == ["mapping-code-taken", "mapping-code-taken"]


def test_a_mapping_is_changed_from_the_version_it_had_and_removed_leaving_what_was_read():
    row, by = make().one(), actor(*MAY)
    changed = mappings.edit_mappings({row.pk: replace(ACME, name="A.C.M.E.")}, by=by, at=AT, versions={row.pk: 1}).one()
    assert (changed.name, Event.objects.get(kind="mapping.edit").data["changes"]["name"]) == (
        "A.C.M.E.",
        ["ACME", "A.C.M.E."],
    )
    late = mappings.edit_mappings({row.pk: ACME}, by=by, at=AT, versions={row.pk: 1})
    assert [refusal.code for refusal in late.refused] == ["stale"]
    assert mappings.remove_mappings([row.pk], by=by, at=AT, versions={row.pk: 1}).done == []
    outcome = mappings.remove_mappings([row.pk, 0], by=by, at=AT)
    assert (len(outcome.done), [refusal.id for refusal in outcome.refused]) == (1, [0])
    assert not ImportMapping.objects.exists()


def test_who_may_send_files_in_may_not_say_how_they_are_read():
    with pytest.raises(NotPermitted):
        make(by=actor("channels.create_import"))


def test_as_many_queries_for_one_mapping_as_for_many(django_assert_num_queries):
    world()
    by = actor(*MAY)
    for n in (1, 20):
        specs = [replace(ACME, code=f"m{n}-{i}", unknown_skus="create") for i in range(n)]
        with django_assert_num_queries(6):
            mappings.create_mappings(specs, by=by, at=AT)


def browser(*permissions):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(user("li", *permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_on_the_page_a_mapping_begins_as_a_copy_and_is_made_changed_and_removed():
    world()
    web = browser(*MAY)
    page = web.get(reverse("channels:create_mapping"), {"from": "standard"})
    form = page.context["form"]
    assert "order number" in form.initial["columns.reference"]
    typed = {name: value for name, value in form.initial.items() if value and value is not True}
    typed |= {
        "code": "acme",
        "name": "ACME",
        "columns.reference": "PO，单号",
        "codes": "POST = Freight",
        "countries": "",
    }
    assert web.post(reverse("channels:create_mapping"), typed | {"codes": "POST"}).status_code == 422
    assert web.post(reverse("channels:create_mapping"), typed).status_code == 302
    row = ImportMapping.objects.get()
    assert (row.options["columns"]["reference"], row.options["codes"]) == (["PO", "单号"], {"POST": "freight"})
    listed = web.get(reverse("channels:mappings")).content.decode()
    assert "ACME" in listed
    assert "UCI Online Retail" in listed
    url = reverse("channels:edit_mapping", args=[row.pk])
    again = web.post(url, typed | {"version": 1, "columns.sku": "PO"})
    assert (again.status_code, "columns.sku" in again.context["form"].errors) == (422, True)
    assert web.post(url, typed | {"version": 1, "name": "A.C.M.E."}).status_code == 302
    remove = reverse("channels:remove_mapping", args=[row.pk])
    assert browser_of("channels.create_import").post(remove).status_code == 403
    web.post(remove, {"version": 2})
    assert not ImportMapping.objects.exists()


def browser_of(*permissions):
    client = Client()
    client.force_login(user("other", *permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_program_makes_changes_and_removes_mappings():
    web, url = browser(*MAY), "/api/v1/imports/mappings"

    def call(method, path="", body=None):
        answer = getattr(web, method)(url + path, body, content_type="application/json")
        return answer.status_code, answer.json()

    status, made = call("post", "", {"code": "acme", "name": "ACME", "columns": COLUMNS, "tax_rate": "0.13"})
    assert (status, made["columns"], made["version"]) == (201, COLUMNS, 1)
    path = f"/{made['id']}"
    status, changed = call("patch", path, {"version": 1, "shop": "acme-1"})
    assert (status, changed) == (200, made | {"shop": "acme-1", "version": 2})
    status, refused = call("patch", path, {"version": 2, "columns": {"sku": ["Item"]}})
    assert (status, refused["refusals"][0]["code"]) == (409, "channels.heading-missing")
    assert call("get", path)[1] == changed
    assert [row["code"] for row in call("get")[1]] == ["acme", "standard", "online_retail"]
    assert call("post", "/remove", {"items": [{"id": made["id"]}]})[1]["done"] == [changed]
    assert call("get", path)[0] == 404
    assert (
        browser_of("channels.create_import")
        .post(url, {"code": "x", "name": "x", "columns": COLUMNS}, content_type="application/json")
        .status_code
        == 403
    )


def send(web, data, name):
    with inline():
        return web.post("/api/v1/imports", {"file": SimpleUploadedFile(name, data)})


def test_a_packed_table_comes_in_by_page_and_by_api():
    world()
    make()
    web = browser(*MAY)
    packed = gzip.compress(TABLE.encode())
    assert send(web, packed, "orders.csv.gz").status_code == 201
    with inline():
        web.post(reverse("channels:upload"), {"file": SimpleUploadedFile("more.csv.gz", packed), "mapping": ""})
    assert [run.status for run in ImportRun.objects.all()] == ["checked", "checked"]
    assert send(web, packed, "orders.csv").json()["refusals"][0]["code"] == "files.wrong-ending"


def test_a_packed_file_is_not_unpacked_beyond_the_limit(monkeypatch):
    world()
    monkeypatch.setattr(reading, "UNPACKED_LIMIT", 4 * reading.BLOCK)
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb") as out:
        out.write(TABLE.encode() + b"4711,A-1,2,10,C1\n" * 400_000)
    made = send(browser(*MAY), bomb.getvalue(), "bomb.csv.gz").json()
    broken = send(browser_of(*MAY), gzip.compress(TABLE.encode())[:-12] + b"x" * 12, "broken.csv.gz").json()
    why = {run.pk: run.error["code"] for run in ImportRun.objects.all()}
    assert why == {made["id"]: "channels.too-large", broken["id"]: "channels.broken-file"}
