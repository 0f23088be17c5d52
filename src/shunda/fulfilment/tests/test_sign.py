"""Receipts at the door, and keeping in touch."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.models import Contact
from shunda.customers.tests.builders import customer
from shunda.files.specs import Upload
from shunda.files.steps import store
from shunda.fulfilment import actions, verify
from shunda.fulfilment.models import Receipt
from shunda.fulfilment.specs import CarrierSpec, Handed, ReceiptSpec
from shunda.fulfilment.tests.builders import STEPS, carrier, shipment
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.work.models import Task

SYSTEM = system()
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 30


@pytest.fixture
def buyer(db):
    return customer()


@pytest.fixture
def shipped(buyer):
    return shipment(confirmed_order(buyer, [(sku("A-1"), 10, 5), (sku("B-2"), 2, 8)]), "shipped")


def sign(shipment, *more, **fields):
    return actions.sign([ReceiptSpec(shipment.pk, **fields), *more], by=SYSTEM, at=AT)


def codes(outcome):
    return sorted(refusal.code for refusal in outcome.refused)


def signed(shipment):
    return list(OrderLine.objects.filter(order=shipment.order_id).order_by("line_no").values_list("signed", flat=True))


@pytest.mark.req("R143")
def test_the_named_contact_signs_and_the_receipt_is_kept(shipped, buyer):
    contact = buyer.contacts.get()
    files, _ = store([Upload("sign.png", PNG, len(PNG))], by=SYSTEM, at=AT)
    done = sign(shipped, contact_id=contact.pk, signature_id=files[0].pk).one()
    receipt = Receipt.objects.get(shipment=shipped)
    assert (done.status, receipt.signed_by, receipt.contact, receipt.signature) == (
        "signed",
        "李经理",
        contact,
        files[0],
    )
    assert signed(shipped) == [10, 2]
    assert Event.objects.get(kind="shipment.sign").data["signed_by"] == "李经理"
    open_now = Task.objects.filter(subject_id=shipped.pk, closed_at__isnull=True).values_list("kind", flat=True)
    assert set(open_now) == {"shipment.tell", "shipment.call"}
    assert list(verify.check()) == []


@pytest.mark.req("R143")
def test_what_is_damaged_or_missing_is_not_signed_for(shipped):
    a, _b = shipped.lines.order_by("pk")
    lines = {a.pk: Handed(Decimal(7), Decimal(2), Decimal(1))}
    assert codes(sign(shipped, signed_by="Li", lines=lines)) == ["fulfilment.remark-needed"]
    sign(shipped, signed_by="Li", lines=lines, remark="crushed corner").one()
    assert signed(shipped) == [7, 2]
    assert Event.objects.get(kind="shipment.sign").data["refused"] == [{"sku": "A-1", "damaged": "2", "missing": "1"}]
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("accepted", "damaged", "missing", "code"),
    [
        (9, 0, 0, "fulfilment.does-not-add-up"),
        (10, 1, 0, "fulfilment.does-not-add-up"),
        (11, -1, 0, "fulfilment.handed"),
        ("9.5", "0.5", 0, "fulfilment.handed"),
        ("NaN", 0, 0, "fulfilment.handed"),
    ],
)
def test_accepted_damaged_and_missing_add_up_to_what_was_shipped(shipped, accepted, damaged, missing, code):
    first = shipped.lines.order_by("pk")[0]
    lines = {first.pk: Handed(Decimal(accepted), Decimal(damaged), Decimal(missing))}
    assert code in codes(sign(shipped, signed_by="Li", lines=lines, remark="x"))
    assert signed(shipped) == [0, 0]


@pytest.mark.req("R143")
def test_look_and_packing_that_are_not_in_order_need_a_remark(shipped):
    assert codes(sign(shipped, signed_by="Li", looks_good=False)) == ["fulfilment.remark-needed"]
    assert codes(sign(shipped, signed_by="Li", packing_intact=False)) == ["fulfilment.remark-needed"]
    assert sign(shipped, signed_by="Li", packing_intact=False, remark="box open").one().status == "signed"


def test_somebody_who_may_must_sign(shipped, buyer):
    stranger = customer("C2").contacts.get()
    junior = Contact.objects.create(customer=buyer, name="Wang", may_sign=False)
    gone = Contact.objects.create(customer=buyer, name="Zhao", active=False)
    assert codes(sign(shipped, signed_by=" ")) == ["fulfilment.signer-needed"]
    assert codes(sign(shipped, contact_id=stranger.pk)) == ["fulfilment.contact-unknown"]
    assert codes(sign(shipped, contact_id=gone.pk)) == ["fulfilment.contact-unknown"]
    assert codes(sign(shipped, contact_id=-1)) == ["fulfilment.contact-unknown"]
    assert codes(sign(shipped, contact_id=junior.pk)) == ["fulfilment.may-not-sign"]
    assert codes(sign(shipped, signed_by="x" * 81)) == ["fulfilment.too-long"]


def test_a_signature_is_a_stored_picture(shipped):
    text, _ = store([Upload("note.txt", b"hello", 5)], by=SYSTEM, at=AT)
    assert codes(sign(shipped, signed_by="Li", signature_id=text[0].pk)) == ["fulfilment.signature"]
    assert codes(sign(shipped, signed_by="Li", signature_id=-1)) == ["fulfilment.signature"]
    assert codes(sign(shipped, signed_by="Li", lines={-1: Handed(Decimal(1))})) == ["fulfilment.no-line"]


@pytest.mark.parametrize("status", [s for s in STEPS if s != "shipped"])
def test_only_what_was_shipped_is_signed_for(buyer, status):
    made = shipment(confirmed_order(buyer, [(sku("A-1"), 1, 5)]), status)
    assert codes(sign(made, signed_by="Li")) == ["wrong-status"]


@pytest.mark.req("R197", "R186")
def test_the_customer_is_told_and_called(shipped):
    due = Task.objects.get(kind="shipment.tell").due_at
    assert due == AT + timedelta(hours=24)
    assert codes(actions.call([shipped.pk], by=SYSTEM, at=AT)) == ["wrong-status"]
    actions.tell([shipped.pk], note="by phone", by=SYSTEM, at=AT).one()
    sign(shipped, signed_by="Li").one()
    assert codes(actions.call([shipped.pk], note="x" * 201, by=SYSTEM, at=AT)) == ["fulfilment.too-long"]
    actions.call([shipped.pk], note="all fine", by=SYSTEM, at=AT).one()
    assert not Task.objects.filter(subject_id=shipped.pk, closed_at__isnull=True).exists()
    assert Event.objects.get(kind="shipment.call").data["note"] == "all fine"


def test_one_receipt_and_many_take_the_same_number_of_queries(buyer):
    goods = sku("A-1")
    made = [shipment(confirmed_order(buyer, [(goods, 1, 5)]), "shipped") for _ in range(5)]
    counts = []
    for batch in (made[:1], made[1:]):
        with CaptureQueriesContext(connection) as seen:
            actions.sign([ReceiptSpec(s.pk, "Li") for s in batch], by=SYSTEM, at=AT)
            actions.tell([s.pk for s in batch], by=SYSTEM, at=AT)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.req("R137")
def test_carriers_have_a_code_of_their_own(db):
    specs = [
        CarrierSpec(" sf ", "SF Express", "95338", "https://sf.example/{number}"),
        CarrierSpec("SF", "Another"),
        CarrierSpec("", "x" * 81),
        CarrierSpec("YT", "YTO", tracking_url="javascript:alert(1)"),
    ]
    outcome = actions.create_carriers(specs, by=SYSTEM, at=AT)
    assert [c.code for c in outcome.done] == ["SF"]
    assert [(r.id, r.code) for r in outcome.refused] == [
        (1, "fulfilment.code-taken"),
        (2, "fulfilment.carrier-needs-code"),
        (2, "fulfilment.carrier-long-name"),
        (3, "fulfilment.tracking-page"),
    ]


def test_a_carrier_is_edited_with_its_version_and_never_deleted(db):
    sf, yt = carrier("SF"), carrier("YT")
    spec = CarrierSpec("SF", "SF Holding", active=False)
    assert codes(actions.edit_carriers({sf.pk: spec}, by=SYSTEM, at=AT, versions={sf.pk: 7})) == ["stale"]
    assert codes(actions.edit_carriers({yt.pk: spec}, by=SYSTEM, at=AT)) == ["fulfilment.code-taken"]
    done = actions.edit_carriers({sf.pk: spec}, by=SYSTEM, at=AT, versions={sf.pk: 1}).one()
    assert (done.name, done.active, done.version) == ("SF Holding", False, 2)
    changes = Event.objects.get(kind="carrier.edit").data["changes"]
    assert changes == {"name": ["Carrier SF", "SF Holding"], "active": [True, False]}
