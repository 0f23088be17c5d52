"""Pages of people: who may see them, what they do, what they cost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from shunda.accounts import actions
from shunda.accounts.models import ApiToken, Region, Role, User
from shunda.accounts.queries import actor_for, administrators
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests import builders
from shunda.accounts.tests.builders import PASSWORD


@pytest.fixture
def admin(db):
    return builders.user("admin", "*", name="Wang")


@pytest.fixture
def browser(client, admin):
    client.force_login(admin)
    return client


def text(answer):
    return answer.content.decode()


PAGES = ["users/", "users/new/", "roles/", "roles/matrix/", "roles/new/", "regions/", "regions/new/"]


@pytest.mark.parametrize("path", PAGES)
def test_administration_is_for_those_who_hold_its_permissions(client, db, path):
    assert client.get(f"/accounts/{path}").status_code == 302
    client.force_login(builders.user("li"))
    assert client.get(f"/accounts/{path}").status_code == 403
    client.force_login(builders.user("admin", "*"))
    assert client.get(f"/accounts/{path}").status_code == 200


def test_a_person_is_given_access_on_a_page(browser):
    role, east = Role.objects.create(code="clerk", name="Clerk"), builders.region("east")
    form = {
        "username": "li",
        "name": "Li Na",
        "password": PASSWORD,
        "language": "en",
        "role_ids": [role.pk],
        "region_ids": [east.pk],
    }
    answer = browser.post("/accounts/users/new/", form | {"email": "nobody"})
    assert answer.status_code == 422
    assert "“nobody” is not an email address." in text(answer)
    answer = browser.post("/accounts/users/new/", form)
    person = User.objects.get(username="li")
    assert answer["Location"] == f"/accounts/users/{person.pk}/"
    assert [r.pk for r in person.regions.all()] == [east.pk]
    page = text(browser.get(answer["Location"]))
    assert "The person can sign in now." in page
    assert "to be changed at the next sign-in" in page


def test_a_person_is_changed_gets_a_new_password_loses_and_regains_access(browser):
    person = builders.user("li", "accounts.view_user")
    page = f"/accounts/users/{person.pk}/"
    form = {"name": "Li Na", "title": "Clerk", "role_ids": [person.roles.get().pk], "version": 1}
    assert browser.post(f"{page}edit/", form)["Location"] == page
    stale = browser.post(f"{page}edit/", form | {"title": "Boss"})
    assert stale.status_code == 422
    assert "Now saved: Clerk" in text(stale)
    assert browser.post(f"{page}password/", {"password": "x"}).status_code == 422
    assert browser.post(f"{page}password/", {"password": "another fine secret"})["Location"] == page
    assert browser.post(f"{page}deactivate/", {"version": 3})["Location"] == page
    assert "The access has ended." in text(browser.get(page))
    assert browser.post(f"{page}reactivate/")["Location"] == page
    history = text(browser.get(page))
    for words in ("Particulars changed", "New password set by an administrator", "Access ended", "Access given back"):
        assert words in history


def test_the_last_administrator_stays_and_the_page_says_why(browser, admin):
    browser.post(f"/accounts/users/{admin.pk}/deactivate/")
    assert "is the last active administrator" in text(browser.get("/accounts/users/"))


def test_people_are_found_by_name_role_and_state(browser):
    builders.user("zhou", name="周涛", is_active=False)
    role = builders.user("li", name="李娜").roles.get()
    assert "李娜" in text(browser.get("/accounts/users/?q=李"))
    assert "周涛" not in text(browser.get("/accounts/users/?q=李"))
    assert "周涛" in text(browser.get("/accounts/users/?state=inactive"))
    assert "周涛" not in text(browser.get(f"/accounts/users/?role={role.pk}"))


def test_a_role_is_made_and_changed_by_ticking(browser):
    form = {"code": "desk", "name": "前台", "reach": "own", "permissions": ["accounts.view_user"]}
    made = browser.post("/accounts/roles/new/", form)
    role = Role.objects.get(code="desk")
    assert made["Location"] == f"/accounts/roles/{role.pk}/"
    assert "See people" in text(browser.get(made["Location"]))
    edit = f"/accounts/roles/{role.pk}/edit/"
    assert 'value="accounts.view_user" checked' in text(browser.get(edit))
    browser.post(edit, {"name": "前台", "reach": "all", "permissions": ["accounts.view_role"], "version": 1})
    role.refresh_from_db()
    assert (role.permissions, role.reach) == (["accounts.view_role"], "all")
    assert (
        browser.post(edit, {"name": "x", "reach": "all", "permissions": ["no.such"], "version": 2}).status_code == 422
    )


def test_a_region_is_made_and_closed(browser):
    assert browser.post("/accounts/regions/new/", {"code": "east", "name": "华东"})["Location"] == "/accounts/regions/"
    region = Region.objects.get()
    browser.post(f"/accounts/regions/{region.pk}/", {"name": "华东区", "version": 1})
    region.refresh_from_db()
    assert (region.name, region.active) == ("华东区", False)
    assert browser.post("/accounts/regions/new/", {"code": "east", "name": "x"}).status_code == 422


def test_the_own_address_is_changed(browser, admin):
    assert browser.post("/accounts/", {"email": "me@example.com", "phone": "", "version": 1}).status_code == 302
    admin.refresh_from_db()
    assert admin.email == "me@example.com"
    assert browser.post("/accounts/", {"email": "me", "version": 2}).status_code == 422


def test_a_token_is_shown_once_and_made_once(browser, admin):
    form = {"name": "ERP", "days": "90", "scopes": ["accounts.view_user"], "once": "abc"}
    made = text(browser.post("/accounts/tokens/", form))
    token = ApiToken.objects.get()
    assert f"shunda_{token.prefix}_" in made
    assert token.scopes == ["accounts.view_user"]
    again = text(browser.post("/accounts/tokens/", form))
    assert "its text is shown only once" in again
    assert ApiToken.objects.count() == 1
    assert browser.post("/accounts/tokens/", {"name": "ERP", "days": "90"}).status_code == 422
    browser.post(f"/accounts/tokens/{token.pk}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at


def test_an_administrator_revokes_the_token_of_another(browser):
    person = builders.user("li")
    made = actions.create_token(
        TokenSpec("x", ["*"], timezone.now() + timedelta(days=1)), by=actor_for(person), at=timezone.now()
    ).one()
    browser.post(f"/accounts/users/{person.pk}/tokens/{made.pk}/revoke/")
    assert ApiToken.objects.get().revoked_at
    assert browser.post(f"/accounts/users/{person.pk}/tokens/999/revoke/").status_code == 404


def test_language_and_theme_are_kept_for_visitors_and_people(client, admin):
    client.post("/accounts/preferences/", {"language": "zh-hans", "next": "/accounts/login/"})
    assert "登录" in text(client.get("/accounts/login/"))
    client.force_login(admin)
    client.post("/accounts/preferences/", {"theme": "dark"})
    assert 'data-bs-theme="dark"' in text(client.get("/accounts/"))
    assert client.post("/accounts/preferences/", {"theme": "pink", "language": "xx"}).status_code == 302
    admin.refresh_from_db()
    assert (admin.theme, admin.language) == ("dark", "en")
    assert client.get("/accounts/preferences/").status_code == 405


def test_nobody_signs_up_or_gets_mail(client, db):
    english = {"accept-language": "en"}
    assert "Nobody signs up here" in text(client.get("/accounts/signup/", headers=english))
    assert "Ask your administrator" in text(client.get("/accounts/password/reset/", headers=english))


@pytest.mark.parametrize(("language", "words"), [("en", "Try again in 15 minutes"), ("zh-hans", "请 15 分钟后再试")])
def test_guessing_a_password_is_stopped_for_a_while(client, db, language, words):
    builders.user("li")
    for _attempt in range(5):
        answer = client.post(
            "/accounts/login/", {"login": "li", "password": "x"}, headers={"accept-language": language}
        )
    assert answer.status_code == 429
    assert 60 <= int(answer["Retry-After"]) <= 900
    assert words in text(answer)
    right = client.post(
        "/accounts/login/", {"login": "li", "password": PASSWORD}, headers={"accept-language": language}
    )
    assert right.status_code == 429


def test_the_sessions_page_tells_by_browser_and_address_where_one_is_signed_in(client, db):
    builders.user("li")
    headers = {"user-agent": "Browser of Li"}
    client.post("/accounts/login/", {"login": "li", "password": PASSWORD}, headers=headers)
    page = text(client.get("/accounts/sessions/", headers=headers))
    assert page.count("Browser of Li") == 1
    assert "127.0.0.1" in page


def test_a_closed_account_cannot_sign_in_and_its_sessions_end(client, admin):
    person = builders.user("li")
    client.force_login(person)
    assert client.get("/accounts/").status_code == 200
    actions.deactivate([person.pk], by=actor_for(admin), at=timezone.now()).one()
    assert client.get("/accounts/").status_code == 302
    answer = client.post("/accounts/login/", {"login": "li", "password": PASSWORD}, follow=True)
    assert not answer.context["request"].user.is_authenticated


@pytest.mark.parametrize("path", ["users/", "roles/", "regions/"])
def test_a_list_costs_the_same_for_one_and_many(browser, django_assert_max_num_queries, path):
    for n in range(12):
        builders.user(f"p{n}", regions=[builders.region(f"r{n}")])
    browser.get(f"/accounts/{path}")
    with django_assert_max_num_queries(8):
        browser.get(f"/accounts/{path}")


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_others_access_at_once_leave_one():
    one, two = (builders.user(name, "*") for name in ("one", "two"))
    start = threading.Barrier(2)
    refused = []

    def end(by, other):
        start.wait()
        outcome = actions.deactivate([other.pk], by=by, at=timezone.now())
        refused.extend(refusal.code for refusal in outcome.refused)
        connection.close()

    threads = [threading.Thread(target=end, args=pair) for pair in ((actor_for(one), two), (actor_for(two), one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["accounts.last-administrator"]
    assert len(administrators()) == 1
