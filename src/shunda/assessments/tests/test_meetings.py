"""Serious faults come before a review meeting; nobody responsible takes part; its decision is that of its cases."""

from datetime import timedelta

import pytest

from shunda.accounts.queries import actor_for
from shunda.accounts.tests.builders import user
from shunda.assessments import actions
from shunda.assessments.models import Assessment
from shunda.assessments.specs import ConclusionSpec
from shunda.assessments.tests.builders import (
    AT,
    PDF,
    SPOKEN,
    called,
    codes,
    in_status,
    people,
    ruled,
    ruling,
)  # fmt: skip
from shunda.assessments.verify import check
from shunda.core.refusal import NotPermitted
from shunda.files.specs import Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def who():
    return people()


@pytest.fixture
def serious(who):
    return in_status(who, "stated", serious=True)


def concluded(who, meeting, *rulings, by=None, at=SPOKEN, **said):
    spec = ConclusionSpec(meeting.pk, **{"findings": "two labels", "decision": "pay"} | said, rulings=rulings)
    return actions.conclude([spec], by=by or who.second, at=at)


@pytest.mark.req("R209")
def test_a_meeting_finds_and_decides_and_its_decision_is_that_of_its_cases(who, serious):
    assert codes(ruled(actions.decide, serious, by=who.second, at=SPOKEN)) == ["assessments.needs-meeting"]
    meeting = called(who, serious).one()
    parts = dict(meeting.people.values_list("person__username", "part"))
    assert parts == {"second": "chair", "third": "member", "late": "responsible"}
    serious.refresh_from_db()
    assert codes(ruled(actions.decide, serious, by=who.second, at=SPOKEN)) == ["assessments.in-meeting"]
    assert codes(actions.cancel([serious.pk], "x", by=who.hr, at=SPOKEN)) == ["assessments.in-meeting"]
    pay = ruling(serious, "upheld", "amount", 300)
    assert codes(concluded(who, meeting, pay)) == ["assessments.minutes-required"]
    actions.minute({meeting.pk: PDF}, by=who.hr, at=SPOKEN).one()
    done = concluded(who, meeting, pay).one()
    assert (done.status, done.findings, done.decision, done.concluded_by_id) == (
        "concluded", "two labels", "pay", who.second.id,
    )  # fmt: skip
    case = Assessment.objects.get()
    assert (case.status, case.outcome, case.outcome_amount) == ("decided", "amount", 300)
    assert case.rulings.get().meeting_id == meeting.pk
    actions.appeal([case.pk], "too much", by=who.he, at=SPOKEN).one()
    for member in (who.second, who.third):
        assert codes(ruled(actions.review, case, by=member, at=SPOKEN)) == ["assessments.first-decider"]
    fourth = actor_for(user("fourth", "*"))
    assert ruled(actions.review, case, "waived", by=fourth, at=SPOKEN).one().status == "final"
    assert list(check()) == []


@pytest.mark.req("R209")
def test_who_is_responsible_or_named_takes_no_part_whatever_he_may_do(who):
    witness, admin = user("witness", "*"), actor_for(user("admin", "*"))
    case = in_status(who, "stated", serious=True, named=[witness.pk])
    for person in (who.person, witness):
        sitting = {person.pk: "chair", admin.id: "member"}
        assert codes(called(who, case, people=sitting)) == ["assessments.takes-part"]
        sitting = {admin.id: "chair", who.second.id: "member", person.pk: "member"}
        assert codes(called(who, case, people=sitting)) == ["assessments.takes-part"]
    sitting = {who.second.id: "chair", who.third.id: "member", witness.pk: "heard"}
    meeting = called(who, case, people=sitting).one()
    himself = actor_for(witness)
    assert codes(actions.minute({meeting.pk: PDF}, by=himself, at=SPOKEN)) == ["assessments.named"]
    assert codes(actions.call_off([meeting.pk], "x", by=himself, at=SPOKEN)) == ["assessments.named"]
    actions.minute({meeting.pk: PDF}, by=who.hr, at=SPOKEN).one()
    assert codes(concluded(who, meeting, ruling(case), by=himself)) == ["assessments.named"]
    assert codes(concluded(who, meeting, ruling(case), by=admin)) == ["assessments.not-member"]
    assert codes(concluded(who, meeting, ruling(case), by=who.hr)) == ["assessments.not-member"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"topic": " "}, "assessments.topic-required"),
        ({"people": {}}, None),
        ({"people": {10**9: "chair"}}, "assessments.no-person"),
    ],
)
def test_a_meeting_needs_a_topic_a_chair_and_members(who, serious, fields, code):
    if fields.get("people") == {}:
        fields = {"people": {who.second.id: "chair"}}
        code = "assessments.chair-required"
    assert code in codes(called(who, serious, **fields))


