"""Callers that meet: nothing is promised twice, nobody waits for ever."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.inventory import actions, steps
from shunda.inventory.models import Balance, Demand
from shunda.inventory.specs import AdjustmentLine, ReceiptLine, TransferLine
from shunda.inventory.tests.builders import AT, demand, figures, stock, warehouse
from shunda.inventory.verify import check

pytestmark = pytest.mark.django_db(transaction=True)
SYSTEM = system()


def together(*calls: Callable[[], object]) -> list[object]:
    """Run the calls at once, each in its own thread, connection and transaction."""
    start = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            with transaction.atomic():
                start.wait(timeout=20)
                return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def test_overlapping_batches_never_oversell_and_never_deadlock():
    place, skus = warehouse(), [sku(f"S{n}") for n in range(6)]
    for made in skus:
        stock(made, place, 20)
    for attempt in range(5):
        batches = []
        for caller in range(4):
            mine = skus if caller % 2 else skus[::-1]  # one asks forwards, the other backwards
            orders = [attempt * 100 + caller * 10 + n for n in range(6)]
            batches.append([(o, [demand(o, made, place, 1) for made in mine]) for o in orders])
        answers = together(*[lambda b=b: steps.reserve(b, at=AT) for b in batches])
        served = 24 - len({r.id for refused in answers for r in refused})
        assert served == (20 if attempt == 0 else 0)
    assert {figures(made, place) for made in skus} == {(20, 20, 0)}
    assert list(check()) == []


def test_one_piece_is_sold_once():
    place, ball = warehouse(), sku("BALL")
    stock(ball, place, 1)
    wanted = [(n, demand(n, ball, place, 1)) for n in range(8)]
    answers = together(*[lambda n=n, pk=pk: steps.reserve([(n, [pk])], at=AT) for n, pk in wanted])
    assert sum(not refused for refused in answers) == 1
    assert Demand.objects.filter(reserved=1).count() == 1


def test_two_calls_for_one_demand_promise_it_once():
    place, ball = warehouse(), sku("BALL")
    stock(ball, place, 10)
    pk = demand(1, ball, place, 4)
    together(*[lambda: steps.reserve([(1, [pk])], at=AT)] * 4)
    assert figures(ball, place) == (10, 4, 0)


def test_first_receipts_of_the_same_goods_make_one_balance():
    place, skus = warehouse(), [sku(f"S{n}") for n in range(10)]

    def receive(mine):
        return lambda: actions.receive([ReceiptLine(s.pk, place.pk, Decimal(1)) for s in mine], by=SYSTEM, at=AT)

    together(*[receive(skus if n % 2 else skus[::-1]) for n in range(4)])
    assert {figures(made, place) for made in skus} == {(4, 0, 0)}
    assert Balance.objects.count() == 10


def test_promising_sending_away_and_writing_off_take_turns():
    here, there, ball = warehouse(), warehouse("W2"), sku("BALL")
    stock(ball, here, 10)
    stock(ball, there, 10)
    pk = demand(1, ball, here, 8)

    def send(source, target):
        line = TransferLine(ball.pk, source.pk, target.pk, Decimal(8))
        return lambda: len(actions.transfer([line], by=SYSTEM, at=AT).done)

    answers = together(
        lambda: not steps.reserve([(1, [pk])], at=AT),
        send(here, there),
        send(there, here),
        lambda: len(actions.adjust([AdjustmentLine(ball.pk, here.pk, Decimal(-8), "broken")], by=SYSTEM, at=AT).done),
    )
    assert sum(map(int, (answers[0], answers[1], answers[3]))) == 1  # ten pieces here serve one of the three
    assert answers[2] == 1
    assert list(check()) == []
