"""Whatever happens to stock, in whatever order: the ledgers and the figures agree, and nothing is promised twice."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from shunda.catalog.tests.builders import sku, unit
from shunda.core.actor import system
from shunda.core.refusal import Refused
from shunda.inventory import actions, steps
from shunda.inventory.models import Balance, Demand, DemandKind, Supply
from shunda.inventory.specs import (
    AdjustmentLine,
    ArrivalLine,
    ClosureLine,
    CountLine,
    DemandSpec,
    ReceiptLine,
    TransferLine,
)
from shunda.inventory.tests.builders import AT, warehouse
from shunda.inventory.verify import check

QUANTITY = st.decimals("0.125", "20", places=3)
PICK = st.integers(0, 99)
SYSTEM = system()


class Stock(RuleBasedStateMachine):
    """Two SKUs in two warehouses, one transaction that is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.skus = [sku(f"K{n}", unit=unit("kg")).pk for n in range(2)]
        self.places = [warehouse(f"W{n}").pk for n in range(2)]
        self.demands: list[int] = []
        self.supplies: list[int] = []
        self.orders = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def here(self, pick: int) -> tuple[int, int]:
        return self.skus[pick % 2], self.places[pick // 2 % 2]

    def one(self, ids: list[int], pick: int) -> int:
        return ids[pick % len(ids)]

    @rule(pick=PICK, quantity=QUANTITY)
    def receive(self, pick, quantity):
        actions.receive([ReceiptLine(*self.here(pick), quantity)], by=SYSTEM, at=AT).one()

    @rule(picks=st.lists(st.tuples(PICK, QUANTITY), min_size=1, max_size=4))
    def want(self, picks):
        self.orders += 1
        specs = [DemandSpec(DemandKind.ORDER, self.orders, *self.here(p), q) for p, q in picks]
        self.demands += steps.want(specs, at=AT)

    @precondition(lambda self: self.orders)
    @rule(picks=st.lists(PICK, min_size=1, max_size=3, unique=True))
    def reserve(self, picks):
        orders = dict.fromkeys(p % self.orders + 1 for p in picks)
        groups = [(o, list(Demand.objects.filter(order_id=o).values_list("pk", flat=True))) for o in orders]
        refused = {r.id for r in steps.reserve(groups, at=AT)}
        lacking = {d.order_id for d in Demand.objects.filter(order_id__in=orders) if d.lacking}
        assert lacking == refused

    @precondition(lambda self: self.demands)
    @rule(pick=PICK)
    def release(self, pick):
        steps.release([self.one(self.demands, pick)], at=AT)

    @precondition(lambda self: self.demands)
    @rule(pick=PICK, quantity=QUANTITY, step=st.sampled_from(["issue", "unissue", "cancel"]))
    def move(self, pick, quantity, step):
        pk = self.one(self.demands, pick)
        row = Demand.objects.get(pk=pk)
        most = {"issue": row.reserved, "unissue": row.issued, "cancel": row.open}[step]
        document = {} if step == "cancel" else {"reference": "SH1", "by": SYSTEM}
        if quantity > most:
            with pytest.raises(Refused):
                getattr(steps, step)({pk: quantity}, **document, at=AT)
        else:
            getattr(steps, step)({pk: quantity}, **document, at=AT)

    @rule(pick=PICK, quantity=QUANTITY)
    def transfer(self, pick, quantity):
        made, source = self.here(pick)
        target = next(place for place in self.places if place != source)
        outcome = actions.transfer([TransferLine(made, source, target, quantity)], by=SYSTEM, at=AT)
        self.supplies += [row.pk for row in outcome.done]

    @precondition(lambda self: self.supplies)
    @rule(pick=PICK, quantity=st.none() | QUANTITY, what=st.sampled_from(["receive", "cancel", "lose"]))
    def close(self, pick, quantity, what):
        pk = self.one(self.supplies, pick)
        if what == "receive":
            actions.receive_supply([ArrivalLine(pk, quantity)], by=SYSTEM, at=AT)
        else:
            run = actions.cancel_supply if what == "cancel" else actions.lose_supply
            run([ClosureLine(pk, quantity)], reason="so it goes", by=SYSTEM, at=AT)

    @rule(pick=PICK, quantity=QUANTITY, sign=st.sampled_from([1, -1]))
    def adjust(self, pick, quantity, sign):
        actions.adjust([AdjustmentLine(*self.here(pick), sign * quantity, "breakage")], by=SYSTEM, at=AT)

    @rule(pick=PICK, quantity=QUANTITY)
    def count(self, pick, quantity):
        actions.count([CountLine(*self.here(pick), quantity, "count")], by=SYSTEM, at=AT)

    @invariant()
    def ledgers_equal_balances(self):
        assert list(check()) == []

    @invariant()
    def nothing_is_promised_twice(self):
        assert all(0 <= b.reserved <= b.on_hand and b.in_transit >= 0 for b in Balance.objects.all())
        assert all(d.reserved + d.issued + d.cancelled <= d.quantity for d in Demand.objects.all())
        assert all(s.open >= Decimal(0) for s in Supply.objects.all())


@pytest.mark.django_db
def test_ledgers_and_figures_agree_whatever_happens():
    run_state_machine_as_test(
        Stock,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )
