"""Many rows in one statement: what an order of thousands of lines is written and advanced with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from psycopg.types.json import Jsonb

from shunda.orders.models import Order, OrderLine


@lru_cache
def _columns(model: type[Model]) -> list[tuple[str, str, str, bool]]:
    """(attribute, column, database type, is JSON) of each column that is given, not generated."""
    fields: list[Field[Any, Any]] = [f for f in model._meta.concrete_fields if not f.primary_key and not f.generated]
    return [(f.attname, str(f.column), _array_type(f), isinstance(f, JSONField)) for f in fields]


def _array_type(field: Field[Any, Any]) -> str:
    """The type without its width: a cast to a width would cut or round in silence, the column itself refuses."""
    kind = str(field.db_type(connection)).partition("(")[0]
    return "text" if kind == "varchar" else kind


def insert(model: type[Model], rows: Sequence[Model]) -> None:
    """Insert rows by one statement of arrays and give them their ids."""
    if not rows:
        return
    columns = _columns(model)
    names = ", ".join(f'"{column}"' for _attribute, column, _type, _json in columns)
    arrays = ", ".join(f"%s::{kind}[]" for _attribute, _column, kind, _json in columns)
    table = model._meta.db_table
    values = [
        [Jsonb(getattr(row, name)) if is_json else getattr(row, name) for row in rows]
        for name, _column, _kind, is_json in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({names}) "  # noqa: S608  # names of our own tables and columns
            f"select {names} from unnest({arrays}) with ordinality n({names}, i) order by i returning id",
            values,
        )
        # a sequence hands out rising numbers in the order of the rows
        for row, pk in zip(rows, sorted(pk for (pk,) in cursor.fetchall()), strict=True):
            row.pk = pk


def update(model: type[Model], rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these columns of rows that exist, each row its own values, by one statement. Never a status."""
    if not rows:
        return
    columns = [column for column in _columns(model) if column[0] in names]
    assignments = ", ".join(f'"{column}" = n."{column}"' for _attribute, column, _kind, _json in columns)
    listed = ", ".join(f'"{column}"' for _attribute, column, _kind, _json in columns)
    arrays = ", ".join(f"%s::{kind}[]" for _attribute, _column, kind, _json in columns)
    values = [
        [Jsonb(getattr(row, name)) if is_json else getattr(row, name) for row in rows]
        for name, _column, _kind, is_json in columns
    ]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {table} t set {assignments} "  # noqa: S608  # names of our own tables and columns
            f"from unnest(%s::bigint[], {arrays}) n(id, {listed}) where t.id = n.id",
            [[row.pk for row in rows], *values],
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
