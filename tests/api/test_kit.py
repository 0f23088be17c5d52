"""What every endpoint of the API shares."""

import json
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import PASSWORD, user
from shunda.core.actor import system
from shunda.core.event import Happening, record
from shunda.core.models import Answer, Counter

sys.path.insert(0, str(Path(__file__).parent))
import sample

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
MOUNTED = sample.mounted()
AUTH = {"Authorization": "Bearer anna-token"}
BEN = {"Authorization": "Bearer ben-token"}


@pytest.fixture(autouse=True)
def _urls(settings, db):
    settings.ROOT_URLCONF = MOUNTED
    settings.API_RATE_PER_SECOND = 0


@pytest.fixture
def api():
    return Client(raise_request_exception=False)


def get(api, path, headers=AUTH, **query):
    return api.get(f"/api/v1/sample{path}", query, headers=headers)


def post(api, path, body, headers=AUTH, method="post", **extra):
    return getattr(api, method)(
        f"/api/v1/sample{path}", json.dumps(body), content_type="application/json", headers=headers | extra
    )


def problem(response, status, *codes):
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    body = response.json()
    assert [refusal["code"] for refusal in body["refusals"]] == list(codes)
    assert body["status"] == status
    assert all(refusal["message"] and set(refusal) == {"id", "code", "message", "data"} for refusal in body["refusals"])
    return body


def happenings(n):
    record((Happening("a.b", "core.x", i) for i in range(1, n + 1)), by=system(), at=AT)


def test_without_a_valid_token_nobody_gets_in(api):
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}):
        response = get(api, "/events", headers)
        problem(response, 401, "signed-out")
        assert response["WWW-Authenticate"] == "Bearer"


