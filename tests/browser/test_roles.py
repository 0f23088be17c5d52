"""Each role's main path, from what waits at home to the finished work, in both languages, on one company."""

import re
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext as said
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from shunda.accounts.models import User
from shunda.assessments.states import ASSESSMENT
from shunda.billing.models import Invoice
from shunda.channels.tests.builders import HEAD
from shunda.fulfilment.states import SHIPMENT
from shunda.inventory.models import Supply
from shunda.orders.models import Order
from shunda.wiring.navigation import MENU
from shunda.wiring.roles import ROLES, TITLES
from shunda.work.models import Notice
from tests.browser import crew, keyboard
from tests.browser.conftest import PHONE, windows

pytestmark = pytest.mark.django_db(transaction=True)
DEPARTMENTS = {
    "finance": "finance",
    "contract": "contract",
    "production_planner": "production",
    "warehouse_head": "warehouse",
}
MOVES = {name: ASSESSMENT[name].label for name in ("notify", "state")} | {
    name: SHIPMENT[name].label for name in ("ship", "sign")
}


@pytest.fixture
def _django_db_helper(company):
    """Nothing is emptied between the stories: they share one company, which goes when the last one is told."""


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, crew.company() as desks:
        crew.promptly(patch)
        server = LiveServer("localhost")
        server._live_server_modified_settings.enable()
        yield server.url, desks
        server.stop()
        server._live_server_modified_settings.disable()


@pytest.fixture(params=list(crew.LANGUAGES))
def desk(request, company):
    with translation.override(request.param):
        yield company[1][request.param]


@pytest.fixture
def visit(company, chromium):
    with windows(chromium, company[0]) as window:
        yield window


@pytest.fixture
def at_home(visit, desk):
    """The worklist of whoever has the role."""

    def come(role, path="/", **options):
        page = visit(desk.people[role], language=translation.get_language(), **options)
        page.goto(path)
        return page

    return come


def step(page, kind):
    """The card of one step on the worklist, by the step's name."""
    return page.locator(f"[data-step='{kind}']")


def among(page, kind, number):
    """Where the row is: on the worklist itself, or in the list of all that waits of its kind."""
    card = step(page, kind)
    if card.get_by_role("link", name=number, exact=True).count():
        return card
    card.locator(".card-footer a").click()
    page.wait_for_url("**/work/?kind=*")
    return page.locator("main")


def take(page, kind, number):
    """Open what waits, from its row."""
    among(page, kind, number).get_by_role("link", name=number, exact=True).click()


def do(page, kind, text, *numbers):
    """Tick what waits and press the button under it."""
    rows = among(page, kind, numbers[0])
    for number in numbers:
        rows.get_by_role("row").filter(has_text=number).get_by_role("checkbox").check()
    rows.get_by_role("button", name=text, exact=True).click()


def find(page, number):
    """By the search box, as whoever has the number at hand."""
    page.keyboard.press("/")
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/orders/\d+/$"))


def comment(page, text):
    page.locator("#comment").fill(text)
    press(page, said("Add to the timeline"))
    told(page, said("Noted."))


def status(row):
    """As it is now."""
    row.refresh_from_db()
    return row.status


def press(page, text):
    page.locator("main, dialog[open]").get_by_role("button", name=text, exact=True).click()


def told(page, text):
    """What the page says it did."""
    expect(page.get_by_role("status").filter(has_text=text).first).to_be_visible()


def test_every_role_has_its_story():
    told = {name[9:].partition("__")[0] for name in globals()} | DEPARTMENTS.keys()
    assert {role.code for role in ROLES} - crew.MACHINES - told == set()


def test_every_figure_on_every_home_leads_to_just_so_many_rows(company):
    found = set()
    for role, person in company[1]["en"].people.items():
        me = crew.Reader(person)
        counted, worth = me.figures()
        for what, address, n in counted:
            assert (role, what, len(me.rows(address))) == (role, what, n)
            found |= {what} if n else set()
        if worth:
            address, value = worth
            assert (role, f"¥{sum(row.gross for row in me.rows(address)):,.2f}") == (role, value.strip())
    assert {"late", "day", "today", "late orders", "review.sales", "shipment.ship", "payment.match"} <= found


