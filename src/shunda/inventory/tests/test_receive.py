"""Goods arrive."""

from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import conversion, sku, unit
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused
from shunda.inventory import actions
from shunda.inventory.actions.lines import MOST_LINES
from shunda.inventory.models import Balance, StockMove, SupplyKind
from shunda.inventory.specs import ArrivalLine, ReceiptLine, SupplyLine, TransferLine
from shunda.inventory.tests.builders import AT, figures, queries, stock, warehouse
from shunda.inventory.verify import check

pytestmark = pytest.mark.django_db
SYSTEM = system()


@pytest.fixture
def place():
    return warehouse()


@pytest.fixture
def ball():
    return sku("BALL")


@pytest.fixture(autouse=True)
def ledgers_equal_balances():
    yield
    assert list(check()) == []


def receive(*lines, **options):
    return actions.receive(lines, by=SYSTEM, at=AT, **options)


def codes(outcome):
    return [(r.id, r.code.removeprefix("inventory.")) for r in outcome.refused]


def test_a_receipt_adds_to_stock_and_is_numbered(ball, place):
    move = receive(ReceiptLine(ball.pk, place.pk, Decimal(5), location="A-01-2")).one()
    assert figures(ball, place) == (5, 0, 0)
    assert (move.reference, move.kind, move.actor) == ("GR20240506001", "receipt", "system")
    assert Balance.objects.get().location == "A-01-2"
    assert Event.objects.get().kind == "stock.receive"


def test_a_delivery_note_keeps_its_number_and_the_location_stays_when_none_is_named(ball, place):
    receive(ReceiptLine(ball.pk, place.pk, Decimal(5), location="A"))
    assert receive(ReceiptLine(ball.pk, place.pk, Decimal(1)), reference="DN-77").one().reference == "DN-77"
    assert Balance.objects.get().location == "A"


def test_a_receipt_in_dozens_is_kept_in_pieces(ball, place):
    dozen = unit("dozen")
    conversion(dozen, ball.product.unit, 12)
    receive(ReceiptLine(ball.pk, place.pk, Decimal("1.5"), unit_id=dozen.pk))
    assert figures(ball, place) == (18, 0, 0)


def test_each_line_that_cannot_be_booked_is_told_why_and_the_others_are_booked(ball, place):
    closed = warehouse("OLD", active=False)
    outcome = receive(
        ReceiptLine(ball.pk, place.pk, Decimal(0)),
        ReceiptLine(ball.pk, place.pk, Decimal(-1)),
        ReceiptLine(ball.pk, place.pk, Decimal("0.5")),
        ReceiptLine(ball.pk, place.pk, Decimal("1e30")),
        ReceiptLine(ball.pk, place.pk, Decimal("NaN")),
        ReceiptLine(ball.pk, place.pk, Decimal(1), unit_id=unit("dozen").pk),
        ReceiptLine(0, 0, Decimal(1)),
        ReceiptLine(ball.pk, closed.pk, Decimal(1)),
        ReceiptLine(ball.pk, place.pk, Decimal(1), supply_id=99),
        ReceiptLine(ball.pk, place.pk, Decimal(1), reason="x" * 201),
        ReceiptLine(ball.pk, place.pk, Decimal(3)),
    )
    assert sorted(codes(outcome)) == [
        (0, "not-positive"),
        (1, "not-positive"),
        (2, "fraction"),
        (3, "too-much"),
        (4, "too-much"),
        (5, "no-conversion"),
        (6, "unknown-sku"),
        (6, "unknown-warehouse"),
        (7, "warehouse-closed"),
        (8, "unknown-supply"),
        (9, "too-long"),
    ]
    assert [m.quantity for m in outcome.done] == [3]
    assert "Line 3: BALL" in next(r.message for r in outcome.refused if r.id == 2)


