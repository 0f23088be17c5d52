"""The page kit: who may see a page, what an action says, forms, errors."""

import re
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client

from shunda.accounts.models import Region
from shunda.accounts.tests import builders
from tests.pages import sample

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.sample")]


@pytest.fixture(autouse=True)
def _own_templates(settings):
    options = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**options, "DIRS": [Path(__file__).parent / "templates"]}]


@pytest.fixture
def person():
    sample.calls.clear()
    return builders.user("li", "sample.close")


@pytest.fixture
def browser(person):
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def regions(*states):
    return [Region.objects.create(code=f"r{n}", name=f"Region {n}", active=state) for n, state in enumerate(states)]


def said(client, path="/sample/"):
    return client.get(path).content.decode()


def test_a_visitor_is_sent_to_sign_in_and_comes_back():
    answer = Client().get("/sample/?code=a")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/sample/%3Fcode%3Da")
    assert Client().get("/sample/", HTTP_HX_REQUEST="true").status_code == 401


@pytest.mark.parametrize(("language", "words"), [("en", "You may not do this"), ("zh-hans", "没有权限")])
def test_whoever_lacks_the_permission_is_told_which(language, words):
    client = Client()
    client.force_login(builders.user("wang"))
    type(builders.user("x")).objects.filter(username="wang").update(language=language)
    answer = client.get("/sample/")
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert "sample.close" in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "Not found"), ("zh-hans", "未找到")])
def test_what_is_not_there_says_so_in_the_readers_language(language, words):
    answer = Client().get("/nowhere/", HTTP_ACCEPT_LANGUAGE=language)
    assert answer.status_code == 404
    assert words in answer.content.decode()
    assert answer["Content-Language"] == language


def test_another_method_is_answered_405_with_those_allowed(browser):
    answer = browser.get("/sample/close/")
    assert (answer.status_code, answer["Allow"]) == (405, "OPTIONS, POST")


def test_what_was_done_is_said_on_the_next_page(browser):
    (east,) = regions(True)
    answer = browser.post(f"/sample/{east.pk}/close/", {"version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/sample/{east.pk}/")
    assert "Closed." in said(browser)
    assert sample.calls == [([east.pk], {east.pk: 1})]


def test_part_done_says_how_many_with_the_reasons_and_their_rows(browser):
    one, two, three = regions(True, False, True)
    rows = [f"{one.pk}:1", str(two.pk), f"{three.pk}:1", "x", "99999999999999999999"]
    answer = browser.post("/sample/close/", {"row": rows})
    assert answer.status_code == 302
    page = said(browser)
    assert "2 done, 1 refused" in page
    assert f"R{two.pk}</strong> Region 1 is closed: reopen it first." in page
    assert '<div class="text-red small mt-1"><div>Region 1 is closed' in page
    assert "text-red" not in said(browser)
    assert sample.calls == [([one.pk, two.pk, three.pk], {one.pk: 1, three.pk: 1})]


def test_reasons_do_not_turn_up_beside_the_rows_of_another_list(browser):
    (shut,) = regions(False)
    browser.post("/sample/close/", {"row": [shut.pk], "next": "/accounts/"})
    assert "text-red small" not in said(browser)


def test_nothing_done_says_so_and_leads_back_to_where_the_button_was(browser):
    (shut,) = regions(False)
    answer = browser.post("/sample/close/", {"row": [shut.pk], "next": "/sample/?code=r"})
    assert answer["Location"] == "/sample/?code=r"
    assert "Not done" in said(browser)
    foreign = browser.post("/sample/close/", {"row": [shut.pk], "next": "https://evil.example/"})
    assert foreign["Location"] == "/"


def test_sending_twice_does_it_once_and_says_the_same(browser):
    (east,) = regions(True)
    for _press in range(2):
        answer = browser.post(f"/sample/{east.pk}/close/", {"once": "token-1"})
        assert answer["Location"] == f"/sample/{east.pk}/"
        assert "Closed." in said(browser)
    assert len(sample.calls) == 1
    browser.post(f"/sample/{east.pk}/close/", {"once": "token-1", "version": "7"})
    assert "idempotency key" in said(browser)
    browser.post(f"/sample/{east.pk}/close/", {"once": "token-2"})
    assert "Region 0 is closed" in said(browser)


def test_htmx_is_answered_with_a_piece_of_page_and_the_messages(browser):
    (east,) = regions(True)
    answer = browser.post("/sample/close/", {"row": [east.pk]}, HTTP_HX_REQUEST="true")
    text = answer.content.decode()
    assert text.startswith("part")
    assert 'hx-swap-oob="beforeend:#toasts"' in text
    assert "Closed." in text
    moved = browser.post(f"/sample/{east.pk}/close/", HTTP_HX_REQUEST="true", HTTP_REFERER="http://testserver/sample/")
    assert (moved.status_code, moved["HX-Redirect"]) == (204, "/sample/")


@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("refused", 409, "East is closed: reopen it first."),
        ("permission", 403, "sample.fly"),
        ("error", 500, "Something went wrong"),
    ],
)
def test_what_a_page_does_not_catch_becomes_a_page(browser, what, status, words):
    answer = browser.get(f"/sample/raises/{what}/")
    assert answer.status_code == status
    assert words in answer.content.decode()


