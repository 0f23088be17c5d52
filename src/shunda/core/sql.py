"""Statements over arrays of any length, for paths where the ORM costs: planned once for each connection, or copied in.

Write parameters with their types (``%s::bigint[]``). Column and table names are the caller's own, never a user's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import psycopg
from django.db import connection

PREPARE_AFTER = 5
"""How often a connection plans a statement anew before it keeps the plan."""


def fetch(statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a statement and return its rows, none where it gives none."""
    if connection.queries_logged:  # where somebody counts statements, they go where they are counted
        with connection.cursor() as counted:
            counted.execute(statement, parameters)
            return counted.fetchall() if counted.description else []
    connection.ensure_connection()
    driver = connection.connection
    if driver.prepare_threshold is None:
        driver.prepare_threshold = PREPARE_AFTER
    with connection.wrap_database_errors, psycopg.Cursor(driver) as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def numbers(values: Iterable[int | Decimal]) -> str:
    """An array of numbers for ``%s::bigint[]`` or ``%s::numeric[]``; the driver's own way costs ten times as much."""
    return f"{{{','.join(map(str, values))}}}"


def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write new rows the cheapest way there is. Their order is kept, their ids come from the sequence unless given."""
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"copy {table} ({', '.join(columns)}) from stdin") as target,
    ):
        for row in rows:
            target.write_row(row)


def next_ids(table: str, n: int) -> list[int]:
    """``n`` ids nobody else gets, rising, for rows that others point at before they are written."""
    if not n:
        return []
    [(ids,)] = fetch(
        "select array_agg(nextval(%s::text::regclass)) from generate_series(1, %s)", [f"{table}_id_seq", n]
    )
    return sorted(ids)