def test_a_browser_may_read_and_may_write_with_its_csrf_token(settings):
    user("carl")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(
        type(user("dora")).objects.get(username="carl"), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert PASSWORD
    assert get(browser, "/events", {}).status_code == 200
    problem(post(browser, "/counters", {"name": "a", "price": "1"}, {}), 403, "foreign-form")
    browser.cookies["csrftoken"] = "a" * 32
    answer = post(browser, "/counters", {"name": "a", "price": "1"}, {}, **{"X-CSRFToken": "a" * 32})
    problem(answer, 403, "permission-missing")  # the form is ours; the user may only read


def test_a_write_without_the_permission_says_which_one_is_missing(api):
    body = problem(post(api, "/counters", {"name": "a", "price": "1"}, BEN), 403, "permission-missing")
    assert body["refusals"][0]["data"] == {"permission": "sample.write"}
    assert not Counter.objects.exists()


def test_a_creation_answers_201_and_a_refused_one_409(api):
    answer = post(api, "/counters", {"name": "a", "price": "1"})
    assert (answer.status_code, answer.json()) == (201, {"name": "a", "value": 1})
    problem(post(api, "/counters", {"name": "full", "price": "1"}), 409, "sample.full")
    problem(post(api, "/counters", {"name": "lost", "price": "1"}), 404, "not-found")


def test_a_batch_answers_what_was_done_and_what_was_refused(api):
    answer = post(api, "/counters/batch", ["a", "full", "b"])
    assert answer.status_code == 200
    assert [row["name"] for row in answer.json()["done"]] == ["a", "b"]
    assert answer.json()["refused"] == [
        {"id": 1, "code": "sample.full", "message": "full is full", "data": {"name": "full"}}
    ]
    body = problem(post(api, "/counters/batch", ["full", "full2"]), 409, "sample.full", "sample.full")
    assert [refusal["id"] for refusal in body["refusals"]] == [0, 1]


def test_every_finding_about_a_body_is_told_at_once_with_its_place(api):
    answer = post(api, "/prices", {"nome": 1, "price": 5}, method="patch")
    body = problem(answer, 422, "missing", "not-decimal", "extra")
    assert [refusal["data"]["where"] for refusal in body["refusals"]] == [
        "body.body.name", "body.body.price", "body.body.nome"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sent", "code"),
    [("{", "broken-json"), ('{"name": NaN}', "broken-json"), ("", "missing"), ('{"name": "\\u0000"}', "unreadable-text"),
     ('{"name": "\\ud800"}', "unreadable-text"), ("\xff".encode("latin-1"), "broken-json"), ("[" * 5000, "broken-json")],
)  # fmt: skip
def test_a_body_that_cannot_be_read_is_said_to_be_so(api, sent, code):
    answer = api.post("/api/v1/sample/counters", sent, content_type="application/json", headers=AUTH)
    assert answer.status_code in {400, 422}
    problem(answer, answer.status_code, code)


def test_another_content_type_is_415_and_too_much_is_413(api, settings):
    answer = api.post("/api/v1/sample/counters", "name=a", content_type="text/plain", headers=AUTH)
    problem(answer, 415, "not-json")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    problem(post(api, "/counters", {"name": "a" * 20, "price": "1"}), 413, "too-large")
    settings.API_UPLOAD_MAX_SIZE = 10
    file = SimpleUploadedFile("a.csv", b"x" * 20)
    problem(api.post("/api/v1/sample/files", {"file": file}, headers=AUTH), 413, "too-large")


def test_unknown_addresses_and_methods_answer_problems(api):
    problem(api.get("/api/v1/nothing/here", headers=AUTH), 404, "no-such-address")
    problem(get(api, "/gone"), 404, "not-found")
    problem(get(api, "/events/12345678901234567890"), 422, "too-big")
    answer = api.delete("/api/v1/sample/counters", headers=AUTH)
    problem(answer, 405, "wrong-method")
    assert answer["Allow"] == "POST"


def test_a_fault_of_ours_is_a_problem_too(api):
    problem(get(api, "/broken"), 500, "fault")


def test_messages_speak_the_language_asked_for(api):
    chinese = post(api, "/counters", {"name": "a", "price": "1"}, BEN, **{"Accept-Language": "zh-CN,en;q=0.5"})
    english = post(api, "/counters", {"name": "a", "price": "1"}, BEN, **{"Accept-Language": "fr, en-GB;q=0.5"})
    assert (chinese["Content-Language"], english["Content-Language"]) == ("zh-hans", "en")
    assert "permission" in english.json()["detail"]
    assert "权限" in chinese.json()["detail"]


def test_pages_follow_each_other_without_gap_or_overlap(api):
    happenings(7)
    seen, after = [], {}
    while True:
        page = get(api, "/events", limit=3, **after).json()
        seen += [row["subject_id"] for row in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    problem(get(api, "/events", limit=201), 422, "too-big")
    problem(get(api, "/events", after="x"), 422, "invalid")


def test_a_page_costs_one_query_whatever_its_length(api):
    happenings(60)
    with CaptureQueriesContext(connection) as few:
        get(api, "/events", limit=1)
    with CaptureQueriesContext(connection) as many:
        get(api, "/events", limit=60)
    assert len(few) == len(many)


def test_fields_cut_an_answer_and_a_wrong_name_is_refused(api):
    happenings(2)
    page = get(api, "/events", fields="subject_id,kind").json()
    assert page["items"][0] == {"subject_id": 2, "kind": "a.b"}
    body = problem(get(api, "/events", fields="kind,nonsense"), 422, "unknown-field")
    assert "subject_kind" in body["refusals"][0]["message"]


def test_filters_narrow_and_a_mistyped_one_is_refused_instead_of_ignored(api):
    happenings(2)
    assert len(get(api, "/events", kind="a.b").json()["items"]) == 2
    assert get(api, "/events", kind="other").json()["items"] == []
    problem(get(api, "/events", kint="a.b"), 422, "unknown-parameter")


def test_amounts_are_text_both_ways_and_a_number_is_refused(api):
    assert post(api, "/prices", {"name": "a", "price": "12.5000"}, method="patch").json() == {"price": "12.50"}
    assert post(api, "/prices", {"name": "a", "price": "-3"}, method="patch").json() == {"price": "-3.00"}
    for wrong in (12.5, "1e3", "12.50001", "１２", "1" * 15, "12.\n", None, True):
        problem(post(api, "/prices", {"name": "a", "price": wrong}, method="patch"), 422, "not-decimal")
    assert isinstance(Decimal("1"), Decimal)


def test_a_key_makes_a_write_happen_once(api):
    first = post(api, "/counters", {"name": "a", "price": "1"}, **{"Idempotency-Key": "k1"})
    again = post(api, "/counters", {"price": "1", "name": "a"}, **{"Idempotency-Key": "k1"})
    assert first.content == again.content
    assert (first.status_code, again.status_code) == (201, 201)
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert Counter.objects.get().value == 1


def test_a_key_used_for_something_else_is_refused(api):
    post(api, "/counters", {"name": "a", "price": "1"}, **{"Idempotency-Key": "k1"})
    problem(post(api, "/counters", {"name": "b", "price": "1"}, **{"Idempotency-Key": "k1"}), 409, "key-reused")
    problem(
        post(api, "/counters", {"name": "b", "price": "1"}, **{"Idempotency-Key": "k" * 101}),
        422,
        "bad-idempotency-key",
    )
    assert Counter.objects.count() == 1


def test_a_refused_write_keeps_no_answer_and_may_be_tried_again(api):
    problem(post(api, "/counters/batch", ["full"], **{"Idempotency-Key": "k1"}), 409, "sample.full")
    assert not Answer.objects.exists()


def test_a_key_covers_uploads(api):
    def send(content):
        file = SimpleUploadedFile("a.csv", content)
        return api.post("/api/v1/sample/files", {"file": file}, headers=AUTH | {"Idempotency-Key": "k"})

    assert send(b"x").json() == send(b"x").json() == {"name": "a.csv", "value": 1}
    problem(send(b"y"), 409, "key-reused")


def test_too_many_requests_are_told_how_long_to_wait(api, settings):
    settings.API_RATE_PER_SECOND = 0.2
    answers = [get(api, "/events", {"Authorization": "Bearer ben-token"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    problem(answers[2], 429, "too-many-requests")
    assert 1 <= int(answers[2]["Retry-After"]) <= 5


def test_the_document_shows_what_the_kit_adds():
    document = MOUNTED.api.get_openapi_schema(path_prefix="/api/v1/")
    assert document["openapi"] == "3.1.0"
    write = document["paths"]["/api/v1/sample/counters"]["post"]
    assert set(write["responses"]) >= {"201", "400", "401", "403", "404", "405", "409", "413", "415", "422", "429"}
    assert {p["name"] for p in write["parameters"]} == {"Idempotency-Key", "Accept-Language"}
    assert write["x-permission"] == "sample.write"
    assert write["security"] == [{"Token": []}, {"Session": []}]
    read = document["paths"]["/api/v1/sample/events"]["get"]
    assert {p["name"] for p in read["parameters"]} == {"after", "limit", "kind", "fields", "Accept-Language"}
    assert "required" not in document["components"]["schemas"]["EventOutPart"]


def test_the_documentation_page_needs_no_other_host_and_no_inline_script(api):
    page = api.get("/api/v1/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "http://" not in text
    assert "https://" not in text
    assert "<style" not in text
    assert "<title>Sample<" in text
    assert api.get("/api/v1/openapi.json").json()["info"]["title"] == "Sample"
