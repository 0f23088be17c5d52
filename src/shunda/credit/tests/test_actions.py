"""Setting limits."""

from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.credit.actions import set_limits
from shunda.credit.models import CreditAccount
from shunda.credit.specs import LimitSpec
from shunda.credit.steps import HoldAsk, hold
from shunda.credit.tests.builders import AT, account
from shunda.customers.tests.builders import customer

D = Decimal
pytestmark = pytest.mark.django_db


def spec(who, limit="5000", reason="three good months", currency="CNY"):
    return LimitSpec(who.pk, D(limit), reason, currency)


@pytest.mark.req("R051")
def test_a_limit_is_set_and_the_event_says_from_what_to_what_and_why():
    who, by = customer("C1"), actor("credit.set_limit")
    account(who, 100)
    done = set_limits([spec(who)], by=by, at=AT).one()
    assert done.limit == 5000
    event = Event.objects.filter(kind="credit.set_limit").latest("id")
    assert (event.subject_id, event.actor) == (who.pk, by.name)
    assert event.data == {"old": "100.0000", "new": "5000", "currency": "CNY", "reason": "three good months"}


def test_only_who_may_sets_limits():
    with pytest.raises(NotPermitted):
        set_limits([spec(customer("C1"))], by=actor("credit.view_exposure"), at=AT)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"limit": "-1"}, "credit.limit"),
        ({"limit": "1.005"}, "credit.limit"),
        ({"limit": "1e20"}, "credit.limit"),
        ({"limit": "NaN"}, "credit.limit"),
        ({"reason": "  "}, "credit.reason"),
        ({"reason": "x" * 201}, "credit.reason"),
        ({"currency": "yuan"}, "credit.currency"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_and_the_others_are_set(fields, code):
    bad, good = customer("C1"), customer("C2")
    outcome = set_limits([spec(bad, **fields), spec(good)], by=actor("credit.set_limit"), at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(bad.pk, code)]
    assert [a.pk for a in outcome.done] == [good.pk]
    assert CreditAccount.objects.get(pk=bad.pk).limit == 0


def test_the_currency_stays_while_something_is_owed():
    who = customer("C1")
    account(who, 1000)
    hold([HoldAsk(1, who.pk, D(10))], at=AT)
    [refusal] = set_limits([spec(who, currency="USD")], by=actor("credit.set_limit"), at=AT).refused
    assert refusal.code == "credit.currency-in-use"


def test_a_stale_version_and_a_customer_out_of_sight_are_refused():
    who = customer("C1")
    account(who, 1000)
    [stale] = set_limits([spec(who)], by=actor("credit.set_limit"), at=AT, versions={who.pk: 1}).refused
    assert stale.code == "stale"
    [unseen] = set_limits([spec(who)], by=actor("credit.set_limit", reach="own"), at=AT).refused
    assert unseen.code == "not-found"


@pytest.mark.parametrize("size", [1, 20])
def test_the_number_of_queries_does_not_grow(size, django_assert_max_num_queries):
    people, by = [customer(f"C{n}") for n in range(size)], actor("credit.set_limit")
    with django_assert_max_num_queries(8):
        set_limits([spec(who) for who in people], by=by, at=AT)
