"""Proposals of grade and limit: by a person or the model, decided by a second person."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shunda.accounts.tests.builders import actor
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted, Refused
from shunda.credit import actions, jobs, queries, verify
from shunda.credit.models import CreditAccount, Proposal
from shunda.credit.proposing import PROPOSALS, new_limit
from shunda.credit.specs import ProposalSpec, Repayment
from shunda.credit.states import PROPOSAL
from shunda.credit.steps import HoldAsk, hold
from shunda.credit.tests.builders import AT, account
from shunda.customers.models import Customer
from shunda.customers.tests.builders import customer
from shunda.policies import jobs as policy_jobs
from shunda.policies.actions import try_table
from shunda.policies.tests.samples import drafted, published
from shunda.work.models import Task

D = Decimal
DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def repaid(monkeypatch):
    """What customers repaid, as billing would tell it; whoever is missing had nothing to pay."""
    told = {}
    monkeypatch.setattr("shunda.billing.overdue.repayment", lambda ids, _since, _on: told)
    return told


def spec(who, **fields):
    return ProposalSpec(who.pk, **{"reason": "buys more", "limit": D(5000), **fields})


def proposed(who, **fields):
    return actions.propose([spec(who, **fields)], by=actor("credit.create_proposal"), at=AT).one()


@pytest.mark.req("R051")
def test_an_approved_proposal_sets_grade_and_limit_and_keeps_what_was_known(repaid):
    who = customer("C1")
    account(who, 1000)
    repaid[who.pk] = Repayment(D(100), D(75))
    row = proposed(who, grade="A")
    assert (row.grade_was, row.limit_was, row.score, row.inputs["paid"]) == ("C", 1000, 90, "75.00")
    assert Task.objects.get(kind="credit.proposal").label == "C1"
    by = actor("credit.approve_proposal")
    done = actions.approve_proposals([row.pk], "seen the orders", by=by, at=AT).one()
    assert (done.status, done.decided_by, done.remark) == ("approved", by.name, "seen the orders")
    assert (CreditAccount.objects.get(pk=who.pk).limit, Customer.objects.get(pk=who.pk).grade) == (5000, "A")
    change = queries.limit_changes(who.pk)[0]
    assert (change.new, change.reason, change.actor) == (5000, "buys more；seen the orders", by.name)
    assert Event.objects.filter(kind="customer.edit", actor=by.name).exists()
    assert Task.objects.get(kind="credit.proposal").outcome == "done"
    assert list(verify.check()) == []


@pytest.mark.req("R051")
def test_nobody_decides_on_what_he_proposed_himself(repaid):
    who = customer("C1")
    by = actor(
        "credit.create_proposal", "credit.approve_proposal", "credit.reject_proposal", "credit.withdraw_proposal"
    )
    row = actions.propose([spec(who)], by=by, at=AT).one()
    for decide in (actions.approve_proposals, actions.reject_proposals):
        assert [r.code for r in decide([row.pk], "no", by=by, at=AT).refused] == ["credit.own-proposal"]
    assert actions.withdraw_proposals([row.pk], by=by, at=AT).one().status == "withdrawn"


@pytest.mark.req("R051")
def test_what_somebody_proposed_in_anothers_name_neither_decides(repaid):
    one, deputy, other = actor("*"), actor("*"), actor("*")
    row = actions.propose([spec(customer("C1"))], by=replace(deputy, for_id=one.id), at=AT).one()
    for by in (one, deputy, replace(other, for_id=one.id), replace(other, for_id=deputy.id)):
        for decide in (actions.approve_proposals, actions.reject_proposals):
            assert [r.code for r in decide([row.pk], "no", by=by, at=AT).refused] == ["credit.own-proposal"]
    assert actions.approve_proposals([row.pk], by=other, at=AT).one().status == "approved"


def test_a_rejected_proposal_changes_nothing_and_says_why(repaid):
    who = customer("C1")
    row, by = proposed(who), actor("credit.reject_proposal")
    assert [r.code for r in actions.reject_proposals([row.pk], "", by=by, at=AT).refused] == ["credit.remark"]
    assert actions.reject_proposals([row.pk], "not yet", by=by, at=AT).one().remark == "not yet"
    assert CreditAccount.objects.get(pk=who.pk).limit == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": ""}, "credit.proposal-reason"),
        ({"limit": D("-1")}, "credit.limit"),
        ({"grade": "Z"}, "credit.proposal-grade"),
        ({"limit": D(1000)}, "credit.proposal-same"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused_and_the_others_are_made(repaid, fields, code):
    bad, good = customer("C1"), customer("C2")
    account(bad, 1000)
    outcome = actions.propose([spec(bad, **fields), spec(good), spec(good)], by=actor("credit.create_proposal"), at=AT)
    assert [(r.id, r.code) for r in outcome.refused] == [(0, code), (2, "credit.proposal-waits")]
    assert [row.customer_id for row in outcome.done] == [good.pk]


def test_a_proposal_the_world_has_passed_by_is_not_approved(repaid):
    who = customer("C1")
    row = proposed(who)
    account(who, 77)
    [refusal] = actions.approve_proposals([row.pk], by=actor("credit.approve_proposal"), at=AT).refused
    assert (refusal.code, refusal.data["limit"]) == ("credit.proposal-outdated", "77.00")
    assert CreditAccount.objects.get(pk=who.pk).limit == 77


@pytest.mark.parametrize("move", list(PROPOSAL), ids=lambda move: move.name)
def test_a_move_is_refused_from_every_other_status(move):
    run = {"approve": actions.approve_proposals, "withdraw": actions.withdraw_proposals,
           "reject": lambda ids, **k: actions.reject_proposals(ids, "no", **k)}[move.name]  # fmt: skip
    for status in set(PROPOSAL.statuses.values) - move.sources:
        row = Proposal.objects.create(
            customer=customer(status), status=status, currency="CNY", grade_was="C", grade="B", limit_was=1, limit=1,
            score=1, inputs={}, proposed_at=AT,
        )  # fmt: skip
        assert [r.code for r in run([row.pk], by=system("test"), at=AT).refused] == ["wrong-status"], status


def test_permissions_and_sight_are_asked_for(repaid):
    row = proposed(customer("C1"))
    with pytest.raises(NotPermitted):
        actions.approve_proposals([row.pk], by=actor("credit.create_proposal"), at=AT)
    with pytest.raises(Refused, match="not-found"):
        actions.approve_proposals([row.pk], by=actor("credit.approve_proposal", reach="own"), at=AT).one()


@pytest.mark.req("R049", "R051")
@pytest.mark.parametrize(
    ("told", "used", "grade", "limit"),
    [
        (Repayment(D(100), D(100)), 750, "A", 1200),  # 40 + 5 + 20 + 20 = 85
        (Repayment(D(100), D(100)), 0, "A", None),
        (Repayment(D(100), D(70)), 500, "B", None),
        (Repayment(D(100), D(50), D(50)), 1000, None, None),  # 20 + 0 + 15 + 20 = 55: a C stays a C
        (Repayment(D(100), D(0), D(200), AT.date() - 60 * DAY), 500, "D", 500),
        (None, 1000, None, None),  # nothing to pay yet: nothing is known
    ],
)
def test_the_model_proposes_by_the_table(repaid, told, used, grade, limit):
    who = customer("C1")
    account(who, 1000)
    if told:
        repaid[who.pk] = told
    if used:
        hold([HoldAsk(1, who.pk, D(used))], at=AT)
    jobs.propose_all(AT)
    jobs.propose_all(AT)
    rows = list(Proposal.objects.values_list("grade", "limit", "proposed_by", "decided__table"))
    wanted = [(grade or "C", limit or 1000, "system", PROPOSALS.name)] if grade or limit else []
    assert rows == wanted


@pytest.mark.req("R049", "R051")
def test_a_draft_of_the_table_is_tried_on_every_customer_with_a_limit(repaid):
    good, poor = customer("C1"), customer("C2")
    for one in (good, poor):
        account(one, 1000)
    account(customer("C3"), 0)
    repaid[good.pk] = Repayment(D(100), D(100))
    repaid[poor.pk] = Repayment(D(100), D(0), D(500), AT.date() - 60 * DAY)
    rows = [row.as_dict() for row in PROPOSALS.preset]
    rows[-1]["then"]["limit"] = "20"
    draft = drafted(PROPOSALS.name, *rows, at=AT)
    trial = try_table([draft.pk], by=system(), at=AT).one()
    policy_jobs.try_out([trial.pk], AT)
    trial.refresh_from_db()
    assert (trial.total, trial.done) == (2, 2)
    assert list(trial.changes.values_list("subject_id", "before", "after")) == [(poor.pk, [6], [6])]


def test_the_model_takes_back_what_it_would_no_longer_propose_and_leaves_people_alone(repaid):
    who, theirs = customer("C1"), customer("C2")
    for one in (who, theirs):
        account(one, 1000)
        repaid[one.pk] = Repayment(D(100), D(100))
    by_hand = proposed(theirs)
    jobs.propose_all(AT)
    repaid[who.pk] = Repayment(D(100), D(0), D(500), AT.date() - 60 * DAY)
    jobs.propose_all(AT + DAY)
    states = Proposal.objects.filter(customer=who).order_by("pk").values_list("status", "grade")
    assert list(states) == [("withdrawn", "A"), ("proposed", "D")]
    assert list(Proposal.objects.filter(customer=theirs)) == [by_hand]
    actions.reject_proposals([Proposal.objects.get(customer=who, status="proposed").pk], "no", by=system("x"), at=AT)
    jobs.propose_all(AT + 20 * DAY)
    assert not queries.waiting([who.pk])
    jobs.propose_all(AT + 31 * DAY)
    assert queries.waiting([who.pk]).get().grade == "D"


def test_the_company_may_let_the_model_propose_otherwise(repaid):
    who = customer("C1")
    account(who, 1000)
    repaid[who.pk] = Repayment(D(100), D(100))
    row = {"when": {"repaid": ">= 95", "used": "< 10"}, "then": {"grade": "B", "limit": "150"}}
    published(PROPOSALS.name, row, at=AT - DAY)
    jobs.propose_all(AT)
    assert list(Proposal.objects.values_list("grade", "limit", "decided__version")) == [("B", 1500, 1)]


@pytest.mark.parametrize("size", [1, 20])
def test_the_number_of_queries_does_not_grow(repaid, size, django_assert_max_num_queries):
    people = [customer(f"C{n}") for n in range(size)]
    for who in people:
        account(who, 1000)
        repaid[who.pk] = Repayment(D(100), D(100))
    with django_assert_max_num_queries(16):
        rows = actions.propose_by_model([who.pk for who in people], at=AT)
    assert len(rows) == size
    with django_assert_max_num_queries(26):
        actions.approve_proposals([row.pk for row in rows], by=actor("credit.approve_proposal"), at=AT)
    with django_assert_max_num_queries(18):
        actions.propose([spec(who) for who in people], by=actor("credit.create_proposal"), at=AT)


def test_a_new_limit_is_in_whole_hundreds():
    assert [new_limit(D(limit), percent) for limit, percent in [("1234.56", 100), (1250, 50), (149, 120), (40, 50)]] == [
        D("1234.56"), 600, 200, 0,
    ]  # fmt: skip
