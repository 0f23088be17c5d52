"""Shipping in the browser."""

import base64
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shunda.accounts.tests.builders import user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.money import plain
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions
from shunda.fulfilment.documents import delivery_receipt
from shunda.fulfilment.models import Carrier, Receipt, Shipment
from shunda.fulfilment.specs import TrackSpec
from shunda.fulfilment.tests.builders import carrier, shipment
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import confirmed_order
from shunda.policies import actions as policies
from shunda.policies.specs import SettingSpec

pytestmark = pytest.mark.django_db
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def keeper(client):
    client.force_login(user("keeper", "*"))
    return client


@pytest.fixture
def confirmed():
    return confirmed_order(customer(), [(sku("A-1", barcode="6901234567892"), 10, 5), (sku("B-2"), 3, 7)])


def text(response):
    return response.content.decode()


def address(made, what=""):
    return f"/shipments/{made.pk}/{what}"


@pytest.mark.req("R127", "R138", "R143")
def test_an_order_is_planned_picked_packed_shipped_and_signed_for_in_the_browser(keeper, confirmed):
    assert confirmed.number in text(keeper.get("/shipments/to-plan/"))
    a, b = OrderLine.objects.filter(order=confirmed).order_by("line_no")
    form = keeper.get(f"/shipments/plan/{confirmed.pk}/").context["form"]
    assert [(plain(left), plain(free)) for _, left, free, _ in form.rows()] == [("10", "10"), ("3", "3")]
    keeper.post(
        f"/shipments/plan/{confirmed.pk}/", {f"quantity_{a.pk}": "８", f"quantity_{b.pk}": "", "mode": "express"}
    )
    made = Shipment.objects.get()

    page = text(keeper.get(address(made, "pick/")))
    assert 'data-codes="A-1|6901234567892"' in page
    line = made.lines.get()
    refused = keeper.post(address(made, "pick/"), {f"picked_{line.pk}": "7", "version": "1"})
    assert (refused.status_code, "1 was not found" in text(refused)) == (422, True)
    keeper.post(address(made, "pick/"), {f"picked_{line.pk}": "7", f"reason_{line.pk}": "gone", "version": "1"})
    keeper.post(address(made, "pack/"), {"parcels": "2", "note": "", "version": "2"})
    assert text(keeper.get(address(made, "labels/"))).count('<section class="parcel-label">') == 2

    refused = keeper.post(address(made, "ship/"), {"mode": "express", "tracking_number": "", "version": "3"})
    assert "Choose the carrier" in text(refused)
    sf = carrier("SF", tracking_url="https://sf.example/{number}")
    keeper.post(
        address(made, "ship/"),
        {"mode": "express", "carrier_id": str(sf.pk), "tracking_number": "SF99", "version": "3"},
    )
    assert 'href="https://sf.example/SF99"' in text(keeper.get(address(made)))

    form = keeper.get(address(made, "sign/")).context["form"]
    assert str(form["contact_id"].initial) == "李经理"
    receipt = {
        f"accepted_{line.pk}": "7",
        f"damaged_{line.pk}": "0",
        "contact_id": str(form["contact_id"].initial.pk),
        "looks_good": "on",
        "packing_intact": "on",
        "signature": "data:image/png;base64," + base64.b64encode(PIXEL).decode(),
        "version": "4",
    }
    assert keeper.post(address(made, "sign/"), receipt).status_code == 302
    made.refresh_from_db()
    assert (made.status, Receipt.objects.get().signed_by) == ("signed", "李经理")
    assert keeper.get(address(made, "signature/")).content == PIXEL
    assert "Signature of 李经理" in text(keeper.get(address(made)))


def test_a_signature_that_is_no_picture_is_refused_and_nothing_is_kept(keeper, confirmed):
    made = shipment(confirmed, "shipped")
    fields = {f"accepted_{line.pk}": plain(line.quantity) for line in made.lines.all()}
    receipt = {**fields, "signed_by": "Li", "looks_good": "on", "packing_intact": "on"}
    for picture in ("data:image/png;base64,%%%", base64.b64encode(b"hello").decode()):
        assert keeper.post(address(made, "sign/"), {**receipt, "signature": picture}).status_code == 422
    assert not Receipt.objects.exists()