def test_what_one_is_at_is_not_taken_away_and_a_session_that_ended_is_said_once(at_home, desk):
    page = at_home("sales_rep")
    look = "document.dispatchEvent(new Event('shunda:look'))"
    page.keyboard.press("j")
    news = {"subject_kind": "orders.order", "subject_id": desk.plain.pk, "label": desk.plain.number, "said_by": "Wang"}
    Notice.objects.create(user=desk.people["sales_rep"], text="call him back", said_at=desk.now, **news)
    page.evaluate(look)
    offer = page.locator("[data-live-offer]")
    expect(offer).to_be_visible()
    expect(page.get_by_text("call him back")).to_have_count(0)
    offer.get_by_role("button").click()
    expect(page.get_by_text("call him back")).to_be_visible()
    expect(offer).to_be_hidden()
    page.context.clear_cookies()
    for _look in range(2):
        with page.expect_response("**/work/live/"):
            page.evaluate(look)
    expect(page.locator("#toasts [role=alert]")).to_have_count(1)


def test_the_sales_rep__reads_why_an_order_came_back_mends_it_and_hands_it_in(at_home, desk):
    page = at_home("sales_rep")
    take(page, "order.revise", desk.returned.number)
    expect(page.get_by_text("价格太低").first).to_be_visible()
    page.get_by_role("link", name=said("Edit"), exact=True).click()
    page.locator("[name=note]").fill("price agreed")
    press(page, said("Save and submit"))
    told(page, said("Submitted for review."))
    assert status(desk.returned) == "in_review"
    page.goto("/")
    expect(step(page, "order.revise").get_by_text(desk.returned.number)).to_have_count(0)


