"""Batches: what is refused, what is done, and what is written, shown on payments."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from shunda.billing.models import Payment
from shunda.billing.states import PAYMENT, PaymentStatus
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id
from shunda.core.machine import Machine
from shunda.core.models import Event
from shunda.core.refusal import NOT_FOUND, REASONS, NotPermitted, Reason, Refused
from shunda.customers.models import Customer, PaymentTerm

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
ANNA = Actor(None, "anna", frozenset({"billing.void_payment"}), reach="all")
TOO_BIG = REASONS.get("test.too-big") or Reason("test.too-big", "%(amount)s is too much")


@action("billing.void_payment")
def void(ids, *, by, at, versions=None, rows=None) -> Outcome[Payment]:
    batch = Batch(Payment.objects.all() if rows is None else rows, ids, PAYMENT, "void", versions=versions)
    batch.refuse_if(lambda p: TOO_BIG(p.pk, amount=str(p.amount)) if p.amount > 1000 else None)
    for payment in batch:
        batch.note(payment.pk, why="test")
    return batch.commit(by=by, at=at, note="void")


@pytest.fixture
def customer(db) -> Customer:
    term = PaymentTerm.objects.create(code="t", name="t", kind="prepaid")
    return Customer.objects.create(code="C", name="C", term=term, created_at=AT)


def payments(customer, n, amount=10, start=0, **fields):
    made = Payment.objects.bulk_create(
        Payment(
            number=f"P{start + i}", customer=customer, method="cash", amount=Decimal(amount), received_at=AT, **fields
        )
        for i in range(n)
    )
    return [p.pk for p in made]


def test_a_move_is_written_with_its_event_and_version(customer):
    [pk] = payments(customer, 1)
    row = void([pk], by=ANNA, at=AT).one()
    stored = Payment.objects.get()
    assert (stored.status, stored.version, stored.note) == ("voided", 2, "void") == (row.status, row.version, row.note)
    event = Event.objects.get()
    assert (event.kind, event.subject_kind, event.subject_id, event.actor, event.data, event.at) == (
        "payment.void", "billing.payment", pk, "anna", {"why": "test"}, AT,
    )  # fmt: skip


def test_a_batch_may_succeed_in_part_and_says_why_not_the_rest(customer):
    good, big = payments(customer, 2), payments(customer, 1, 5000, start=5)
    outcome = void([*big, *good, -1], by=ANNA, at=AT)
    assert [p.pk for p in outcome.done] == good
    assert [(r.id, r.code) for r in outcome.refused] == [(-1, "not-found"), (big[0], "test.too-big")]
    assert outcome.refused[1].message == "5000.0000 is too much"
    assert Event.objects.count() == 2


def test_one_raises_what_refused_it(customer):
    with pytest.raises(Refused) as refused:
        void(payments(customer, 1, 5000), by=ANNA, at=AT).one()
    assert [r.code for r in refused.value.refusals] == ["test.too-big"]


def test_every_status_the_move_does_not_start_from_is_refused(customer):
    [pk] = payments(customer, 1, status=PaymentStatus.VOIDED)
    [refusal] = void([pk], by=ANNA, at=AT).refused
    assert refusal.code == "wrong-status"
    assert refusal.message == "“Void” is not possible while the status is “voided”."
    assert not Event.objects.exists()


def test_who_started_from_an_older_version_is_refused(customer):
    [pk] = payments(customer, 1)
    Payment.objects.update(version=3)
    [refusal] = void([pk], by=ANNA, at=AT, versions={pk: 2}).refused
    assert (refusal.code, refusal.data["yours"], refusal.data["now"]) == ("stale", 2, 3)
    assert void([pk], by=ANNA, at=AT, versions={pk: 3}).one().version == 4


def test_a_row_outside_the_actors_sight_is_not_found(customer):
    ids = payments(customer, 1)
    assert void(ids, by=ANNA, at=AT, rows=Payment.objects.none()).refused == [NOT_FOUND(ids[0])]


def test_the_permission_is_checked_before_anything_else(db):
    with pytest.raises(NotPermitted, match="void_payment"):
        void([1], by=Actor(None, "bob", frozenset()), at=AT)


def test_an_action_is_one_transaction(customer):
    [pk] = payments(customer, 1)

    @action("billing.void_payment")
    def void_and_fail(ids, *, by, at):
        void(ids, by=by, at=at)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        void_and_fail([pk], by=ANNA, at=AT)
    assert Payment.objects.get().status == "recorded"
    assert not Event.objects.exists()


def test_one_row_and_five_hundred_take_the_same_number_of_queries(customer):
    counts = []
    for n, start in ((1, 0), (500, 1)):
        ids = payments(customer, n, start=start)
        with CaptureQueriesContext(connection) as seen:
            assert len(void(ids, by=ANNA, at=AT).done) == n
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_the_database_itself_refuses_a_way_that_is_not_in_the_table(customer):
    payments(customer, 1, status=PaymentStatus.VOIDED)
    with pytest.raises(Exception, match="Invalid transition"), transaction.atomic():
        Payment.objects.update(status=PaymentStatus.RECORDED)


@pytest.mark.req("R222")
def test_nobody_deletes_or_changes_what_is_committed(customer):
    void(payments(customer, 1), by=ANNA, at=AT)
    for statement in ("delete from billing_payment", "delete from core_event", "update core_event set actor = 'x'"):
        with (
            pytest.raises(Exception, match=r"Cannot (delete|update)"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_callers_of_one_move_are_served_one_after_the_other():
    term = PaymentTerm.objects.create(code="t", name="t", kind="prepaid")
    customer = Customer.objects.create(code="C", name="C", term=term, created_at=AT)
    ids = payments(customer, 20)
    outcomes: list[Outcome[Payment]] = []

    def run(wanted):
        outcomes.append(void(wanted, by=ANNA, at=AT))
        connection.close()

    threads = [threading.Thread(target=run, args=(wanted,)) for wanted in (ids, ids[::-1], ids[5:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(p.pk for o in outcomes for p in o.done) == ids
    assert {r.code for o in outcomes for r in o.refused} == {"wrong-status"}


def test_refusals_of_another_folder_find_their_row():
    why = by_id([TOO_BIG(7, amount="9"), TOO_BIG(7, amount="8")])
    assert [r.data["amount"] for r in why(Payment(pk=7))] == ["9", "8"]
    assert why(Payment(pk=8)) == []


def test_a_machine_refuses_a_status_nobody_can_reach():
    with pytest.raises(ValueError, match="voided"):
        Machine("p", PaymentStatus, app="x", start="recorded", moves=[("match", {"recorded"}, None, "Match")])


def test_buttons_and_permissions_come_from_the_machine():
    assert [(m.name, m.permission) for m in PAYMENT.open_to("recorded")] == [
        (name, f"billing.{name}_payment") for name in ("match", "unmatch", "void")
    ]
    assert PAYMENT.open_to("voided") == []


def test_two_reasons_cannot_share_a_code():
    with pytest.raises(ValueError, match="share the code"):
        Reason("test.too-big", "something else")