def test_the_number_on_the_error_page_is_in_the_log_with_what_happened(browser, caplog):
    page = browser.get("/sample/raises/error/").content.decode()
    [told] = [record for record in caplog.records if record.name == "shunda.pages"]
    reference = told.args[0]
    assert re.fullmatch("[0-9A-F]{8}", reference)
    assert reference in page
    assert told.exc_info


def test_a_database_that_does_not_answer_is_503_and_the_page_needs_none(browser, monkeypatch):
    def down(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("shunda.web.listing.Keyset.__init__", down)
    answer = browser.get("/sample/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "We will be back in a moment" in answer.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "This form is no longer valid"), ("zh-hans", "该表单已失效")])
def test_a_form_without_its_token_is_refused_kindly(person, language, words):
    type(person).objects.filter(pk=person.pk).update(language=language)
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    answer = client.post("/sample/close/")
    assert answer.status_code == 403
    assert words in answer.content.decode()


def test_the_policy_allows_no_inline_script_or_style_and_pages_have_none(browser):
    for path in ("/sample/", "/style/", "/accounts/", "/accounts/login/", "/nowhere/"):
        answer = browser.get(path)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        page = answer.content.decode()
        assert "style=" not in page
        assert "onclick=" not in page
        assert all("src=" in tag or "application/json" in tag for tag in page.split("<script")[1:])


def test_a_form_is_shown_saved_and_left(browser):
    (east,) = regions(True)
    page = browser.get(f"/sample/{east.pk}/edit/").content.decode()
    assert 'value="Region 0"' in page
    assert 'name="version" value="1"' in page
    answer = browser.post(f"/sample/{east.pk}/edit/", {"name": "New", "active": "on", "version": "1"})
    assert (answer.status_code, answer["Location"]) == (302, "/sample/")
    assert Region.objects.get().name == "New"


def test_a_refusal_stands_beside_the_field_it_names_and_what_was_typed_stays(browser):
    (east,) = regions(True)
    answer = browser.post(f"/sample/{east.pk}/edit/", {"name": "bad", "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="bad"' in page
    assert 'id="id_name_error"' in page
    assert "Not this name." in page
    assert "This field is required." in browser.post(f"/sample/{east.pk}/edit/", {"version": "1"}).content.decode()


def test_a_stale_form_shows_both_sides_and_saves_knowingly_the_second_time(browser):
    (east,) = regions(True)
    Region.objects.update(name="Theirs", version=2)
    answer = browser.post(f"/sample/{east.pk}/edit/", {"name": "Mine", "active": "on", "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Mine"' in page
    assert "Now saved: Theirs" in page
    assert 'name="version" value="2"' in page


def test_health_says_that_it_lives_and_that_it_can_work(client, monkeypatch):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["database"] == "ok"
    monkeypatch.setattr("django.db.connection.cursor", lambda: (_ for _ in ()).throw(OperationalError()))
    assert client.get("/readyz").status_code == 503


def test_a_page_costs_few_queries_for_who_asks(browser, django_assert_num_queries):
    browser.get("/sample/")
    with django_assert_num_queries(4):  # session, user, actor, rows
        browser.get("/sample/")
