"""Payments: recorded, matched, taken back, voided."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor
from shunda.billing import actions, jobs, queries, verify
from shunda.billing.models import Allocation, Payment
from shunda.billing.specs import MatchSpec, PaymentSpec, Target, UnmatchSpec
from shunda.billing.tests.builders import invoiced, paid, payment
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.credit import queries as credit
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.orders import actions as order_actions
from shunda.orders.models import Hold
from shunda.orders.tests.builders import AT, confirmed_order, order
from shunda.work.models import Task

SYSTEM = system()


@pytest.fixture
def buyer(db):
    return customer()


@pytest.fixture
def prepayer(db):
    return customer("C2", "prepaid")


@pytest.fixture
def goods(db):
    return sku("A-1")


def match(made, *targets, by=SYSTEM, **fields):
    return actions.match([MatchSpec(made.pk, targets or None)], by=by, at=AT, **fields)


def codes(outcome):
    return sorted(refusal.code for refusal in outcome.refused)


def reload(*rows):
    for row in rows:
        row.refresh_from_db()


@pytest.mark.req("R171", "R173")
def test_payments_are_recorded_and_wait_to_be_matched(buyer):
    specs = [
        PaymentSpec(buyer.pk, Decimal(100), AT, "wechat", reference=" WX1 "),
        PaymentSpec(buyer.pk, Decimal(5), AT),
    ]
    done = actions.record_payments(specs, by=SYSTEM, at=AT).done
    assert [(p.number, p.method, p.currency, p.reference) for p in done] == [
        ("PY20260506001", "wechat", "CNY", "WX1"),
        ("PY20260506002", "transfer", "CNY", ""),
    ]
    assert Task.objects.filter(kind="payment.match", closed_at__isnull=True, party=buyer.name).count() == 2


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": Decimal(0)}, "billing.amount"),
        ({"amount": Decimal("-5")}, "billing.amount"),
        ({"amount": Decimal("0.005")}, "billing.amount"),
        ({"amount": Decimal("NaN")}, "billing.amount"),
        ({"amount": Decimal("1E+15")}, "billing.amount"),
        ({"currency": "YUAN"}, "billing.currency"),
        ({"method": "shells"}, "billing.method"),
        ({"received_at": AT + timedelta(minutes=1)}, "billing.future"),
        ({"reference": "9" * 81}, "billing.too-long"),
        ({"note": "n" * 201}, "billing.too-long"),
        ({"customer_id": -1}, "billing.customer"),
    ],
)
def test_a_payment_that_cannot_be_is_refused(buyer, fields, code):
    spec = PaymentSpec(**{"customer_id": buyer.pk, "amount": Decimal(5), "received_at": AT, **fields})
    assert codes(actions.record_payments([spec], by=SYSTEM, at=AT)) == [code]
    assert not Payment.objects.exists()


def test_a_bank_reference_comes_twice_only_when_somebody_looked(buyer, prepayer):
    spec = PaymentSpec(buyer.pk, Decimal(100), AT, reference="B-77")
    outcome = actions.record_payments(
        [spec, spec, PaymentSpec(prepayer.pk, Decimal(1), AT, reference="B-77")], by=SYSTEM, at=AT
    )
    assert [(r.id, r.code) for r in outcome.refused] == [(1, "billing.same-reference")]
    [refusal] = actions.record_payments([spec], by=SYSTEM, at=AT).refused
    assert refusal.data["payment"] == "PY20260506001"
    again = payment(buyer, 100, reference="B-77", same_reference=True)
    actions.void([again.pk], reason="twice", by=SYSTEM, at=AT).one()
    assert codes(actions.record_payments([spec], by=SYSTEM, at=AT)) == ["billing.same-reference"]


@pytest.mark.req("R173")
def test_a_payment_finds_the_oldest_invoice_by_itself(buyer, goods):
    orders = [confirmed_order(buyer, [(goods, n, 10)]) for n in (3, 5)]
    for made in orders:
        shipment(made, "shipped")
    first, second = (invoiced(made) for made in orders)
    money = payment(buyer, 40)
    assert [(i.number, n) for i, n in queries.proposals([money])[money.pk]] == [(first.number, 30), (second.number, 10)]
    done = match(money).one()
    reload(first, second, *orders)
    assert (done.matched, first.paid, second.paid) == (40, 30, 10)
    assert [o.paid for o in orders] == [30, 10]
    standing = credit.by_order([orders[1].pk])[orders[1].pk]
    assert (standing.shipped, standing.invoiced) == (0, 40)
    assert list(Event.objects.filter(kind="order.pay").values_list("order_id", "data__amount")) == [
        (orders[0].pk, "30.00"),
        (orders[1].pk, "10.00"),
    ]
    assert not Task.objects.filter(kind="payment.match", closed_at__isnull=True).exists()
    assert list(verify.check()) == []


@pytest.mark.req("R027")
def test_a_prepaid_order_is_released_when_it_is_paid_and_held_again_when_not(prepayer, goods):
    made = confirmed_order(prepayer, [(goods, 4, 25)])
    jobs.await_payment([made.pk], AT)
    open_holds = Hold.objects.filter(order=made, released_at__isnull=True)
    first = payment(prepayer, 60)
    match(first).one()
    assert open_holds.count() == 1
    second = payment(prepayer, 50)
    match(second).one()
    reload(made, second)
    assert (made.paid, second.matched, open_holds.count()) == (100, 40, 0)
    assert not Task.objects.filter(kind="payment.await", closed_at__isnull=True).exists()
    actions.unmatch([UnmatchSpec(first.pk)], by=SYSTEM, at=AT).one()
    reload(made, first)
    assert (made.paid, first.matched, open_holds.count()) == (40, 0, 1)
    assert Task.objects.filter(kind="payment.match", closed_at__isnull=True, subject_id=first.pk).count() == 1
    assert Allocation.objects.filter(payment=first).count() == 2
    assert list(verify.check()) == []


def test_a_payment_matched_to_an_order_pays_its_invoices_before_the_rest(buyer, goods):
    made = confirmed_order(buyer, [(goods, 10, 10)])
    shipment(made, "shipped", {made.lines.get(): 4})
    bill = invoiced(made)
    money = payment(buyer, 70)
    match(money, Target(made.pk)).one()
    reload(bill, made)
    assert (bill.paid, made.paid) == (40, 70)
    assert queries.allocated(order=made, invoice__isnull=True) == [(money.pk, made.pk, None, 30)]
    shipment(made, "shipped")
    second = invoiced(made)
    assert (second.gross, second.paid) == (60, 30)
    assert credit.by_order([made.pk])[made.pk].exposure == 30
    assert list(verify.check()) == []


def test_a_match_that_cannot_be_is_refused_with_its_reason(buyer, prepayer, goods):
    mine, foreign = (confirmed_order(who, [(goods, 1, 30)]) for who in (buyer, prepayer))
    draft = order(buyer, [(goods, 1, 30)])
    money = payment(buyer, 50)
    cases = {
        "billing.over-open": Target(mine.pk, amount=Decimal(31)),
        "billing.over-payment": Target(mine.pk, amount=Decimal(51)),
        "billing.amount": Target(mine.pk, amount=Decimal("-1")),
        "billing.other-customer": Target(foreign.pk),
        "billing.not-payable": Target(draft.pk),
        "billing.no-target": Target(invoice_id=-1),
    }
    for code, target in cases.items():
        assert codes(match(money, target)) == [code]
    assert codes(match(money)) == ["billing.nothing-to-match"]
    assert codes(match(payment(buyer, 9, currency="USD"), Target(mine.pk))) == ["billing.other-currency"]
    twice = (Target(mine.pk, amount=Decimal(20)), Target(mine.pk, amount=Decimal(20)))
    assert codes(match(money, *twice)) == ["billing.over-open"]
    match(money, Target(mine.pk)).one()
    assert codes(match(payment(buyer, 9), Target(mine.pk))) == ["billing.not-open"]
    match(money, Target(confirmed_order(buyer, [(goods, 2, 30)]).pk)).one()
    assert codes(match(money)) == ["billing.matched-whole"]
    assert list(verify.check()) == []


def test_payments_of_one_customer_in_a_batch_see_each_other(prepayer, goods):
    made = confirmed_order(prepayer, [(goods, 1, 100)])
    money = [payment(prepayer, 60) for _ in range(3)]
    outcome = actions.match([MatchSpec(p.pk) for p in money], by=SYSTEM, at=AT)
    assert [int(p.matched) for p in outcome.done] == [60, 40]
    assert [(r.id, r.code) for r in outcome.refused] == [(money[2].pk, "billing.nothing-to-match")]
    reload(made)
    assert made.paid == 100


def test_only_unmatched_payments_are_voided_and_voided_ones_are_not_matched(prepayer, goods):
    money = paid(confirmed_order(prepayer, [(goods, 1, 100)]))
    [refusal] = actions.void([money.pk], reason="bounced", by=SYSTEM, at=AT).refused
    assert refusal.message == "100.00 of payment PY20260506001 is matched: take the match back first."
    actions.unmatch([UnmatchSpec(money.pk)], by=SYSTEM, at=AT).one()
    assert codes(actions.unmatch([UnmatchSpec(money.pk)], by=SYSTEM, at=AT)) == ["billing.nothing-matched"]
    assert codes(actions.void([money.pk], reason="", by=SYSTEM, at=AT)) == ["billing.reason-needed"]
    assert actions.void([money.pk], reason="bounced", by=SYSTEM, at=AT).one().reason == "bounced"
    for outcome in (
        match(money),
        actions.unmatch([UnmatchSpec(money.pk)], by=SYSTEM, at=AT),
        actions.void([money.pk], reason="x", by=SYSTEM, at=AT),
    ):
        assert codes(outcome) == ["wrong-status"]
    assert not Task.objects.filter(kind="payment.match", closed_at__isnull=True).exists()


def test_a_cancelled_order_gives_its_money_back_to_be_matched(prepayer, goods):
    made = confirmed_order(prepayer, [(goods, 1, 100)])
    money = paid(made)
    order_actions.cancel([made.pk], "no longer wanted", by=SYSTEM, at=AT).one()
    for _ in range(2):
        jobs.free_payments([made.pk], AT)
    reload(made, money)
    assert (made.paid, money.matched) == (0, 0)
    assert Allocation.objects.count() == 2
    assert list(verify.check()) == []


def test_who_may_not_or_does_not_see_is_stopped(buyer, goods):
    made = confirmed_order(buyer, [(goods, 1, 10)])
    money = payment(buyer, 10)
    with pytest.raises(NotPermitted):
        match(money, by=actor("billing.view_payment"))
    stranger = actor("billing.match_payment", "billing.create_payment", reach="own")
    assert codes(match(money, Target(made.pk), by=stranger)) == ["not-found"]
    spec = PaymentSpec(buyer.pk, Decimal(5), AT)
    assert codes(actions.record_payments([spec], by=stranger, at=AT)) == ["billing.customer"]
    assert codes(match(money, versions={money.pk: 8})) == ["stale"]


def test_one_payment_and_many_take_the_same_number_of_queries(prepayer, goods):
    orders = [confirmed_order(prepayer, [(goods, 1, 10)]) for _ in range(6)]
    counts = []
    for batch in (orders[:1], orders[1:]):
        with CaptureQueriesContext(connection) as seen:
            specs = [PaymentSpec(prepayer.pk, Decimal(10), AT, note=o.number) for o in batch]
            done = actions.record_payments(specs, by=SYSTEM, at=AT).done
            actions.match([MatchSpec(p.pk) for p in done], by=SYSTEM, at=AT)
            actions.unmatch([UnmatchSpec(p.pk) for p in done], by=SYSTEM, at=AT)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_one_payment_is_matched_once_and_an_order_paid_once_however_many_try():
    buyer = customer("C2", "prepaid")
    made = confirmed_order(buyer, [(sku("A-1"), 1, 100)])
    money = [payment(buyer, 100) for _ in range(2)]
    outcomes = []

    def run(pk):
        outcomes.append(actions.match([MatchSpec(pk, (Target(made.pk),))], by=SYSTEM, at=AT))
        connection.close()

    threads = [threading.Thread(target=run, args=(p.pk,)) for p in (*money, *money)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(o.done) for o in outcomes) == 1
    reload(made)
    assert made.paid == 100
    assert list(verify.check()) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_bank_reference_recorded_at_once_is_recorded_once():
    buyer = customer()
    outcomes = []

    def run():
        spec = PaymentSpec(buyer.pk, Decimal(100), AT, reference="B-77")
        outcomes.append(actions.record_payments([spec], by=SYSTEM, at=AT))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(o.done) for o in outcomes) == [0, 0, 1]
