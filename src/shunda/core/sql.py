"""Statements over arrays of any length, for paths where the ORM costs: several of them on one way to the database.

Write parameters with their types (``%s::bigint[]``). Column and table names are the caller's own, never a user's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import chain
from types import MappingProxyType
from typing import Any, Generic, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from psycopg import sql as text

from shunda.core.database.connection import collecting

Answer = TypeVar("Answer")
Next = TypeVar("Next")
Row = tuple[Any, ...]
Parameters = Sequence[Any] | Mapping[str, Any]

PREPARE_AFTER = 5
"""How often a connection plans a statement anew before it keeps the plan."""


def fetch(statement: str, parameters: Parameters = ()) -> list[Row]:
    """Run a statement and return its rows, none where it gives none."""
    here = connections[DEFAULT_DB_ALIAS]  # looked up once: the usual proxy looks it up at each word
    if here.queries_logged:  # where somebody counts statements, they go where they are counted
        with here.cursor() as counted:
            counted.execute(statement, parameters)
            return counted.fetchall() if counted.description else []
    with here.wrap_database_errors:
        return _rows(psycopg.Cursor(_driver(here)).execute(statement, parameters))


def _driver(here: BaseDatabaseWrapper) -> psycopg.Connection[Any]:
    here.ensure_connection()
    driver: psycopg.Connection[Any] = here.connection
    if driver.prepare_threshold is None:
        driver.prepare_threshold = PREPARE_AFTER
    return driver


def _rows(cursor: psycopg.Cursor[Any]) -> list[Row]:
    return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


@dataclass(frozen=True, slots=True)
class Statement(Generic[Answer]):
    """A statement that was not sent yet, and how its rows are read; an empty one asks nobody.

    ``parameters`` that take long to put together are given as what does it when the statement is sent: those before
    it run meanwhile. It may not ask the database.
    ``races``: what it means that somebody else has written the same, by the name of the constraint that keeps it apart.
    """

    text: str
    parameters: Parameters | Callable[[], Parameters]
    read: Callable[[list[Row]], Answer]
    races: Mapping[str, type[Exception]] = field(default_factory=dict)

    def run(self) -> Answer:
        """Send it, alone."""
        with _racing([self]):
            return self.read(fetch(self.text, self.values()) if self.text else [])

    def values(self) -> Parameters:
        """Its parameters, put together."""
        return self.parameters() if callable(self.parameters) else self.parameters

    def then(self, read: Callable[[Answer], Next]) -> Statement[Next]:
        """The same statement, its answer read further."""
        return Statement(self.text, self.parameters, lambda rows: read(self.read(rows)), self.races)


@contextmanager
def _racing(statements: Iterable[Statement[Any]]) -> Iterator[None]:
    try:
        yield
    except IntegrityError as exc:
        name = str(getattr(getattr(exc.__cause__, "diag", None), "constraint_name", ""))
        meant = next((one.races[name] for one in statements if name in one.races), None)
        if meant is None:
            raise
        raise meant from exc


class Later(Generic[Answer]):
    """The answer to a statement that travels with others; there when they are back."""

    __slots__ = ("answer", "statement")
    answer: Answer

    def __init__(self, statement: Statement[Answer]) -> None:
        self.statement = statement


class Trip:
    """Statements that travel together; each sees what those before it did."""

    def __init__(self) -> None:
        self._sent: list[Later[Any]] = []

    def __call__(self, statement: Statement[Answer]) -> Later[Answer]:
        """Take this one along."""
        later = Later(statement)
        self._sent.append(later)
        return later

    def go(self, *, ending: bool = False, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Send them and read the answers, in their order; what is taken along afterwards waits for the next ``go``.

        ``meanwhile`` is done when all are sent, before their answers are waited for.
        ``ending``: the transaction is committed behind them, unless one of them fails. Where there is nothing to send,
        or somebody counts statements, the commit is left to whoever began it.
        """
        sent, self._sent = self._sent, []
        here = connections[DEFAULT_DB_ALIAS]
        if here.queries_logged or not sent:
            for later in sent:
                later.answer = later.statement.run()
            meanwhile()
        else:
            statements = [later.statement for later in sent]
            with _racing(statements), here.wrap_database_errors:
                found = _travel(_driver(here), [*statements, COMMIT] if ending else statements, meanwhile)
            for later, rows in zip(sent, found, strict=False):
                later.answer = later.statement.read(rows)


def _travel(
    driver: psycopg.Connection[Any], statements: Iterable[Statement[Any]], meanwhile: Callable[[], None]
) -> list[list[Row]]:
    with driver.pipeline():
        with collecting(driver):
            cursors = [
                psycopg.Cursor(driver).execute(one.text, one.values()) if one.text else None for one in statements
            ]
        meanwhile()
    return [_rows(cursor) if cursor else [] for cursor in cursors]


