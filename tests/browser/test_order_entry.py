"""Entering orders by the keyboard alone, pasting from a spreadsheet, and losing nothing whatever happens."""

import random
import re
from dataclasses import astuple
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from shunda.accounts.tests import builders
from shunda.billing.tests.builders import BUYER
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.money import plain, rounded
from shunda.customers.tests.builders import customer
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, queries
from shunda.orders.models import Order, Sheet
from shunda.orders.tests.builders import AT, order, spec
from shunda.pricing.rules import PricedLine, document, line_total
from shunda.pricing.tests.builders import price_list
from shunda.web.formats import amount

pytestmark = pytest.mark.django_db(transaction=True)
PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""


ADDED_UP = """(documents) => documents.map(([lines, terms]) => {
  const { line, document, written } = window.shunda.entry.amounts;
  const found = document(lines.map((figures) => line(figures, terms.digits)), terms);
  return [found.goods, found.net, found.tax, found.gross, ...found.lines.map((one) => one.gross)].map((coins) => written(coins, terms.digits));
})"""


@pytest.fixture
def visit(visit):
    """As everywhere, but what the page asks by itself is answered before the tables are emptied."""
    open_requests = {}

    def window(*args, **options):
        page = visit(*args, **options)
        open_requests[page] = 0

        def count(by):
            open_requests[page] += by

        page.on("request", lambda _request: count(1))
        page.on("requestfinished", lambda _request: count(-1))
        page.on("requestfailed", lambda _request: count(-1))
        return page

    yield window
    for page in open_requests:
        while not page.is_closed() and open_requests[page] > 0:
            page.wait_for_timeout(50)


@pytest.fixture
def buyer():
    return customer("C1", name="上海华东贸易有限公司", term="prepaid", **BUYER)


@pytest.fixture
def articles(buyer):
    made = [sku(f"BRG-620{n}", name="深沟球轴承") for n in range(10)]
    price_list(prices=[(article, "12.50") for article in made])
    for article in made:
        stock(article, warehouse(), 100)
    return made


@pytest.fixture
def clerk(transactional_db):
    return builders.user("clerk", "*", name="Li Na")


def settled(page) -> None:
    """Until what was typed is kept."""
    expect(page.locator("form [data-saved]")).to_have_text(re.compile(r"\d\d:\d\d"))


def shows(page, selector: str, text: str) -> None:
    """Until it says so; in a page of a thousand lines ``expect`` describes them all each time it looks in vain."""
    page.wait_for_function(
        "([selector, text]) => document.querySelector(selector)?.textContent === text", arg=[selector, text]
    )


@pytest.mark.req("R019", "R026", "R027")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_ten_lines_are_entered_and_handed_in_by_the_keyboard_alone(visit, clerk, articles, language):
    page = visit(clerk, language=language)
    page.goto("/orders/new/")
    keys = page.keyboard
    keys.type("shhd")  # the initials of 上海华东
    keys.press("Enter")
    expect(page.locator("[name=wanted_date]")).to_be_focused()
    page.locator("[name=wanted_date]").fill("2099-05-20")
    keys.press("Enter")
    keys.type("PO-1")
    keys.press("Enter")
    for n, article in enumerate(articles):
        expect(page.locator(f"[name=lines-{n}-sku]")).to_be_focused()
        keys.type(article.code)
        keys.press("Enter")  # takes the first, as soon as it is known
        expect(page.locator(f"[name=lines-{n}-quantity]")).to_be_focused()
        keys.type(str(n + 1))
        keys.press("Enter")
    expect(page.locator("[data-total=gross] dd")).to_have_text("¥687.50")
    expect(page.locator("[data-words]")).to_contain_text("陆佰捌拾柒元伍角" if language == "zh-hans" else "six hundred")
    keys.press("Enter")  # an empty line ends them
    expect(page.locator("[data-save=submit]")).to_be_focused()
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    made = Order.objects.get()
    assert (made.status, made.lines.count(), made.customer_reference) == ("in_review", 10, "PO-1")
    assert not Sheet.objects.exists()


