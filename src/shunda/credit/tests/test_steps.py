"""Holding credit and moving it on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from shunda.core.actor import system
from shunda.credit import actions, queries, verify
from shunda.credit.models import Bucket, CreditAccount, CreditEntry
from shunda.credit.queries import Standing
from shunda.credit.specs import RaiseSpec
from shunda.credit.steps import HoldAsk, Movement, Overdrawn, hold, shift
from shunda.credit.tests.builders import AT, account
from shunda.customers.tests.builders import customer

D = Decimal
ORDERED, SHIPPED, INVOICED = Bucket.ORDERED, Bucket.SHIPPED, Bucket.INVOICED
pytestmark = pytest.mark.django_db


def ask(order_id, who, amount, currency="CNY"):
    return HoldAsk(order_id, who.pk, D(amount), currency)


def standing(who):
    return queries.exposure([who.pk])[who.pk].standing


@pytest.mark.req("R049", "R051")
def test_an_order_over_the_limit_is_refused_with_its_exposure():
    who = customer("C1")
    account(who, 1000)
    assert hold([ask(1, who, "700")], at=AT) == []
    [refusal] = hold([ask(2, who, "300.01")], at=AT)
    assert refusal.id == 2
    assert refusal.code == "credit.over-limit"
    assert dict(refusal.data) == {
        "amount": "300.01", "currency": "CNY", "limit": "1000.00", "exposure": "700.00", "free": "300.00",
    }  # fmt: skip
    assert "300.00 is free" in refusal.message
    assert standing(who) == Standing(ordered=D(700))


def test_orders_of_one_batch_take_from_the_same_limit_in_the_order_they_came():
    who = customer("C1")
    account(who, 1000)
    refused = hold([ask(1, who, 600), ask(2, who, 600), ask(3, who, 400)], at=AT)
    assert [r.id for r in refused] == [2]
    assert standing(who).exposure == 1000


def test_a_customer_without_an_account_has_no_credit():
    who = customer("C1")
    [refusal] = hold([ask(1, who, "0.01")], at=AT)
    assert refusal.data["limit"] == "0.00"
    assert hold([ask(2, who, 0)], at=AT) == []
    assert not CreditEntry.objects.exists()


def test_credit_is_not_given_in_another_currency():
    who = customer("C1")
    account(who, 1000)
    [refusal] = hold([ask(1, who, 10, "USD")], at=AT)
    assert refusal.code == "credit.other-currency"


def test_an_amount_is_in_one_bucket_on_its_way_from_order_to_payment():
    who = customer("C1")
    account(who, 1000)
    hold([ask(1, who, 900)], at=AT)
    way = [(ORDERED, SHIPPED, "ship"), (SHIPPED, INVOICED, "invoice"), (INVOICED, None, "pay")]
    seen = []
    for source, target, reason in way:
        shift([Movement(who.pk, 1, source, target, D(900), reason)], at=AT)
        seen.append(standing(who))
    assert seen == [Standing(shipped=D(900)), Standing(invoiced=D(900)), Standing()]
    assert [e.amount for e in CreditEntry.objects.filter(customer=who)] == [900, -900, 900, -900, 900, -900]
    assert list(verify.check()) == []


def test_taking_more_than_an_order_has_in_a_bucket_changes_nothing():
    who = customer("C1")
    account(who, 1000)
    hold([ask(1, who, 100), ask(2, who, 500)], at=AT)
    both = [Movement(who.pk, 2, ORDERED, SHIPPED, D(500), "ship"), Movement(who.pk, 1, ORDERED, None, D(101), "cancel")]
    with pytest.raises((Overdrawn, IntegrityError)), transaction.atomic():
        shift(both, at=AT)
    with pytest.raises(Overdrawn), transaction.atomic():
        shift(both[1:], at=AT)
    assert standing(who) == Standing(ordered=D(600))
    assert queries.by_order([1, 2, 3]) == {1: Standing(D(100)), 2: Standing(D(500)), 3: Standing()}


def test_a_movement_is_never_negative():
    who = customer("C1")
    with pytest.raises(ValueError, match="positive"):
        shift([Movement(who.pk, 1, None, ORDERED, D(-1), "confirm")], at=AT)


def test_an_amount_may_come_in_for_a_customer_without_an_account():
    who = customer("C1")
    shift([Movement(who.pk, 1, None, INVOICED, D(5), "void")], at=AT)
    assert standing(who) == Standing(invoiced=D(5))


@pytest.mark.parametrize("size", [1, 60])
def test_the_number_of_queries_does_not_grow(size, django_assert_num_queries):
    people = [customer(f"C{n}") for n in range(min(size, 5))]
    for who in people:
        account(who, 1_000_000)
    asks = [ask(n, people[n % len(people)], 10) for n in range(size)]
    with django_assert_num_queries(3):
        assert hold(asks, at=AT) == []
    moves = [Movement(a.customer_id, a.order_id, ORDERED, SHIPPED, D(10), "ship") for a in asks]
    with django_assert_num_queries(3):
        shift(moves, at=AT)
    assert list(verify.check()) == []


def test_a_tampered_balance_is_found():
    who = customer("C1")
    account(who, 1000)
    hold([ask(1, who, 100)], at=AT)
    CreditAccount.objects.filter(pk=who.pk).update(ordered=D(99))
    [difference] = verify.check()
    assert str(who.pk) in difference
    assert "99" in difference


@pytest.mark.django_db(transaction=True)
def test_callers_at_the_same_time_never_pass_the_limit_and_its_raises_together():
    people = [customer("C1"), customer("C2")]
    for who in people:
        account(who, 300)
        spec = RaiseSpec(who.pk, D(200), "project", AT + timedelta(days=3))
        assert actions.ask_raises([spec], by=system(), at=AT).one().status == "approved"

    def confirm(n):
        try:
            with transaction.atomic():
                both = people if n % 2 else people[::-1]
                return hold([ask(100 * n + i, who, 100) for i, who in enumerate(both)], at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        refused = [r for result in pool.map(confirm, range(8)) for r in result]
    assert len(refused) == 6
    assert [standing(who).exposure for who in people] == [500, 500]
    assert list(verify.check()) == []
