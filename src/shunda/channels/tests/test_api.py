"""The API of imports: upload, preview, book, report."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.channels.models import ImportRun
from shunda.channels.tests.builders import HEAD, world
from shunda.orders.models import Order
from shunda.wiring.reactions import inline

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports"
MAY = [f"channels.{move}_import" for move in ("create", "start", "discard")]
GOOD, BAD = "1,A-1,2,,9.90,,,C1,,\n", "2,A-1,two,,9.90,,,C1,,\n"


def client_of(username, *permissions, **options):
    made = Client(headers={"Accept-Language": "en"})
    made.force_login(user(username, *permissions, **options), backend="django.contrib.auth.backends.ModelBackend")
    return made


@pytest.fixture
def api():
    world()
    return client_of("robot", *MAY, "orders.create_order")


def send(api, text=HEAD + GOOD + BAD, name="orders.csv", **options):
    headers = options.pop("headers", {})
    with inline():
        return api.post(URL, {"file": SimpleUploadedFile(name, text.encode()), **options}, headers=headers)


def act(api, move, run, **options):
    with inline():
        body = {"items": [{"id": run["id"], "version": run["version"]}]}
        return api.post(f"{URL}/{move}", body, content_type="application/json", **options)


def test_a_file_is_sent_in_previewed_booked_and_reported(api):
    sent = send(api)
    assert (sent.status_code, sent.json()["status"]) == (201, "received")
    run = api.get(f"{URL}/{sent.json()['id']}").json()
    assert (run["status"], run["mapping"], run["errors"]) == ("checked", "standard", 1)
    assert run["parts"]["open"] == {"lines": 1, "invoices": 1, "amount": "19.80"}
    assert run["parts"]["reported"]["lines"] == 1
    assert not Order.objects.exists()
    [finding] = api.get(f"{URL}/{run['id']}/findings?error=true").json()["items"]
    assert (finding["row"], finding["column"], finding["message"]) == (3, "quantity", "“two” is not a number.")
    started = act(api, "start", run).json()
    assert started["done"][0]["status"] == "booking"
    run = api.get(f"{URL}/{run['id']}").json()
    assert (run["status"], run["parts"]["order"]["amount"]) == ("done", "19.80")
    assert Order.objects.get().external_number == "1"
    [line] = api.get(f"{URL}/{run['id']}/reported").json()["items"]
    assert (line["reference"], line["quantity"], line["code"]) == ("2", "two", "channels.not-a-number")
    answer = api.get(f"{URL}/{run['id']}/report.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "“two” is not a number." in b"".join(answer.streaming_content).decode()
    assert [each["id"] for each in api.get(URL, {"status": "done"}).json()["items"]] == [run["id"]]


def test_a_repeated_request_with_its_key_sends_the_file_in_once(api):
    first = send(api, headers={"Idempotency-Key": "k1"})
    again = send(api, headers={"Idempotency-Key": "k1"})
    assert (again.json()["id"], again["Idempotency-Replayed"]) == (first.json()["id"], "true")
    assert ImportRun.objects.count() == 1
    other = send(api, HEAD + GOOD, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["refusals"][0]["code"]) == (409, "key-reused")


def test_what_cannot_be_read_says_why(api):
    refused = send(api, "%PDF-1.4\n", "orders.pdf", mapping="standard")
    run = api.get(f"{URL}/{refused.json()['id']}").json() if refused.status_code == 201 else None
    assert run is None or (run["status"], run["refused"]["code"]) == ("failed", "channels.column-missing")
    unknown = send(api, mapping="nosuch")
    assert (unknown.status_code, unknown.json()["refusals"][0]["code"]) == (409, "channels.unknown-mapping")
    program = send(api, "MZ\x00\x01", "orders.exe")
    assert (program.status_code, program.json()["refusals"][0]["code"]) == (409, "files.not-allowed")
    assert api.post(URL, {"mapping": "standard"}).status_code == 422
    nothing = send(api, "first name,last name\nAda,Lovelace\n")
    run = api.get(f"{URL}/{nothing.json()['id']}").json()
    assert (run["status"], run["refused"]["code"]) == ("failed", "channels.no-mapping")


def test_a_file_is_booked_once_and_not_from_an_old_version(api):
    run = api.get(f"{URL}/{send(api).json()['id']}").json()
    stale = act(api, "start", run | {"version": run["version"] + 1})
    assert (stale.status_code, stale.json()["refusals"][0]["code"]) == (409, "stale")
    act(api, "start", run)
    for move in ("start", "discard"):
        again = api.post(f"{URL}/{move}", {"items": [{"id": run["id"]}]}, content_type="application/json")
        assert (again.status_code, again.json()["refusals"][0]["code"]) == (409, "wrong-status")
    assert Order.objects.count() == 1


def test_a_checked_file_is_discarded(api):
    run = api.get(f"{URL}/{send(api).json()['id']}").json()
    assert act(api, "discard", run).json()["done"][0]["status"] == "discarded"
    assert api.get(f"{URL}/{run['id']}/reported").json()["items"] == []


def test_only_who_may_imports_and_others_files_are_not_there(api):
    run = send(api).json()
    assert client_of("reader").get(URL).status_code == 403
    stranger = client_of("stranger", *MAY, reach="own")
    assert stranger.get(f"{URL}/{run['id']}").status_code == 404
    assert stranger.get(f"{URL}/{run['id']}/findings").status_code == 404
    assert act(stranger, "discard", {"id": run["id"], "version": 1}).status_code == 404
    assert stranger.get(URL).json()["items"] == []
    watcher = client_of("watcher", "channels.create_import")
    assert act(watcher, "start", run).status_code == 403


def test_the_mappings_there_are_can_be_asked_for(api):
    found = {each["code"]: each for each in api.get(f"{URL}/mappings").json()}
    assert found["online_retail"]["columns"]["reference"] == ["InvoiceNo"]


def test_the_page_of_a_run_in_progress_asks_again_and_goes_on_when_it_is_over(api):
    run = ImportRun.objects.get(pk=send(api).json()["id"])
    web = client_of("boss", "*")
    url = reverse("channels:detail", args=[run.pk])
    over = web.get(url, headers={"HX-Request": "true"})
    assert (over.status_code, over["HX-Redirect"]) == (204, url)
    ImportRun.objects.filter(pk=run.pk).update(status="booking")
    part = web.get(url, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="load delay:2s"' in part
    assert "<html" not in part