def test_a_typed_name_is_enough_without_a_script_and_differences_land_at_their_line(keeper, confirmed):
    made = shipment(confirmed, "shipped")
    first, *_ = made.lines.order_by("pk")
    fields = {f"accepted_{line.pk}": plain(line.quantity) for line in made.lines.all()}
    receipt = {**fields, "signed_by": "Li", "looks_good": "on", "packing_intact": "on"}
    refused = keeper.post(address(made, "sign/"), {**receipt, f"accepted_{first.pk}": "9"})
    assert "9, but 10 was shipped" in str(refused.context["form"].errors[f"accepted_{first.pk}"])
    keeper.post(address(made, "sign/"), receipt)
    made.refresh_from_db()
    assert made.status == "signed"


def test_ticked_orders_are_planned_and_ticked_shipments_moved_together(keeper, confirmed):
    other = confirmed_order(customer("C2"), [(sku("C-3"), 1, 5)])
    keeper.post("/shipments/plan/", {"row": [f"{confirmed.pk}:1", str(other.pk)], "next": "/shipments/"})
    made = list(Shipment.objects.order_by("pk"))
    assert [s.order_id for s in made] == [confirmed.pk, other.pk]
    keeper.post("/shipments/pick/", {"row": [f"{s.pk}:1" for s in made]})
    answer = keeper.post("/shipments/pack/", {"row": [f"{s.pk}:2" for s in made] + ["999:1"]}, follow=True)
    assert "2 done, 1 refused" in text(answer) or "2" in text(answer)
    assert set(Shipment.objects.values_list("status", flat=True)) == {"packed"}
    answer = keeper.post("/shipments/plan/", {"row": str(other.pk), "next": "/shipments/to-plan/"}, follow=True)
    assert f"Nothing of order {other.number} is reserved" in text(answer)


def test_shipments_are_called_off_reversed_and_talked_about(keeper, confirmed):
    planned = shipment(confirmed)
    assert keeper.post(address(planned, "cancel/"), {"reason": ""}).status_code == 422
    keeper.post(address(planned, "cancel/"), {"reason": "wrong"})
    sent = shipment(confirmed, "shipped")
    keeper.post(address(sent, "tell/"), {"note": "by phone"})
    keeper.post(address(sent, "reverse/"), {"reason": "wrong goods"})
    assert [s.status for s in Shipment.objects.order_by("pk")] == ["cancelled", "reversed"]
    signed = shipment(confirmed, "signed")
    keeper.post(address(signed, "call/"), {"note": "all fine"})
    assert "all fine" in text(keeper.get(address(signed)))


@pytest.mark.req("R148", "R151", "R158")
def test_what_a_carrier_says_is_typed_in_shown_and_answered(keeper, confirmed):
    made = shipment(confirmed, "shipped")
    assert "has not reported anything" in text(keeper.get(address(made)))
    word = {"code": "refused", "happened_at": "2026-05-07T08:00", "place": "Hangzhou", "text": "box was wet"}
    late = keeper.post(address(made, "track/"), {**word, "happened_at": "2999-05-07T08:00"})
    assert (late.status_code, "has not come yet" in text(late)) == (422, True)
    keeper.post(address(made, "track/"), word)
    page = text(keeper.get(address(made)))
    assert all(
        said in page for said in ("refused by the receiver", "Hangzhou", "box was wet", address(made, "resolve/"))
    )
    assert "refused by the receiver" in text(keeper.get(f"/shipments/of-order/{confirmed.pk}/"))
    assert "Hangzhou" in text(keeper.get("/shipments/?track_code=refused"))
    assert made.number not in text(keeper.get("/shipments/?track_code=delivered"))
    timeline = text(keeper.get(f"/timeline/orders/{confirmed.pk}/"))
    assert all(said in timeline for said in ("Carrier reports trouble", "refused by the receiver", "box was wet"))
    assert keeper.post(address(made, "resolve/"), {"note": ""}).status_code == 422
    keeper.post(address(made, "resolve/"), {"note": "again on Monday"})
    assert "again on Monday" in text(keeper.get(address(made)))