def test_a_meeting_is_about_open_cases_that_are_told_and_before_no_other_meeting(who, serious):
    assert codes(called(who)) == ["assessments.no-cases"]
    assert codes(called(who, Assessment(pk=10**9))) == ["not-found"]
    other = in_status(who, "proposed", days=1)
    assert codes(called(who, other)) == ["assessments.not-told"]
    called(who, serious).one()
    assert codes(called(who, serious)) == ["assessments.in-meeting"]
    with pytest.raises(NotPermitted):
        actions.call([], by=who.he, at=AT)


def test_what_a_meeting_decides_is_whole_or_nothing(who, serious):
    other = in_status(who, "stated", days=1, serious=True)
    meeting = called(who, serious, other).one()
    actions.minute({meeting.pk: PDF}, by=who.hr, at=SPOKEN).one()
    warn, free = ruling(serious, "upheld", "warning"), ruling(other, "waived")
    early = SPOKEN - timedelta(microseconds=1)
    assert codes(concluded(who, meeting, warn, free, at=early)) == ["assessments.before-meeting"]
    assert codes(concluded(who, meeting, warn, free, findings=" ")) == ["assessments.findings-required"]
    assert codes(concluded(who, meeting, warn, free, decision="")) == ["assessments.decision-required"]
    assert codes(concluded(who, meeting, warn)) == ["assessments.case-left"]
    assert codes(concluded(who, meeting, warn, ruling(other))) == ["assessments.consequence-missing"]
    assert codes(concluded(who, meeting, warn, ruling(other, "upheld", "amount"))) == ["assessments.amount-missing"]
    strange = in_status(who, "stated", days=2)
    assert codes(concluded(who, meeting, warn, free, ruling(strange))) == ["assessments.not-its-case"]
    assert set(Assessment.objects.values_list("status", flat=True)) == {"stated"}
    concluded(who, meeting, warn, free).one()
    serious.refresh_from_db()
    other.refresh_from_db()
    assert (serious.status, other.status) == ("decided", "final")
    assert codes(concluded(who, meeting, warn, free)) == ["wrong-status"]
    assert list(check()) == []


def test_minutes_are_files_that_are_kept_and_a_meeting_called_off_leaves_its_cases_open(who, serious):
    meeting = called(who, serious).one()
    assert codes(actions.minute({meeting.pk: Upload("x.pdf", b"", 0)}, by=who.hr, at=SPOKEN)) == ["files.empty"]
    assert codes(actions.call_off([meeting.pk], " ", by=who.hr, at=SPOKEN)) == ["assessments.reason-required"]
    actions.call_off([meeting.pk], "the chair is ill", by=who.hr, at=SPOKEN).one()
    serious.refresh_from_db()
    assert serious.meeting is None
    for refused in (
        actions.call_off([meeting.pk], "again", by=who.hr, at=SPOKEN),
        actions.minute({meeting.pk: PDF}, by=who.hr, at=SPOKEN),
        concluded(who, meeting, ruling(serious)),
    ):
        assert codes(refused) == ["wrong-status"]
    assert called(who, serious).done
    assert list(check()) == []
