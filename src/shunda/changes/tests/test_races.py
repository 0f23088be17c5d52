"""Callers that meet over one order: one of them comes first, the other is told; nothing is lost, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from shunda.billing import actions as money
from shunda.billing.specs import InvoiceSpec
from shunda.catalog.tests.builders import sku
from shunda.changes import actions
from shunda.changes.actions import SignSpec
from shunda.changes.models import Change
from shunda.changes.specs import ChangeSpec
from shunda.changes.tests.builders import LATE, PDF, SYSTEM, ask, codes, differences, line
from shunda.core.batch import Outcome
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import PickSpec, ShipSpec
from shunda.fulfilment.tests.builders import advance, carrier, shipment
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order
from shunda.orders.tests.builders import AT, confirmed_order

pytestmark = pytest.mark.django_db(transaction=True)
BY = {"by": SYSTEM, "at": AT}


def together(*calls: Callable[[], Outcome]) -> list[Outcome]:
    """Run the calls at once, each in its own thread, connection and transaction."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=20)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


@pytest.fixture
def made():
    bearing = sku("A-1")
    order = confirmed_order(customer(), [(bearing, 10, "12.50")])
    stock(bearing, warehouse(), 20)
    return order


def test_of_two_changes_of_one_version_the_second_is_told(made):
    def change(quantity):
        spec = ChangeSpec(made.pk, "called", lines=[line(1, quantity)])
        return actions.request([spec], versions={made.pk: made.version}, **BY)

    first, second = together(lambda: change(12), lambda: change(15))
    assert sorted([codes(first), codes(second)]) == [[], ["stale"]]
    assert made.lines.get().quantity in {12, 15}
    assert Change.objects.count() == 1
    assert differences() == {}


def test_a_change_and_the_shipment_it_is_about_agree_on_who_came_first(made):
    packed = shipment(made, "packed")
    left, changed = together(
        lambda: shipping.ship([ShipSpec(packed.pk, carrier().pk, "SF1")], **BY), lambda: ask(made, line(1, 4))
    )
    assert left.done
    assert codes(changed) in (["fulfilment.stands-picked"], ["changes.shipped"])
    assert made.lines.get().shipped == 10
    assert differences() == {}


def test_a_cancellation_and_the_picking_of_its_goods_agree_on_who_came_first(made):
    planned = shipment(made)
    picked, gone = together(lambda: shipping.pick([PickSpec(planned.pk)], **BY), lambda: ask(made, kind="cancel"))
    status = Order.objects.get(pk=made.pk).status
    if gone.done:
        assert (status, Shipment.objects.get(pk=planned.pk).status) == ("cancelled", "cancelled")
        assert codes(picked)[0] in {"wrong-status", "fulfilment.order-closed"}
    else:
        assert (status, codes(gone)) == ("confirmed", ["fulfilment.stands-picked"])
        assert picked.done
    assert differences() == {}


# --- each interleaving, one after the other --------------------------------------------------------------------------


def in_turn(order: Order, *calls: Callable[[], Outcome]) -> list[Outcome]:
    """Let the calls reach the order in this sequence: each waits for its lock before the next one begins.

    So everything a call reads before it has the order is read before any of them has written anything.
    """

    def run(call):
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        with transaction.atomic():
            Order.objects.select_for_update().get(pk=order.pk)
            begun = []
            for count, call in enumerate(calls, 1):
                begun.append(pool.submit(run, call))
                until_waiting(count)
        return [future.result(timeout=60) for future in begun]


def until_waiting(count: int) -> None:
    """Until so many others wait for a lock in this database."""
    ends = monotonic() + 50
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    while monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")  # a transaction sees the same activity else
            cursor.execute(waiting)
            if cursor.fetchone()[0] >= count:
                return
        sleep(0.01)
    raise AssertionError(f"{count} should wait for the order")


@pytest.fixture
def two():
    """Two orders alike, each with its shipment to be picked."""
    bearing = sku("A-1")
    stock(bearing, warehouse(), 40)
    orders = [confirmed_order(customer(code), [(bearing, 10, "12.50")]) for code in ("C1", "C2")]
    return [(order, shipment(order)) for order in orders]


def later(order, *lines, **fields):
    """Ask after the free window: the change waits for those who have to agree."""
    return lambda: ask(order, *lines, at=LATE, **fields)


def now(order, *lines, **fields):
    """Ask within the free window: the change is made at once."""
    return lambda: ask(order, *lines, **fields)


@pytest.mark.req("R161", "R166")
def test_of_two_changes_asked_for_at_once_one_is_written_down_and_the_other_is_told_of_it(made):
    first, second = in_turn(made, later(made, line(1, 8)), later(made, line(1, 6)))
    assert (codes(first), codes(second)) == ([], ["changes.open-already"])
    assert second.refused[0].data["number"] == first.done[0].number
    cancelled, third = in_turn(made, later(made, kind="cancel"), later(made, line(1, 6)))
    assert (codes(cancelled), codes(third)) == (["changes.open-already"], ["changes.open-already"])
    assert differences() == {}