def test_a_receipt_by_the_carriers_word_claims_no_look_at_the_goods(keeper, confirmed):
    made = shipment(confirmed, "shipped")
    by, at = system(), timezone.now()
    setting = SettingSpec("fulfilment.sign_when_delivered", True, "enough for us")
    policies.change_setting([setting], by=by, at=at).one()
    actions.track([TrackSpec("delivered", at, shipment=made.number, signer="front desk")], by=by, at=at).one()
    page = text(keeper.get(address(made)))
    assert all(said in page for said in ("front desk", "not checked"))
    assert "undamaged" not in page
    [paper] = delivery_receipt.papers([made.pk], private=True)
    assert [state for _name, state in paper["checks"]] == [None, None, None]


def test_a_button_that_cannot_be_pressed_says_why(client, confirmed):
    made = shipment(confirmed, "packed")
    client.force_login(user("viewer", "fulfilment.view_shipment"))
    assert "fulfilment.ship_shipment" in text(client.get(address(made)))
    assert client.get(address(made, "ship/")).status_code == 403
    prepaid = shipment(confirmed_order(customer("C9", "prepaid"), [(sku("Z"), 1, 5)]), "packed")
    client.force_login(user("boss", "*"))
    assert "paid in advance" in text(client.get(address(prepaid)))


def test_what_is_outside_the_persons_area_is_not_found(client, confirmed):
    made = shipment(confirmed)
    client.force_login(
        user("own", "fulfilment.view_shipment", "fulfilment.pick_shipment", "orders.view_order", reach="own")
    )
    for url in (
        address(made),
        address(made, "pick/"),
        address(made, "labels/"),
        f"/shipments/of-order/{confirmed.pk}/",
    ):
        assert client.get(url).status_code == 404


def test_shipments_are_found_by_number_order_tracking_number_and_customer(keeper, confirmed):
    made = shipment(confirmed, "shipped")
    shipment(confirmed_order(customer("C2", name="北京晨光有限公司"), [(sku("C-3"), 1, 5)]))
    made.refresh_from_db()
    for words in (made.number, confirmed.number, made.tracking_number, "上海", "c1"):
        assert [s.pk for s in keeper.get("/shipments/", {"q": words}).context["page"]] == [made.pk]
    assert len(keeper.get("/shipments/", {"status": "planned"}).context["page"]) == 1


def test_carriers_are_kept_in_the_browser(keeper):
    keeper.post("/shipments/carriers/new/", {"code": "sf", "name": "顺丰", "active": "on"})
    made = Carrier.objects.get()
    again = keeper.post("/shipments/carriers/new/", {"code": "SF", "name": "x"})
    assert "already a carrier" in str(again.context["form"].errors["code"])
    keeper.post(f"/shipments/carriers/{made.pk}/", {"code": "SF", "name": "顺丰速运", "version": "1"})
    made.refresh_from_db()
    assert (made.code, made.name, made.active) == ("SF", "顺丰速运", False)
    assert "顺丰速运" in text(keeper.get("/shipments/carriers/"))


def test_the_order_page_shows_its_shipments(keeper, confirmed):
    first = OrderLine.objects.filter(order=confirmed).order_by("line_no")[0]
    made = shipment(confirmed, "planned", {first: Decimal(4)})
    panel = text(keeper.get(f"/shipments/of-order/{confirmed.pk}/"))
    assert made.number in panel
    assert "A-1 × 4" in panel
    assert f"/shipments/plan/{confirmed.pk}/" in panel


@pytest.mark.parametrize("url", ["/shipments/", "/shipments/to-plan/"])
def test_lists_take_the_same_number_of_queries_for_one_row_and_many(keeper, url):
    buyer, goods = customer(), sku("A-1")

    def count():
        with CaptureQueriesContext(connection) as seen:
            assert keeper.get(url).status_code == 200
        return len(seen)

    def more(n):
        for _ in range(n):
            shipment(confirmed_order(buyer, [(goods, 1, 5)]))
            confirmed_order(buyer, [(goods, 1, 5)])

    more(1)
    count()  # what is cached for good is cached now
    one = count()
    more(4)
    assert count() == one


@pytest.mark.req("R076")
def test_who_need_not_call_the_receiver_sees_a_masked_phone(client, confirmed):
    pages = [address(shipment(confirmed)), f"/orders/{confirmed.pk}/"]
    sees = ["fulfilment.view_shipment", "orders.view_order"]
    for name, more, phone in (("a", [], "138****8000"), ("b", ["customers.view_private"], "13800138000")):
        client.force_login(user(name, *sees, *more))
        assert [phone in text(client.get(url)) for url in pages] == [True, True]
