"""The warehouse on a phone of 360 pixels: a scanner that types, a lost connection, the camera."""

import base64
import re

import pytest
from django.utils import translation
from django.utils.translation import gettext as said
from playwright.sync_api import expect

from shunda.accounts import permissions
from shunda.accounts.models import Role
from shunda.accounts.steps import install_roles
from shunda.accounts.tests import builders
from shunda.catalog.tests.builders import sku
from shunda.customers.tests.builders import customer
from shunda.fulfilment.models import Scan, Shipment
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.inventory.models import Balance
from shunda.orders.tests.builders import confirmed_order
from shunda.web.documents.codes import code128
from shunda.wiring.roles import expanded

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = (360, 740)
BEARING, SEAL = "6901234567892", "6901234567908"


@pytest.fixture
def keeper():
    install_roles(expanded(permissions.known()))
    person = builders.user("keeper", name="Wang")
    person.roles.set([Role.objects.get(code="warehouse_keeper")])
    return person


@pytest.fixture
def made():
    goods = [
        sku("A-1", name="深沟球轴承", specification="6204-2RS", barcode=BEARING),
        sku("B-2", name="油封", specification="25x40x7", barcode=SEAL),
        sku("C-3", name="轴承座"),
    ]
    made = shipment(
        confirmed_order(customer(name="上海华东贸易有限公司"), [(goods[0], 12, 5), (goods[1], 3, 7), (goods[2], 2, 9)])
    )
    for article, where in zip(goods, ("A-10-1", "A-2-3", ""), strict=True):
        Balance.objects.filter(sku=article).update(location=where)
    carrier("SF", name="顺丰")
    return made


