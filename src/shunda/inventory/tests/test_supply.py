"""What is on its way."""

from datetime import date
from decimal import Decimal

import pytest

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.inventory import actions, queries, steps
from shunda.inventory.models import Supply, SupplyKind
from shunda.inventory.specs import ArrivalLine, ClosureLine, SupplyLine, TransferLine
from shunda.inventory.tests.builders import AT, demand, figures, stock, warehouse
from shunda.inventory.tests.builders import queries as count_queries
from shunda.inventory.verify import check

pytestmark = pytest.mark.django_db
SYSTEM = system()


@pytest.fixture
def here():
    return warehouse()


@pytest.fixture
def there():
    return warehouse("W2")


@pytest.fixture
def ball(here):
    made = sku("BALL")
    stock(made, here, 10)
    return made


@pytest.fixture(autouse=True)
def ledgers_equal_balances():
    yield
    assert list(check()) == []


def codes(outcome):
    return [(r.id, r.code.removeprefix("inventory.")) for r in outcome.refused]


def transfer(*lines):
    return actions.transfer(lines, by=SYSTEM, at=AT)


def test_locked_stock_is_not_sent_away_and_lines_see_each_other(ball, here, there):
    pk = demand(1, ball, here, 4)
    steps.reserve([(1, [pk])], at=AT)
    outcome = transfer(
        TransferLine(ball.pk, here.pk, there.pk, Decimal(7)),
        TransferLine(ball.pk, here.pk, there.pk, Decimal(5)),
        TransferLine(ball.pk, here.pk, there.pk, Decimal(2)),
        TransferLine(ball.pk, here.pk, here.pk, Decimal(1)),
        TransferLine(ball.pk, here.pk, there.pk, Decimal(1), expected_on=date(2024, 5, 5)),
    )
    assert codes(outcome) == [(3, "same-warehouse"), (4, "past-date"), (0, "short"), (2, "short")]
    assert (figures(ball, here), figures(ball, there)) == ((5, 4, 0), (0, 0, 5))


def test_in_transit_is_not_available(ball, here, there):
    transfer(TransferLine(ball.pk, here.pk, there.pk, Decimal(4)))
    [refusal] = steps.reserve([(1, [demand(1, ball, there, 1)])], at=AT)
    assert refusal.data["available"] == "0"


def test_a_transfer_that_turns_back_is_stock_at_its_source_again(ball, here, there):
    supply = transfer(TransferLine(ball.pk, here.pk, there.pk, Decimal(4))).one()
    actions.receive_supply([ArrivalLine(supply.pk, Decimal(1))], by=SYSTEM, at=AT)
    actions.cancel_supply([ClosureLine(supply.pk, Decimal(2))], reason="lorry broke down", by=SYSTEM, at=AT)
    assert (figures(ball, here), figures(ball, there)) == ((8, 0, 0), (1, 0, 1))
    told = Event.objects.get(kind="supply.cancel")
    assert told.data == {"quantity": "2", "reason": "lorry broke down"}
    assert Event.objects.latest("id").kind == "stock.receive"  # whoever waits for it at the source hears of it


def test_what_a_transfer_lost_leaves_the_books(ball, here, there):
    supply = transfer(TransferLine(ball.pk, here.pk, there.pk, Decimal(4))).one()
    actions.lose_supply([ClosureLine(supply.pk)], reason="accident", by=SYSTEM, at=AT)
    assert (figures(ball, here), figures(ball, there)) == ((6, 0, 0), (0, 0, 0))


def test_an_announcement_is_taken_back(ball, here):
    supply = actions.announce([SupplyLine(ball.pk, here.pk, Decimal(5))], by=SYSTEM, at=AT).one()
    actions.cancel_supply([ClosureLine(supply.pk)], reason="supplier declined", by=SYSTEM, at=AT)
    assert figures(ball, here) == (10, 0, 0)


def test_what_cannot_be_closed_says_why(ball, here):
    purchase = actions.announce([SupplyLine(ball.pk, here.pk, Decimal(5))], by=SYSTEM, at=AT).one()
    assert codes(actions.lose_supply([ClosureLine(purchase.pk)], reason="x", by=SYSTEM, at=AT)) == [
        (purchase.pk, "not-a-transfer")
    ]
    outcome = actions.cancel_supply(
        [ClosureLine(purchase.pk, Decimal(6)), ClosureLine(999)], reason="", by=SYSTEM, at=AT
    )
    assert codes(outcome) == [(purchase.pk, "closed-why"), (purchase.pk, "over-supply"), (999, "not-found")]
    assert figures(ball, here) == (10, 0, 5)


def test_an_announcement_needs_a_positive_quantity_a_coming_date_and_is_no_transfer(ball, here):
    outcome = actions.announce(
        [
            SupplyLine(ball.pk, here.pk, Decimal(0)),
            SupplyLine(ball.pk, here.pk, Decimal(1), expected_on=date(2024, 5, 5)),
            SupplyLine(ball.pk, here.pk, Decimal(1), kind=SupplyKind.TRANSFER),
        ],
        by=SYSTEM,
        at=AT,
    )
    assert codes(outcome) == [(0, "not-positive"), (1, "past-date"), (2, "transfer-apart")]
    assert not Supply.objects.exists()


@pytest.mark.req("R045", "R115")
def test_availability_and_the_next_arrival_are_told(ball, here, there):
    steps.reserve([(1, [demand(1, ball, here, 3)])], at=AT)
    for day, quantity in ((20, 5), (12, 1)):
        line = SupplyLine(ball.pk, here.pk, Decimal(quantity), expected_on=date(2024, 5, day))
        actions.announce([line], by=SYSTEM, at=AT)
    found = queries.availability([ball.pk], [here.pk, there.pk])
    assert (found[ball.pk, here.pk].on_hand, found[ball.pk, here.pk].locked) == (10, 3)
    assert (found[ball.pk, here.pk].available, found[ball.pk, here.pk].in_transit) == (7, 6)
    assert found[ball.pk, there.pk].available == 0
    assert queries.availability([ball.pk]).keys() == {(ball.pk, here.pk)}
    assert queries.earliest([ball.pk], here.pk) == {ball.pk: date(2024, 5, 12)}


def test_many_lines_cost_as_many_queries_as_one(ball, here, there):
    skus = [ball, *(sku(f"S{n}") for n in range(20))]
    for made in skus:
        stock(made, here, 50)
    sent: list[Supply] = []

    def send(some):
        sent[:] = transfer(*[TransferLine(s.pk, here.pk, there.pk, Decimal(2)) for s in some]).done

    def arrive():
        actions.receive_supply([ArrivalLine(s.pk, Decimal(1)) for s in sent], by=SYSTEM, at=AT)

    def turn_back():
        actions.cancel_supply([ClosureLine(s.pk) for s in sent], reason="back", by=SYSTEM, at=AT)

    costs = [
        [count_queries(lambda some=some: send(some)), count_queries(arrive), count_queries(turn_back)]
        for some in (skus[:1], skus)
    ]
    assert costs[0] == costs[1]
