"""Picking by scanner: what counts, what is refused, and that nothing is picked twice."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, utils
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.refusal import NotPermitted, Refused
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions, following, picking, queries, verify
from shunda.fulfilment.models import Scan, Shipment, ShipmentLine
from shunda.fulfilment.specs import PackSpec, Scanning, ScanSpec
from shunda.fulfilment.tests.builders import shipment
from shunda.inventory.models import Balance
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import AT, confirmed_order

SYSTEM = system()
EAN = "6901234567892"


@pytest.fixture
def goods(db):
    return sku("A-1", barcode=EAN), sku("B-2")


@pytest.fixture
def planned(goods):
    return shipment(confirmed_order(customer(), [(goods[0], 10, 5), (goods[1], 3, 7)]))


def scan(made, code, quantity=1, by=SYSTEM, **fields):
    return actions.scan([ScanSpec(made.pk, code, Decimal(quantity), **fields)], by=by, at=AT)


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def standing(made):
    """Found and missing, by article."""
    return {
        stop.sku.code: (picking.plain(stop.found), picking.plain(stop.short))
        for stop in queries.stops_of([made])[made.pk]
    }


@pytest.mark.req("R127")
def test_every_scan_counts_one_by_code_or_barcode_whatever_the_case(planned):
    for code in (EAN, "a-1", " A-1 "):
        assert scan(planned, code).one().quantity == 1
    scan(planned, "b-2", 3)
    assert standing(planned) == {"A-1": ("3", "0"), "B-2": ("3", "0")}
    assert list(verify.check()) == []
    last = Scan.objects.latest("id")
    assert (last.code, last.kind, last.actor, last.order_id) == ("b-2", "found", "system", planned.order_id)


@pytest.mark.req("R127")
@pytest.mark.parametrize(
    ("code", "fields", "why"),
    [
        ("A-1", {"quantity": 11}, "fulfilment.over-scan"),
        ("A-1", {"quantity": "0.5"}, "fulfilment.scan-quantity"),
        ("A-1", {"quantity": 0}, "fulfilment.scan-quantity"),
        ("A-1", {"quantity": "NaN"}, "fulfilment.scan-quantity"),
        ("A-1", {"quantity": -1}, "fulfilment.under-scan"),
        ("nobody knows this", {}, "fulfilment.unknown-code"),
        ("", {}, "fulfilment.unknown-code"),
        ("C-3", {}, "fulfilment.wrong-article"),
        ("A-1", {"kind": "short"}, "fulfilment.short-reason-unknown"),
        ("A-1", {"kind": "short", "reason": "other"}, "fulfilment.short-note"),
        ("A-1", {"kind": "short", "reason": "other", "note": "x" * 151}, "fulfilment.short-note"),
        ("A-1", {"kind": "short", "reason": "empty", "quantity": 11}, "fulfilment.over-scan"),
    ],
)
def test_what_does_not_belong_in_the_shipment_is_refused_and_leaves_no_trace(planned, code, fields, why):
    sku("C-3", name="Lid")
    outcome = scan(planned, code, **fields)
    assert codes(outcome) == [why]
    assert outcome.refused[0].message
    assert (Scan.objects.count(), standing(planned)["A-1"]) == (0, ("0", "0"))


def test_each_scan_of_a_batch_is_counted_or_refused_for_itself_and_sees_those_before_it(planned):
    wanted = [("B-2", 2), ("B-2", 2), ("B-2", 1), ("B-2", -1)]
    outcome = actions.scan([ScanSpec(planned.pk, code, Decimal(n)) for code, n in wanted], by=SYSTEM, at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(1, "fulfilment.over-scan")]
    assert standing(planned)["B-2"] == ("2", "0")


@pytest.mark.req("R127")
def test_a_short_pick_has_a_reason_and_can_be_taken_back(planned):
    scan(planned, "A-1", 7)
    scan(planned, "A-1", 3, kind="short", reason="damaged", note="wet")
    assert codes(scan(planned, "A-1")) == ["fulfilment.said-short"]
    assert standing(planned)["A-1"] == ("7", "3")
    line = ShipmentLine.objects.get(shipment=planned, sku__code="A-1")
    assert picking.said(line.short_reason) == "goods are damaged: wet"
    scan(planned, "A-1", -3, kind="short")
    scan(planned, "A-1", 3)
    assert standing(planned)["A-1"] == ("10", "0")
    assert list(verify.check()) == []


def test_reasons_are_read_in_words():
    assert picking.said("empty") == "shelf is empty"
    assert picking.said("other: behind the crane") == "behind the crane"
    assert picking.said("written before there was a list") == "written before there was a list"


@pytest.mark.req("R127")
def test_a_key_counts_once_however_often_it_comes(planned):
    first = scan(planned, "A-1", 2, key="k1").one()
    assert scan(planned, "A-1", 2, key="k1").one().pk == first.pk
    assert codes(scan(planned, "A-1", 3, key="k1")) == ["key-reused"]
    twice = actions.scan([ScanSpec(planned.pk, "A-1", key="k2")] * 2, by=SYSTEM, at=AT)
    assert len({row.pk for row in twice.done}) == 1
    other = actor("fulfilment.pick_shipment")
    assert scan(planned, "A-1", 2, key="k1", by=other).one().pk != first.pk, "a key is its own for each person"
    assert standing(planned)["A-1"] == ("5", "0")


def test_a_key_is_still_known_after_the_shipment_was_picked(planned):
    scan(planned, "A-1", 10, key="last")
    scan(planned, "B-2", 3)
    actions.finish_picking([planned.pk], by=SYSTEM, at=AT).one()
    assert scan(planned, "A-1", 10, key="last").one().key == "last"
    assert codes(scan(planned, "A-1", 1, key="new")) == ["wrong-status"]


@pytest.mark.parametrize("status", ["picked", "packed", "shipped", "signed"])
def test_only_a_shipment_to_pick_takes_scans(goods, status):
    made = shipment(confirmed_order(customer(), [(goods[0], 2, 5)]), status)
    assert codes(scan(made, "A-1")) == ["wrong-status"]


def test_scanning_needs_the_permission_and_the_sight_of_the_order(planned):
    with pytest.raises(NotPermitted):
        scan(planned, "A-1", by=actor("fulfilment.view_shipment"))
    assert codes(scan(planned, "A-1", by=actor("fulfilment.pick_shipment", reach="own"))) == ["not-found"]
    assert codes(actions.scan([ScanSpec(0, "A-1")], by=SYSTEM, at=AT)) == ["not-found"]


@pytest.mark.req("R127")
def test_what_was_scanned_is_what_was_picked(planned):
    scan(planned, "A-1", 6)
    outcome = actions.finish_picking([planned.pk], by=SYSTEM, at=AT)
    assert codes(outcome) == ["fulfilment.not-all-scanned"] * 2
    assert "4 of 10" in outcome.refused[0].message
    scan(planned, "A-1", 4, kind="short", reason="empty")
    scan(planned, "B-2", 3)
    done = actions.finish_picking([planned.pk], by=SYSTEM, at=AT).one()
    line = done.lines.get(sku__code="A-1")
    assert (done.status, line.quantity, line.picked, line.short, line.short_reason) == ("picked", 6, 6, 4, "empty")
    assert OrderLine.objects.get(order=done.order, line_no=1).planned == 6
    assert list(verify.check()) == []
    assert codes(actions.finish_picking([planned.pk], by=SYSTEM, at=AT)) == ["wrong-status"]


def test_a_shipment_of_which_nothing_was_found_is_not_picked(goods):
    made = shipment(confirmed_order(customer(), [(goods[0], 2, 5)]))
    scan(made, "A-1", 2, kind="short", reason="empty")
    assert codes(actions.finish_picking([made.pk], by=SYSTEM, at=AT)) == ["fulfilment.nothing-picked"]


def test_one_article_on_two_lines_is_one_stop(goods):
    made = shipment(confirmed_order(customer(), [(goods[0], 3, 5), (goods[0], 2, 4)]))
    [stop] = queries.stops_of([made])[made.pk]
    assert (stop.wanted, len(stop.lines)) == (5, 2)
    scan(made, "A-1", 4)
    scan(made, "A-1", 1, kind="short", reason="fewer")
    figures = [(line.picked, line.short) for line in ShipmentLine.objects.order_by("order_line__line_no")]
    assert figures == [(3, 0), (1, 1)]
    assert list(verify.check()) == []


def test_the_way_goes_by_locations_as_one_walks_past_them(goods):
    order = confirmed_order(customer(), [(goods[0], 1, 5), (goods[1], 1, 7), (sku("C-3"), 1, 7)])
    made = shipment(order)
    Balance.objects.filter(sku=goods[0]).update(location="A-10-1")
    Balance.objects.filter(sku=goods[1]).update(location="A-2-1")
    assert [stop.sku.code for stop in queries.stops_of([made])[made.pk]] == ["B-2", "A-1", "C-3"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("12x690", (12, "690")),
        ("12×690", (12, "690")),
        (" 3 * A-1 ", (3, "A-1")),
        ("0.5x", (Decimal("0.5"), "")),
        ("690", (None, "690")),
        ("x1", (None, "x1")),
    ],
)
def test_a_quantity_may_stand_before_the_code(text, read):
    assert picking.counted(text) == read


def test_scans_of_many_people_are_counted_together_in_a_constant_number_of_queries(goods, planned):
    second = shipment(confirmed_order(customer("C2"), [(goods[0], 500, 5)]))
    people = [actor("fulfilment.pick_shipment"), actor("fulfilment.pick_shipment")]

    def run(n):
        calls = [Scanning(ScanSpec(second.pk, EAN, key=f"{n}-{i}"), people[i % 2]) for i in range(n)]
        calls.append(Scanning(ScanSpec(planned.pk, "odd", key=f"{n}"), people[0]))
        with CaptureQueriesContext(connection) as queries_made:
            answers = actions.scan_together(calls, at=AT)
        assert [isinstance(answer, Refused) for answer in answers] == [False] * n + [True]
        return len(queries_made)

    assert run(2) == run(200)
    assert standing(second)["A-1"] == ("202", "0")


def test_a_change_of_the_order_takes_nothing_that_is_scanned(planned):
    scan(planned, "A-1", 7)
    order, line = planned.order, OrderLine.objects.select_related("sku").get(order=planned.order, line_no=1)
    for most, left, why in ((8, 8, []), (6, 7, ["fulfilment.stands-picked"])):
        shipments = following.lock_open([order.pk])[order.pk]
        held, into = following.contents(shipments), following.Steps()
        follow = following.Follow(order, {line.pk: Decimal(most)})
        refused = following.lower(follow, shipments, held, {line.pk: line}, into)
        assert [refusal.code for refusal in refused] == why
        assert all(planned.number in refusal.message for refusal in refused)
        assert [row.quantity for row in into.lowered] == [left] * (not why)


def test_scans_are_never_changed_or_deleted(planned):
    scan(planned, "A-1")
    with pytest.raises(utils.ProgrammingError, match="Cannot update"):
        Scan.objects.update(quantity=5)


def test_a_scan_that_was_not_written_is_found_by_verify(planned):
    ShipmentLine.objects.filter(shipment=planned, sku__code="A-1").update(picked=1)
    [said] = verify.check()
    assert said == f"shipment {planned.number}: 1.0000 picked and 0.0000 missing of A-1, its scans say 0 and 0"


def test_a_shipment_may_be_weighed_when_it_is_packed(goods):
    made = shipment(confirmed_order(customer(), [(goods[0], 2, 5)]), "picked")
    for weight in ("0", "-1", "1.2345", "NaN"):
        outcome = actions.pack([PackSpec(made.pk, weight=Decimal(weight))], by=SYSTEM, at=AT)
        assert codes(outcome) == ["fulfilment.weight"]
    assert actions.pack([PackSpec(made.pk, 2, weight=Decimal("12.5"))], by=SYSTEM, at=AT).one().weight == Decimal(
        "12.5"
    )


@pytest.mark.req("R127")
@pytest.mark.django_db(transaction=True)
def test_two_racing_scanners_never_pick_more_than_is_wanted():
    made = shipment(confirmed_order(customer(), [(sku("A-1"), 10, 5)]))
    start, counted = threading.Barrier(2), []

    def beep():
        try:
            start.wait()
            for _ in range(8):
                counted.append(len(scan(Shipment(pk=made.pk), "A-1").done))
        finally:
            connection.close()

    threads = [threading.Thread(target=beep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(counted), Scan.objects.count(), standing(made)["A-1"]) == (10, 10, ("10", "0"))
    assert list(verify.check()) == []
