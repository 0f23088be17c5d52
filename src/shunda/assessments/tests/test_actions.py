"""Every move of a case: done by the right person, refused to everybody else and from every other status."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import user
from shunda.assessments import actions
from shunda.assessments.models import Assessment, Ruling
from shunda.assessments.states import ASSESSMENT, AssessmentStatus
from shunda.assessments.tests.builders import (
    AT,
    DAY,
    OVER,
    SPOKEN,
    case,
    codes,
    decided,
    in_status,
    people,
    recorded,
    ruled,
    ruling,
)  # fmt: skip
from shunda.assessments.verify import check
from shunda.catalog.tests.builders import sku
from shunda.core.actor import system
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.customers.tests.builders import customer
from shunda.fulfilment.tests.builders import shipment
from shunda.orders.tests.builders import confirmed_order
from shunda.policies import actions as policies
from shunda.policies.specs import SettingSpec
from shunda.work.models import Notice, Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return people()


def waits(row):
    return set(Task.objects.filter(subject_id=row.pk, closed_at=None).values_list("kind", flat=True))


MOVES = {
    "assign": lambda who, pk, by, at: actions.assign({pk: who.person.pk}, by=by, at=at),
    "notify": lambda who, pk, by, at: actions.notify([pk], by=by, at=at),
    "cancel": lambda who, pk, by, at: actions.cancel([pk], "a mistake", by=by, at=at),
    "state": lambda who, pk, by, at: actions.state([pk], "I was ill", by=by, at=at),
    "appeal": lambda who, pk, by, at: actions.appeal([pk], "not me", by=by, at=at),
    "settle": lambda who, pk, by, at: actions.settle([pk], by=by, at=at),
    "decide": lambda who, pk, by, at: ruled(actions.decide, Assessment(pk=pk), by=by, at=at),
    "review": lambda who, pk, by, at: ruled(actions.review, Assessment(pk=pk), by=by, at=at),
}


@pytest.mark.req("R206", "R207", "R208")
def test_a_case_goes_its_whole_way_and_everybody_concerned_is_told(who):
    [made] = recorded(who)
    assert (made.status, made.consequence, made.amount) == ("proposed", "amount", 100)
    assert waits(made) == {"assessment.notify"}
    assert not Notice.objects.exists()
    actions.notify([made.pk], by=who.hr, at=AT).one()
    assert waits(made) == {"assessment.decide"}
    assert Notice.objects.get().user == who.person
    actions.state([made.pk], "the network was down", by=who.he, at=AT).one()
    row = decided(who, made)
    assert (row.status, row.verdict, row.outcome, row.outcome_amount) == ("decided", "upheld", "amount", 100)
    assert waits(made) == set()
    actions.appeal([made.pk], "ask the others", by=who.he, at=SPOKEN).one()
    assert waits(made) == {"assessment.review"}
    row = ruled(actions.review, made, "reduced", consequence="warning", by=who.third, at=SPOKEN).one()
    assert (row.status, row.verdict, row.outcome, row.outcome_amount) == ("final", "reduced", "warning", 0)
    assert [(r.instance, r.verdict) for r in made.rulings.order_by("instance")] == [(1, "upheld"), (2, "reduced")]
    kinds = Event.objects.filter(subject_kind="assessments.assessment").order_by("id").values_list("kind", flat=True)
    assert [kind.partition(".")[2] for kind in kinds] == ["propose", "notify", "state", "decide", "appeal", "review"]
    assert not Event.objects.filter(subject_kind="assessments.assessment", order_id__isnull=False).exists()
    assert waits(made) == set()
    assert list(check()) == []


@pytest.mark.parametrize(
    ("move", "status"),
    [(m.name, str(s)) for m in ASSESSMENT for s in AssessmentStatus if str(s) not in m.sources],
)
def test_a_move_is_refused_from_every_other_status(who, move, status):
    made = in_status(who, status)
    by = who.he if move in ("state", "appeal") else who.third
    refused = MOVES[move](who, made.pk, by, OVER)
    hidden = status in ("proposed", "cancelled") and move in ("state", "appeal")
    assert codes(refused) == ["not-found" if hidden else "wrong-status"]


ABOUT_ONESELF = ["assign", "notify", "cancel", "decide", "review"]
FROM = {"assign": "proposed", "notify": "proposed", "cancel": "proposed", "decide": "stated", "review": "appealed"}


@pytest.mark.req("R208", "R209")
@pytest.mark.parametrize("move", ABOUT_ONESELF)
@pytest.mark.parametrize("named", [False, True])
def test_nobody_assesses_or_decides_on_himself_or_where_he_is_named_whatever_he_may_do(who, move, named):
    from shunda.accounts import permissions
    from shunda.accounts.models import Role
    from shunda.accounts.steps import install_roles
    from shunda.wiring.roles import expanded

    install_roles(expanded(permissions.known()))
    witness = user("witness")
    made = in_status(who, FROM[move], named=[witness.pk])
    himself = witness if named else who.person
    himself.roles.add(*Role.objects.all())  # every role there is, the administrator's too
    refused = MOVES[move](who, made.pk, actor_for(himself), OVER)
    assert codes(refused) == ["assessments.named" if named else "assessments.oneself"]
    himself.roles.set(Role.objects.filter(code="administrator"))
    assert codes(MOVES[move](who, made.pk, actor_for(himself), OVER)) == codes(refused)


@pytest.mark.req("R208", "R209")
def test_a_deputy_does_not_decide_for_the_person_the_case_is_about_or_who_brought_or_decided_it(who):
    made = in_status(who, "stated")
    for giver, code in ((who.person.pk, "assessments.oneself"), (who.hr.id, "assessments.assessor")):
        refused = ruled(actions.decide, made, by=replace(who.second, for_id=giver), at=SPOKEN)
        assert codes(refused) == [code]
    decided(who, made)
    actions.appeal([made.pk], "no", by=who.he, at=SPOKEN).one()
    stands_in = replace(who.third, for_id=who.second.id)
    assert codes(ruled(actions.review, made, by=stands_in, at=SPOKEN)) == ["assessments.first-decider"]
    himself = replace(who.third, for_id=who.person.pk)
    assert codes(actions.record([case(who, days=9)], by=himself, at=AT)) == ["assessments.oneself"]


@pytest.mark.req("R206", "R208")
@pytest.mark.parametrize("brings", ["record", "notify"])
def test_what_was_brought_or_decided_in_somebodys_name_he_does_not_decide_himself(who, brings):
    deputy = actor_for(user("deputy", "*"))
    for_second = replace(deputy, for_id=who.second.id)
    [made] = actions.record([case(who)], by=for_second if brings == "record" else who.hr, at=AT).done
    actions.notify([made.pk], by=who.hr if brings == "record" else for_second, at=AT).one()
    actions.state([made.pk], "I was ill", by=who.he, at=AT).one()
    for by in (who.second, deputy, replace(who.third, for_id=who.second.id)):
        assert codes(ruled(actions.decide, made, by=by, at=SPOKEN)) == ["assessments.assessor"]
    deputy = actor_for(user("another", "*"))
    ruled(actions.decide, made, by=replace(deputy, for_id=who.third.id), at=SPOKEN).one()
    actions.appeal([made.pk], "no", by=who.he, at=SPOKEN).one()
    for by in (who.third, deputy):
        assert codes(ruled(actions.review, made, by=by, at=SPOKEN)) == ["assessments.first-decider"]
    assert list(check()) == []


@pytest.mark.req("R208", "R209")
def test_nobody_records_a_case_about_himself_or_names_himself_in_one(who):
    admin = user("admin", "*")
    by = actor_for(admin)
    assert codes(actions.record([case(who, admin)], by=by, at=AT)) == ["assessments.oneself"]
    assert codes(actions.record([case(who, named=[admin.pk])], by=by, at=AT)) == ["assessments.named"]
    assert not Assessment.objects.exists()


@pytest.mark.req("R206")
def test_who_brought_a_case_does_not_decide_it_and_who_decided_it_does_not_decide_the_appeal(who):
    made = in_status(who, "stated")
    assert codes(ruled(actions.decide, made, by=who.hr, at=SPOKEN)) == ["assessments.assessor"]
    assert codes(ruled(actions.decide, made, by=system(), at=SPOKEN)) == ["assessments.people-only"]
    decided(who, made)
    actions.appeal([made.pk], "no", by=who.he, at=SPOKEN).one()
    assert codes(ruled(actions.review, made, by=who.second, at=SPOKEN)) == ["assessments.first-decider"]
    assert codes(ruled(actions.review, made, by=who.hr, at=SPOKEN)) == ["assessments.assessor"]
    assert ruled(actions.review, made, by=who.third, at=SPOKEN).one().status == "final"


@pytest.mark.req("R206")
def test_the_person_has_his_days_to_speak_before_anybody_decides(who):
    made = in_status(who, "notified")
    last = made.statement_until
    assert (
        last.date().isoformat() == "2026-05-09"
    )  # three working days after Wednesday the 6th: this Saturday is worked
    assert codes(ruled(actions.decide, made, by=who.second, at=last)) == ["assessments.statement-awaited"]
    assert ruled(actions.decide, made, by=who.second, at=last + timedelta(microseconds=1)).done


@pytest.mark.req("R206")
def test_an_appeal_is_made_once_in_time_and_what_is_not_appealed_becomes_final(who):
    made = in_status(who, "decided")
    last = made.appeal_until
    assert codes(actions.settle([made.pk], by=system(), at=last)) == ["assessments.appeal-runs"]
    late = last + timedelta(microseconds=1)
    assert codes(actions.appeal([made.pk], "x", by=who.he, at=late)) == ["assessments.appeal-over"]
    assert actions.appeal([made.pk], "x", by=who.he, at=last).one().status == "appealed"
    assert codes(actions.appeal([made.pk], "x", by=who.he, at=last)) == ["wrong-status"]
    other = decided(who, actions.notify([recorded(who, what="b", days=3)[0].pk], by=who.hr, at=AT).one())
    assert actions.settle([other.pk], by=system(), at=OVER).one().status == "final"


def test_only_the_person_speaks_and_appeals_and_not_without_words(who):
    made = in_status(who, "notified")
    assert codes(actions.state([made.pk], "x", by=who.hr, at=AT)) == ["assessments.not-yours"]
    assert codes(actions.state([made.pk], " ", by=who.he, at=AT)) == ["assessments.what-required"]
    assert codes(actions.state([made.pk], "x" * 2001, by=who.he, at=AT)) == ["assessments.too-long"]
    stranger = actor_for(user("stranger", "orders.view_order"))
    assert codes(actions.state([made.pk], "x", by=stranger, at=AT)) == ["not-found"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"verdict": "guilty"}, "assessments.verdict"),
        ({"verdict": "reduced", "consequence": "amount", "amount": 100}, "assessments.not-less"),
        ({"verdict": "reduced", "consequence": "amount", "amount": 101}, "assessments.not-less"),
        ({"verdict": "reduced", "consequence": "amount", "amount": 0}, "assessments.amount-missing"),
        ({"verdict": "reduced", "consequence": "meeting"}, "assessments.not-less"),
        ({"verdict": "reduced"}, "assessments.not-less"),
    ],
)
def test_a_decision_that_is_none_or_makes_nothing_less_is_refused(who, said, code):
    made = in_status(who, "stated")
    assert codes(ruled(actions.decide, made, by=who.second, at=SPOKEN, **said)) == [code]
    assert not Ruling.objects.exists()


def test_a_reduction_is_less_and_a_waived_case_is_final_at_once(who):
    made = in_status(who, "stated")
    row = ruled(actions.decide, made, "reduced", consequence="amount", amount="99.99", by=who.second, at=SPOKEN).one()
    assert (row.status, row.outcome, row.outcome_amount) == ("decided", "amount", Decimal("99.99"))
    other = actions.notify([recorded(who, days=3)[0].pk], by=who.hr, at=AT).one()
    row = ruled(actions.decide, other, "waived", by=who.second, at=SPOKEN).one()
    assert (row.status, row.outcome, row.outcome_amount, row.final_at) == ("final", "nothing", 0, SPOKEN)
    assert codes(actions.appeal([other.pk], "x", by=who.he, at=SPOKEN)) == ["wrong-status"]
    assert list(check()) == []


@pytest.mark.req("R207")
def test_a_case_needs_people_words_a_day_and_its_evidence(who):
    buyer, bearing = customer(), sku("A-1")
    made = shipment(confirmed_order(buyer, [(bearing, 2, 10)]), "shipped")
    gone = user("gone")
    gone.is_active = False
    gone.save()

    def why(**fields):
        return codes(actions.record([case(who, **fields)], by=who.hr, at=AT))

    assert why(person=gone) == ["assessments.no-person"]
    assert why(named=[gone.pk]) == ["assessments.no-person"]
    assert why(kind="late_step") == ["assessments.kind"]
    assert why(what=" ") == ["assessments.what-required"]
    assert why(what="x" * 501) == ["assessments.too-long"]
    assert why(days=-1) == ["assessments.future"]
    assert why(kind="wrong_shipment") == ["assessments.evidence-required"]
    assert why(kind="wrong_shipment", number="SH1") == ["assessments.no-evidence"]
    assert why(kind="wrong_shipment", number=made.order.number) == ["assessments.no-evidence"]
    [right] = recorded(who, kind="wrong_shipment", number=made.number)
    assert (right.source_id, right.about_id, right.consequence) == (made.pk, made.order_id, "warning")
    assert right.facts["order"] == made.order.number
    assert why(kind="wrong_shipment", number=made.number, days=1) == ["assessments.twice"]
    other = user("other")
    assert why(kind="wrong_shipment", number=made.number, person=other) == []  # two may answer for one shipment
    actions.cancel([right.pk], "not his", by=who.hr, at=AT).one()
    assert why(kind="wrong_shipment", number=made.number) == []
    assert codes(actions.record([case(who), case(who)], by=who.hr, at=AT)) == ["assessments.twice-here"]


@pytest.mark.req("R206", "R207")
def test_the_table_says_more_each_time_and_waived_and_cancelled_cases_do_not_count(who):
    buyer, bearing = customer(), sku("A-1")
    numbers = [confirmed_order(buyer, [(bearing, 1, 10)]).number for _ in range(4)]
    first, second = (recorded(who, kind="delay", number=number)[0] for number in numbers[:2])
    assert [(row.consequence, row.amount) for row in (first, second)] == [("warning", 0), ("amount", 100)]
    actions.cancel([second.pk], "a mistake", by=who.hr, at=AT).one()
    actions.notify([first.pk], by=who.hr, at=AT).one()
    ruled(actions.decide, first, "waived", by=who.second, at=SPOKEN).one()
    [third] = recorded(who, kind="delay", number=numbers[2])
    assert third.consequence == "warning"
    later = [case(who, kind="delay", number=numbers[3], at=AT + 90 * DAY)]
    assert actions.record(later, by=who.hr, at=AT + 90 * DAY).one().consequence == "warning"  # 90 days are over


@pytest.mark.req("R083", "R085", "R108")
def test_plans_orders_not_entered_and_not_picked_up_come_to_the_amounts_of_the_company(who):
    number = confirmed_order(customer(), [(sku("A-1"), 1, 10)]).number
    asked = (
        {"kind": "missed_plan"},
        {"kind": "not_entered", "number": number},
        {"kind": "not_picked_up", "number": number},
    )
    rows = [recorded(who, **fields)[0] for fields in asked]
    assert [(row.consequence, row.amount) for row in rows] == [("amount", 100), ("amount", 50), ("amount", 200)]


def test_what_has_no_consequence_by_the_table_is_no_case(who, monkeypatch):
    from shunda.assessments import steps
    from shunda.policies.decisions import prepare
    from shunda.policies.tables import TABLES

    empty = prepare(TABLES["assessments.consequences"], 0, [])
    monkeypatch.setattr(steps.policies, "decided", lambda _s, _t, _at: ({}, {empty.table.name: empty}))
    assert codes(actions.record([case(who)], by=who.hr, at=AT)) == ["assessments.no-consequence"]


def test_a_setting_says_the_amount_where_the_table_leaves_it_open(who):
    spec = SettingSpec("assessments.plan_not_filed_amount", "120", "new rules")
    policies.change_setting([spec], by=who.hr, at=AT).one()
    assert recorded(who)[0].amount == 120


def test_a_batch_is_done_as_far_as_it_can_and_costs_as_many_queries_for_many_as_for_one(who):
    def counted(run):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            outcome = run()
        assert not outcome.refused
        return len(seen), outcome.done

    spent = {}
    for n, first in ((1, 0), (12, 20)):
        specs = [case(who, days=first + i) for i in range(n)]
        many = {"record": counted(lambda: actions.record(specs, by=who.hr, at=AT))}  # noqa: B023
        rows = many["record"][1]
        ids = [row.pk for row in rows]
        said = [ruling(row) for row in rows]
        many["notify"] = counted(lambda: actions.notify(ids, by=who.hr, at=AT))  # noqa: B023
        many["state"] = counted(lambda: actions.state(ids, "ill", by=who.he, at=AT))  # noqa: B023
        many["decide"] = counted(lambda: actions.decide(said, by=who.second, at=SPOKEN))  # noqa: B023
        many["appeal"] = counted(lambda: actions.appeal(ids, "no", by=who.he, at=SPOKEN))  # noqa: B023
        many["review"] = counted(lambda: actions.review(said, by=who.third, at=SPOKEN))  # noqa: B023
        spent[n] = {name: queries for name, (queries, _done) in many.items()}
    assert spent[1] == spent[12]
    mixed = actions.notify([recorded(who, what="c", days=50)[0].pk, 10**9], by=who.hr, at=AT)
    assert (len(mixed.done), codes(mixed)) == (1, ["not-found"])


def test_nothing_is_half_done_when_something_fails(who, monkeypatch):
    made = in_status(who, "stated")
    monkeypatch.setattr("shunda.assessments.tasks.tell_person", lambda *_a, **_k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        decided(who, made)
    made.refresh_from_db()
    assert (made.status, Ruling.objects.count(), waits(made)) == ("stated", 0, {"assessment.decide"})


def test_who_lacks_the_permission_or_looked_at_an_older_version_is_refused(who):
    made = in_status(who, "proposed")
    assert codes(actions.notify([made.pk], by=who.hr, at=AT, versions={made.pk: 7})) == ["stale"]
    nobody = actor_for(user("nobody", "assessments.view_assessment"))
    for move in ("assign", "notify", "cancel", "settle", "decide", "review"):
        with pytest.raises(NotPermitted):
            MOVES[move](who, made.pk, nobody, AT)
    with pytest.raises(NotPermitted):
        actions.record([case(who)], by=nobody, at=AT)


def test_the_person_sees_his_cases_from_when_he_is_told_and_others_never(who):
    from shunda.assessments.queries import seen_by

    made = in_status(who, "proposed")
    stranger = actor_for(user("stranger", "orders.view_order"))
    assert list(seen_by(who.he)) == []
    actions.notify([made.pk], by=who.hr, at=AT).one()
    assert list(seen_by(who.he)) == [made]
    assert list(seen_by(stranger)) == []
    assert list(seen_by(actor_for(user("mine", "assessments.view_assessment", reach="own")))) == []
    actions.cancel([made.pk], "a mistake", by=who.hr, at=AT).one()
    assert list(seen_by(who.he)) == []
