"""Small writes in crowds: every caller gets his own answer, whatever is wrong with what the others want."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from ninja.errors import AuthenticationError

from shunda.accounts.actions import create_token, revoke_tokens
from shunda.accounts.queries import actor_for
from shunda.accounts.specs import TokenSpec
from shunda.accounts.tests.builders import user
from shunda.api.crowd import Asked
from shunda.api.gather import Told
from shunda.billing.api import RECORDING, record, record_many
from shunda.billing.models import Payment
from shunda.billing.schemas import PaymentIn, PaymentsIn
from shunda.core.refusal import NotPermitted, Refused
from shunda.customers.tests.builders import customer

pytestmark = pytest.mark.django_db
AT = datetime(2024, 5, 6, tzinfo=UTC)


@pytest.fixture
def body():
    return PaymentIn(customer_id=customer().pk, amount="12.50", received_at=AT, reference="bank-1")


def asked(actor, key="", token=""):
    return Asked(actor, AT, key, token)


def told(calls):
    return RECORDING.combine.many(calls)


def codes(outcome):
    assert isinstance(outcome, Refused)
    return [refusal.code for refusal in outcome.refusals]


def test_a_bad_row_a_lost_permission_and_a_broken_call_fail_nobody_else(body, monkeypatch):
    cashier, clerk = actor_for(user("cashier", "*")), actor_for(user("clerk", "*"))
    other = body.model_copy(update={"reference": "bank-2"})
    bad = body.model_copy(update={"amount": Decimal(0)})
    calls = [
        *record(asked(cashier), body),
        *record(asked(clerk), bad),
        *record(asked(clerk), body),
        replace(record(asked(clerk), other)[0], by=replace(clerk, permissions=frozenset())),
        *record(asked(clerk), other),
    ]
    first, wrong, same, lost, last = told(calls)
    assert first.data["amount"] == last.data["amount"] == "12.50"
    assert (first.data["reference"], last.data["reference"]) == ("bank-1", "bank-2")
    assert (codes(wrong), codes(same)) == (["billing.amount", "billing.same-reference"], ["billing.same-reference"])
    assert isinstance(lost, NotPermitted)
    assert Payment.objects.count() == 2

    whole = RECORDING._run

    def breaking(pairs, at):
        if any(spec.note == "bomb" for spec, _by in pairs):
            raise RuntimeError("a fault in one of them")
        return whole(pairs, at)

    monkeypatch.setattr(RECORDING, "_run", breaking)
    bomb = body.model_copy(update={"reference": "bank-3", "note": "bomb"})
    fine = body.model_copy(update={"reference": "bank-4"})
    failed, done = told([*record(asked(cashier), bomb), *record(asked(clerk), fine)])
    assert isinstance(failed, RuntimeError)
    assert done.data["reference"] == "bank-4"


def test_a_key_counts_once_in_one_batch_and_in_the_next(body):
    cashier = actor_for(user("cashier", "*"))
    once = record(asked(cashier, "k"), body)
    another = record(asked(cashier, "k"), body.model_copy(update={"amount": Decimal(5)}))
    first, second, reused = told([*once, *once, *another])
    assert (first.replayed, second.replayed) == (False, True)
    assert second.data == first.data
    assert codes(reused) == ["key-reused"]
    later, reused = told([*once, *another])
    assert later == Told(first.data, replayed=True)
    assert codes(reused) == ["key-reused"]
    assert Payment.objects.count() == 1

    refused = record(asked(cashier, "free"), body.model_copy(update={"amount": Decimal(0)}))
    assert codes(told(refused)[0]) == ["billing.amount", "billing.same-reference"]
    assert told(record(asked(cashier, "free"), body.model_copy(update={"reference": "bank-5"})))[0].replayed is False


def test_rows_of_one_request_have_keys_of_their_own(body):
    rows = [body, body.model_copy(update={"reference": "bank-2"})]
    calls = record_many(asked(actor_for(user("cashier", "*")), "k"), PaymentsIn(payments=rows))
    assert [call.key for call in calls] == ["k/0", "k/1"]
    assert [outcome.replayed for outcome in told(calls) + told(calls)] == [False, False, True, True]


def test_a_token_that_was_revoked_since_is_refused_and_the_others_are_served(body):
    cashier = actor_for(user("cashier", "*"))
    made = [create_token(TokenSpec(n, ["*"], AT + timedelta(days=1)), by=cashier, at=AT).one() for n in ("a", "b")]
    revoke_tokens([made[0].token.pk], by=cashier, at=AT)
    calls = [
        record(asked(cashier, token=token.raw), body.model_copy(update={"reference": token.raw[:8] + str(n)}))[0]
        for n, token in enumerate(made)
    ]
    gone, done = told(calls)
    assert isinstance(gone, AuthenticationError)
    assert isinstance(done, Told)


def test_many_callers_cost_as_many_queries_as_one(body):
    cashier = actor_for(user("cashier", "*"))

    def cost(name, count):
        calls = [
            record(asked(cashier, f"{name}-{n}"), body.model_copy(update={"reference": f"{name}-{n}"}))[0]
            for n in range(count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert all(isinstance(outcome, Told) for outcome in told(calls))
        return len(queries)

    assert cost("one", 1) == cost("many", 20)
