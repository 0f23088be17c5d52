"""Errors as people meet them: in their language, with what to do next, and nothing typed lost."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shunda.accounts.models import Region, User
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


def test_somebody_who_was_faster_is_said_as_such(rf):
    request = rf.get("/")
    answer = errors.refused(request, [STALE(1, yours=1, now=2)])
    assert answer.status_code == 409
    assert "Somebody else was faster" in answer.content.decode() or "抢先" in answer.content.decode()


def test_both_versions_stand_side_by_side(browser):
    east = Region.objects.create(code="r", name="Region")
    Region.objects.update(name="Theirs", version=2)
    page = browser.post(f"/sample/{east.pk}/edit/", {"name": "Mine", "active": "on", "version": "1"}).content.decode()
    assert "<td>Theirs</td><td>Mine</td>" in page


def test_who_sends_a_form_after_the_session_ended_is_told_that_it_comes_back():
    client = Client()
    answer = client.post("/sample/close/", {"next": "/sample/1/edit/"}, headers={"Accept-Language": "en"})
    assert answer["Location"] == "/accounts/login/?next=/sample/1/edit/"
    page = client.get("/accounts/login/", headers={"Accept-Language": "en"}).content.decode()
    assert "what you typed comes back" in page
