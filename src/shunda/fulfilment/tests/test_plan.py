"""Planning shipments and calling them off."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku, unit
from shunda.core.actor import system
from shunda.core.refusal import NotPermitted, Refused
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions, jobs, verify
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import PickSpec, ShipmentSpec
from shunda.fulfilment.tests.builders import STEPS, advance, carrier, shipment
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import AT, confirmed_order, order
from shunda.work.models import Task

SYSTEM = system()


@pytest.fixture
def buyer(db):
    return customer()


@pytest.fixture
def goods(db):
    return sku("A-1"), sku("B-2", unit=unit("kg"))


@pytest.fixture
def confirmed(buyer, goods):
    return confirmed_order(buyer, [(goods[0], 10, 5), (goods[1], "2.5", 8)])


def plan(*specs, by=SYSTEM):
    return actions.create(specs, by=by, at=AT)


def codes(outcome):
    return sorted(refusal.code for refusal in outcome.refused)


def lines_of(order):
    return list(OrderLine.objects.filter(order=order).order_by("line_no"))


def waiting(kind, **about):
    return Task.objects.filter(kind=kind, closed_at__isnull=True, **about).count()


@pytest.mark.req("R127")
def test_a_shipment_takes_everything_reserved_unless_told_otherwise(confirmed):
    made = plan(ShipmentSpec(confirmed.pk)).one()
    assert made.number == "SH20260506001"
    assert {line.order_line.line_no: line.quantity for line in made.lines.all()} == {1: Decimal(10), 2: Decimal("2.5")}
    assert [line.planned for line in lines_of(confirmed)] == [Decimal(10), Decimal("2.5")]
    assert waiting("shipment.pick", subject_id=made.pk) == 1
    assert waiting("shipment.create") == 0
    assert list(verify.check()) == []


def test_a_part_leaves_the_rest_to_be_planned(confirmed):
    first, _ = lines_of(confirmed)
    jobs.open_work([confirmed.pk], AT)
    plan(ShipmentSpec(confirmed.pk, {first.pk: Decimal(4)})).one()
    assert waiting("shipment.create", subject_id=confirmed.pk) == 1
    rest = plan(ShipmentSpec(confirmed.pk)).one()
    assert sorted(line.quantity for line in rest.lines.all()) == [Decimal("2.5"), Decimal(6)]
    assert waiting("shipment.create") == 0


def test_two_shipments_of_one_order_in_a_batch_see_each_other(confirmed):
    first, _ = lines_of(confirmed)
    outcome = plan(
        ShipmentSpec(confirmed.pk, {first.pk: Decimal(6)}),
        ShipmentSpec(confirmed.pk, {first.pk: Decimal(6)}),
        ShipmentSpec(confirmed.pk, {first.pk: Decimal(4)}),
    )
    assert [s.number for s in outcome.done] == ["SH20260506001", "SH20260506002"]
    [refusal] = outcome.refused
    assert (refusal.id, refusal.code) == (1, "fulfilment.over-remaining")
    assert refusal.message == "Line 1 (A-1): 6 wanted, but only 4 is left to ship."


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("0", "fulfilment.quantity"),
        ("-1", "fulfilment.quantity"),
        ("1.5", "fulfilment.quantity"),
        ("NaN", "fulfilment.quantity"),
        ("1E+30", "fulfilment.quantity"),
        ("11", "fulfilment.over-remaining"),
    ],
)
def test_a_quantity_that_cannot_be_shipped_is_refused_with_its_line(confirmed, quantity, code):
    first, _ = lines_of(confirmed)
    [refusal] = plan(ShipmentSpec(confirmed.pk, {first.pk: Decimal(quantity)})).refused
    assert (refusal.code, refusal.data["line_no"], refusal.data["sku"]) == (code, 1, "A-1")
    assert refusal.message.startswith("Line 1 (A-1): ")


def test_what_is_not_reserved_is_not_planned(buyer, goods):
    made = confirmed_order(buyer, [(sku("MTO", supply_mode="order"), 3, 5)])
    [line] = lines_of(made)
    assert codes(plan(ShipmentSpec(made.pk))) == ["fulfilment.nothing-to-ship"]
    [refusal] = plan(ShipmentSpec(made.pk, {line.pk: Decimal(2)})).refused
    assert (refusal.code, refusal.data["reserved"]) == ("fulfilment.over-reserved", "0")


def test_only_confirmed_orders_that_the_actor_sees_are_shipped(buyer, goods, confirmed):
    draft = order(buyer, [(goods[0], 1, 5)])
    own = actor("fulfilment.create_shipment", reach="own")
    assert codes(plan(ShipmentSpec(draft.pk), ShipmentSpec(-1))) == ["fulfilment.not-confirmed", "not-found"]
    assert codes(plan(ShipmentSpec(confirmed.pk), by=own)) == ["not-found"]
    with pytest.raises(NotPermitted):
        plan(ShipmentSpec(confirmed.pk), by=actor("fulfilment.view_shipment"))


def test_lines_carriers_and_modes_must_exist(buyer, goods, confirmed):
    other = lines_of(confirmed_order(buyer, [(goods[0], 1, 5)]))[0]
    old = carrier("OLD", active=False)
    outcome = plan(
        ShipmentSpec(confirmed.pk, {other.pk: Decimal(1)}),
        ShipmentSpec(confirmed.pk, carrier_id=-1, mode="rocket"),
        ShipmentSpec(confirmed.pk, carrier_id=old.pk, note="x" * 201),
        ShipmentSpec(confirmed.pk, {}),
    )
    assert [(r.id, r.code) for r in outcome.refused] == [
        (0, "fulfilment.no-line"),
        (1, "fulfilment.mode-unknown"),
        (1, "fulfilment.carrier-unknown"),
        (2, "fulfilment.carrier-inactive"),
        (2, "fulfilment.too-long"),
        (3, "fulfilment.nothing-to-ship"),
    ]
    assert not Shipment.objects.exists()


@pytest.mark.req("R138")
def test_the_way_of_travel_is_the_one_the_order_wishes(buyer, goods):
    made = confirmed_order(buyer, [(goods[0], 1, 5)], transport_mode="truck")
    assert plan(ShipmentSpec(made.pk)).one().mode == "truck"


@pytest.mark.parametrize("status", ["planned", "picked", "packed"])
def test_a_shipment_that_has_not_left_can_be_called_off(confirmed, status):
    made = shipment(confirmed, status)
    done = actions.cancel([made.pk], reason="wrong address", by=SYSTEM, at=AT).one()
    assert (done.status, done.reason) == ("cancelled", "wrong address")
    assert [line.planned for line in lines_of(confirmed)] == [0, 0]
    assert waiting("shipment.create", subject_id=confirmed.pk) == 1
    assert Task.objects.filter(subject_id=made.pk, closed_at__isnull=True).count() == 0
    assert list(verify.check()) == []


@pytest.mark.parametrize("status", ["shipped", "signed"])
def test_a_shipment_that_left_is_not_called_off(confirmed, status):
    made = shipment(confirmed, status)
    assert codes(actions.cancel([made.pk], reason="late", by=SYSTEM, at=AT)) == ["wrong-status"]


def test_calling_off_takes_a_reason_and_the_current_version(confirmed):
    made = shipment(confirmed)
    assert codes(actions.cancel([made.pk], reason="  ", by=SYSTEM, at=AT)) == ["fulfilment.reason-needed"]
    assert codes(actions.cancel([made.pk], reason="x" * 201, by=SYSTEM, at=AT)) == ["fulfilment.reason-needed"]
    assert codes(actions.cancel([made.pk], reason="x", by=SYSTEM, at=AT, versions={made.pk: 9})) == ["stale"]


def test_a_short_pick_needs_its_reason_and_leaves_the_rest_to_be_planned(confirmed):
    made = shipment(confirmed)
    a, b = made.lines.order_by("pk")
    with pytest.raises(Refused) as refused:
        actions.pick([PickSpec(made.pk, {a.pk: Decimal(7)})], by=SYSTEM, at=AT).one()
    assert refused.value.refusals[0].message == "Line 1 (A-1): 3 was not found. Say why (at most 200 characters)."
    spec = PickSpec(made.pk, {a.pk: Decimal(7), b.pk: Decimal(0)}, {a.pk: "broken", b.pk: "gone"})
    actions.pick([spec], by=SYSTEM, at=AT).one()
    a.refresh_from_db()
    assert (a.quantity, a.picked, a.short, a.short_reason) == (7, 7, 3, "broken")
    assert [line.planned for line in lines_of(confirmed)] == [7, 0]
    assert waiting("shipment.create", subject_id=confirmed.pk) == 1
    assert waiting("shipment.pack", subject_id=made.pk) == 1
    rest = shipment(confirmed)
    assert sorted(line.quantity for line in rest.lines.all()) == [Decimal("2.5"), Decimal(3)]
    advance(made, "signed")
    assert list(verify.check()) == []


@pytest.mark.req("R127")
@pytest.mark.parametrize(
    ("picked", "code"),
    [
        ("11", "fulfilment.picked"),
        ("-1", "fulfilment.picked"),
        ("0.5", "fulfilment.picked"),
        ("Infinity", "fulfilment.picked"),
    ],
)
def test_what_is_picked_must_match_what_was_planned(confirmed, picked, code):
    made = shipment(confirmed)
    line = made.lines.order_by("pk")[0]
    assert codes(actions.pick([PickSpec(made.pk, {line.pk: Decimal(picked)})], by=SYSTEM, at=AT)) == [code]


def test_a_pick_of_nothing_or_of_foreign_lines_is_refused(confirmed):
    made = shipment(confirmed)
    nothing = {line.pk: Decimal(0) for line in made.lines.all()}
    reasons = dict.fromkeys(nothing, "gone")
    assert codes(actions.pick([PickSpec(made.pk, nothing, reasons)], by=SYSTEM, at=AT)) == ["fulfilment.nothing-picked"]
    assert codes(actions.pick([PickSpec(made.pk, {-1: Decimal(1)})], by=SYSTEM, at=AT)) == ["fulfilment.no-line"]
    twice = actions.pick([PickSpec(made.pk), PickSpec(made.pk)], by=SYSTEM, at=AT)
    assert codes(twice) == ["fulfilment.twice"]


@pytest.mark.parametrize("status", STEPS[1:])
def test_only_a_planned_shipment_is_picked(confirmed, status):
    made = shipment(confirmed, status)
    assert codes(actions.pick([PickSpec(made.pk)], by=SYSTEM, at=AT)) == ["wrong-status"]


def test_planning_and_picking_take_the_same_number_of_queries_for_one_and_many(buyer, goods):
    orders = [confirmed_order(buyer, [(goods[0], 2, 5), (goods[1], 1, 8)]) for _ in range(5)]
    counts = []
    for batch in (orders[:1], orders[1:]):
        with CaptureQueriesContext(connection) as seen:
            made = plan(*(ShipmentSpec(o.pk) for o in batch)).done
            actions.pick([PickSpec(s.pk) for s in made], by=SYSTEM, at=AT)
            actions.cancel([s.pk for s in made], reason="x", by=SYSTEM, at=AT)
        assert len(made) == len(batch)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_opening_the_work_of_an_order_twice_opens_it_once(confirmed):
    for _ in range(2):
        jobs.open_work([confirmed.pk], AT)
    assert Task.objects.filter(kind="shipment.create").count() == 1
