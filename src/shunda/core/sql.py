"""Statements over arrays of any length, for paths where the ORM costs: planned once for each connection, or copied in.

Write parameters with their types (``%s::bigint[]``). Column and table names are the caller's own, never a user's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PREPARE_AFTER = 5
"""How often a connection plans a statement anew before it keeps the plan."""


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows, none where it gives none."""
    here = connections[DEFAULT_DB_ALIAS]  # looked up once: the usual proxy looks it up at each word
    if here.queries_logged:  # where somebody counts statements, they go where they are counted
        with here.cursor() as counted:
            counted.execute(statement, parameters)
            return counted.fetchall() if counted.description else []
    with here.wrap_database_errors, psycopg.Cursor(_driver(here)) as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


def _driver(here: BaseDatabaseWrapper) -> psycopg.Connection[Any]:
    here.ensure_connection()
    driver: psycopg.Connection[Any] = here.connection
    if driver.prepare_threshold is None:
        driver.prepare_threshold = PREPARE_AFTER
    return driver


def numbers(values: Iterable[int | Decimal]) -> str:
    """An array of numbers for ``%s::bigint[]`` or ``%s::numeric[]``; the driver's own way costs ten times as much."""
    return f"{{{','.join(map(str, values))}}}"


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *alike: Any) -> None:
    """Write new rows the cheapest way there is. Their order is kept, their ids come from the sequence unless given.

    ``alike``: what the last columns hold in every row.
    """
    statement = f"copy {table} ({', '.join(columns)}) from stdin"
    end = f"\t{_line(alike)}\n" if alike else "\n"
    text = "".join([_line(row) + end for row in rows])
    here = connections[DEFAULT_DB_ALIAS]
    if here.queries_logged:
        with here.wrap_database_errors, here.cursor() as counted, counted.copy(statement) as target:
            target.write(text)
        return
    with here.wrap_database_errors, psycopg.Cursor(_driver(here)) as cursor, cursor.copy(statement) as target:
        target.write(text)


def _line(row: Sequence[Any]) -> str:
    """A row as COPY reads it."""
    return "\t".join(["\\N" if v is None else _escaped(v) if isinstance(v, str) else str(v) for v in row])


_SPECIAL = re.compile(r"[\\\t\n\r]").search
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES) if _SPECIAL(text) else text


def next_ids(table: str, n: int) -> list[int]:
    """``n`` ids nobody else gets, rising, for rows that others point at before they are written."""
    if not n:
        return []
    [(ids,)] = fetch(
        "select array_agg(nextval(%s::text::regclass)) from generate_series(1, %s)", [f"{table}_id_seq", n]
    )
    return sorted(ids)