@pytest.mark.req("R161")
def test_two_free_changes_at_once_are_both_made_and_neither_is_lost(made):
    first, second = in_turn(made, now(made, line(1, 8)), now(made, head={"packing": "crate"}))
    assert [one.done[0].revision for one in (first, second)] == [1, 2]
    order = Order.objects.get(pk=made.pk)
    assert (order.gross, order.packing) == (Decimal(100), "crate")
    more, less = in_turn(made, now(made, line(1, 20)), now(made, line(1, 3)))
    assert not more.refused + less.refused
    assert made.lines.get().quantity == 3
    cancelled, late_one = in_turn(made, now(made, kind="cancel"), now(made, line(1, 4)))
    assert (codes(cancelled), codes(late_one)) == ([], ["wrong-status"])
    assert differences() == {}


@pytest.mark.req("R165")
def test_a_change_and_the_picking_of_its_goods_in_either_sequence(two):
    (one, first), (other, second) = two
    changed, picked = in_turn(one, now(one, line(1, 4)), lambda: shipping.pick([PickSpec(first.pk)], **BY))
    assert not changed.refused + picked.refused
    assert first.lines.get().quantity == 4, "what is picked is what the change left of it"
    picked, changed = in_turn(other, lambda: shipping.pick([PickSpec(second.pk)], **BY), now(other, line(1, 4)))
    assert (codes(picked), codes(changed)) == ([], ["fulfilment.stands-picked"])
    assert other.lines.get().quantity == 10
    assert differences() == {}


@pytest.mark.req("R165")
def test_a_change_and_the_goods_leaving_in_either_sequence(two):
    left = [advance(made, "packed") for _order, made in two]
    ships = [lambda pk=made.pk: shipping.ship([ShipSpec(pk, carrier().pk, f"SF{pk}")], **BY) for made in left]
    for (order, _made), ship, change_first in zip(two, ships, (True, False), strict=True):
        calls = [now(order, line(1, 4)), ship]
        found = in_turn(order, *(calls if change_first else reversed(calls)))
        changed, shipped = found if change_first else reversed(found)
        assert shipped.done
        assert codes(changed) == ["fulfilment.stands-picked" if change_first else "changes.shipped"]
        assert (order.lines.get().quantity, order.lines.get().shipped) == (10, 10)
    assert differences() == {}


@pytest.mark.req("R170")
def test_a_cancellation_and_the_picking_or_billing_of_its_goods_in_either_sequence(two):
    (one, first), (other, second) = two
    gone, picked = in_turn(one, now(one, kind="cancel"), lambda: shipping.pick([PickSpec(first.pk)], **BY))
    assert not gone.refused
    assert codes(picked)[0] in {"wrong-status", "fulfilment.order-closed"}
    picked, gone = in_turn(other, lambda: shipping.pick([PickSpec(second.pk)], **BY), now(other, kind="cancel"))
    assert (codes(picked), codes(gone)) == ([], ["fulfilment.stands-picked"])
    advance(second, "shipped")
    billed, closed = in_turn(other, lambda: money.invoice([InvoiceSpec(other.pk)], **BY), now(other, kind="close"))
    assert billed.done
    assert codes(closed) == ["changes.nothing-open"]
    assert differences() == {}


@pytest.mark.req("R166", "R167", "R169")
def test_the_last_two_who_agree_or_one_who_withdraws_meanwhile_decide_once(two):
    (one, _first), (other, _second) = two
    change = ask(one, line(1, 8), at=LATE).one()
    *before, last, final = [voice.pk for voice in change.voices.all()]
    actions.agree(before, by=SYSTEM, at=LATE)
    agreed = in_turn(one, *(lambda pk=pk: actions.agree([pk], by=SYSTEM, at=LATE) for pk in (last, final)))
    assert all(outcome.done for outcome in agreed)
    change.refresh_from_db()
    assert (change.status, change.revision, one.lines.get().quantity) == ("applied", 1, 8)
    change = ask(other, line(1, unit_price="20"), at=LATE).one()
    actions.agree([voice.pk for voice in change.voices.all()], by=SYSTEM, at=LATE)
    signs, withdraws = (
        lambda: actions.sign([SignSpec(change.pk, PDF)], by=SYSTEM, at=LATE),
        lambda: actions.withdraw([change.pk], by=SYSTEM, at=LATE),
    )
    signed, withdrawn, again = in_turn(other, signs, withdraws, signs)
    assert (codes(signed), codes(withdrawn), codes(again)) == ([], ["wrong-status"], ["wrong-status"])
    assert other.lines.get().unit_price == 20
    assert differences() == {}
