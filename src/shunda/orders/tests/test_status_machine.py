"""Whatever people do to an order in whatever order: status, timeline, stock and credit agree."""

from dataclasses import replace
from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.credit import verify as credit
from shunda.credit.queries import by_order
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.inventory import verify as inventory
from shunda.inventory.models import Demand
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders import actions, steps, verify
from shunda.orders.assembly import spec_of
from shunda.orders.models import Order, Review
from shunda.orders.queries import lines_of
from shunda.orders.specs import LineChange
from shunda.orders.states import ORDER
from shunda.orders.tests.builders import AT, order, settled
from shunda.work.models import Task

serial = count(1)
BY = {"by": system(), "at": AT}
WAITS_FOR = {"draft": "order.submit", "sent_back": "order.revise", "in_review": "review."}


class Life(RuleBasedStateMachine):
    """Three orders of one customer compete for little stock and little credit."""

    @initialize()
    def open(self):
        number = next(serial)
        self.article, self.buyer = sku(f"M{number}"), customer(f"M{number}")
        stock(self.article, warehouse(), 5)
        account(self.buyer, 100)
        self.orders = [order(self.buyer, [(self.article, n, 10)]) for n in (2, 3, 4)]
        self.expected = {made.pk: "draft" for made in self.orders}

    def does(self, made, move, outcome, target=None):
        """The machine decides whether it may happen; other reasons may only refuse what the machine allows."""
        status = self.expected[made.pk]
        allowed = status in ORDER[move].sources
        codes = {refusal.code for refusal in outcome.refused}
        assert ("wrong-status" in codes) == (not allowed)
        if outcome.done:
            self.expected[made.pk] = target or str(ORDER[move].target or status)
        return bool(outcome.done)

    which = st.integers(0, 2)

    @rule(i=which, quantity=st.integers(1, 6))
    def edit(self, i, quantity):
        made = Order.objects.get(pk=self.orders[i].pk)
        spec = spec_of(made, lines_of([made.pk])[made.pk])
        changed = replace(spec, lines=[replace(spec.lines[0], quantity=Decimal(quantity))])
        self.does(made, "edit", actions.edit({made.pk: changed}, **BY))

    @rule(i=which, move=st.sampled_from(["submit", "withdraw", "confirm", "complete", "archive"]))
    def move(self, i, move):
        made = self.orders[i]
        self.does(made, move, getattr(actions, move)([made.pk], **BY))

    @rule(i=which, decision=st.sampled_from(["approve", "approve", "approve", "send_back"]))
    def decide(self, i, decision):
        made = self.orders[i]
        waiting = list(Review.objects.filter(order=made, status="pending").values_list("pk", flat=True))
        assert bool(waiting) == (self.expected[made.pk] == "in_review")
        if not waiting:
            return
        if decision == "send_back":
            assert actions.send_back(waiting[:1], "no", **BY).done
            self.expected[made.pk] = "sent_back"
        else:
            restock = dict.fromkeys(waiting, AT.date())
            assert len(actions.approve(waiting, restock=restock, **BY).done) == len(waiting)
            self.expected[made.pk] = "approved"

    @rule(i=which)
    def cancel(self, i):
        made = self.orders[i]
        self.does(made, "cancel", actions.cancel([made.pk], "why", **BY))

    @rule(i=which)
    def plan_a_shipment_or_undo_it(self, i):
        made = self.orders[i]
        if self.expected[made.pk] == "confirmed":
            line = made.lines.get()
            steps.progress([LineChange(line.pk, planned=-1 if line.planned else 1)])

    @rule(i=which)
    def ship_sign_invoice_and_pay(self, i):
        made = Order.objects.get(pk=self.orders[i].pk)
        line = made.lines.get()
        if made.status == "confirmed" and not line.shipped and not line.planned:
            settled(made)

    @invariant()
    def status_timeline_tasks_stock_and_credit_agree(self):
        if not hasattr(self, "orders"):
            return
        ids = [made.pk for made in self.orders]
        assert dict(Order.objects.filter(pk__in=ids).values_list("pk", "status")) == self.expected
        assert all("shipped or cancelled here" in line for line in verify.check())  # shipping is only pretended here
        assert [*inventory.check(), *credit.check()] == []
        holding = by_order(ids)
        for pk, status in self.expected.items():
            active = status in {"confirmed", "completed", "archived"}
            made = Order.objects.get(pk=pk)
            reserved = sum(Demand.objects.filter(order_id=pk).values_list("reserved", flat=True))
            assert reserved == (sum(line.base_quantity for line in made.lines.all()) if active else 0)
            assert holding[pk].ordered == (made.gross if active else 0)
            open_tasks = Task.objects.filter(order_id=pk, closed_at__isnull=True).values_list("kind", flat=True)
            assert all(kind.startswith(WAITS_FOR.get(status, "order.")) for kind in open_tasks)
            numbers = list(Event.objects.filter(order_id=pk).order_by("sequence").values_list("sequence", flat=True))
            assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.django_db
@pytest.mark.req("R154", "R225")
def test_status_timeline_stock_and_credit_agree_whatever_people_do():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
