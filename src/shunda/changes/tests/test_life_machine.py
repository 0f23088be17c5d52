"""Whatever is changed, planned, shipped, invoiced, paid and cancelled in whatever order: every figure has its ledger,
nothing shipped disappears, and what was shown beforehand is what happened."""

from decimal import Decimal
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from shunda.billing import actions as money
from shunda.billing.models import Invoice, Payment
from shunda.billing.tests.builders import paid
from shunda.catalog.tests.builders import sku
from shunda.changes.specs import ChangeSpec
from shunda.changes.tests.builders import SYSTEM, ask, differences, line, made_of, new
from shunda.changes.weighing import weigh
from shunda.core.batch import Outcome
from shunda.credit.tests.builders import account
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.specs import ShipmentSpec
from shunda.fulfilment.tests.builders import STEPS, advance
from shunda.inventory.tests.builders import stock, warehouse
from shunda.orders.models import Order, OrderLine
from shunda.orders.tests.builders import AT, confirmed_order

serial = count(1)
BY = {"by": SYSTEM, "at": AT}


class Life(RuleBasedStateMachine):
    """Two orders over the same little stock and credit, one of them paid in advance."""

    @initialize(discount=st.sampled_from(["0", "1.11"]))
    def open(self, discount):
        n = next(serial)
        self.skus = [sku(f"M{n}-{i}") for i in range(3)]
        for one in self.skus:
            stock(one, warehouse(), 12)
        credit, ahead = customer(f"M{n}"), customer(f"M{n}P", term="prepaid")
        account(credit, 300)
        goods = [(self.skus[0], 5, "3.33"), (self.skus[1], 4, "0.335")]
        self.orders = [confirmed_order(who, goods, freight="2.00", discount=discount) for who in (credit, ahead)]
        self.shipped, self.made = {}, 0

    which = st.integers(0, 1)

    def spec(self, i, lines=(), **fields):
        return ChangeSpec(self.orders[i].pk, "asked", lines=list(lines), **fields)

    def does(self, spec):
        """What is shown beforehand happens, or is refused for the same reasons."""
        shown = weigh({spec.order_id: spec}, **BY)[spec.order_id]
        outcome = ask(Order(pk=spec.order_id), *spec.lines, **self.fields(spec))
        codes = sorted(refusal.code for refusal in outcome.refused)
        if set(codes) & {"wrong-status", "changes.open-already"}:
            return
        assert codes == sorted(refusal.code for refusal in shown.refused)
        for change in outcome.done:
            made = made_of(Outcome([change]))
            assert made.effect == shown.impact == made.impact
            self.made += 1

    def fields(self, spec):
        return {"kind": spec.kind, "added": spec.added, "head": spec.head, "reason": spec.reason}

    @rule(i=which, no=st.integers(1, 3), quantity=st.integers(0, 7))
    def quantity(self, i, no, quantity):
        self.does(self.spec(i, [line(no, quantity)]))

    @rule(i=which, no=st.integers(1, 3), price=st.sampled_from(["3", "0.3", "1.005"]))
    def price(self, i, no, price):
        self.does(self.spec(i, [line(no, unit_price=price)]))

    @rule(i=which, n=st.integers(0, 2), quantity=st.integers(1, 6))
    def add(self, i, n, quantity):
        self.does(self.spec(i, added=[new(self.skus[n], quantity, "1.99")]))

    @rule(i=which, discount=st.sampled_from(["0", "0.07", "2"]), freight=st.sampled_from(["2", "1"]))
    def money(self, i, discount, freight):
        self.does(self.spec(i, head={"discount": Decimal(discount), "freight": Decimal(freight)}))

    @rule(i=which, kind=st.sampled_from(["close", "close", "close", "cancel"]))
    def end(self, i, kind):
        self.does(self.spec(i, kind=kind))

    @rule(i=which, part=st.booleans())
    def plan(self, i, part):
        lines = None
        if part:
            left = OrderLine.objects.filter(order=self.orders[i], demand__reserved__gt=0).first()
            lines = {left.pk: Decimal(1)} if left else None
        shipping.create([ShipmentSpec(self.orders[i].pk, lines)], **BY)

    @rule(i=which, to=st.sampled_from(["picked", "shipped", "shipped", "signed"]))
    def move(self, i, to):
        open_now = Shipment.objects.filter(order=self.orders[i]).exclude(status__in=["signed", "cancelled", "reversed"])
        made = open_now.order_by("pk").first()
        held = self.orders[i].holds.filter(released_at__isnull=True).exists()
        if made and STEPS.index(made.status) < STEPS.index(to) and not (held and to != "picked"):
            advance(made, to)

    @rule(i=which)
    def call_off(self, i):
        made = Shipment.objects.filter(order=self.orders[i], status__in=["planned", "picked", "packed"]).last()
        if made:
            shipping.cancel([made.pk], reason="not yet", **BY)

    @rule(i=which, issue=st.booleans())
    def invoice(self, i, issue):
        money.invoice([self.orders[i].pk], **BY)
        drafts = Invoice.objects.filter(order=self.orders[i], status="draft").values_list("pk", flat=True)
        if issue and drafts:
            money.issue(list(drafts), **BY)

    @rule(i=which)
    def pay(self, i):
        order = Order.objects.select_related("customer").get(pk=self.orders[i].pk)
        if order.status == "confirmed" and order.gross > order.paid:
            paid(order, order.gross - order.paid)

    @invariant()
    def every_figure_has_its_ledger(self):
        if not hasattr(self, "orders"):
            return
        assert differences() == {}
        for row in OrderLine.objects.filter(order__in=self.orders):
            assert row.shipped >= self.shipped.get(row.pk, 0), "nothing shipped disappears"
            self.shipped[row.pk] = row.shipped
        for order in Order.objects.filter(pk__in=[one.pk for one in self.orders]):
            assert order.gross >= order.invoiced
            if order.status == "confirmed":
                assert order.paid <= order.gross
        assert all(p.matched <= p.amount for p in Payment.objects.all())


@pytest.mark.django_db
@pytest.mark.req("R161", "R165", "R170", "R178")
def test_whatever_happens_to_orders_that_are_changed_every_figure_has_its_ledger():
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=6, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
