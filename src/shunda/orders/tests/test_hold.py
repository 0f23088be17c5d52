"""Holds, priority, comments, papers, and the steps of the folders above."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.customers.tests.builders import customer
from shunda.files.specs import Upload
from shunda.orders import actions, queries, steps
from shunda.orders.models import Hold, HoldKind, Order, Stops
from shunda.orders.specs import HoldSpec, LineChange, PrioritySpec
from shunda.orders.tests.builders import AT, confirmed_order, in_status, order
from shunda.work.models import Task

pytestmark = pytest.mark.django_db
BY = {"by": system(), "at": AT}


def test_a_hold_is_placed_and_released_and_both_are_told():
    made = order(customer(), [])
    hold = actions.place_hold([made.pk], "quality doubts", kind=HoldKind.QUALITY, **BY).one()
    assert (hold.order_id, hold.placed_by, hold.placed_at) == (made.pk, "system", AT)
    assert queries.open_holds([made.pk], Stops.SHIP)[made.pk] == [hold]
    [again] = actions.place_hold([made.pk], "again", kind=HoldKind.QUALITY, **BY).refused
    assert (again.code, again.data["reason"]) == ("orders.hold-exists", "quality doubts")
    actions.release_hold([made.pk], kind=HoldKind.QUALITY, **BY).one()
    assert not queries.open_holds([made.pk])[made.pk]
    assert actions.release_hold([made.pk], kind=HoldKind.QUALITY, **BY).refused[0].code == "orders.no-hold"
    assert list(Event.objects.filter(order_id=made.pk).values_list("kind", flat=True)) == [
        "order.create", "order.hold", "order.release",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"reason": ""}, "orders.reason-required"),
        ({"kind": "x"}, "orders.hold-choice"),
        ({"stops": "x"}, "orders.hold-choice"),
    ],
)
def test_a_hold_without_reason_or_sense_is_refused(more, code):
    made = order(customer(), [])
    outcome = actions.place_hold([made.pk], **{"reason": "r", **more}, **BY)
    assert [r.code for r in outcome.refused] == [code]
    assert not Hold.objects.exists()


def test_steps_place_a_hold_once_and_release_it_by_kind():
    made = order(customer(), [])
    wanted = [HoldSpec(made.pk, "wait", HoldKind.CREDIT, Stops.SHIP)] * 2
    assert len(steps.place_holds(wanted, **BY)) == 1
    assert steps.place_holds(wanted, **BY) == []
    assert steps.release_holds([made.pk], HoldKind.PAYMENT, **BY) == []
    assert len(steps.release_holds([made.pk], HoldKind.CREDIT, Stops.SHIP, **BY)) == 1


@pytest.mark.req("R014", "R015")
def test_priority_and_urgency_are_set_told_and_shown_on_tasks():
    made = order(customer(), [(sku(), 1, 1)], "in_review")
    done = actions.prioritise({made.pk: PrioritySpec(priority=3, urgent=True)}, **BY).one()
    assert (done.priority, done.urgent) == (3, True)
    assert set(Task.objects.filter(closed_at__isnull=True).values_list("urgent", flat=True)) == {True}
    changes = Event.objects.get(kind="order.prioritise").data["changes"]
    assert changes == {"priority": [1, 3], "urgent": [False, True]}
    [refusal] = actions.prioritise({made.pk: PrioritySpec(priority=9)}, **BY).refused
    assert refusal.code == "orders.choice-priority"


@pytest.mark.req("R042", "R225")
@pytest.mark.parametrize("status", ["draft", "confirmed", "archived", "cancelled"])
def test_a_comment_stands_in_the_timeline_of_any_order(status):
    made = in_status(customer(), [(sku(), 1, 1)], status)
    actions.comment([made.pk], " customer called ", **BY).one()
    last = queries.timeline(made.pk)[0]
    assert (last.kind, last.data, last.actor) == ("order.comment", {"text": "customer called"}, "system")
    assert Order.objects.get(pk=made.pk).version == made.version


@pytest.mark.parametrize(("text", "code"), [("  ", "orders.comment-empty"), ("x" * 4001, "orders.comment-too-long")])
def test_an_empty_or_endless_comment_is_refused(text, code):
    made = order(customer(), [])
    assert [r.code for r in actions.comment([made.pk], text, **BY).refused] == [code]


PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.mark.req("R029")
def test_papers_are_kept_with_the_order_and_bad_ones_refused_by_their_place():
    made, old = order(customer(), []), in_status(customer("C2"), [(sku(), 1, 1)], "archived")
    good, bad = Upload("letter.pdf", PDF, len(PDF)), Upload("virus.exe", b"MZ", 2)
    outcome = actions.attach(
        [
            actions.AttachmentSpec(made.pk, good, "confirmation_letter", "signed"),
            actions.AttachmentSpec(made.pk, bad),
            actions.AttachmentSpec(made.pk, good, "nonsense"),
            actions.AttachmentSpec(old.pk, good),
            actions.AttachmentSpec(999_999, good),
        ],
        **BY,
    )
    [paper] = outcome.done
    assert (paper.order, paper.kind, paper.file.name) == (made, "confirmation_letter", "letter.pdf")
    assert [(r.id, r.code) for r in outcome.refused][1:] == [
        (2, "orders.attachment-kind"), (3, "wrong-status"), (4, "not-found"),
    ]  # fmt: skip
    assert outcome.refused[0].id == 1
    assert Event.objects.get(kind="order.attach").data["text"] == "letter.pdf"


def test_progress_adds_up_in_one_statement_and_the_database_refuses_what_cannot_be(django_assert_num_queries):
    made = confirmed_order(customer(), [(sku("A"), 5, 1), (sku("B"), 5, 1)])
    first, second = made.lines.order_by("line_no")
    changes = [
        LineChange(first.pk, planned=Decimal(2)),
        LineChange(first.pk, planned=Decimal(1), shipped=Decimal(1)),
        LineChange(second.pk, cancelled=Decimal("0.5")),
    ]
    with django_assert_num_queries(1):
        steps.progress(changes)
    first.refresh_from_db()
    assert (first.planned, first.shipped) == (3, 1)
    for impossible in ({"shipped": 3}, {"planned": 3}, {"signed": 2}, {"planned": -3}, {"cancelled": 3}):
        with pytest.raises(IntegrityError), transaction.atomic():
            steps.progress([LineChange(first.pk, **impossible)])


def test_money_adds_up_and_never_falls_under_zero():
    made = confirmed_order(customer(), [(sku("A"), 5, 1)])
    steps.money({made.pk: (Decimal("1.50"), Decimal(2))})
    steps.money({made.pk: (Decimal("-0.50"), Decimal(0))})
    made.refresh_from_db()
    assert (made.invoiced, made.paid) == (1, 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        steps.money({made.pk: (Decimal(0), Decimal(-3))})
