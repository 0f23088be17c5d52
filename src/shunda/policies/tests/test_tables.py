"""Versions of decision tables: drafted, edited, tried, proposed, published by somebody else; each decision says why."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.core.refusal import NotPermitted
from shunda.policies import actions, jobs
from shunda.policies.decisions import decide, explain
from shunda.policies.models import TableVersion, Trial
from shunda.policies.specs import TableSpec
from shunda.policies.states import TABLE
from shunda.policies.tables import TABLES, declare
from shunda.policies.tests.samples import facts, table

AT = datetime(2026, 5, 6, 9, tzinfo=UTC)
EVERY = frozenset({"policies.edit_table", "policies.propose_table", "policies.publish_table"})
ANNA = Actor(1, "Anna", EVERY)
BO = Actor(2, "Bo", EVERY)
LOW = [
    {"when": {"amount": ">= 2000"}, "then": {"desk": "boss"}, "note": "stricter"},
    {"when": {}, "then": {"desk": "sales"}},
]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _declared():
    declare(table())
    yield
    del TABLES["test.desk"]


def codes(outcome):
    return [refusal.code for refusal in outcome.refused]


def drafted(rows=LOW, by=ANNA, **more):
    draft = actions.draft_table(["test.desk"], by=by, at=AT).one()
    return actions.edit_table([TableSpec(draft.pk, rows, **more)], by=by, at=AT).one()


def published(rows=LOW, at=AT, **more):
    draft = drafted(rows, **more)
    actions.propose_table([draft.pk], by=ANNA, at=at).one()
    return actions.publish_table([draft.pk], by=BO, at=at).one()


def desk(amount, at=AT):
    [ruling] = decide("test.desk", [facts(amount=Decimal(amount))], at=at)
    return ruling.first["desk"]


@pytest.mark.req("R060")
def test_a_draft_begins_with_what_holds_and_decides_nothing_until_it_is_published():
    draft = drafted()
    assert desk(3000) == "sales"
    actions.propose_table([draft.pk], by=ANNA, at=AT).one()
    assert desk(3000) == "sales"
    actions.publish_table([draft.pk], by=BO, at=AT).one()
    assert (desk(3000), desk(1999)) == ("boss", "sales")


@pytest.mark.req("R060")
def test_a_decision_says_table_version_and_row_and_why_shows_them():
    published()
    [ruling] = decide("test.desk", [facts(amount=2500)], at=AT)
    assert ruling.trace() == {"table": "test.desk", "version": 1, "rows": [1]}
    [row] = explain(ruling.trace())
    assert (row["when"], row["then"], row["note"]) == ([("Amount", "≥ 2000 yuan")], [("Desk", "Boss")], "stricter")


def test_the_preset_explains_itself_as_version_0():
    [ruling] = decide("test.desk", [facts(amount=1)], at=AT)
    assert ruling.trace() == {"table": "test.desk", "version": 0, "rows": [2]}
    assert [row["then"] for row in explain(ruling.trace())] == [[("Desk", "Sales")]]


def test_whoever_wrote_in_a_version_cannot_publish_it():
    draft = drafted()
    actions.edit_table([TableSpec(draft.pk, [*LOW, {"then": {"desk": "boss"}}])], by=BO, at=AT).one()
    actions.propose_table([draft.pk], by=ANNA, at=AT).one()
    assert codes(actions.publish_table([draft.pk], by=ANNA, at=AT)) == ["policies.own-draft"]
    assert codes(actions.publish_table([draft.pk], by=BO, at=AT)) == ["policies.own-draft"]
    assert actions.publish_table([draft.pk], by=Actor(3, "Cy", EVERY), at=AT).one().published_by == "Cy"


def test_a_version_holds_within_its_days_and_the_one_before_it_afterwards():
    published(valid_from=date(2026, 6, 1), valid_until=date(2026, 6, 30))
    days = {day: desk(3000, at=AT.replace(month=month, day=day)) for month, day in ((5, 31), (6, 2), (7, 1))}
    assert list(days.values()) == ["sales", "boss", "sales"]


def test_a_newer_version_takes_the_place_of_the_one_before():
    published()
    published([{"when": {"amount": ">= 100"}, "then": {"desk": "boss"}}, {"then": {"desk": "sales"}}])
    assert desk(150) == "boss"


def test_a_table_has_one_draft_at_a_time_and_only_known_tables_have_any():
    drafted()
    refused = actions.draft_table(["test.desk", "test.nothing"], by=BO, at=AT)
    assert codes(refused) == ["policies.draft-open", "policies.unknown-table"]


@pytest.mark.parametrize(
    ("spec", "code", "where"),
    [
        ({"rows": [{"when": {"amount": "?"}, "then": {"desk": "boss"}}]}, "policies.no-condition", "rows.0.amount"),
        ({"rows": [{"then": {"desk": "nobody"}}]}, "policies.not-a-choice", "rows.0.desk"),
        ({"rows": [{"when": {"amount": "1"}}]}, "policies.no-outcome", "rows.0.desk"),
        ({"rows": [{"when": {"size": "1"}, "then": {"desk": "boss"}}]}, "policies.no-such-column", "rows.0"),
        ({"rows": LOW * 300}, "policies.too-many-rows", "rows"),
        ({"rows": [{"then": {"desk": "boss"}, "note": "x" * 201}]}, "policies.note-too-long", "rows.0.note"),
        ({"rows": LOW, "note": "x" * 201}, "policies.note-too-long", "note"),
        (
            {"rows": LOW, "valid_from": date(2026, 7, 1), "valid_until": date(2026, 6, 1)},
            "policies.bad-dates",
            "valid_until",
        ),
    ],
)
def test_a_draft_that_cannot_be_is_refused_cell_by_cell_and_keeps_its_rows(spec, code, where):
    draft = actions.draft_table(["test.desk"], by=ANNA, at=AT).one()
    [refusal] = actions.edit_table([TableSpec(draft.pk, **spec)], by=ANNA, at=AT).refused
    assert (refusal.code, refusal.data["where"]) == (code, where)
    draft.refresh_from_db()
    assert len(draft.rows) == 2


def test_an_empty_draft_and_one_that_changes_nothing_are_not_proposed():
    same = actions.draft_table(["test.desk"], by=ANNA, at=AT).one()
    assert codes(actions.propose_table([same.pk], by=ANNA, at=AT)) == ["policies.same-rows"]
    actions.edit_table([TableSpec(same.pk, [])], by=ANNA, at=AT).one()
    assert codes(actions.propose_table([same.pk], by=ANNA, at=AT)) == ["policies.no-rows"]


def test_a_proposed_version_is_given_back_with_a_remark():
    draft = drafted()
    actions.propose_table([draft.pk], by=ANNA, at=AT).one()
    assert codes(actions.return_table([draft.pk], " ", by=BO, at=AT)) == ["policies.remark-needed"]
    assert actions.return_table([draft.pk], "2000 is too low", by=BO, at=AT).one().status == "draft"
    assert Event.objects.get(kind="table.return").data["remark"] == "2000 is too low"


MOVES = {
    "edit": lambda pk: actions.edit_table([TableSpec(pk, LOW)], by=ANNA, at=AT),
    "propose": lambda pk: actions.propose_table([pk], by=ANNA, at=AT),
    "publish": lambda pk: actions.publish_table([pk], by=BO, at=AT),
    "return": lambda pk: actions.return_table([pk], "no", by=BO, at=AT),
    "drop": lambda pk: actions.drop_table([pk], by=ANNA, at=AT),
}


@pytest.mark.parametrize("move", MOVES)
def test_every_other_status_refuses_the_move(move):
    for status in set(TABLE.statuses.values) - TABLE[move].sources:
        row = TableVersion.objects.create(
            table="test.desk", number=len(status), status=status, rows=[], written_by="x", written_at=AT
        )
        assert codes(MOVES[move](row.pk)) == ["wrong-status"], status
        if status in ("draft", "proposed"):
            TableVersion.objects.filter(pk=row.pk).update(status="dropped")


@pytest.mark.parametrize("move", MOVES)
def test_every_move_needs_its_permission(move):
    nobody = Actor(3, "Cy", frozenset())
    calls = {
        "edit": lambda: actions.edit_table([], by=nobody, at=AT),
        "propose": lambda: actions.propose_table([], by=nobody, at=AT),
        "publish": lambda: actions.publish_table([], by=nobody, at=AT),
        "return": lambda: actions.return_table([], "no", by=nobody, at=AT),
        "drop": lambda: actions.drop_table([], by=nobody, at=AT),
    }
    with pytest.raises(NotPermitted):
        calls[move]()


def test_a_published_version_cannot_be_changed_even_by_hand():
    row = published()
    with pytest.raises(DatabaseError), transaction.atomic():
        TableVersion.objects.filter(pk=row.pk).update(rows=[])


def test_a_stale_edit_is_refused():
    draft = drafted()
    refused = actions.edit_table([TableSpec(draft.pk, LOW)], by=BO, at=AT, versions={draft.pk: 1})
    assert codes(refused) == ["stale"]


def test_deciding_a_thousand_cases_takes_as_many_queries_as_one(django_assert_num_queries):
    published()
    decide("test.desk", [facts()], at=AT)
    for n in (1, 1000):
        with django_assert_num_queries(1):
            decide("test.desk", [facts(amount=i) for i in range(n)], at=AT)


def test_a_draft_is_tried_on_what_happened_and_the_changed_cases_are_listed():
    draft = drafted()
    trial = actions.try_table([draft.pk], by=ANNA, at=AT).one()
    jobs.try_out([trial.pk], AT)
    trial.refresh_from_db()
    assert (trial.total, trial.done, trial.changed, trial.finished_at) == (10, 10, 3, AT)
    changes = trial.changes.order_by("subject_id").values_list("label", "before", "after")
    assert list(changes) == [("SO2", [2], [1]), ("SO3", [2], [1]), ("SO4", [2], [1])]


def test_a_trial_that_was_interrupted_begins_anew_and_a_finished_one_is_left_alone():
    trial = actions.try_table([drafted().pk], by=ANNA, at=AT).one()
    Trial.objects.filter(pk=trial.pk).update(done=5, changed=2)
    trial.changes.create(subject_id=99, label="half", before=[], after=[])
    jobs.try_out([trial.pk], AT)
    jobs.try_out([trial.pk], AT + timedelta(hours=1))
    trial.refresh_from_db()
    assert (trial.changed, trial.changes.count(), trial.finished_at) == (3, 3, AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_begin_a_draft_at_once_one_is_told_of_the_other():
    together, outcomes = Barrier(2), []

    def begin(by):
        together.wait()
        outcomes.append(actions.draft_table(["test.desk"], by=by, at=AT))
        connection.close()

    threads = [Thread(target=begin, args=[by]) for by in (ANNA, BO)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes(outcome) for outcome in outcomes) == [[], ["policies.draft-open"]]