def beep(page, code):
    """A scanner types fast and presses Enter."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def words(page):
    return page.locator("[data-said]")


def row(page, code):
    return page.locator(".stop").filter(has_text=code)


def counted(page, code):
    return row(page, code).locator("[data-found]")


def saved(page):
    expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", "0")


def press(page, text):
    page.locator("main").get_by_role("button", name=re.compile(f"^{re.escape(text)}")).click()


@pytest.mark.req("R127", "R128", "R138")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_keeper_picks_packs_and_ships_with_a_scanner(visit, accessible, keeper, made, language):
    with translation.override(language):
        page = visit(keeper, size=PHONE, language=language)
        page.goto("/shipments/floor/")
        accessible(page)
        beep(page, made.number)
        expect(page.locator(".stop.is-next")).to_contain_text("A-2-3")
        accessible(page)

        page.locator("h1").click()  # the scanner is heard wherever the thumb was
        beep(page, SEAL)
        expect(counted(page, "B-2")).to_have_text("1")
        beep(page, "4711")
        expect(words(page)).to_have_class(re.compile("is-bad"))
        expect(words(page)).to_contain_text("4711")
        accessible(page)
        beep(page, f"3x{SEAL}")
        expect(words(page)).to_have_class(re.compile("is-bad"))
        beep(page, "2x")
        beep(page, SEAL)
        expect(counted(page, "B-2")).to_have_text("3")
        expect(page.locator(".stop.is-next")).to_contain_text("A-10-1")

        beep(page, f"12x{BEARING}")
        press(page, said("Undo"))
        expect(counted(page, "A-1")).to_have_text("0")
        beep(page, f"10x{BEARING}")
        short = row(page, "A-1")
        press_missing = short.get_by_role("button", name=said("Missing"))
        press_missing.click()
        expect(words(page)).to_contain_text(said("Choose why it is not there."))
        short.locator("select").select_option("damaged")
        press_missing.click()
        expect(short.locator("[data-short-n]")).to_have_text("2")
        beep(page, made.number)
        expect(words(page)).to_contain_text("C-3")
        row(page, "C-3").locator("[data-all]").click()
        expect(words(page)).to_contain_text(said("Everything is scanned. Press “Picked” or scan the shipment number."))
        accessible(page)
        saved(page)
        beep(page, made.number)

        expect(page.locator("[name=parcels]")).to_be_visible()
        accessible(page)
        page.locator("[name=parcels]").fill("2")
        page.locator("[name=weight]").fill("8.5")
        press(page, said("Packed"))
        expect(page.locator("[name=tracking_number]")).to_be_focused()
        accessible(page)
        page.locator("[name=carrier_id]").select_option(index=1)
        page.locator("[name=tracking_number]").focus()
        beep(page, "SF1234567890")
        page.wait_for_url("**/shipments/floor/", wait_until="commit")
    made.refresh_from_db()
    assert (made.status, made.parcels, str(made.weight), made.tracking_number) == (
        "shipped",
        2,
        "8.500",
        "SF1234567890",
    )
    lines = made.lines.order_by("order_line__line_no")
    assert [(line.quantity, line.short, line.short_reason) for line in lines] == [
        (10, 2, "damaged"),
        (3, 0, ""),
        (2, 0, ""),
    ]


@pytest.mark.req("R127")
def test_a_lost_connection_and_a_page_that_is_loaded_again_lose_no_scan(visit, keeper, made):
    page = visit(keeper, size=PHONE)
    page.goto(f"/shipments/{made.pk}/scan/")
    expect(page.locator("html")).to_have_attribute("data-offline", "kept")
    beep(page, BEARING)
    expect(counted(page, "A-1")).to_have_text("1")
    saved(page)
    page.context.set_offline(True)
    for _ in range(3):
        beep(page, BEARING)
    expect(page.locator("[data-outbox]")).to_contain_text("3 scans are kept on this device")
    beep(page, f"20x{SEAL}")
    expect(words(page)).to_contain_text("too many")
    page.reload()
    expect(counted(page, "A-1")).to_have_text("4")
    beep(page, SEAL)
    expect(counted(page, "B-2")).to_have_text("1")
    press(page, "Undo")
    expect(counted(page, "B-2")).to_have_text("0")
    expect(page.locator("[data-outbox]")).to_have_attribute("data-waiting", "5")
    assert Scan.objects.count() == 1
    page.context.set_offline(False)
    saved(page)
    assert [int(scan.quantity) for scan in Scan.objects.order_by("id")] == [1, 1, 1, 1, 1, -1]
    page.reload()
    expect(counted(page, "A-1")).to_have_text("4")


@pytest.mark.req("R127")
def test_an_answer_that_was_lost_counts_nothing_twice_and_what_a_colleague_took_is_said(visit, keeper, made):
    page = visit(keeper, size=PHONE)
    page.goto(f"/shipments/{made.pk}/scan/")
    lost = []

    def lose(route):
        if not lost:
            lost.append(route.fetch())  # the server counted it, the phone never hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/shipments/scans/", lose)
    beep(page, f"2x{SEAL}")
    saved(page)
    assert [int(scan.quantity) for scan in Scan.objects.all()] == [2]
    other = visit(keeper, size=PHONE)
    other.goto(f"/shipments/{made.pk}/scan/")
    beep(other, SEAL)
    saved(other)
    beep(page, SEAL)
    expect(page.locator("[data-refused-list]")).to_contain_text("too many")
    expect(words(page)).to_have_class(re.compile("is-bad"))
    expect(counted(page, "B-2")).to_have_text("3")
    page.get_by_role("button", name="Seen").click()
    expect(page.locator("[data-refused]")).to_be_hidden()
    press(page, "Undo")  # what counted, not what was refused
    expect(counted(page, "B-2")).to_have_text("1")
    saved(page)
    assert [int(scan.quantity) for scan in Scan.objects.order_by("id")] == [2, 1, -2]


CAMERA = """
picture => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const image = new Image();
  image.src = "data:image/svg+xml;base64," + picture;
  const draw = () => {
    const sheet = canvas.getContext("2d");
    sheet.fillStyle = "#fff";
    sheet.fillRect(0, 0, 640, 360);
    if (image.complete) sheet.drawImage(image, 60, 100, 520, 160);
  };
  setInterval(draw, 50);
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(20);
}
"""


@pytest.mark.req("R127")
def test_the_camera_reads_a_barcode_once_under_the_strict_policy(visit, keeper, made):
    picture = base64.b64encode(code128("C-3").replace("<svg ", '<svg width="520" height="160" ', 1).encode()).decode()
    page = visit(keeper, size=PHONE)
    page.goto(f"/shipments/{made.pk}/scan/")
    page.evaluate(CAMERA, picture)
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))
    page.get_by_role("button", name="Scan with the camera").click()
    expect(counted(page, "C-3")).to_have_text("1")
    saved(page)
    page.get_by_role("button", name="Close the camera").click()
    expect(page.locator("[data-camera]")).to_be_hidden()
    assert Scan.objects.count() == 1
    assert [url for url in fetched if "zxing" in url], "the reader comes when the camera is opened"


def test_the_floor_works_without_a_script(visit, keeper, made):
    page = visit(keeper, size=PHONE, scripts=False)
    page.goto(f"/shipments/{made.pk}/scan/")
    page.locator("#code").fill(SEAL)
    page.locator("#code").press("Enter")
    expect(counted(page, "B-2")).to_have_text("1")
    assert Shipment.objects.get().status == "planned"
