"""Invoices: drafted for what was shipped, issued, cancelled."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.tests.builders import actor
from shunda.billing import actions, jobs, verify
from shunda.billing.models import Invoice
from shunda.billing.specs import InvoiceSpec
from shunda.billing.tests.builders import BUYER, drafted, invoiced, paid
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.refusal import NotPermitted
from shunda.credit import queries as credit
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.fulfilment import actions as shipping
from shunda.fulfilment.tests.builders import shipment
from shunda.orders import steps as order_steps
from shunda.orders.models import OrderLine, Stops
from shunda.orders.specs import HoldSpec
from shunda.orders.tests.builders import AT, confirmed_order, order
from shunda.work.models import Task

SYSTEM = system()


@pytest.fixture
def buyer(db):
    return customer(**BUYER)


@pytest.fixture
def goods(db):
    return sku("A-1")


@pytest.fixture
def confirmed(buyer, goods):
    return confirmed_order(buyer, [(goods, 3, "33.33")], freight=Decimal(10))


def draft(*specs, by=SYSTEM):
    return actions.invoice(specs, by=by, at=AT)


def issue(*invoices, by=SYSTEM, **fields):
    return actions.issue([i.pk for i in invoices], by=by, at=AT, **fields)


def codes(outcome):
    return sorted(refusal.code for refusal in outcome.refused)


def line(order):
    return OrderLine.objects.get(order=order)


def standing(order):
    figures = credit.by_order([order.pk])[order.pk]
    return figures.ordered, figures.shipped, figures.invoiced


def open_tasks(order):
    return sorted(Task.objects.filter(order_id=order.pk, closed_at__isnull=True).values_list("kind", flat=True))


@pytest.mark.req("R044", "R173", "R175")
def test_what_was_shipped_is_invoiced_with_buyer_and_due_day(confirmed):
    sent = shipment(confirmed, "shipped")
    jobs.open_work([sent.pk], AT)
    assert "invoice.create" in open_tasks(confirmed)
    made = draft(confirmed.pk).one()
    assert (made.number, made.kind, made.status, made.gross) == ("IN20260506001", "special", "draft", confirmed.gross)
    assert line(confirmed).invoiced == 0
    assert {"invoice.issue"} == {kind for kind in open_tasks(confirmed) if kind.startswith("invoice")}
    done = issue(made, tax_numbers={made.pk: " 24312000000000000001 "}).one()
    confirmed.refresh_from_db()
    assert (done.due_date, done.tax_number) == (date(2026, 6, 5), "24312000000000000001")
    assert (done.buyer_tax_code, done.buyer_bank) == (BUYER["credit_code"], f"{BUYER['bank']} {BUYER['bank_account']}")
    assert (line(confirmed).invoiced, confirmed.invoiced) == (3, confirmed.gross)
    assert standing(confirmed) == (0, 0, confirmed.gross)
    assert not any(kind.startswith("invoice") for kind in open_tasks(confirmed))
    assert list(verify.check()) == []


def test_partial_invoices_carry_the_freight_once_and_add_up(confirmed):
    parts = []
    for quantity in (1, 1, 1):
        shipment(confirmed, "shipped", {line(confirmed): quantity})
        parts.append(invoiced(confirmed))
    freight = [p.freight_net + p.freight_tax for p in parts]
    assert freight == [10, 0, 0]
    assert sum(p.gross for p in parts) == confirmed.gross
    assert sum(p.tax for p in parts) == confirmed.tax
    assert standing(confirmed) == (0, 0, confirmed.gross)
    assert list(verify.check()) == []


def test_quantities_can_be_chosen_within_what_is_shipped(confirmed):
    shipment(confirmed, "shipped", {line(confirmed): 2})
    pk = line(confirmed).pk
    cases = {"3": "billing.over-shipped", "0": "billing.quantity", "0.5": "billing.quantity", "NaN": "billing.quantity"}
    for quantity, code in cases.items():
        assert codes(draft(InvoiceSpec(confirmed.pk, {pk: Decimal(quantity)}))) == [code]
    assert codes(draft(InvoiceSpec(confirmed.pk, {-1: Decimal(1)}))) == ["billing.no-line"]
    assert draft(InvoiceSpec(confirmed.pk, {pk: Decimal(1)}, "ordinary")).one().kind == "ordinary"


@pytest.mark.req("R044")
def test_a_special_invoice_names_everything_it_lacks(goods, db):
    plain = customer("C5", phone="021-1")
    made = confirmed_order(plain, [(goods, 1, 10)], invoice_kind="ordinary")
    shipment(made, "shipped")
    outcome = draft(InvoiceSpec(made.pk, kind="special"))
    assert codes(outcome) == [
        "billing.buyer-bank",
        "billing.buyer-bank-account",
        "billing.buyer-credit-code",
        "billing.buyer-registered-address",
    ]
    assert (
        "the buyer’s unified social credit code: enter it at the customer 上海C5有限公司" in outcome.refused[0].message
    )
    assert draft(made.pk).one().kind == "ordinary"


def test_facts_about_the_buyer_are_looked_at_again_when_it_is_issued(confirmed, buyer):
    shipment(confirmed, "shipped")
    made = draft(confirmed.pk).one()
    Customer.objects.filter(pk=buyer.pk).update(bank="")
    assert codes(issue(made)) == ["billing.buyer-bank"]
    Customer.objects.filter(pk=buyer.pk).update(bank="工商银行")
    assert issue(made).one().buyer_bank.startswith("工商银行")


def test_what_cannot_be_invoiced_is_refused_with_its_reason(buyer, goods, confirmed):
    unshipped = confirmed
    without = confirmed_order(buyer, [(goods, 1, 5)], invoice_kind="none")
    held = confirmed_order(buyer, [(goods, 1, 5)])
    for made in (without, held):
        shipment(made, "shipped")
    order_steps.place_holds([HoldSpec(held.pk, "price dispute", stops=Stops.INVOICE)], by=SYSTEM, at=AT)
    entered = order(buyer, [(goods, 1, 5)])
    outcome = draft(unshipped.pk, without.pk, held.pk, entered.pk, -1, InvoiceSpec(held.pk, kind="gold"))
    assert {(r.id, r.code) for r in outcome.refused} == {
        (0, "billing.nothing-to-invoice"),
        (1, "billing.no-invoice-wanted"),
        (2, "billing.held"),
        (2, "billing.twice"),
        (3, "billing.not-confirmed"),
        (4, "not-found"),
        (5, "billing.kind"),
        (5, "billing.held"),
        (5, "billing.twice"),
    }
    assert codes(draft(InvoiceSpec(without.pk, kind="none"))) == ["billing.kind"]
    assert draft(InvoiceSpec(without.pk, kind="special")).one().kind == "special"
    assert codes(draft(without.pk)) == ["billing.draft-exists", "billing.no-invoice-wanted"]


def test_a_draft_that_no_longer_fits_is_not_issued(confirmed):
    first = shipment(confirmed, "shipped", {line(confirmed): 2})
    made = draft(confirmed.pk).one()
    shipping.reverse([first.pk], reason="wrong", by=SYSTEM, at=AT).one()
    [refusal] = issue(made).refused
    assert refusal.code == "billing.draft-outdated"
    actions.cancel_draft([made.pk], by=SYSTEM, at=AT).one()
    shipment(confirmed, "shipped")
    assert invoiced(confirmed, "special").gross == confirmed.gross
    assert list(verify.check()) == []


def test_a_hold_on_invoicing_stops_the_issue_too(confirmed):
    shipment(confirmed, "shipped")
    made = draft(confirmed.pk).one()
    order_steps.place_holds([HoldSpec(confirmed.pk, "dispute", stops=Stops.INVOICE)], by=SYSTEM, at=AT)
    assert codes(issue(made)) == ["billing.held"]


def test_a_number_of_the_tax_authority_is_given_once(buyer, goods):
    orders = [confirmed_order(buyer, [(goods, 1, 5)]) for _ in range(3)]
    drafts = []
    for made in orders:
        shipment(made, "shipped")
        drafts.append(drafted(made))
    a, b, c = drafts
    outcome = issue(a, b, tax_numbers={a.pk: "T1", b.pk: "T1"})
    assert ([i.pk for i in outcome.done], codes(outcome)) == ([a.pk], ["billing.tax-number-taken"])
    assert codes(issue(c, tax_numbers={c.pk: "T1"})) == ["billing.tax-number-taken"]
    assert codes(issue(c, tax_numbers={c.pk: "9" * 31})) == ["billing.too-long"]
    assert len(issue(b, c).done) == 2


def test_a_cancelled_draft_can_be_made_anew(confirmed):
    shipment(confirmed, "shipped")
    made = draft(confirmed.pk).one()
    assert actions.cancel_draft([made.pk], by=SYSTEM, at=AT).one().status == "cancelled"
    assert "invoice.create" in open_tasks(confirmed)
    assert draft(confirmed.pk).one().gross == confirmed.gross


def test_every_other_status_is_refused(confirmed):
    shipment(confirmed, "shipped")
    made = draft(confirmed.pk).one()
    actions.cancel_draft([made.pk], by=SYSTEM, at=AT).one()
    assert codes(issue(made)) == codes(actions.cancel_draft([made.pk], by=SYSTEM, at=AT)) == ["wrong-status"]
    done = invoiced(confirmed)
    assert codes(issue(done)) == codes(actions.cancel_draft([done.pk], by=SYSTEM, at=AT)) == ["wrong-status"]


def test_what_was_paid_in_advance_pays_the_invoice_at_once(goods, db):
    made = confirmed_order(customer("C2", "prepaid"), [(goods, 4, 25)])
    paid(made, 60)
    paid(made, 40)
    shipment(made, "shipped", {line(made): 3})
    first = invoiced(made)
    assert (first.paid, first.due_date, first.version) == (75, date(2026, 5, 6), 3)
    first.refresh_from_db()
    assert (first.paid, first.version) == (75, 3)
    shipment(made, "shipped")
    assert invoiced(made).paid == 25
    made.refresh_from_db()
    assert made.paid == made.invoiced == 100
    assert list(verify.check()) == []


def test_an_order_that_costs_nothing_can_be_invoiced_to_its_end(buyer, goods):
    made = confirmed_order(buyer, [(goods, 2, 0)])
    shipment(made, "shipped")
    assert invoiced(made).gross == 0
    assert line(made).invoiced == 2


def test_when_anything_fails_nothing_is_issued(confirmed, monkeypatch):
    shipment(confirmed, "shipped")
    made = draft(confirmed.pk).one()
    monkeypatch.setattr(order_steps, "money", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        issue(made)
    made.refresh_from_db()
    assert (made.status, line(confirmed).invoiced) == ("draft", 0)


def test_who_may_not_or_does_not_see_is_stopped(confirmed):
    shipment(confirmed, "shipped")
    with pytest.raises(NotPermitted):
        draft(confirmed.pk, by=actor("billing.view_invoice"))
    assert codes(draft(confirmed.pk, by=actor("billing.create_invoice", reach="own"))) == ["not-found"]
    made = draft(confirmed.pk).one()
    assert codes(issue(made, by=actor("billing.issue_invoice", reach="own"))) == ["not-found"]
    assert codes(issue(made, versions={made.pk: 5})) == ["stale"]


def test_one_invoice_and_many_take_the_same_number_of_queries(buyer, goods):
    orders = [confirmed_order(buyer, [(goods, 1, 10)]) for _ in range(6)]
    for made in orders:
        shipment(made, "shipped")
        paid(made, 4)
    counts = []
    for batch in (orders[:1], orders[1:]):
        with CaptureQueriesContext(connection) as seen:
            made = draft(*(o.pk for o in batch)).done
            assert len(issue(*made).done) == len(batch)
        counts.append(len(seen))
    assert counts[0] == counts[1]


@pytest.mark.django_db(transaction=True)
def test_an_order_is_invoiced_once_however_many_press_the_button():
    made = confirmed_order(customer(), [(sku("A-1"), 1, 100)])
    shipment(made, "shipped")
    outcomes = []

    def run():
        drafts = actions.invoice([made.pk], by=SYSTEM, at=AT)
        outcomes.append(actions.issue([i.pk for i in drafts.done], by=SYSTEM, at=AT))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(o.done) for o in outcomes) == 1
    assert Invoice.objects.count() == 1
    assert list(verify.check()) == []
