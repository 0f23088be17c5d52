"""The books follow the shelf."""

from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.inventory import actions, steps
from shunda.inventory.models import StockMove
from shunda.inventory.specs import AdjustmentLine, CountLine
from shunda.inventory.tests.builders import AT, demand, figures, queries, stock, warehouse
from shunda.inventory.verify import check

pytestmark = pytest.mark.django_db
SYSTEM = system()


@pytest.fixture
def place():
    return warehouse()


@pytest.fixture
def ball(place):
    made = sku("BALL")
    stock(made, place, 10)
    return made


@pytest.fixture(autouse=True)
def ledgers_equal_balances():
    yield
    assert list(check()) == []


def adjust(*lines):
    return actions.adjust(lines, by=SYSTEM, at=AT)


def count(*lines):
    return actions.count(lines, by=SYSTEM, at=AT)


def codes(outcome):
    return [(r.id, r.code.removeprefix("inventory.")) for r in outcome.refused]


def test_an_adjustment_changes_the_books_by_so_much_and_keeps_the_reason(ball, place):
    adjust(
        AdjustmentLine(ball.pk, place.pk, Decimal(-3), "broken"), AdjustmentLine(ball.pk, place.pk, Decimal(1), "found")
    )
    assert figures(ball, place) == (8, 0, 0)
    assert [(m.quantity, m.reason, m.reference) for m in StockMove.objects.order_by("id")][1:] == [
        (-3, "broken", "SA20240506001"),
        (1, "found", "SA20240506001"),
    ]
    assert Event.objects.filter(kind="stock.adjust").latest("id").data["changes"] == {"on_hand": ["7", "8"]}


def test_what_cannot_be_adjusted_says_why(ball, place):
    outcome = adjust(
        AdjustmentLine(ball.pk, place.pk, Decimal(0), "nothing"),
        AdjustmentLine(ball.pk, place.pk, Decimal(1), "  "),
        AdjustmentLine(ball.pk, place.pk, Decimal("-0.5"), "half"),
        AdjustmentLine(ball.pk, place.pk, Decimal(-11), "all and more"),
        AdjustmentLine(ball.pk, place.pk, Decimal(-9), "most"),
        AdjustmentLine(ball.pk, place.pk, Decimal(-2), "lines see each other"),
    )
    assert sorted(codes(outcome)) == [
        (0, "no-change"),
        (1, "no-reason"),
        (2, "fraction"),
        (3, "not-on-hand"),
        (5, "not-on-hand"),
    ]
    assert figures(ball, place) == (1, 0, 0)


def test_locked_stock_cannot_be_taken_away_and_the_refusal_names_who_holds_it(ball, place):
    ids = [demand(n, ball, place, 3) for n in (41, 42)]
    steps.reserve([(n, [pk]) for n, pk in zip((41, 42), ids, strict=True)], at=AT)
    [refusal] = adjust(AdjustmentLine(ball.pk, place.pk, Decimal(-5), "broken")).refused
    assert (refusal.code, refusal.data["orders"], refusal.data["count"]) == ("inventory.below-locked", [41, 42], 2)
    assert "5 would be left, but 6 are locked for 2 orders" in refusal.message
    assert codes(count(CountLine(ball.pk, place.pk, Decimal(5), "count"))) == [(0, "below-locked")]
    assert adjust(AdjustmentLine(ball.pk, place.pk, Decimal(-4), "broken")).one().quantity == -4


def test_a_count_books_the_difference(ball, place):
    balance = count(CountLine(ball.pk, place.pk, Decimal(7), "year end", on_hand=Decimal(10))).one()
    assert balance.on_hand == 7
    assert figures(ball, place) == (7, 0, 0)
    assert StockMove.objects.latest("id").reference == "SC20240506001"


def test_a_count_that_agrees_is_recorded_and_moves_nothing(ball, place):
    moves = StockMove.objects.count()
    assert len(count(CountLine(ball.pk, place.pk, Decimal(10), "year end")).done) == 1
    assert StockMove.objects.count() == moves
    assert Event.objects.filter(kind="stock.count").count() == 1


def test_a_count_of_stock_that_moved_meanwhile_is_refused(ball, place):
    outcome = count(CountLine(ball.pk, place.pk, Decimal(7), "year end", on_hand=Decimal(12)))
    assert codes(outcome) == [(0, "count-stale")]
    assert "had 12 on hand when it was counted and has 10 now" in outcome.refused[0].message


def test_what_was_never_stocked_can_be_counted_once_and_not_negative(ball, place):
    bat = sku("BAT")
    outcome = count(
        CountLine(bat.pk, place.pk, Decimal(2), "found"),
        CountLine(bat.pk, place.pk, Decimal(3), "found"),
        CountLine(ball.pk, place.pk, Decimal(-1), "?"),
    )
    assert codes(outcome) == [(2, "negative-count"), (1, "counted-twice")]
    assert figures(bat, place) == (2, 0, 0)


def test_counting_and_adjusting_are_separate_permissions(ball, place):
    with pytest.raises(NotPermitted):
        actions.adjust([], by=actor("inventory.count_stock"), at=AT)
    with pytest.raises(NotPermitted):
        actions.count([], by=actor("inventory.adjust_stock"), at=AT)


def test_many_lines_cost_as_many_queries_as_one(ball, place):
    skus = [ball, *(sku(f"S{n}") for n in range(30))]
    costs = [
        (
            queries(lambda some=some: adjust(*[AdjustmentLine(s.pk, place.pk, Decimal(1), "found") for s in some])),
            queries(lambda some=some: count(*[CountLine(s.pk, place.pk, Decimal(5), "counted") for s in some])),
        )
        for some in (skus[:1], skus)
    ]
    assert costs[0] == costs[1]
