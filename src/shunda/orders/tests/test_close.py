"""Completion and archive: when everything is done, with a manifest, kept for years."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.files.specs import Upload
from shunda.orders import actions, jobs, queries, steps
from shunda.orders.actions.close import digest_of
from shunda.orders.models import InvoiceKind, Order
from shunda.orders.specs import LineChange
from shunda.orders.tests.builders import AT, confirmed_order, in_status, settled
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
SYSTEM = system()
PDF = b"%PDF-1.4\n%%EOF\n"


def complete(*orders):
    return actions.complete([o.pk for o in orders], by=SYSTEM, at=AT)


@pytest.mark.req("R160", "R198", "R220")
def test_an_order_that_is_shipped_signed_invoiced_and_paid_is_completed():
    made = settled(confirmed_order(customer(), [(sku(), 2, 5)]))
    done = complete(made).one()
    assert (done.status, done.completed_at) == ("completed", AT)
    assert Task.objects.get(kind="order.archive").closed_at is None


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({}, ["orders.not-shipped"]),
        ({"planned": 2, "shipped": 1}, ["orders.not-shipped", "orders.not-signed"]),
        ({"planned": 2, "shipped": 2}, ["orders.not-signed"]),
        ({"planned": 2, "shipped": 2, "signed": 2}, ["orders.not-invoiced"]),
        ({"planned": 2, "shipped": 2, "signed": 2, "returned": 2}, []),
    ],
)
def test_what_is_missing_is_said_line_by_line(change, codes):
    made = confirmed_order(customer(), [(sku(), 2, 5)])
    steps.progress([LineChange(made.lines.get().pk, **change)])
    assert [r.code for r in complete(made).refused] == codes


def test_an_unpaid_order_is_refused_with_what_is_open():
    made = settled(confirmed_order(customer(), [(sku(), 2, 5)]))
    steps.money({made.pk: (Decimal(0), Decimal(-3))})
    [refusal] = complete(made).refused
    assert (refusal.code, refusal.data["open"]) == ("orders.not-paid", "3.00")


def test_without_an_invoice_the_orders_total_is_owed():
    made = confirmed_order(customer(), [(sku(), 2, 5)], invoice_kind=InvoiceKind.NONE)
    steps.progress([LineChange(made.lines.get().pk, planned=2, shipped=2, signed=2)])
    assert [r.code for r in complete(made).refused] == ["orders.not-paid"]
    steps.money({made.pk: (Decimal(0), made.gross)})
    assert complete(made).one()


def test_settled_orders_complete_by_themselves_and_others_are_left_alone():
    done, open_ = (
        settled(confirmed_order(customer(), [(sku(), 2, 5)])),
        confirmed_order(customer("C2"), [(sku("B"), 1, 1)]),
    )
    for _ in range(2):
        jobs.complete_settled([done.pk, open_.pk, 999_999], AT)
    assert dict(Order.objects.values_list("pk", "status")) == {done.pk: "completed", open_.pk: "confirmed"}
    assert Event.objects.filter(kind="order.complete").count() == 1


@pytest.mark.req("R221", "R222", "R224", "R225")
def test_an_archived_order_has_a_manifest_and_is_kept_three_years():
    made = settled(confirmed_order(customer(), [(sku(), 2, 5)]))
    paper = actions.AttachmentSpec(made.pk, Upload("receipt.pdf", PDF, len(PDF)), "other")
    actions.attach([paper], by=SYSTEM, at=AT).one()
    complete(made).one()
    done = actions.archive([made.pk], by=SYSTEM, at=AT).one()
    assert (done.status, done.keep_until) == ("archived", date(2029, 5, 6))
    manifest = Event.objects.get(kind="order.archive").data
    assert manifest["attachments"][0]["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert manifest["documents"]["orders.order"] == [made.pk]
    before = Event.objects.filter(order_id=made.pk).exclude(kind="order.archive").order_by("sequence")
    digest = hashlib.sha256()
    for event in before:
        digest.update(digest_of(event))
    assert (manifest["events"], manifest["digest"]) == (len(before), digest.hexdigest())


def test_the_leap_day_is_kept_the_full_period():
    made = settled(confirmed_order(customer(), [(sku(), 2, 5)]))
    complete(made).one()
    leap = datetime(2028, 2, 29, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert actions.archive([made.pk], by=SYSTEM, at=leap).one().keep_until == date(2031, 3, 1)


@pytest.mark.req("R223", "R226")
def test_the_archive_is_searchable():
    made = in_status(customer(), [(sku(), 2, 5)], "archived")
    in_status(customer("C2"), [(sku("B"), 2, 5)], "confirmed")
    assert list(queries.archive(SYSTEM)) == [made]
    assert list(queries.archive(SYSTEM, text=made.number, since=date(2026, 5, 6), until=date(2026, 5, 6))) == [made]
    assert not queries.archive(SYSTEM, since=date(2026, 5, 7))


def test_many_are_completed_and_archived_in_the_queries_of_one():
    buyer, article = customer(), sku()
    made = [settled(confirmed_order(buyer, [(article, 1, 1)])) for _ in range(5)]
    counts = []
    for batch in (made[:1], made[1:]):
        with CaptureQueriesContext(connection) as queries_:
            assert len(complete(*batch).done) == len(batch)
            assert len(actions.archive([o.pk for o in batch], by=SYSTEM, at=AT).done) == len(batch)
        counts.append(len(queries_))
    assert counts[0] == counts[1]
