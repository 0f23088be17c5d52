"""Statements that travel together, and rows written as one text."""

from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import DataError, IntegrityError, InternalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from shunda.core import sql
from shunda.core.database.connection import Connection, collecting
from shunda.core.models import Answer, Counter
from shunda.core.sql import FIELD, LINE, NONE, NewRows, Statement

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 6, 9, 30, tzinfo=UTC)
new_counters = NewRows(Counter, ("name", "value"))
new_answers = NewRows(Answer, ("key", "fingerprint", "result"), ("at",), scope="100 % 'sure'")


def number(n: int) -> Statement[Decimal]:
    return Statement("select 1 / %s::numeric", [n], lambda rows: rows[0][0])


@pytest.mark.parametrize("counted", [False, True])
def test_statements_that_travel_together_see_what_those_before_did_and_each_gets_its_own_answer(counted: bool) -> None:
    def ask() -> tuple[Any, ...]:
        with sql.together() as trip:
            nobody = trip(Statement("", (), len))
            half = trip(number(2))
            trip(new_counters([("travels", 7)]))
            there = trip(Statement("select value from core_counter where name = 'travels'", (), list))
        return nobody.answer, half.answer, there.answer

    if counted:
        with CaptureQueriesContext(connection) as captured:
            assert ask() == (0, Decimal("0.5"), [(7,)])
        assert len(captured) == 3
    else:
        assert ask() == (0, Decimal("0.5"), [(7,)])


def test_where_one_fails_its_error_is_raised_and_those_behind_it_did_nothing() -> None:
    with pytest.raises(DataError), transaction.atomic(), sql.together() as trip:  # noqa: PT012
        trip(new_counters([("before", 1)]))
        trip(number(0))
        trip(new_counters([("behind", 1)]))
    assert not Counter.objects.filter(name__in=["before", "behind"])
    assert number(4).run() == Decimal("0.25")


def test_what_is_taken_along_after_the_others_left_travels_with_the_next() -> None:
    trip = sql.Trip()
    half = trip(number(2))
    trip.go()
    third = trip(number(4))
    assert (half.answer, hasattr(third, "answer")) == (Decimal("0.5"), False)
    trip.go()
    assert third.answer == Decimal("0.25")


@pytest.mark.parametrize("counted", [False, True])
def test_parameters_are_put_together_once_when_their_turn_comes_and_what_is_done_meanwhile_after_all_are_sent(
    counted: bool,
) -> None:
    said: list[str] = []

    def put(word: str) -> list[str]:
        said.append(word)
        return [word]

    first, second = (Statement("select %s", lambda word=word: put(word), list) for word in ("first", "second"))
    counting = CaptureQueriesContext(connection) if counted else nullcontext()
    with counting, sql.together(meanwhile=lambda: said.append("meanwhile")) as trip:
        answers = [trip(first), trip(second)]
        rows = trip(new_counters((said.append("row") or f"n{n}", n) for n in range(1)))
        said.append("sent")
    assert said == ["row", "sent", "first", "second", "meanwhile"]
    assert ([one.answer for one in answers], rows.answer) == ([[("first",)], [("second",)]], None)
    assert Counter.objects.filter(name="n0").exists()


def test_where_parameters_cannot_be_put_together_nothing_is_done_and_the_connection_serves_on() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), sql.together() as trip:  # noqa: PT012
        trip(new_counters([("broken", 1)]))
        trip(Statement("select %s", lambda: [1 / 0], list))
    assert not Counter.objects.filter(name="broken").exists()
    assert number(4).run() == Decimal("0.25")


@pytest.mark.django_db(transaction=True)
def test_a_trip_that_ends_a_transaction_commits_it_unless_one_of_its_statements_fails() -> None:
    for value, fails in ((1, False), (2, True)):
        trip = sql.Trip()
        trip(new_counters([(f"end{value}", value)]))
        trip(number(0 if fails else 1))
        with suppress(DataError), transaction.atomic():
            trip.go(ending=True)
            transaction.set_rollback(True)  # nothing is left that could be undone
    assert list(Counter.objects.filter(name__startswith="end").values_list("name", flat=True)) == ["end1"]


@pytest.mark.parametrize("alone", [False, True])
def test_who_writes_what_somebody_else_has_written_is_told_what_that_means(alone: bool) -> None:
    class Quicker(Exception):
        pass

    rows = [("key", "mark", "{}")]
    known = replace(new_answers(rows, AT), races={"answer_once": Quicker})
    new_answers(rows, AT).run()
    for statement, meant in ((known, Quicker), (new_answers(rows, AT), IntegrityError)):
        trip = sql.Trip()
        trip(statement.then(len))
        with pytest.raises(meant), transaction.atomic():
            statement.run() if alone else trip.go()


def test_what_a_database_function_refuses_is_an_error_of_the_database_also_on_a_trip() -> None:
    refused = Statement("do $$ begin raise exception using errcode = 'XX000'; end $$", (), sql.nothing)
    with pytest.raises(InternalError), transaction.atomic(), sql.together() as trip:  # noqa: PT012
        trip(refused)
        trip(number(1))


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    [FIELD, LINE, FIELD + LINE, "\\N", "\t", "\n", "%s", "{}", "NULL", "\x1d", ""]
)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5, unique_by=lambda row: row[0]))
def test_whatever_text_rows_have_is_read_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    with transaction.atomic():
        new_answers([(key, mark, None) for key, mark in rows], AT).run()
        kept = list(Answer.objects.order_by("pk").values_list("scope", "key", "fingerprint", "result", "at"))
        transaction.set_rollback(True)
    assert kept == [("100 % 'sure'", key, mark, None, AT) for key, mark in rows]


def test_a_text_that_is_too_long_for_its_column_is_refused_and_not_cut() -> None:
    with pytest.raises(DataError), transaction.atomic():
        new_answers([("k" * 1000, "", None)], AT).run()
    assert len(NONE) > len(FIELD)


def test_ids_are_rising_and_nobody_elses() -> None:
    first, second = sql.next_ids("core_answer", 3).run(), sql.next_ids("core_answer", 2).run()
    assert [*first, *second] == sorted({*first, *second})
    assert sql.next_ids("core_answer", 0).run() == []


@pytest.mark.parametrize("size", [1, 2_000_000])
def test_a_connection_that_collects_looks_at_its_socket_only_for_the_answers(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    looks: list[int] = []
    wait = psycopg.Connection.wait

    def looked(self: Any, *args: Any, **kwargs: Any) -> Any:
        looks.append(1)
        return wait(self, *args, **kwargs)

    monkeypatch.setattr(psycopg.Connection, "wait", looked)
    known = connection.get_connection_params()
    with Connection.connect(**{name: known[name] for name in ("dbname", "user", "password", "host", "port")}) as ours:
        with ours.pipeline():
            looks.clear()
            with collecting(ours):
                asked = [ours.execute("select length(%s::text), %s::int", ["x" * size, n]) for n in range(8)]
            assert looks == []
        assert [one.fetchone() for one in asked] == [(size, n) for n in range(8)]
        assert looks
        with pytest.raises(psycopg.errors.DivisionByZero), ours.pipeline(), collecting(ours):
            ours.execute("select 1 / 0")
        assert not ours.collects
