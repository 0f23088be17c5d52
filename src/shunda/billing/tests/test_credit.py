"""Credit notes, settlements, and the end of an order."""

import threading
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.billing import actions, jobs, queries, verify
from shunda.billing.models import CreditNote, Settlement
from shunda.billing.specs import CreditSpec, UnmatchSpec
from shunda.billing.tests.builders import drafted, invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.credit import queries as credit
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.specs import Handed, ReceiptSpec
from shunda.fulfilment.tests.builders import shipment
from shunda.orders.models import OrderLine
from shunda.orders.tests.builders import AT, confirmed_order
from shunda.work.models import Task

SYSTEM = system()


@pytest.fixture
def buyer(db):
    return customer()


@pytest.fixture
def goods(db):
    return sku("A-1")


@pytest.fixture
def confirmed(buyer, goods):
    return confirmed_order(buyer, [(goods, 3, "33.33")], freight=Decimal(10))


@pytest.fixture
def bill(confirmed):
    shipment(confirmed, "shipped")
    return invoiced(confirmed)


def take_back(bill, **fields):
    return actions.credit([CreditSpec(bill.pk, **{"reason": "wrong price", **fields})], by=SYSTEM, at=AT)


def codes(outcome):
    return sorted(refusal.code for refusal in outcome.refused)


def line(order):
    return OrderLine.objects.get(order=order)


def standing(order):
    figures = credit.by_order([order.pk])[order.pk]
    return figures.ordered, figures.shipped, figures.invoiced


def test_an_invoice_is_taken_back_whole(confirmed, bill):
    note = take_back(bill).one()
    bill.refresh_from_db()
    confirmed.refresh_from_db()
    assert (note.number, note.gross, note.reason) == ("CN20260506001", bill.gross, "wrong price")
    assert (bill.credited, line(confirmed).invoiced, confirmed.invoiced) == (bill.gross, 0, 0)
    assert standing(confirmed) == (0, confirmed.gross, 0)
    assert Task.objects.filter(kind="invoice.create", closed_at__isnull=True, subject_id=confirmed.pk).exists()
    assert invoiced(confirmed).gross == confirmed.gross
    assert standing(confirmed) == (0, 0, confirmed.gross)
    assert list(verify.check()) == []


def test_parts_taken_back_add_up_to_the_invoice_and_never_go_beyond(confirmed, bill):
    billed = bill.lines.get()
    notes = [take_back(bill, lines={billed.pk: Decimal(1)}).one() for _ in range(2)]
    [refusal] = take_back(bill, lines={billed.pk: Decimal(2)}).refused
    assert refusal.message == "Line 1 (A-1): 2 to be credited, but only 1 of the invoice is left."
    notes.append(take_back(bill).one())
    assert [n.freight_net + n.freight_tax for n in notes] == [0, 0, 10]
    assert sum(n.gross for n in notes) == bill.gross
    assert codes(take_back(bill)) == ["billing.nothing-to-credit"]
    assert list(verify.check()) == []


def test_the_freight_alone_can_be_taken_back_once(confirmed, bill):
    assert take_back(bill, lines={}, freight=True).one().gross == 10
    assert codes(take_back(bill, lines={}, freight=True)) == ["billing.nothing-to-credit"]
    assert standing(confirmed) == (0, 10, confirmed.gross - 10)
    assert list(verify.check()) == []


def test_what_was_paid_beyond_the_rest_becomes_an_advance(confirmed, bill):
    money = paid(confirmed)
    take_back(bill, lines={bill.lines.get().pk: Decimal(1)}).one()
    bill.refresh_from_db()
    confirmed.refresh_from_db()
    back = Decimal("33.33")
    assert (bill.paid, bill.credited, confirmed.paid) == (bill.gross - back, back, confirmed.gross)
    assert queries.allocated(order=confirmed, invoice__isnull=True) == [(money.pk, confirmed.pk, None, back)]
    assert standing(confirmed) == (0, back, 0)
    assert invoiced(confirmed).paid == back
    assert standing(confirmed) == (0, 0, 0)
    assert list(verify.check()) == []


def test_a_shipment_is_reversed_once_its_invoice_is_credited(confirmed, bill):
    sent = confirmed.shipments.get()
    assert codes(shipping.reverse([sent.pk], reason="x", by=SYSTEM, at=AT)) == ["fulfilment.invoiced"]
    take_back(bill).one()
    shipping.reverse([sent.pk], reason="wrong goods", by=SYSTEM, at=AT).one()
    assert standing(confirmed) == (confirmed.gross, 0, 0)
    assert list(verify.check()) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": " "}, "billing.reason-needed"),
        ({"reason": "x" * 201}, "billing.reason-needed"),
        ({"lines": {}}, "billing.nothing-to-credit"),
        ({"lines": {-1: Decimal(1)}}, "billing.no-line"),
    ],
)
def test_a_credit_that_cannot_be_is_refused(bill, fields, code):
    assert codes(take_back(bill, **fields)) == [code]


