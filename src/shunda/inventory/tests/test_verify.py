"""The check finds what somebody changed behind the ledgers' back."""

from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import F

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.inventory import actions, promising, steps
from shunda.inventory.models import Balance, Demand, Reservation, Supply
from shunda.inventory.specs import SupplyLine
from shunda.inventory.tests.builders import AT, demand, stock, warehouse
from shunda.inventory.verify import check

pytestmark = pytest.mark.django_db


@pytest.fixture
def pk():
    place, ball = warehouse(), sku("BALL")
    stock(ball, place, 10)
    actions.announce([SupplyLine(ball.pk, place.pk, Decimal(5))], by=system(), at=AT)
    made = demand(1, ball, place, 4)
    steps.reserve([(1, [made])], at=AT)
    assert list(check()) == []
    return made


def test_a_balance_that_was_changed_by_hand_is_found(pk):
    Balance.objects.update(on_hand=F("on_hand") + 1, in_transit=0)
    assert list(check()) == [
        "stock of BALL in W1: on hand is 11.0000, its ledger says 10.0000",
        "stock of BALL in W1: in transit is 0.0000, its ledger says 5.0000",
    ]


def test_a_demand_or_a_supply_that_was_changed_by_hand_is_found(pk):
    Demand.objects.update(reserved=3, issued=1)
    Supply.objects.update(received=2)
    assert list(check())[1:] == [
        f"demand {pk}: locked 3.0000 and issued 1.0000, the ledgers say 4.0000 and 0",
        f"supply {Supply.objects.get().pk}: received 2.0000, its ledger says 0",
    ]


def test_a_demand_that_was_moved_by_hand_is_found(pk):
    Demand.objects.update(order_id=2)
    assert list(check()) == [
        f"demand {pk}: a reservation of it lies under no demand, or under another SKU, warehouse or order"
    ]


def test_what_a_demand_was_promised_when_it_was_made_counts_in_the_ledger_and_never_changes():
    place, ball = warehouse(), sku("BALL")
    stock(ball, place, 10)
    [born] = promising.demand_ids(1).run()
    promising.promise([(born, promising.Wish(1, ball.pk, place.pk, Decimal(4), None, 1))], at=AT).run()
    promising.take({Balance.objects.get().pk: Decimal(4)}).run()
    assert not Reservation.objects.exists()
    assert list(check()) == []
    steps.cancel({born: Decimal(1)}, at=AT)
    assert (Demand.objects.get().promised, Demand.objects.get().reserved) == (4, 3)
    assert list(check()) == []
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Demand.objects.update(promised=3)
    Demand.objects.update(reserved=2)
    assert list(check()) == [f"demand {born}: locked 2.0000 and issued 0.0000, the ledgers say 3.0000 and 0"]


def test_what_is_not_free_any_more_is_not_taken_and_nothing_else_either():
    place, (ball, bat) = warehouse(), (sku("BALL"), sku("BAT"))
    stock(ball, place, 10)
    stock(bat, place, 3)
    wanted = {one.pk: Decimal(4) for one in Balance.objects.all()}
    with pytest.raises(promising.Gone), transaction.atomic():
        promising.take(wanted).run()
    assert {one.reserved for one in Balance.objects.all()} == {0}