@contextmanager
def together(meanwhile: Callable[[], None] = lambda: None) -> Iterator[Trip]:
    """Collect statements and send them at the end: one wait for all of them, in which ``meanwhile`` is done.

    A wait for the database costs more than what most statements do there: sleeping, being woken, and a turn among the
    other threads. When one fails, those behind it are not run, and its error is raised.
    """
    trip = Trip()
    yield trip
    trip.go(meanwhile=meanwhile)


def numbers(values: Iterable[int | Decimal]) -> str:
    """An array of numbers for ``%s::bigint[]`` or ``%s::numeric[]``; the driver's own way costs ten times as much."""
    return f"{{{','.join(map(str, values))}}}"


FIELD, LINE = "\x1f", "\x1e"
NONE = f"\x1d{secrets.token_hex(4)}"
"""What stands for no value, and cannot be guessed."""


class NewRows:
    """New rows of a table without the ORM, as one text that is divided there: as cheap as COPY, and travels along.

    ``own`` columns differ from row to row, ``same`` have the value of one of the own, ``alike`` that of a call, for all
    its rows; the others are the same always: as given here, or the default of their field, also one added one day.
    """

    def __init__(
        self,
        model: type[Model],
        own: Sequence[str],
        alike: Sequence[str] = (),
        same: Mapping[str, str] = MappingProxyType({}),
        **fixed: Any,
    ) -> None:
        columns = {f.attname: f for f in model._meta.concrete_fields if not f.generated}
        here = connections[DEFAULT_DB_ALIAS]
        # Without its length: who assigns a longer text is refused, who casts it loses its end.
        types = {name: (f.db_type(here) or "").partition("(")[0] for name, f in columns.items()}
        key = model._meta.pk.attname
        rest = {n: fixed.get(n, f.get_default()) for n, f in columns.items() if n not in {*own, *alike, *same, key}}
        self._own, cells = len(own), {name: n for n, name in enumerate(own, 1)}
        cells |= {name: cells[of] for name, of in same.items()}
        values = [
            *(f"cell[{n}]::{types[name]}" for name, n in cells.items()),
            *(f"%s::{types[name]}" for name in alike),
            *(f"{_literal(value)}::{types[name]}" for name, value in rest.items()),
        ]
        names = ", ".join(f'"{name}"' for name in (*cells, *alike, *rest))
        self._statement = (
            f"insert into {model._meta.db_table} ({names}) select {', '.join(values)} from"  # noqa: S608
            " (select string_to_array(line, %s, %s) cell from string_to_table(%s, %s) line offset 0) lines"
        )

    def __call__(self, rows: Iterable[Sequence[Any]], *alike: Any) -> Statement[None]:
        """Write these rows, in their order; the key of each comes from its sequence unless it is among its own.

        They are gone through when the statement is sent.
        """
        there = iter(rows)
        first = next(there, None)
        if first is None:
            return Statement("", (), nothing)
        whole = chain([first], there)
        return Statement(self._statement, cache(lambda: self._divided(whole, alike)), nothing)

    def _divided(self, rows: Iterable[Sequence[Any]], alike: Sequence[Any]) -> list[Any]:
        lines = [[NONE if v is None else v if v.__class__ is str else str(v) for v in row] for row in rows]
        field, line = FIELD, LINE
        whole = line.join(map(field.join, lines))
        if whole.count(field) != len(lines) * (self._own - 1) or whole.count(line) != len(lines) - 1:
            field, line = (one + secrets.token_hex(8) for one in (FIELD, LINE))  # somebody's text has one of them
            whole = line.join(map(field.join, lines))
        return [*alike, field, NONE, whole, line]


def by_index() -> Statement[None]:
    """Rows are looked up one by one in what is left of this transaction.

    A plan is kept for as long as its connection. One that was made while a table was nearly empty reads all of it,
    also for each reference checked, and would go on to when there are thousands.
    """
    return Statement("select set_config('enable_seqscan', 'off', true)", (), nothing)


def nothing(_rows: list[Row]) -> None:
    """How a statement is read whose rows say nothing."""


COMMIT = Statement("commit", (), nothing)


def _literal(value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value)
    elif isinstance(value, str):
        value = str(value)  # a choice is its value
    return text.Literal(value).as_string().replace("%", "%%")


def next_ids(table: str, n: int) -> Statement[list[int]]:
    """``n`` ids nobody else gets, rising, for rows that others point at before they are written."""
    return Statement(
        "select nextval(%s::text::regclass) from generate_series(1, %s::int)" if n else "",
        [f"{table}_id_seq", n],
        lambda rows: sorted(pk for (pk,) in rows),
    )
