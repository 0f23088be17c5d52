"""What carriers report: kept once, in any order, and what people hear of it."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction, utils
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shunda.accounts.tests.builders import actor, user
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions, tracking, verify
from shunda.fulfilment.models import Receipt, Shipment, TrackingCode, TrackingEvent
from shunda.fulfilment.specs import PackSpec, PickSpec, ShipmentSpec, ShipSpec, TrackSpec
from shunda.fulfilment.tests.builders import STEPS, advance, carrier, shipment
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.policies import actions as policies
from shunda.policies.specs import SettingSpec
from shunda.work.models import Notice, Task

SYSTEM, HOUR = system(), timedelta(hours=1)
LATER = AT + 48 * HOUR


@pytest.fixture
def owner(db):
    return user("owner")


@pytest.fixture
def buyer(owner):
    return customer(owner=owner)


@pytest.fixture
def goods(db):
    return sku("A-1")


@pytest.fixture
def made(buyer, goods):
    return shipment(confirmed_order(buyer, [(goods, 10, 5)]), "shipped")


def word(made, code, hours=1, **fields):
    return TrackSpec(code, AT + hours * HOUR, tracking_number=made.tracking_number, **fields)


def track(*specs, by=SYSTEM, at=LATER):
    return actions.track(specs, by=by, at=at)


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def shows(made):
    made.refresh_from_db()
    return made.track_code, made.track_place


def waits(made):
    return set(Task.objects.filter(subject_id=made.pk, closed_at__isnull=True).values_list("kind", flat=True))


def carriers_word_signs():
    name = "fulfilment.sign_when_delivered"
    policies.change_setting([SettingSpec(name, True, "the carrier's receipt is enough")], by=SYSTEM, at=AT).one()


@pytest.mark.req("R141", "R154")
def test_a_word_is_found_by_either_number_and_the_latest_is_shown(made):
    first = track(word(made, "collected", 1, place="Ningbo")).one()
    assert (first.code, [s.number for s in first.shipments]) == ("collected", [made.number])
    named = TrackSpec("in_transit", AT + 2 * HOUR, shipment=made.number, place="Hangzhou", text="left the hub")
    track(named).one()
    assert shows(made) == ("in_transit", "Hangzhou")
    kept = TrackingEvent.objects.latest("id")
    assert (kept.order_id, kept.text, kept.actor, kept.at) == (made.order_id, "left the hub", "system", LATER)
    assert waits(made) == {"shipment.sign", "shipment.tell"}
    assert not Event.objects.filter(kind__startswith="shipment.d").exists()
    assert list(verify.check()) == []


def test_words_told_twice_or_in_any_order_leave_the_same(made):
    words = [word(made, "collected", 1), word(made, "out_for_delivery", 3, place="B"), word(made, "exception", 2)]
    for order in permutations(words):
        track(*order, *order)
    assert TrackingEvent.objects.count() == 3
    assert shows(made) == ("out_for_delivery", "B")
    track(word(made, "for_pickup", 3, place="C"), word(made, "in_transit", 3, place="A"))
    assert shows(made) == ("for_pickup", "C"), "of one moment what comes later on a journey"
    assert list(verify.check()) == []


@given(st.lists(st.tuples(st.sampled_from(TrackingCode.values), st.integers(0, 3)), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_words_are_divided_into_calls_verify_finds_nothing(made, told):
    half = len(told) // 2
    track(*(word(made, code, hours) for code, hours in told[:half]))
    for code, hours in told[half:]:
        track(word(made, code, hours))
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"tracking_number": "NOBODY"}, "fulfilment.tracking-unknown"),
        ({"tracking_number": ""}, "fulfilment.which-shipment"),
        ({"tracking_number": "", "shipment": "SH0"}, "fulfilment.shipment-unknown"),
        ({"carrier": "YT"}, "fulfilment.tracking-unknown"),
        ({"code": "vanished"}, "fulfilment.track-code"),
        ({"happened_at": LATER + HOUR}, "fulfilment.track-future"),
        ({"text": "x" * 201}, "fulfilment.too-long"),
        ({"place": "x" * 81}, "fulfilment.too-long"),
        ({"signer": "x" * 81}, "fulfilment.too-long"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_fails_no_other(made, change, why):
    outcome = track(replace(word(made, "in_transit"), **change), word(made, "collected"))
    assert [(r.id, r.code) for r in outcome.refused] == [(0, why)]
    assert outcome.refused[0].message
    assert (len(outcome.done), TrackingEvent.objects.count()) == (1, 1)


@pytest.mark.parametrize("status", [*STEPS, "cancelled", "reversed"])
def test_only_what_has_left_is_tracked(buyer, goods, status):
    brought = {"cancelled": "planned", "reversed": "shipped"}.get(status, status)
    made = shipment(confirmed_order(buyer, [(goods, 1, 5)]), brought)
    if status == "cancelled":
        actions.cancel([made.pk], reason="x", by=SYSTEM, at=AT)
    if status == "reversed":
        actions.reverse([made.pk], reason="x", by=SYSTEM, at=AT)
    outcome = track(TrackSpec("exception", AT, shipment=made.number))
    left = status in {"shipped", "signed", "reversed"}
    assert codes(outcome) == ([] if left else ["wrong-status"])
    assert ("shipment.resolve" in waits(made)) == (status == "shipped"), "signed or taken back, nobody is alarmed"


def test_tracking_needs_the_permission_and_the_sight_of_the_order(made):
    with pytest.raises(NotPermitted):
        track(word(made, "collected"), by=actor("fulfilment.view_shipment"))
    assert codes(track(word(made, "collected"), by=actor("fulfilment.track_shipment", reach="own"))) == [
        "fulfilment.tracking-unknown"
    ]


def sent(buyer, goods, number, at, by="SF"):
    """A shipment under this number of the carrier."""
    made = actions.create([ShipmentSpec(confirmed_order(buyer, [(goods, 1, 5)]).pk)], by=SYSTEM, at=at).one()
    actions.pick([PickSpec(made.pk)], by=SYSTEM, at=at)
    actions.pack([PackSpec(made.pk)], by=SYSTEM, at=at)
    return actions.ship([ShipSpec(made.pk, carrier(by).pk, number)], by=SYSTEM, at=at).one()


def test_a_number_names_what_left_together_under_it_and_not_what_it_was_used_for_before(buyer, goods):
    old, one, two = (sent(buyer, goods, "N1", at) for at in (AT, AT + 400 * 24 * HOUR, AT + 401 * 24 * HOUR))
    other = sent(buyer, goods, "N1", AT + 401 * 24 * HOUR, by="YT")
    spec = TrackSpec("in_transit", AT + 402 * 24 * HOUR, tracking_number="N1", carrier="sf")
    told = track(spec, at=AT + 403 * 24 * HOUR).one()
    assert [s.pk for s in told.shipments] == [one.pk, two.pk]
    assert [shows(made)[0] for made in (old, one, two, other)] == ["", "in_transit", "in_transit", ""]
    told = track(replace(spec, carrier=""), at=AT + 403 * 24 * HOUR).one()
    assert [s.pk for s in told.shipments] == [other.pk], "without the carrier, what left last"


@pytest.mark.req("R186", "R198")
def test_what_is_delivered_waits_to_be_confirmed_and_the_owner_hears_of_it(made, owner):
    track(word(made, "delivered", 5, place="Ningbo", signer="front desk")).one()
    assert (made.status, waits(made)) == ("shipped", {"shipment.tell", "shipment.confirm"})
    task = Task.objects.get(kind="shipment.confirm")
    assert (task.permission, task.due_at) == ("fulfilment.sign_shipment", LATER + 24 * HOUR)
    [notice] = Notice.objects.filter(user=owner)
    assert (notice.kind, notice.label) == ("delivered", made.number)
    assert notice.text.endswith(" · delivered · Ningbo · front desk")
    event = Event.objects.get(kind="shipment.deliver")
    assert (event.order_id, event.data["changes"]) == (made.order_id, {"track_code": ["", "delivered"]})
    track(word(made, "delivered", 5), word(made, "delivered", 6))
    assert Task.objects.filter(kind="shipment.confirm").count() == 1

    advance(made, "signed")
    assert waits(made) == {"shipment.tell", "shipment.call"}


@pytest.mark.req("R142")
def test_the_carriers_word_signs_where_the_company_says_so(made):
    carriers_word_signs()
    track(word(made, "exception", 3), word(made, "delivered", 5, signer="Li"))
    receipt = Receipt.objects.get(shipment=made)
    assert (receipt.signed_by, receipt.signed_at, receipt.recorded_by) == ("Li", AT + 5 * HOUR, "system")
    assert receipt.evidence == TrackingEvent.objects.get(code="delivered")
    assert list(OrderLine.objects.filter(order=made.order_id).values_list("signed", flat=True)) == [10]
    assert waits(made) == {"shipment.tell", "shipment.call"}
    track(word(made, "delivered", 6), word(made, "returned", 7))
    assert (Receipt.objects.count(), waits(made)) == (1, {"shipment.tell", "shipment.call"})
    assert list(verify.check()) == []


def test_a_parcel_without_a_name_is_signed_in_the_carriers_and_one_that_went_back_by_nobody(buyer, goods):
    carriers_word_signs()
    one, other = (sent(buyer, goods, number, AT) for number in ("N1", "N2"))
    track(word(one, "delivered"), word(other, "delivered"), word(other, "returning", 2))
    assert [r.signed_by for r in Receipt.objects.all()] == ["Carrier SF"]
    assert "shipment.resolve" in waits(other)


@pytest.mark.req("R148", "R151")
@pytest.mark.parametrize("code", sorted(tracking.TROUBLE))
def test_trouble_asks_people_to_contact_the_customer(made, owner, code):
    track(word(made, code, 3, text="nobody at home"))
    assert waits(made) == {"shipment.sign", "shipment.tell", "shipment.resolve"}
    [notice] = Notice.objects.filter(user=owner)
    assert (notice.kind, "nobody at home" in notice.text) == ("trouble", True)
    assert Event.objects.get(kind="shipment.trouble").data["text"] == "nobody at home"
    assert codes(actions.resolve([made.pk], note=" ", by=SYSTEM, at=LATER)) == ["fulfilment.agreed-needed"]
    actions.resolve([made.pk], note="again on Monday", by=SYSTEM, at=LATER).one()
    assert waits(made) == {"shipment.sign", "shipment.tell"}
    assert Event.objects.get(kind="shipment.resolve").data["note"] == "again on Monday"


def test_old_trouble_alarms_nobody_and_ends_when_the_goods_arrive(made):
    assert codes(actions.resolve([made.pk], note="x", by=SYSTEM, at=AT)) == ["fulfilment.no-trouble"]
    track(word(made, "in_transit", 4))
    track(word(made, "exception", 3))
    assert "shipment.resolve" not in waits(made)
    track(word(made, "attempt_failed", 5))
    assert "shipment.resolve" in waits(made)
    track(word(made, "delivered", 6))
    assert waits(made) == {"shipment.tell", "shipment.confirm"}
    assert Task.objects.get(kind="shipment.resolve").outcome == "dropped"


@pytest.mark.parametrize("status", [s for s in STEPS if s != "shipped"])
def test_only_what_is_on_its_way_has_trouble_to_settle(buyer, goods, status):
    made = shipment(confirmed_order(buyer, [(goods, 1, 5)]), status)
    assert codes(actions.resolve([made.pk], note="x", by=SYSTEM, at=AT)) == ["wrong-status"]


@pytest.mark.parametrize("signs", [False, True])
def test_one_word_and_many_take_the_same_number_of_queries(buyer, goods, signs):
    if signs:
        carriers_word_signs()
    sent_out = [shipment(confirmed_order(buyer, [(goods, 1, 5)]), "shipped") for _ in range(6)]

    def cost(*rows):
        with CaptureQueriesContext(connection) as seen:
            track(*(word(row, code, 5 + n) for row in rows for n, code in enumerate(("in_transit", "delivered"))))
        return len(seen)

    cost(sent_out[0])
    assert cost(sent_out[1]) == cost(*sent_out[2:])


def test_words_are_never_changed_and_a_wrong_head_is_found(made):
    track(word(made, "collected", 1))
    with pytest.raises(utils.ProgrammingError, match="Cannot update"), transaction.atomic():
        TrackingEvent.objects.update(code="delivered")
    Shipment.objects.filter(pk=made.pk).update(track_code="delivered")
    [said] = verify.check()
    assert said == f"shipment {made.number}: it shows “delivered”, the carrier's latest word is “collected”"


@pytest.mark.django_db(transaction=True)
def test_racing_carriers_keep_a_word_once_and_sign_once():
    made = shipment(confirmed_order(customer(), [(sku("A-1"), 10, 5)]), "shipped")
    carriers_word_signs()
    start, refused = threading.Barrier(2), []

    def tell(order):
        try:
            start.wait()
            for n in order:
                refused.extend(track(word(made, "in_transit", n), word(made, "delivered", 9)).refused)
        finally:
            connection.close()

    threads = [threading.Thread(target=tell, args=[order]) for order in ([1, 2, 3, 4], [4, 3, 2, 1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (refused, TrackingEvent.objects.count(), Receipt.objects.count()) == ([], 5, 1)
    assert shows(made)[0] == "delivered"
    assert list(verify.check()) == []