def test_a_third_of_a_box_is_exact_or_refused(place):
    rope = sku("ROPE", unit=unit("kg"))
    third = unit("third", decimals=0)
    conversion(third, rope.product.unit, 1, 3)
    outcome = receive(
        ReceiptLine(rope.pk, place.pk, Decimal(3), unit_id=third.pk),
        ReceiptLine(rope.pk, place.pk, Decimal(1), unit_id=third.pk),
    )
    assert codes(outcome) == [(1, "fraction")]
    assert figures(rope, place) == (1, 0, 0)


def test_more_lines_than_a_document_may_have_are_refused_as_a_whole(ball, place):
    with pytest.raises(Refused, match="too-many-lines"):
        receive(*[ReceiptLine(ball.pk, place.pk, Decimal(1))] * (MOST_LINES + 1))


def test_nobody_receives_without_the_permission(ball, place):
    with pytest.raises(NotPermitted):
        actions.receive([], by=actor("inventory.view_stock"), at=AT)


def test_a_receipt_where_nothing_can_be_booked_takes_no_number(ball, place):
    receive(ReceiptLine(ball.pk, place.pk, Decimal(0)))
    assert receive(ReceiptLine(ball.pk, place.pk, Decimal(1))).one().reference == "GR20240506001"


def test_six_hundred_lines_cost_as_many_queries_as_one(ball, place):
    skus = [ball, *(sku(f"S{n}") for n in range(60))]
    one = queries(lambda: receive(ReceiptLine(ball.pk, place.pk, Decimal(1))))
    many = queries(lambda: receive(*[ReceiptLine(s.pk, place.pk, Decimal(1)) for s in skus for _ in range(10)]))
    assert many == one


def announced(ball, place, quantity=10):
    return actions.announce([SupplyLine(ball.pk, place.pk, Decimal(quantity))], by=SYSTEM, at=AT).one()


def test_an_announced_purchase_arrives_in_parts(ball, place):
    supply = announced(ball, place)
    assert figures(ball, place) == (0, 0, 10)
    receive(ReceiptLine(ball.pk, place.pk, Decimal(4), supply_id=supply.pk))
    assert figures(ball, place) == (4, 0, 6)
    outcome = receive(
        ReceiptLine(ball.pk, place.pk, Decimal(5), supply_id=supply.pk),
        ReceiptLine(ball.pk, place.pk, Decimal(2), supply_id=supply.pk),
        ReceiptLine(ball.pk, warehouse("W2").pk, Decimal(1), supply_id=supply.pk),
    )
    assert codes(outcome) == [(1, "over-supply"), (2, "wrong-supply")]
    assert figures(ball, place) == (9, 0, 1)


def test_a_supply_is_received_by_its_own_id_whole_or_in_part(ball, place):
    first, second = announced(ball, place), announced(ball, place)
    outcome = actions.receive_supply(
        [ArrivalLine(first.pk), ArrivalLine(second.pk, Decimal(3)), ArrivalLine(999)], by=SYSTEM, at=AT
    )
    assert (len(outcome.done), codes(outcome)) == (2, [(999, "not-found")])
    again = actions.receive_supply([ArrivalLine(first.pk), ArrivalLine(second.pk, Decimal(8))], by=SYSTEM, at=AT)
    assert codes(again) == [(first.pk, "closed-supply"), (second.pk, "over-supply")]
    assert figures(ball, place) == (13, 0, 7)


@pytest.mark.req("R121", "R050")
def test_a_transfer_leaves_is_in_transit_and_arrives(ball, place):
    other = warehouse("W2")
    stock(ball, place, 10)
    line = TransferLine(ball.pk, place.pk, other.pk, Decimal(4))
    supply = actions.transfer([line], by=SYSTEM, at=AT).one()
    assert (supply.reference, supply.kind) == ("TR20240506001", SupplyKind.TRANSFER)
    assert (figures(ball, place), figures(ball, other)) == ((6, 0, 0), (0, 0, 4))
    actions.receive_supply([ArrivalLine(supply.pk, Decimal(3))], by=SYSTEM, at=AT)
    assert figures(ball, other) == (3, 0, 1)
    assert StockMove.objects.latest("id").kind == "transfer_in"
