"""What the page kit's JavaScript adds, on the style page and the pages of regions."""

import re

import pytest
from playwright.sync_api import expect

from shunda.accounts.models import Region, User
from shunda.accounts.tests import builders


@pytest.fixture
def admin(transactional_db):
    return builders.user("admin", "*")


def test_a_form_opens_in_a_dialog_and_is_just_a_page_without_javascript(visit, admin):
    builders.region("east")
    for scripts in (True, False):
        page = visit(admin, scripts=scripts)
        page.goto("/accounts/regions/")
        page.get_by_role("link", name="New region").click()
        if scripts:
            expect(page.locator("dialog#modal")).to_be_visible()
        page.get_by_label("Code").fill("east")
        page.get_by_label("Name").fill("华东")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The code “east” is taken.")).to_be_visible()
        page.get_by_label("Code").fill(f"north-{scripts}".lower())
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("The region is made.")
    assert Region.objects.count() == 3


def test_a_dialog_is_closed_with_cancel_and_with_escape(visit, admin):
    page = visit(admin)
    page.goto("/accounts/regions/")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.locator("dialog#modal [data-close]").click()):
        page.get_by_role("link", name="New region").click()
        expect(page.locator("dialog#modal")).to_be_visible()
        leave()
        expect(page.locator("dialog#modal")).not_to_be_visible()


def test_a_dangerous_button_asks_first(visit, admin):
    person = builders.user("li", name="Li Na")
    page = visit(admin)
    page.goto(f"/accounts/users/{person.pk}/")
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("End the access of Li Na?")).to_be_visible()
    page.get_by_role("button", name="No", exact=True).click()
    assert User.objects.get(pk=person.pk).is_active
    page.get_by_role("button", name="Deactivate").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("The access has ended.")).to_be_visible()
    assert not User.objects.get(pk=person.pk).is_active


def test_panels_come_by_themselves_and_one_that_fails_fails_alone(visit, admin):
    page = visit(admin)
    page.goto("/style/")
    expect(page.get_by_text("This part came by itself.")).to_be_visible()
    expect(page.locator("[data-panel]", has_text="A panel that fails").get_by_role("alert")).to_contain_text(
        "Not found"
    )


def test_a_panel_that_cannot_be_reached_can_be_tried_again(visit, admin):
    page = visit(admin)
    page.route("**/style/panel/", lambda route: route.abort())
    page.goto("/style/")
    panel = page.locator("[data-panel]").first
    expect(panel).to_contain_text("That did not work.")
    page.unroute("**/style/panel/")
    panel.get_by_role("button", name="Try again").click()
    expect(panel).to_contain_text("This part came by itself.")


def test_enter_goes_down_the_lines_and_makes_one_at_the_end(visit, admin):
    page = visit(admin)
    page.goto("/style/")
    lines = page.locator("[data-lines]")
    before = lines.locator("tbody tr").count()
    lines.locator("tbody tr").last.locator("input[type=text]").first.press("Enter")
    expect(lines.locator("tbody tr")).to_have_count(before + 1)
    expect(lines.locator(f"[name=lines-{before}-article]")).to_be_focused()
    assert lines.locator("[name=lines-TOTAL_FORMS]").input_value() == str(before + 1)


def test_a_row_is_picked_with_the_keyboard_alone(visit, admin):
    page = visit(admin)
    page.goto("/style/")
    field = page.get_by_label("Article").first
    field.press_sequentially("a-2")
    expect(page.locator(".kit-suggestions [role=option]")).to_have_count(1)
    field.press("Enter")
    expect(field).to_have_value("A-200")
    field.fill("")
    field.press_sequentially("a-")
    expect(page.locator(".kit-suggestions [role=option]")).to_have_count(2)
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("A-200")


def test_whoever_types_faster_than_the_suggestions_come_gets_what_was_typed(visit, admin):
    page = visit(admin)
    page.goto("/style/")
    field = page.get_by_label("Article").first
    field.press_sequentially("a-1")
    expect(page.locator(".kit-suggestions.show [role=option]")).to_have_count(1)
    field.fill("")
    field.press_sequentially("a-2")
    field.press("Enter")
    expect(field).to_have_value("A-200")


def test_a_closed_button_says_why(visit, admin):
    page = visit(admin)
    page.goto("/style/")
    page.locator("[data-bs-toggle=tooltip]").first.hover()
    expect(page.get_by_role("tooltip")).to_have_text("Two lines are short.")


def test_the_menu_opens_on_a_phone(visit, admin):
    page = visit(admin, size=(360, 740))
    page.goto("/style/")
    expect(page.get_by_role("link", name="Users")).not_to_be_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Users").click()
    expect(page).to_have_url(re.compile("/accounts/users/"))


def test_a_session_that_ended_says_so_and_the_page_stays(visit, admin):
    page = visit(admin)
    page.goto("/style/")
    page.get_by_label("Name").first.fill("typed for an hour")
    page.context.clear_cookies()
    page.get_by_role("link", name="Form in a dialog").click()
    expect(page.get_by_role("alert").filter(has_text="Your session has ended.")).to_be_visible()
    expect(page.get_by_label("Name").first).to_have_value("typed for an hour")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_and_is_readable(visit, admin, accessible, scheme):
    page = visit(admin)
    page.emulate_media(color_scheme=scheme)
    page.goto("/style/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
    accessible(page)
