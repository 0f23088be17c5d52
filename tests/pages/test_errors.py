"""Errors as people meet them: in their language, with what to do next, and nothing typed lost."""

import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shunda.accounts.models import Region, Role, User
from shunda.accounts.tests import builders
from shunda.core.refusal import STALE
from shunda.web import errors
from tests.pages import sample

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.pages.sample")]


@pytest.fixture
def browser():
    sample.calls.clear()
    client = Client(raise_request_exception=False)
    client.force_login(builders.user("li", "sample.close"))
    return client


@pytest.mark.parametrize(("language", "words"), [("en", "We will be back in a moment"), ("zh-hans", "服务马上恢复")])
def test_a_database_that_is_gone_is_said_without_asking_it_and_the_page_tries_again(
    browser, monkeypatch, language, words
):
    def down(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(SessionStore, "load", down)
    browser.cookies["theme"] = "dark"
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get("/sample/?a=1", headers={"Accept-Language": language})
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], len(queries)) == (503, "30", 0)
    assert words in page
    assert f'lang="{language}"' in page
    assert 'data-bs-theme="dark"' in page
    assert f'http-equiv="refresh" content="{errors.RETRY_SECONDS}"' in page
    assert 'href="/sample/?a=1"' in page
    posted = browser.post("/sample/close/", headers={"Accept-Language": language}).content.decode()
    assert "http-equiv" not in posted
    part = browser.get("/sample/", headers={"Accept-Language": language, "HX-Request": "true"})
    assert (part.status_code, "<html" in part.content.decode()) == (503, False)


def test_an_error_of_ours_speaks_the_language_the_person_chose(browser):
    User.objects.update(language="zh-hans")
    page = browser.get("/sample/raises/error/", headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="zh-hans"' in page


def test_a_database_that_is_gone_is_said_in_the_language_the_person_chose(browser, monkeypatch):
    User.objects.update(language="zh-hans")
    browser.get("/sample/", headers={"Accept-Language": "en"})

    def down(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(SessionStore, "load", down)
    assert 'lang="zh-hans"' in browser.get("/sample/", headers={"Accept-Language": "en"}).content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "Too much at once"), ("zh-hans", "一次提交的内容太多")])
def test_more_than_the_server_takes_is_said_as_such(browser, settings, language, words):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    User.objects.update(language=language)
    answer = browser.post("/sample/close/", {f"n{number}": "1" for number in range(9)})
    assert answer.status_code == 413
    assert words in answer.content.decode()


def test_somebody_who_was_faster_is_said_as_such(rf):
    request = rf.get("/")
    answer = errors.refused(request, [STALE(1, yours=1, now=2)])
    assert answer.status_code == 409
    assert "Somebody else was faster" in answer.content.decode() or "抢先" in answer.content.decode()


def test_both_versions_stand_side_by_side_and_what_was_typed_is_what_is_saved_again(browser):
    east = Region.objects.create(code="r", name="Region")
    Region.objects.update(name="Theirs", version=2)
    page = browser.post(f"/sample/{east.pk}/edit/", {"name": "Mine", "active": "on", "version": "1"}).content.decode()
    assert sides(page) == [("Name", "Theirs", "is saved: Mine")]
    assert 'name="version" value="2"' in page


def test_a_field_that_was_not_touched_takes_what_somebody_else_wrote_meanwhile(browser):
    east = Region.objects.create(code="r", name="Region")
    seen = re.search(r'name="seen" value="([^"]*)"', browser.get(f"/sample/{east.pk}/edit/").content.decode())[1]
    Region.objects.update(name="Theirs", active=False, version=2)
    answer = browser.post(f"/sample/{east.pk}/edit/", {"name": "Mine", "active": "on", "version": "1", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sides(page) == [("Name", "Theirs", "is saved: Mine"), ("Active", "is saved: no", "yes")]
    assert re.search(r'name="name" value="Mine"', page)
    assert not re.search(r'name="active"[^>]*checked', page)
    again = re.search(r'name="seen" value="([^"]*)"', page)[1]
    saved = browser.post(f"/sample/{east.pk}/edit/", {"name": "Mine", "version": "2", "seen": again})
    assert saved.status_code == 302


def test_somebody_who_changed_nothing_of_the_form_is_no_clash(browser):
    east = Region.objects.create(code="r", name="Region")
    seen = re.search(r'name="seen" value="([^"]*)"', browser.get(f"/sample/{east.pk}/edit/").content.decode())[1]
    Region.objects.update(version=2)
    page = browser.post(f"/sample/{east.pk}/edit/", {"name": "Mine", "active": "on", "version": "1", "seen": seen})
    assert sides(page.content.decode()) == []
    assert "Nothing that stands in this form was changed" in page.content.decode()


def sides(page):
    """The rows of both versions, as they are read out."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td.*?>(.*?)</td><td.*?>(.*?)</td></tr>', page)
    return [tuple(" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row) for row in rows]


def test_who_may_not_do_something_reads_what_is_missing_and_which_roles_include_it(browser):
    Role.objects.create(
        code="pilot", name="飞行员", name_en="Pilot", permissions=["sample.fly", "policies.view_setting"]
    )
    page = browser.get("/settings/", headers={"Accept-Language": "en"})
    assert page.status_code == 403
    for words in ("See settings", "policies.view_setting", "Pilot"):
        assert words in page.content.decode()
    shown = browser.get("/sample/raises/permission/").content.decode()
    assert "sample.fly" in shown


def test_who_sends_a_form_after_the_session_ended_is_told_that_it_comes_back():
    client = Client()
    answer = client.post("/sample/close/", {"next": "/sample/1/edit/"}, headers={"Accept-Language": "en"})
    assert answer["Location"] == "/accounts/login/?next=/sample/1/edit/"
    page = client.get("/accounts/login/", headers={"Accept-Language": "en"}).content.decode()
    assert "what you typed comes back" in page