@pytest.mark.req("R009", "R026")
def test_a_thousand_lines_are_pasted_mended_in_place_and_saved(visit, clerk, buyer, articles):
    page = visit(clerk)
    page.goto("/orders/new/")
    page.locator("[name=customer]").fill("C1")
    page.locator("[name=lines-0-sku]").focus()
    rows = [f"BRG-620{n % 10}\t{n % 7 + 1}\t10" for n in range(1000)]
    rows[700] = "BRG-62X3\t5\t10"
    page.evaluate(PASTE, "料号\t数量\t单价\n" + "\n".join(rows))
    shows(page, "[data-paste-said]", "1000 lines read, 1 of them to mend.")
    shows(page, "[data-total=gross] dd", "¥39,960.00")
    page.wait_for_function("() => document.activeElement.name === 'lines-700-sku'")
    wrong = page.locator("[name=lines-700-sku]")
    assert wrong.get_attribute("aria-invalid") == "true"
    page.locator("[data-line]").nth(700).locator("[data-like='BRG-6200']").click()
    page.wait_for_function("() => document.activeElement.name === 'lines-700-quantity'")
    assert wrong.input_value() == "BRG-6200"
    assert page.locator("[data-next-fault]").is_hidden()
    shows(page, "[data-total=gross] dd", "¥40,010.00")
    page.wait_for_url("**/orders/new/?sheet=*")  # it is kept
    sent = []
    page.wait_for_function("() => !Object.keys(localStorage).some((name) => name.startsWith('shunda-entry:'))")  # whole
    asked = re.compile(r"/orders/sheet/(\w+)/$")
    page.on(
        "request",
        lambda one: (to := asked.search(one.url)) and sent.append((to[1], len(one.post_data or ""))),
    )
    page.locator("[name=lines-500-quantity]").fill("13")
    shows(page, "[data-total=gross] dd", "¥40,100.00")
    shows(page, "[data-words]:not(.opacity-50)", "Chinese yuan forty thousand one hundred only")
    with page.expect_response("**/sheet/check/"):
        pass  # the checks come last, after what was typed is kept
    assert {name for name, _size in sent} == {"quote", "keep", "check"}
    assert max(size for _name, size in sent) < 1000, sent
    assert Sheet.objects.get().content["lines"][500]["quantity"] == "13"
    page.locator("[data-save='']").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"), timeout=30_000)
    assert Order.objects.get().lines.count() == 1000


@pytest.mark.req("R026", "R027")
def test_the_browser_adds_up_as_the_server_does(visit, clerk, articles):
    page = visit(clerk)
    page.goto("/orders/new/")
    dice = random.Random(7)
    told, expected = [], []
    for _ in range(300):
        digits = dice.choice([2, 2, 2, 0, 3])
        currency = {0: "JPY", 2: "CNY", 3: "KWD"}[digits]
        lines = [
            PricedLine(
                Decimal(dice.randrange(10**6)).scaleb(-dice.randrange(5)),
                Decimal(dice.randrange(10**7)).scaleb(-dice.randrange(7)),
                dice.choice([Decimal(0), Decimal(dice.randrange(10**4)).scaleb(-4)]),
                dice.choice([Decimal(0), Decimal("0.13"), Decimal("0.09"), Decimal(dice.randrange(10**4)).scaleb(-4)]),
            )
            for _ in range(dice.randrange(12))
        ]
        goods = sum((line_total(*astuple(line)[:3], currency) for line in lines), Decimal(0))
        discount = dice.choice([Decimal(0), rounded(goods * dice.randrange(100) / 100, currency)])
        freight, rate = Decimal(dice.randrange(10**5)).scaleb(-digits), dice.choice([Decimal(0), Decimal("0.09")])
        includes_tax = dice.random() < 0.5
        terms = {
            "digits": digits, "symbol": "¥", "includes_tax": includes_tax, "discount": f"{discount:f}",
            "freight": f"{freight:f}", "freight_tax": plain(rate),
        }  # fmt: skip
        told.append([[[plain(figure) for figure in astuple(line)] for line in lines], terms])
        found = document(lines, discount, freight, rate, includes_tax, currency)
        totals = (found.goods, found.net, found.tax, found.gross, *(line.gross for line in found.lines))
        expected.append([amount(figure, currency) for figure in totals])
    assert page.evaluate(ADDED_UP, told) == expected


def test_what_was_typed_survives_a_crash_of_the_browser(visit, clerk, articles):
    page = visit(clerk)
    page.goto("/orders/new/")
    page.locator("[name=customer]").fill("C1")
    page.locator("[name=lines-0-sku]").fill("BRG-6201")
    page.locator("[name=lines-0-quantity]").fill("not a number")
    page.locator("[name=note]").fill("call back")
    settled(page)
    page.context.close()
    again = visit(clerk)
    again.goto("/orders/new/")
    again.get_by_role("link", name="Go on with it").click()
    expect(again.locator("[name=lines-0-quantity]")).to_have_value("not a number")
    expect(again.locator("[name=note]")).to_have_value("call back")
    again.locator("[name=lines-0-quantity]").fill("4")
    again.get_by_role("button", name="Save draft").click()
    again.wait_for_url(re.compile(r"/orders/\d+/$"))
    assert Order.objects.get().lines.get().quantity == 4


