"""The pages of finance: a payment in two clicks, invoices from draft to credit note, settlements, statement."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shunda.accounts.tests.builders import user
from shunda.billing import actions, jobs
from shunda.billing.models import CreditNote, Invoice, Payment, Settlement
from shunda.billing.specs import PaymentSpec
from shunda.billing.tests.builders import BUYER, invoiced
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.orders.tests.builders import AT, confirmed_order

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def web():
    client = Client()
    client.force_login(user("fin", "*"), backend=BACKEND)
    return client


def shipped_order(buyer, lines):
    made = confirmed_order(buyer, lines)
    shipment(made, status="shipped")
    made.refresh_from_db()
    return made


@pytest.fixture
def shipped():
    return shipped_order(customer("C1", **BUYER), [(sku("A-1"), 4, 25)])


@pytest.mark.req("R173", "R175")
def test_what_was_shipped_is_drafted_issued_and_credited_by_buttons(web, shipped):
    assert shipped.number in web.get(reverse("billing:to_invoice")).content.decode()
    answer = web.post(reverse("billing:draft"), {"row": f"{shipped.pk}:{shipped.version}"})
    invoice = Invoice.objects.get()
    assert answer.url == reverse("billing:invoice", args=[invoice.pk])
    web.post(f"{reverse('billing:issue')}?row={invoice.pk}", {"version": invoice.version})
    invoice.refresh_from_db()
    assert invoice.status == "issued"
    assert shipped.number not in web.get(reverse("billing:to_invoice")).content.decode()
    assert invoice.number in web.get(reverse("billing:invoices"), {"unpaid": "on"}).content.decode()
    line = invoice.lines.get()
    url = reverse("billing:credit", args=[invoice.pk])
    assert web.get(url).status_code == 200
    web.post(url, {"reason": "one came back", f"line_{line.order_line_id}": "1", "version": invoice.version})
    assert CreditNote.objects.get().gross == Decimal("25.00")
    assert "one came back" in web.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()


def test_crediting_more_than_there_is_says_why_and_changes_nothing(web, shipped):
    invoice = invoiced(shipped)
    answer = web.post(
        reverse("billing:credit", args=[invoice.pk]), {"reason": "x", f"line_{invoice.lines.get().order_line_id}": "99"}
    )
    assert answer.status_code == 422
    assert not CreditNote.objects.exists()


@pytest.mark.req("R171")
def test_a_payment_is_recorded_and_matched_in_two_clicks(web, shipped):
    invoice = invoiced(shipped)
    data = {"customer": "C1", "amount": "100", "received_on": "2026-05-07", "method": "transfer", "reference": "B1"}
    web.post(reverse("billing:record"), data)
    payment = Payment.objects.get()
    assert invoice.number in web.get(reverse("billing:payments")).content.decode()
    web.post(reverse("billing:match"), {"row": f"{payment.pk}:{payment.version}"})
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert payment.matched == invoice.paid > 0
    page = web.get(reverse("billing:payment", args=[payment.pk])).content.decode()
    assert invoice.number in page
    web.post(reverse("billing:unmatch", args=[payment.pk]), {"version": payment.version})
    payment.refresh_from_db()
    assert payment.matched == 0


def test_the_same_bank_reference_is_asked_about_and_taken_when_confirmed(web):
    customer("C1")
    data = {"customer": "C1", "amount": "100", "received_on": "2026-05-07", "method": "transfer", "reference": "B1"}
    web.post(reverse("billing:record"), data)
    assert web.post(reverse("billing:record"), data).status_code == 422
    assert web.post(reverse("billing:record"), data | {"same_reference": "on"}).status_code == 302
    assert Payment.objects.count() == 2


def test_a_payment_recorded_by_mistake_is_voided_with_a_reason(web):
    buyer = customer("C1")
    row = actions.record_payments([PaymentSpec(buyer.pk, Decimal(5), AT)], by=system(), at=AT).one()
    url = reverse("billing:void", args=[row.pk])
    assert web.get(url).status_code == 200
    assert web.post(url, {"reason": ""}).status_code == 422
    assert web.post(url, {"reason": "typed twice"}).status_code == 302
    row.refresh_from_db()
    assert row.status == "voided"


def test_a_draft_is_issued_with_the_number_of_the_tax_authority(web, shipped):
    url = reverse("billing:draft_one", args=[shipped.pk])
    field = f"quantity_{shipped.lines.get().pk}"
    assert "9 wanted, but only 4 is shipped" in web.post(url, {field: "9", "kind": "ordinary"}).content.decode()
    web.post(url, {field: "3", "kind": "ordinary"})
    row = Invoice.objects.get()
    assert (row.kind, row.gross) == ("ordinary", Decimal(75))
    web.post(reverse("billing:issue_one", args=[row.pk]), {"tax_number": "T-99", "version": row.version})
    row.refresh_from_db()
    assert (row.status, row.tax_number) == ("issued", "T-99")


def test_a_payment_is_matched_by_hand_to_the_coin(web, shipped):
    invoice = invoiced(shipped)
    later = shipped_order(shipped.customer, [(sku("B-2"), 1, 40)])
    row = actions.record_payments([PaymentSpec(shipped.customer_id, Decimal(70), AT)], by=system(), at=AT).one()
    url = reverse("billing:match_by_hand", args=[row.pk])
    assert [item.number for item, _ in web.get(url).context["form"].rows()] == [invoice.number, later.number]
    fields = {f"amount_i{invoice.pk}": "20", f"amount_o{later.pk}": "41", "version": row.version}
    assert "more than the 40.00 open" in web.post(url, fields).content.decode()
    web.post(url, fields | {f"amount_o{later.pk}": "40"})
    invoice.refresh_from_db()
    later.refresh_from_db()
    assert (invoice.paid, later.paid) == (20, 40)


def test_a_customers_page_shows_what_he_owes(web, shipped):
    invoice = invoiced(shipped)
    assert invoice.number in web.get(reverse("billing:customer_panel", args=[shipped.customer_id])).content.decode()


@pytest.mark.req("R172")
def test_the_statement_runs_through_all_documents(web, shipped):
    invoice = invoiced(shipped)
    actions.record_payments([PaymentSpec(shipped.customer_id, Decimal("30.00"), AT)], by=system(), at=AT).one()
    page = web.get(reverse("billing:statement", args=[shipped.customer_id]))
    assert invoice.number in page.content.decode()
    assert page.context["balance"] == invoice.gross - Decimal("30.00")


def test_the_panel_of_the_order_shows_its_money(web, shipped):
    invoice = invoiced(shipped)
    assert invoice.number in web.get(reverse("billing:panel", args=[shipped.pk])).content.decode()


@pytest.mark.req("R160", "R173")
def test_settlements_are_looked_at_and_confirmed(web):
    sent = shipment(confirmed_order(customer("C7"), [(sku("Z-1"), 2, 50)]), "signed")
    jobs.settle([sent.pk], AT)
    row = Settlement.objects.get()
    assert row.number in web.get(reverse("billing:settlements")).content.decode()
    assert sent.number in web.get(reverse("billing:settlement", args=[row.pk])).content.decode()
    web.post(reverse("billing:confirm"), {"row": f"{row.pk}:{row.version}"})
    row.refresh_from_db()
    assert row.status == "confirmed"


def test_lists_take_the_same_queries_for_one_and_for_many(web):
    article = sku("A-1")
    counts = []
    for n in (1, 6):
        for k in range(n):
            buyer = customer(f"C{n}-{k}")
            invoiced(shipped_order(buyer, [(article, 2, 25)]))
            actions.record_payments([PaymentSpec(buyer.pk, Decimal("7.00"), AT)], by=system(), at=AT)
        for name in ("payments", "invoices", "to_invoice", "settlements"):
            web.get(reverse(f"billing:{name}"))
            with CaptureQueriesContext(connection) as seen:
                assert web.get(reverse(f"billing:{name}")).status_code == 200
            counts.append(len(seen))
    assert counts[:4] == counts[4:]
