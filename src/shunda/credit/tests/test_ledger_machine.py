"""Whatever happens in whatever order: each amount is in one bucket, and the balances are the ledger."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shunda.core.actor import system
from shunda.credit import actions, jobs, queries, verify
from shunda.credit.models import Bucket, CreditEntry
from shunda.credit.queries import Standing
from shunda.credit.specs import RaiseSpec
from shunda.credit.steps import HoldAsk, Movement, Overdrawn, hold, shift
from shunda.credit.tests.builders import AT, account
from shunda.customers.tests.builders import customer

D = Decimal
LIMIT = D(1000)
MOVES = {
    "ship": (Bucket.ORDERED, Bucket.SHIPPED),
    "invoice": (Bucket.SHIPPED, Bucket.INVOICED),
    "pay": (Bucket.INVOICED, None),
    "cancel": (Bucket.ORDERED, None),
    "reverse": (Bucket.SHIPPED, Bucket.ORDERED),
    "credit": (Bucket.INVOICED, None),
    "void": (None, Bucket.INVOICED),
}
serial = count(1)
amounts = st.decimals("0.01", "600", places=2)


class Ledger(RuleBasedStateMachine):
    """Confirm, ship, invoice, pay, cancel, reverse and credit orders of one customer; limits and raises come and go."""

    @initialize()
    def open(self):
        self.who = customer(f"L{next(serial)}")
        account(self.who, LIMIT)
        self.limit, self.raises, self.now = LIMIT, [], AT
        self.orders = defaultdict(lambda: defaultdict(Decimal))

    def exposure(self):
        return sum((sum(buckets.values()) for buckets in self.orders.values()), D(0))

    def effective(self):
        """The limit and the raises that run, whether or not any job has looked."""
        return self.limit + sum((n for since, until, n in self.raises if since <= self.now < until), D(0))

    @rule(amount=amounts)
    def set_limit(self, amount):
        account(self.who, amount)
        self.limit = amount

    @rule(amount=amounts, start=st.integers(0, 5), length=st.integers(1, 5))
    def raise_for_some_days(self, amount, start, length):
        since = self.now + timedelta(days=start)
        spec = RaiseSpec(self.who.pk, amount, "project", since + timedelta(days=length), since)
        assert actions.ask_raises([spec], by=system(), at=self.now).one().status == "approved"
        self.raises.append((since, spec.until, amount))

    @rule(hours=st.integers(1, 100))
    def wait(self, hours):
        self.now += timedelta(hours=hours)

    @rule()
    def the_job_runs(self):
        jobs.turn_raises(self.now)

    @rule(amount=amounts)
    def confirm(self, amount):
        order_id = next(serial)
        refused = hold([HoldAsk(order_id, self.who.pk, amount)], at=self.now)
        assert bool(refused) == (self.exposure() + amount > self.effective()), "no new order beyond the limit"
        if not refused:
            self.orders[order_id][Bucket.ORDERED] += amount

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), move=st.sampled_from(sorted(MOVES)), amount=amounts)
    def move(self, data, move, amount):
        order_id = data.draw(st.sampled_from(sorted(self.orders)))
        source, target = MOVES[move]
        buckets = self.orders[order_id]
        movement = Movement(self.who.pk, order_id, source, target, amount, move)
        if source and buckets[source] < amount:
            with pytest.raises((Overdrawn, IntegrityError)), transaction.atomic():
                shift([movement], at=AT)
            return
        shift([movement], at=AT)
        if source:
            buckets[source] -= amount
        if target:
            buckets[target] += amount

    @invariant()
    def the_books_agree(self):
        if not hasattr(self, "who"):
            return
        expected = {
            order_id: Standing(*(buckets[bucket] for bucket in Bucket)) for order_id, buckets in self.orders.items()
        }
        assert queries.by_order(expected) == expected
        stored = queries.exposure([self.who.pk], self.now)[self.who.pk]
        assert stored.effective == self.effective()
        assert stored.exposure == self.exposure()
        assert sum(CreditEntry.objects.filter(customer=self.who).values_list("amount", flat=True)) == self.exposure()
        assert list(verify.check()) == []


@pytest.mark.django_db
def test_each_amount_is_in_one_bucket_and_the_balance_is_the_ledger():
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
