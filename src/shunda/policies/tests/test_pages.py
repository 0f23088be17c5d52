"""The settings pages."""

from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.models import User
from shunda.accounts.tests.builders import user
from shunda.policies.declared import SETTINGS
from shunda.policies.models import SettingChange
from shunda.policies.queries import value

pytestmark = pytest.mark.django_db
_n = count()


def web(*permissions):
    client = Client()
    client.force_login(user(f"p{next(_n)}", *permissions), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def boss():
    return web("*")


def change(client, name, entered, reason="agreed", version=0):
    return client.post(
        reverse("policies:change", args=[name]), {"value": entered, "reason": reason, "version": version}
    )


@pytest.mark.parametrize(("language", "word"), [("en", "Free change after payment"), ("zh-hans", "付款后可自由修改")])
def test_all_settings_are_listed_in_both_languages(boss, language, word):
    User.objects.update(language=language)
    page = boss.get(reverse("policies:index"))
    assert word in page.text
    assert all(reverse("policies:detail", args=[name]) in page.text for name in SETTINGS)


def test_the_list_takes_as_many_queries_after_many_changes(boss):
    url = reverse("policies:index")

    def counted():
        boss.get(url)
        with CaptureQueriesContext(connection) as ran:
            boss.get(url)
        return len(ran)

    few = counted()
    for name in list(SETTINGS)[:10]:
        SettingChange.objects.create(
            name=name,
            value=SETTINGS[name].kind.store(SETTINGS[name].default),
            changed_by="x",
            changed_at="2026-05-06T09:00Z",
        )
    assert counted() == few


def test_a_setting_is_changed_with_a_reason_and_shows_its_history(boss):
    answer = change(boss, "work.review_hours", "1.5", "faster now")
    assert answer.url == reverse("policies:detail", args=["work.review_hours"])
    page = boss.get(answer.url).text
    for shown in ("1.5 working hours", "2 working hours", "faster now", "R191"):
        assert shown in page
    assert value("work.review_hours") * 2 == 3


def test_what_is_no_value_is_said_beside_the_field(boss):
    page = change(boss, "archive.keep_years", "2")
    assert page.status_code == 422
    assert "outside 3 to 100" in page.context["form"].errors["value"][0]
    page = change(boss, "archive.keep_years", "5", reason="")
    assert set(page.context["form"].errors) == {"reason"}
    change(boss, "archive.keep_years", "5")
    stale = change(boss, "archive.keep_years", "6")
    assert "in the meantime" in stale.text
    assert value("archive.keep_years") == 5


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_a_page_and_a_form(boss, name):
    assert boss.get(reverse("policies:detail", args=[name])).status_code == 200
    form = boss.get(reverse("policies:change", args=[name]))
    if SETTINGS[name].page:
        assert form.headers["Location"] == reverse(SETTINGS[name].page)
        return
    assert form.status_code == 200
    again = change(boss, name, form.context["form"]["value"].value())
    assert "is already" in again.text


def test_who_may_not_change_settings_only_reads_them(boss):
    reader = web("policies.view_setting")
    assert reverse("policies:change", args=["archive.keep_years"]) not in reader.get(reverse("policies:index")).text
    assert change(reader, "archive.keep_years", "5").status_code == 403
    assert web().get(reverse("policies:index")).status_code == 403
    assert boss.get(reverse("policies:detail", args=["no.such"])).status_code == 404
