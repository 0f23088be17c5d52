"""Temporary raises: asked for, decided by somebody else, over by themselves, exact to the moment."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.credit import actions, jobs, queries, verify
from shunda.credit.models import CreditAccount, LimitRaise
from shunda.credit.specs import RaiseSpec
from shunda.credit.states import RAISE
from shunda.credit.steps import HoldAsk, hold
from shunda.credit.tests.builders import AT, account
from shunda.customers.tests.builders import customer
from shunda.work.models import Task

D = Decimal
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def spec(who, amount="50000", days=10, **fields):
    return RaiseSpec(who.pk, D(amount), **{"reason": "project", "until": AT + days * DAY, **fields})


def asked(who, **fields):
    return actions.ask_raises([spec(who, **fields)], by=actor("credit.create_raise"), at=AT).one()


def approved(who, **fields):
    row = asked(who, **fields)
    return (
        actions.approve_raises([row.pk], by=actor("credit.approve_raise"), at=AT).one()
        if row.status == "asked"
        else row
    )


def fits(who, amount, at=AT, order_id=None):
    return not hold([HoldAsk(order_id or Event.objects.count() + 1000, who.pk, D(amount))], at=at)


@pytest.mark.req("R049", "R051")
def test_an_approved_raise_lets_more_orders_in_between_its_days_even_when_the_job_is_late():
    who = customer("C1")
    account(who, 1000)
    raised = approved(who, since=AT + DAY)
    assert (raised.status, raised.decided_at) == ("approved", AT)
    begins, ends = raised.since, raised.until
    last = timedelta(microseconds=1)
    found = {
        at: queries.exposure([who.pk], at)[who.pk].effective for at in (AT, begins - last, begins, ends - last, ends)
    }
    assert list(found.values()) == [1000, 1000, 51000, 51000, 1000]
    assert not fits(who, 1001, begins - last)
    assert fits(who, 1001, begins)
    assert fits(who, 1000, ends - last)
    assert not fits(who, 1, ends)
    assert CreditAccount.objects.get(pk=who.pk).raised == 0, "nobody has counted yet"


def test_the_job_begins_and_ends_raises_and_tells_who_waits():
    who = customer("C1")
    account(who, 1000)
    raised = approved(who, since=AT + DAY)
    jobs.turn_raises(AT + DAY)
    assert CreditAccount.objects.get(pk=who.pk).raised == 50_000
    jobs.turn_raises(AT + DAY)
    jobs.turn_raises(raised.until)
    stored = CreditAccount.objects.get(pk=who.pk)
    assert (stored.raised, stored.raised_until) == (0, None)
    assert LimitRaise.objects.get(pk=raised.pk).status == "ended"
    kinds = Event.objects.filter(subject_id=who.pk, subject_kind="credit.creditaccount").order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["credit.set_limit", "credit.raise", "credit.lower"]
    assert list(verify.check()) == []


def test_what_was_confirmed_stays_when_a_raise_ends_and_nothing_new_fits():
    who = customer("C1")
    account(who, 1000)
    approved(who, amount="9000")
    assert fits(who, 9500)
    row = LimitRaise.objects.get()
    actions.end_raises([row.pk], "not needed", by=actor("credit.end_raise"), at=AT + DAY)
    standing = queries.exposure([who.pk])[who.pk]
    assert (standing.exposure, standing.effective, standing.free) == (9500, 1000, -8500)
    assert not fits(who, 1, AT + DAY)


@pytest.mark.req("R051")
def test_a_large_raise_needs_a_second_person_and_a_small_one_does_not():
    who = customer("C1")
    by = actor("credit.create_raise", "credit.approve_raise", "credit.reject_raise", "credit.withdraw_raise")
    small = actions.ask_raises([spec(who, amount="10000")], by=by, at=AT).one()
    assert (small.status, small.decided_by) == ("approved", by.name)
    row = actions.ask_raises([spec(who, amount="0.01")], by=by, at=AT).one()
    assert row.status == "asked", "many small raises are a large one"
    assert Task.objects.get(kind="credit.raise", closed_at=None).subject_id == row.pk
    for decide in (actions.approve_raises, actions.reject_raises):
        [refusal] = decide([row.pk], "no", by=by, at=AT).refused
        assert refusal.code == "credit.own-raise"
    assert actions.withdraw_raises([row.pk], by=by, at=AT).one().status == "withdrawn"
    assert not Task.objects.filter(closed_at=None).exists()


@pytest.mark.req("R051")
def test_what_somebody_asked_for_in_anothers_name_neither_decides():
    one, deputy, other = actor("*"), actor("*"), actor("*")
    row = actions.ask_raises([spec(customer("C1"), amount="10001")], by=replace(deputy, for_id=one.id), at=AT).one()
    for by in (one, deputy, replace(other, for_id=one.id), replace(other, for_id=deputy.id)):
        assert [r.code for r in actions.approve_raises([row.pk], by=by, at=AT).refused] == ["credit.own-raise"]
    assert actions.approve_raises([row.pk], by=other, at=AT).one().status == "approved"


def test_a_person_decides_and_says_why_not():
    row = asked(customer("C1"))
    other = actor("credit.reject_raise")
    assert [r.code for r in actions.reject_raises([row.pk], " ", by=other, at=AT).refused] == ["credit.remark"]
    assert [r.code for r in actions.reject_raises([row.pk], "x" * 201, by=other, at=AT).refused] == [
        "credit.remark-long"
    ]
    done = actions.reject_raises([row.pk], "too risky", by=other, at=AT).one()
    assert (done.status, done.remark, done.decided_by) == ("rejected", "too risky", other.name)
    assert Task.objects.get().outcome == "done"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"amount": "0"}, "credit.raise-amount"),
        ({"amount": "1.005"}, "credit.raise-amount"),
        ({"amount": "-1"}, "credit.raise-amount"),
        ({"reason": " "}, "credit.raise-reason"),
        ({"until": AT}, "credit.raise-past"),
        ({"since": AT + 11 * DAY}, "credit.raise-past"),
        ({"days": 91}, "credit.raise-long"),
    ],
)
def test_a_raise_that_makes_no_sense_is_refused_and_the_others_are_asked_for(fields, code):
    bad, good = customer("C1"), customer("C2")
    outcome = actions.ask_raises([spec(bad, **fields), spec(good)], by=actor("credit.create_raise"), at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(0, code)]
    assert [row.customer_id for row in outcome.done] == [good.pk]


def test_a_wish_nobody_decided_on_lapses_and_is_no_longer_approved():
    row = asked(customer("C1"))
    [refusal] = actions.approve_raises([row.pk], by=actor("credit.approve_raise"), at=row.until).refused
    assert refusal.code == "credit.raise-over"
    jobs.turn_raises(row.until)
    assert LimitRaise.objects.get(pk=row.pk).status == "withdrawn"


@pytest.mark.parametrize("move", list(RAISE), ids=lambda move: move.name)
def test_a_move_is_refused_from_every_other_status(move):
    run = {"approve": actions.approve_raises, "reject": lambda ids, **k: actions.reject_raises(ids, "no", **k),
           "withdraw": actions.withdraw_raises, "end": actions.end_raises}[move.name]  # fmt: skip
    who, by = customer("C1"), system("test")
    for status in set(RAISE.statuses.values) - move.sources:
        row = LimitRaise.objects.create(
            customer=who, status=status, amount=1, currency="CNY", since=AT, until=AT + DAY, asked_at=AT
        )
        assert [r.code for r in run([row.pk], by=by, at=AT).refused] == ["wrong-status"], status


def test_permissions_and_sight_are_asked_for():
    row = asked(customer("C1"))
    with pytest.raises(NotPermitted):
        actions.approve_raises([row.pk], by=actor("credit.create_raise"), at=AT)
    [refusal] = actions.approve_raises([row.pk], by=actor("credit.approve_raise", reach="own"), at=AT).refused
    assert refusal.code == "not-found"
    [unseen] = actions.ask_raises([spec(customer("C2"))], by=actor("credit.create_raise", reach="own"), at=AT).refused
    assert unseen.code == "not-found"


@pytest.mark.parametrize("size", [1, 20])
def test_the_number_of_queries_does_not_grow(size, django_assert_max_num_queries):
    people, other = [customer(f"C{n}") for n in range(size)], actor("credit.approve_raise")
    for who in people:
        account(who, 100)
    by = actor("credit.create_raise")
    with django_assert_max_num_queries(12):
        rows = actions.ask_raises([spec(who) for who in people], by=by, at=AT).done
    with django_assert_max_num_queries(12):
        actions.approve_raises([row.pk for row in rows], by=other, at=AT)
    with django_assert_max_num_queries(16):
        jobs.turn_raises(AT + 10 * DAY)


def test_a_sum_that_is_not_that_of_the_raises_is_found():
    who = customer("C1")
    account(who, 100)
    CreditAccount.objects.filter(pk=who.pk).update(raised=5)
    [difference] = verify.check()
    assert "raised by 5" in difference