def test_the_sales_clerk__finds_importing_by_its_name_and_books_a_file_of_orders(at_home, desk):
    page = at_home("sales_clerk")
    page.keyboard.press("Control+k")
    page.keyboard.type(said("Import orders from a file"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/new/")
    text = f"{HEAD}FILE-{desk.code},A-1,90,pc,12.5,0,{desk.soon},{desk.buyer.code},{desk.soon},\n"
    file = {"name": "orders.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.locator("[name=file]").set_input_files([file])
    press(page, said("Send in"))
    page.locator("main form button.btn-primary").first.click()
    expect(page.get_by_text("¥1,125.00")).to_have_count(2)  # in the file, and imported
    assert Order.objects.get(external_number=f"FILE-{desk.code}").lines.get().quantity == 90


def test_the_sales_manager__approves_one_and_sends_the_other_back_from_the_review_desk(at_home, desk):
    page = at_home("sales_manager")
    step(page, "review.sales").get_by_role("link", name=said("Review desk")).click()
    row = page.get_by_role("row").filter(has_text=desk.dear.number)
    row.locator("summary").click()
    row.locator("textarea").fill("太贵")
    row.locator("[data-send-back]").click()
    expect(page.get_by_text(desk.dear.number, exact=True)).to_have_count(0)
    page.get_by_role("row").filter(has_text=desk.judged.number).locator("[data-approve]").click()
    expect(page.get_by_text(desk.judged.number, exact=True)).to_have_count(0)
    assert (status(desk.dear), desk.judged.reviews.get(department="sales").status) == ("sent_back", "approved")


def test_the_regional_manager__reviews_the_orders_of_the_region_and_sees_no_others(at_home, desk):
    page = at_home("regional_manager")
    take(page, "review.sales", desk.regional.number)
    press(page, said("Approve"))
    told(page, said("Approved."))
    assert desk.regional.reviews.get(department="sales").status == "approved"
    assert page.goto(f"/orders/{desk.project.pk}/").status == 404


@pytest.mark.parametrize(("role", "department"), DEPARTMENTS.items())
def test_a_department_approves_an_order_from_the_worklist(at_home, desk, role, department):
    page = at_home(role)
    take(page, f"review.{department}", desk.judged.number)
    press(page, said("Approve"))
    told(page, said("Approved."))
    assert desk.judged.reviews.get(department=department).status == "approved"


def test_the_vice_president__approves_what_is_important_and_a_raise_of_a_limit(at_home, desk):
    page = at_home("vice_president")
    take(page, "review.management", desk.weighty.number)
    press(page, said("Approve"))
    told(page, said("Approved."))
    page.goto("/")
    take(page, "credit.raise", desk.buyer.code)
    press(page, said("Approve the raise"))
    told(page, said("Approved."))
    desk.raise_.refresh_from_db()
    assert (status(desk.weighty), desk.raise_.status) == ("confirmed", "approved")


def test_the_order_admin__hands_in_several_and_what_is_refused_says_why_beside_its_row(at_home, desk):
    page = at_home("order_admin")
    do(page, "order.submit", said("Submit for review"), desk.ready.number, desk.dateless.number)
    expect(page.locator(".toast")).to_contain_text(
        said("%(done)s done, %(refused)s refused") % {"done": 1, "refused": 1}
    )
    row = step(page, "order.submit").get_by_role("row").filter(has_text=desk.dateless.number)
    expect(row.locator(".text-red")).not_to_be_empty()
    expect(step(page, "order.submit")).not_to_contain_text(desk.ready.number)
    assert (status(desk.ready), status(desk.dateless)) == ("in_review", "draft")


def test_the_finance__invoices_what_was_shipped_and_matches_what_was_paid(at_home, desk):
    page = at_home("finance")
    do(page, "invoice.create", said("Draft invoices"), desk.payers.number)
    told(page, said("Drafted."))
    page.goto("/")
    draft = Invoice.objects.get(order=desk.payers)
    do(page, "invoice.issue", said("Issue"), draft.number)
    told(page, said("Issued."))
    do(page, "payment.match", said("Match as proposed"), desk.paid.number)
    told(page, said("Matched."))
    draft.refresh_from_db()
    desk.payers.refresh_from_db()
    assert (draft.status, desk.payers.paid) == ("issued", desk.payers.gross)


def test_the_hr__tells_a_person_of_a_case_and_the_person_reads_it_at_home(at_home, desk):
    page = at_home("hr")
    take(page, "assessment.notify", desk.case.number)
    press(page, str(MOVES["notify"]))
    told(page, said("Told."))
    other = at_home("sales_rep")
    other.locator("#notices").get_by_role("link", name=desk.case.number).click()
    other.get_by_role("link", name=str(MOVES["state"]), exact=True).click()
    other.get_by_role("dialog").locator("textarea").fill("生病了")
    other.get_by_role("dialog").locator("button.btn-primary").click()
    expect(other.get_by_text("生病了").first).to_be_visible()
    desk.case.refresh_from_db()
    assert desk.case.status == "stated"


def test_the_warehouse_head__plans_the_shipment_of_what_is_confirmed(at_home, desk):
    page = at_home("warehouse_head")
    do(page, "shipment.create", said("Plan shipments"), desk.to_plan.number)
    told(page, said("Planned: the warehouse can pick it."))
    page.goto("/")
    take(page, "shipment.pick", desk.to_plan.shipments.get().number)
    expect(page.get_by_role("heading", name=desk.to_plan.shipments.get().number, exact=True)).to_be_visible()


def test_the_warehouse_keeper__picks_on_a_phone_and_loses_no_scan_with_the_connection(at_home, desk):
    page = at_home("warehouse_keeper", "/shipments/floor/", size=PHONE)
    page.keyboard.type(desk.to_pick.number)
    page.keyboard.press("Enter")
    expect(page.locator(".stop")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("data-offline", "kept")
    page.route("**/shipments/scans/", lambda route: route.abort())
    pieces = int(desk.to_pick.lines.get().quantity)
    for _piece in range(pieces):
        page.keyboard.type("6901234567892")
        page.keyboard.press("Enter")
    expect(page.locator("[data-found]")).to_have_text(str(pieces))
    expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", str(pieces))
    page.unroute("**/shipments/scans/")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", "0")
    page.keyboard.type(desk.to_pick.number)
    page.keyboard.press("Enter")
    expect(page.locator("[name=parcels]")).to_be_visible()
    assert status(desk.to_pick) == "picked"


def test_the_rnd__reads_an_order_and_says_what_it_needs(at_home, desk):
    page = at_home("rnd")
    find(page, desk.judged.number)
    comment(page, "needs a longer shaft")
    expect(page.get_by_text("needs a longer shaft").first).to_be_visible()


def test_the_workshop_leader__asks_a_colleague_who_finds_it_at_home_without_loading_again(at_home, desk):
    rep = at_home("sales_rep")
    page = at_home("workshop_leader")
    find(page, desk.judged.number)
    comment(page, f"@{desk.people['sales_rep'].username} which flange?")
    rep.evaluate("document.dispatchEvent(new Event('shunda:look'))")
    expect(rep.locator("#notices").get_by_text("which flange?").first).to_be_visible()


def test_the_inspector__stops_an_order_and_lets_it_go_on(at_home, desk):
    page = at_home("inspector")
    find(page, desk.plain.number)
    page.locator("main").get_by_role("link", name=said("Place hold"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason]").fill("hardness to be measured")
    dialog.get_by_role("button", name=said("Hold"), exact=True).click()
    told(page, said("On hold."))
    press(page, said("Release"))
    told(page, said("Released."))
    assert desk.plain.holds.get().released_at


def test_the_buyer__announces_what_is_on_its_way(at_home, desk):
    page = at_home("buyer")
    page.keyboard.press("Control+k")
    page.keyboard.type(said("On its way"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/inventory/coming/")
    page.locator("main").get_by_role("link", name=said("Announce goods"), exact=True).first.click()
    page.locator("[name=warehouse]").select_option(label=str(desk.goods.place))
    page.locator("[name=expected_on]").fill(desk.soon.isoformat())
    page.locator("[name=reference]").fill(f"PO-{desk.code}")
    page.locator("[name=lines-0-sku]").fill("A-1")
    page.locator("[name=lines-0-quantity]").fill("40")
    page.locator("main button.btn-primary").click()
    told(page, said("Announced."))
    assert Supply.objects.get(reference=f"PO-{desk.code}").quantity == 40


def test_the_logistics__ships_what_is_packed_and_records_what_was_signed(at_home, desk):
    page = at_home("logistics")
    take(page, "shipment.ship", desk.to_ship.number)
    page.locator("main").get_by_role("link", name=str(MOVES["ship"]), exact=True).click()
    page.locator("[name=carrier_id]").select_option(index=1)
    page.locator("[name=tracking_number]").fill(f"SF-{desk.code}-1")
    press(page, said("Shipped"))
    told(page, said("Shipped."))
    page.goto("/")
    take(page, "shipment.sign", desk.to_sign.number)
    page.locator("main").get_by_role("link", name=str(MOVES["sign"]), exact=True).click()
    page.locator("[name=signed_by]").fill("李经理")
    press(page, said("Record receipt"))
    told(page, said("The receipt is recorded."))
    assert (status(desk.to_ship), status(desk.to_sign)) == ("shipped", "signed")


def test_the_customer_service__answers_where_an_order_is_by_the_last_digits_of_a_phone(at_home, desk):
    page = at_home("customer_service")
    take(page, "shipment.call", desk.signed.number)
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("8000")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(desk.buyer.name).first).to_be_visible()
    dialog.get_by_role("searchbox").fill(desk.signed.number)
    dialog.get_by_role("link", name=desk.signed.number).first.click()
    page.wait_for_url(f"**/shipments/{desk.signed.pk}/")


def test_the_project_manager__puts_an_order_in_front(at_home, desk):
    page = at_home("project_manager", f"/orders/{desk.project.pk}/")
    page.locator("main").get_by_role("link", name=said("Set priority"), exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=urgent]").check()
    dialog.get_by_role("button", name=said("Save"), exact=True).click()
    told(page, said("Saved."))
    desk.project.refresh_from_db()
    assert desk.project.urgent
    assert page.goto(f"/orders/{desk.plain.pk}/").status == 404  # a colleague's


def test_the_analyst__shares_what_he_filters_as_a_view_and_takes_it_out_as_a_file(at_home, desk):
    page = at_home("analyst", f"/orders/?q={desk.buyer.code}&stage=in_review")
    page.get_by_role("link", name=said("Save view")).click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=name]").fill(f"East {desk.code}")
    dialog.locator("[name=shared]").check()
    dialog.locator("button.btn-primary").click()
    expect(page.locator(".views [aria-current=page]")).to_contain_text(f"East {desk.code}")
    numbers = page.locator("#rows tr td a.fw-bold").all_inner_texts()
    other = at_home("sales_clerk", "/orders/")
    other.locator(".views summary").click()
    other.locator(".views").get_by_role("link", name=f"East {desk.code}").click()
    expect(other.locator("#rows tr td a.fw-bold")).to_have_text(numbers)
    page.locator("summary").filter(has_text=said("Export")).click()
    with page.expect_download() as file:
        page.get_by_role("button", name=said("CSV, as filtered")).click()
    lines = Path(file.value.path()).read_text("utf-8-sig").splitlines()[1:]
    assert numbers
    assert [line.split(",")[0] for line in lines] == numbers


def test_the_auditor__reads_what_happened_and_can_change_nothing(at_home, desk):
    page = at_home("auditor")
    find(page, desk.returned.number)
    expect(page.locator(".timeline-panel")).to_contain_text("价格太低")
    assert page.locator(".page-header .btn-list button:not([disabled])").count() == 0
    assert page.goto(f"/orders/{desk.returned.pk}/edit/").status == 403


def test_the_administrator__lets_somebody_in_who_finds_the_work_of_the_role(at_home, visit, desk):
    page = at_home("administrator", "/accounts/users/new/")
    page.locator("[name=username]").fill(f"new.{desk.code}")
    page.locator("[name=name]").fill("新人")
    page.locator("[name=password]").fill("a long first secret")
    page.get_by_label(TITLES["warehouse_keeper"][0 if desk.code == "Z" else 1], exact=True).check()
    page.locator("main button.btn-primary").click()
    told(page, said("The person can sign in now."))
    made = User.objects.get(username=f"new.{desk.code}")
    assert [role.code for role in made.roles.all()] == ["warehouse_keeper"]


def test_every_page_of_the_menu_is_used_with_the_keyboard_alone(visit, company):
    page = visit(company[1]["en"].people["administrator"], language="en")
    order = company[1]["en"].plain
    addresses = [entry.url for group in MENU for entry in group.entries]
    told = {}
    for address in (*addresses, "/orders/new/", f"/orders/{order.pk}/", "/search/", "/accounts/"):
        page.goto(address)
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "skip-link":
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "main", address
        elif not page.evaluate("document.activeElement.closest('main')"):
            told[address] = ["the skip link is not the first"]
        told[address] = told.get(address, []) + page.evaluate(keyboard.SEEN)
    assert {address: found for address, found in told.items() if found} == {}


def test_a_dialog_keeps_the_focus_and_gives_it_back(at_home, desk):
    page = at_home("administrator", f"/orders/{desk.to_change.pk}/")
    held = "() => document.activeElement === document.body || Boolean(document.activeElement.closest('dialog[open]'))"
    for opener, dialog in (
        (page.locator("main").get_by_role("link", name=said("Place hold"), exact=True), "#modal"),
        (page.locator(".topbar [data-palette]"), "#palette"),
    ):
        opener.focus()
        page.keyboard.press("Enter")
        expect(page.locator(dialog)).to_be_visible()
        for _way in range(12):
            page.keyboard.press("Tab")
            assert page.evaluate(held)
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
        expect(opener).to_be_focused()