@pytest.mark.parametrize("quantity", ["0", "-1", "0.5", "NaN"])
def test_a_quantity_that_is_none_is_refused(bill, quantity):
    assert codes(take_back(bill, lines={bill.lines.get().pk: Decimal(quantity)})) == ["billing.quantity"]


def test_only_issued_invoices_are_credited(confirmed):
    shipment(confirmed, "shipped")
    draft = drafted(confirmed)
    assert codes(take_back(draft)) == ["wrong-status"]
    actions.cancel_draft([draft.pk], by=SYSTEM, at=AT).one()
    assert codes(take_back(draft)) == ["wrong-status"]


def test_one_credit_and_many_take_the_same_number_of_queries(buyer, goods):
    bills = []
    for _ in range(6):
        made = confirmed_order(buyer, [(goods, 1, 10)])
        shipment(made, "shipped")
        bills.append(invoiced(made))
        paid(made)
    counts = []
    for batch in (bills[:1], bills[1:]):
        with CaptureQueriesContext(connection) as seen:
            actions.credit([CreditSpec(b.pk, "x") for b in batch], by=SYSTEM, at=AT)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_an_invoice_is_credited_once_however_many_press_the_button():
    made = confirmed_order(customer(), [(sku("A-1"), 1, 100)])
    shipment(made, "shipped")
    bill = invoiced(made)
    outcomes = []

    def run():
        outcomes.append(take_back(bill))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(o.done) for o in outcomes) == CreditNote.objects.count() == 1
    assert list(verify.check()) == []


@pytest.mark.req("R160", "R172")
def test_a_receipt_makes_its_settlement_by_itself_and_only_once(confirmed):
    paid(confirmed, 50)
    first = shipment(confirmed, "signed", {line(confirmed): 1})
    for _ in range(2):
        jobs.settle([first.pk], AT)
    made = Settlement.objects.get()
    assert (made.number, made.delivery) == ("ST20260506001", first.number)
    assert (made.goods, made.freight, made.total, made.paid_before) == (
        Decimal("33.33"),
        10,
        Decimal("43.33"),
        Decimal("43.33"),
    )
    second = shipment(confirmed, "signed")
    jobs.settle([first.pk, second.pk], AT)
    rest = Settlement.objects.order_by("pk").last()
    assert (rest.goods, rest.freight, rest.paid_before) == (Decimal("66.66"), 0, Decimal("6.67"))
    assert made.total + rest.total == confirmed.gross
    assert list(verify.check()) == []


def test_only_what_was_accepted_is_settled(confirmed):
    sent = shipment(confirmed, "shipped")
    handed = {sent.lines.get().pk: Handed(Decimal(0), damaged=Decimal(3))}
    shipping.sign([ReceiptSpec(sent.pk, "Li", lines=handed, remark="all broken")], by=SYSTEM, at=AT).one()
    jobs.settle([sent.pk], AT)
    assert not Settlement.objects.exists()


@pytest.mark.req("R173", "R174")
def test_finance_confirms_a_settlement_once(confirmed):
    jobs.settle([shipment(confirmed, "signed").pk], AT)
    made = Settlement.objects.get()
    assert Task.objects.filter(kind="settlement.confirm", closed_at__isnull=True, subject_id=made.pk).exists()
    done = actions.confirm_settlement([made.pk], by=SYSTEM, at=AT).one()
    assert (done.status, done.confirmed_by, done.confirmed_at) == ("confirmed", "system", AT)
    assert not Task.objects.filter(kind="settlement.confirm", closed_at__isnull=True).exists()
    assert codes(actions.confirm_settlement([made.pk], by=SYSTEM, at=AT)) == ["wrong-status"]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_settle_once():
    made = confirmed_order(customer(), [(sku("A-1"), 1, 100)])
    sent = shipment(made, "signed")

    def run():
        jobs.settle([sent.pk], AT)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Settlement.objects.count() == 1


@pytest.mark.req("R160")
def test_an_order_is_completed_when_nothing_is_missing(confirmed):
    sent = shipment(confirmed, "signed")
    bill = invoiced(confirmed)
    jobs.settle([sent.pk], AT)
    jobs.complete_settled(list(Settlement.objects.values_list("pk", flat=True)), AT)
    confirmed.refresh_from_db()
    assert confirmed.status == "confirmed"
    money = paid(confirmed)
    jobs.complete_invoiced([bill.pk], AT)
    confirmed.refresh_from_db()
    assert confirmed.status == "completed"
    assert codes(actions.unmatch([UnmatchSpec(money.pk)], by=SYSTEM, at=AT)) == ["billing.order-closed"]
