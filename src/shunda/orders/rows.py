"""Many rows in one statement: what an order of thousands of lines is written and advanced with.

Rows travel as one JSON document: for wide tables that costs a fraction of arrays or of one parameter for each value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field, Model

from shunda.orders.models import Order, OrderLine


@lru_cache
def _columns(model: type[Model]) -> list[tuple[str, str, str]]:
    """(attribute, column, database type) of each column that is given, not generated."""
    fields: list[Field[Any, Any]] = [f for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
    return [(f.attname, f'"{f.column}"', _type(f)) for f in fields]


def _type(field: Field[Any, Any]) -> str:
    """The type without its width: a cast to a width would cut or round in silence, the column itself refuses."""
    kind = str(field.db_type(connection)).partition("(")[0]
    return "text" if kind == "varchar" else kind


def _document(rows: Sequence[Model], names: Sequence[str]) -> str:
    """The rows as JSON objects with the keys c0, c1 ...; numbers and dates as text, so nothing is rounded."""
    keys = [f"c{n}" for n in range(len(names))]
    return json.dumps(
        [dict(zip(keys, (getattr(row, name) for name in names), strict=True)) for row in rows], default=str
    )


def insert(model: type[Model], rows: Sequence[Model]) -> None:
    """Insert rows by one statement and give them their ids."""
    if not rows:
        return
    columns = _columns(model)
    names = ", ".join(column for _attribute, column, _kind in columns)
    typed = ", ".join(f"c{n} {kind}" for n, (_attribute, _column, kind) in enumerate(columns))
    given = ", ".join(f"c{n}" for n in range(len(columns)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {model._meta.db_table} ({names}) "  # noqa: S608  # names of our own tables and columns
            f"select {given} from rows from (json_to_recordset(%s::json) as ({typed})) with ordinality n({given}, i) "
            "order by i returning id",
            [_document(rows, [attribute for attribute, _column, _kind in columns])],
        )
        # a sequence hands out rising numbers in the order of the rows
        for row, pk in zip(rows, sorted(pk for (pk,) in cursor.fetchall()), strict=True):
            row.pk = pk


def update(model: type[Model], rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these columns of rows that exist, each row its own values, by one statement. Never a status."""
    if not rows:
        return
    columns = [column for column in _columns(model) if column[0] in names]
    assigned = ", ".join(f"{column} = n.c{n}" for n, (_attribute, column, _kind) in enumerate(columns, 1))
    typed = ", ".join(f"c{n} {kind}" for n, (_attribute, _column, kind) in enumerate(columns, 1))
    attributes = ["pk", *(attribute for attribute, _column, _kind in columns)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {model._meta.db_table} t set {assigned} "  # noqa: S608  # names of our own tables and columns
            f"from json_to_recordset(%s::json) n(c0 bigint, {typed}) where t.id = n.c0",
            [_document(rows, attributes)],
        )


def insert_orders(orders: Sequence[Order], lines: Sequence[Sequence[OrderLine]]) -> None:
    """Write new orders with their lines, in two statements."""
    insert(Order, orders)
    insert_lines(orders, lines)


def insert_lines(orders: Sequence[Order], lines: Sequence[Sequence[OrderLine]]) -> None:
    """Write the lines of these orders."""
    for order, members in zip(orders, lines, strict=True):
        for line in members:
            line.order_id = order.pk
    insert(OrderLine, [line for members in lines for line in members])


_DEMANDS = """
update orders_orderline line set demand_id = n.demand_id
from unnest(%s::bigint[], %s::bigint[]) n(id, demand_id) where line.id = n.id
"""


def point_at_demands(demands: Sequence[tuple[int, int]]) -> None:
    """Line id and demand id: the line's wish, as inventory keeps it."""
    with connection.cursor() as cursor:
        cursor.execute(_DEMANDS, [[line for line, _ in demands], [demand for _, demand in demands]])