def test_a_session_that_ends_in_the_middle_loses_nothing(visit, clerk, articles):
    page = visit(clerk)
    page.goto("/orders/new/")
    page.locator("[name=customer]").fill("C1")
    settled(page)
    Session.objects.all().delete()
    page.locator("[name=note]").fill("typed while signed out")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    tab = opened.value
    tab.get_by_label("User name").fill("clerk")
    tab.get_by_label(re.compile("^Password")).fill(builders.PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.wait_for_url(lambda url: "login" not in url)
    tab.close()
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(dialog).to_be_hidden()
    settled(page)
    assert Sheet.objects.get().content["head"]["note"] == "typed while signed out"


def test_what_did_not_reach_the_server_is_offered_again_from_this_browser(visit, clerk, articles):
    page = visit(clerk)
    page.goto("/orders/new/")
    page.route("**/orders/sheet/**", lambda route: route.abort())
    page.locator("[name=note]").fill("written in a tunnel")
    expect(page.locator("form [data-saved]")).to_contain_text("no connection")
    page.unroute("**/orders/sheet/**")
    page.goto("/orders/new/")
    expect(page.locator("[name=note]")).to_have_value("")
    page.locator("[data-local-copy]").get_by_role("button", name="Go on with it").click()
    expect(page.locator("[name=note]")).to_have_value("written in a tunnel")
    settled(page)


@pytest.mark.req("R034", "R054")
def test_warnings_ask_for_a_reason_that_stays_with_the_order(visit, accessible, clerk, buyer, articles):
    there = order(buyer, [(articles[0], 500, None)], by=system())
    Order.objects.filter(pk=there.pk).update(created_at="2026-11-22T00:00Z")
    page = visit(clerk)
    page.goto("/orders/new/")
    page.locator("[name=customer]").fill("C1")
    page.locator("[name=wanted_date]").fill("2099-05-20")
    page.locator("[name=invoice_kind]").select_option("ordinary")
    page.locator("[name=lines-0-sku]").fill("BRG-6200")
    page.locator("[name=lines-0-quantity]").fill("500")
    page.locator("[name=lines-0-quantity]").press("Enter")
    reason = page.locator("[name='why:orders.check-short-no-date']")
    expect(reason).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Save and submit").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("It cannot be submitted yet")
    expect(reason).to_have_class(re.compile("is-invalid"))
    for field in page.locator("[data-groups] input").all():
        field.fill("delivery in parts agreed")
    page.get_by_role("button", name="Save and submit").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    made = Order.objects.latest("pk")
    assert (made.status, Order.objects.count()) == ("in_review", 2)
    events = [event for event in queries.timeline(made.pk) if event.kind == "order.override"]
    assert "orders.check-short-no-date" in {event.data["code"] for event in events}
    assert {event.data["reason"] for event in events} == {"delivery in parts agreed"}


def test_both_sides_of_a_clash_are_shown_and_the_chosen_ones_saved(visit, accessible, clerk, buyer, articles):
    row = order(buyer, [(articles[0], 2, 10), (articles[1], 3, 10)], by=system())
    page = visit(clerk)
    page.goto(f"/orders/{row.pk}/edit/")
    page.locator("[name=note]").fill("mine")
    page.locator("[name=lines-0-quantity]").fill("9")
    theirs = spec(buyer, [(articles[0], 2, 10), (articles[1], 7, 10)], note="theirs", packing="crate")
    actions.edit({row.pk: theirs}, by=system(), at=AT).one()
    page.get_by_role("button", name="Save draft").click()
    dialog = page.get_by_role("dialog", name="Somebody else changed this order")
    expect(dialog).to_be_visible()
    accessible(page)
    expect(dialog.get_by_role("row", name="Packing").get_by_label("crate")).to_be_checked()  # only they touched it
    expect(dialog.get_by_role("row", name="BRG-6200").get_by_label("× 9")).to_be_checked()  # only I did
    expect(dialog.get_by_role("row", name="BRG-6201").get_by_label("× 7")).to_be_checked()
    dialog.get_by_role("row", name="Note").get_by_label("theirs").check()
    dialog.get_by_role("button", name="Take the chosen and save").click()
    page.wait_for_url(re.compile(r"/orders/\d+/$"))
    row.refresh_from_db()
    assert (row.note, row.packing) == ("theirs", "crate")
    assert [line.quantity for line in row.lines.order_by("line_no")] == [9, 7]


def test_the_entry_page_fits_a_phone_in_the_dark(visit, accessible, clerk, buyer, articles):
    row = order(buyer, [(article, 200, None) for article in articles[:3]], by=system())
    page = visit(clerk, size=(360, 740))
    page.emulate_media(color_scheme="dark")
    page.goto(f"/orders/{row.pk}/edit/")
    expect(page.locator("[data-total=gross] dd")).to_have_text("¥7,500.00")
    page.locator("[data-why]").first.click()
    page.locator("[data-open]").first.click()
    expect(page.locator("[data-groups] input").first).to_be_visible()
    accessible(page)
