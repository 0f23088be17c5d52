"""Signing in, and the own account, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from shunda.accounts.models import User
from shunda.accounts.tests import builders
from shunda.accounts.tests.builders import PASSWORD


def sign_in(page, username, password=PASSWORD):
    page.goto("/accounts/login/")
    page.get_by_label("User name").fill(username)
    page.get_by_label(re.compile("^Password")).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_person_signs_in_and_out_with_and_without_javascript(visit, scripts):
    builders.user("li", name="Li Na")
    page = visit(scripts=scripts)
    sign_in(page, "li", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("User name or password is wrong.")
    sign_in(page, "li")
    page.goto("/accounts/")
    expect(page.get_by_role("heading", name="Li Na")).to_be_visible()
    page.goto("/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/")
    expect(page).to_have_url(re.compile("login"))


def test_somebody_who_guesses_is_told_when_to_come_back(visit):
    builders.user("li")
    page = visit()
    for _attempt in range(5):
        sign_in(page, "li", "guess")
    expect(page.get_by_role("heading", name="Wait a little")).to_be_visible()
    expect(page.locator("main")).to_contain_text("15 minutes")


def test_a_password_set_by_somebody_else_is_changed_first(visit):
    person = builders.user("li", must_change_password=True)
    page = visit(person)
    page.goto("/accounts/tokens/")
    expect(page.get_by_text("Choose your own before you go on")).to_be_visible()
    page.get_by_label("Current Password").fill(PASSWORD)
    page.get_by_label("New Password", exact=True).fill("a brand new secret")
    page.get_by_label("New Password (again)").fill("a brand new secret")
    page.get_by_role("button", name="Change the password").click()
    page.goto("/accounts/tokens/")
    expect(page.get_by_role("heading", name="API tokens", level=1)).to_be_visible()
    person.refresh_from_db()
    assert person.check_password("a brand new secret")


def test_language_and_theme_are_chosen_and_kept(visit):
    person = builders.user("li")
    page = visit(person)
    page.goto("/accounts/")
    page.locator("main").get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.locator("main").get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name="个人资料")).to_be_visible()
    person.refresh_from_db()
    assert (person.language, person.theme) == ("zh-hans", "dark")


def test_a_token_is_shown_once_and_revoked(visit):
    page = visit(builders.user("li", "accounts.view_user"))
    page.goto("/accounts/tokens/")
    page.get_by_label("What is it for?").fill("ERP")
    page.get_by_label("It may do whatever I may do").check()
    page.get_by_role("button", name="Make the token").click()
    raw = page.get_by_label("API token", exact=True).input_value()
    assert raw.startswith("shunda_")
    page.goto("/accounts/tokens/")
    assert raw not in page.content()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("revoked", exact=True)).to_be_visible()


def test_a_passkey_is_added_and_signs_in(visit):
    person = builders.user("li", name="Li Na")
    page = visit()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": key | {"isUserVerified": True}})
    sign_in(page, "li")
    page.goto("/accounts/2fa/webauthn/add/")
    if page.get_by_role("button", name="Confirm").is_visible():
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.locator("main").get_by_role("button", name="Add").click()
    page.wait_for_url(re.compile("recovery-codes|webauthn/$"))
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_text("Laptop")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto("/accounts/")
    expect(page.get_by_role("heading", name="Li Na")).to_be_visible()
    assert User.objects.get(pk=person.pk).last_login


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
def test_the_pages_of_the_account_are_accessible(visit, accessible, language, size):
    page = visit(builders.user("li", "*", regions=[builders.region()]), language=language, size=size)
    for path in (
        "/accounts/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/sessions/",
        "/accounts/tokens/",
        "/accounts/users/",
        "/accounts/users/new/",
        "/accounts/roles/",
        "/accounts/roles/matrix/",
        "/accounts/roles/new/",
        "/accounts/regions/",
        "/style/",
        "/nothing-here",
    ):
        page.goto(path)
        accessible(page)
    page.context.clear_cookies()
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"):
        page.goto(path)
        accessible(page)
