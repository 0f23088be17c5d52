"""Recording what happened, and telling those above that it did."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from psycopg.types.json import Jsonb

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.models import Event


@dataclass(frozen=True, slots=True)
class Happening:
    """An event about to be written."""

    kind: str
    subject_kind: str
    subject_id: int
    order_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)


Listener = Callable[[str, list[int], datetime, Mapping[int, int | None] | None], Sequence[sql.Statement[Any]]]
_listeners: list[Listener] = []

FOR = "for"
"""In the data of an event: for whom the person stood in who did it; absent where he acted for himself."""

# One statement whatever the number of events. The order row is locked by whoever writes about it, so the next
# number within an order cannot be taken twice; the unique constraint proves it.
_INSERT = """
insert into core_event (kind, subject_kind, subject_id, order_id, sequence, actor_id, actor, source, at, data)
select n.kind, n.subject_kind, n.subject_id, n.order_id,
       case when n.order_id is not null then
         coalesce((select max(e.sequence) from core_event e where e.order_id = n.order_id), 0)
         + row_number() over (partition by n.order_id order by n.i)
       end,
       %s, %s, %s, %s, n.data
from unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::jsonb[])
     with ordinality n(kind, subject_kind, subject_id, order_id, data, i)
order by n.i
"""


def _dumps(data: object) -> str:
    return DjangoJSONEncoder().encode(data)


def record(happenings: Iterable[Happening], *, by: Actor, at: datetime) -> None:
    """Write the events of one action in its own transaction, then tell the listeners, kind by kind."""
    rows: Sequence[Happening] = list(happenings)
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                by.id,
                by.name,
                by.source,
                at,
                [row.kind for row in rows],
                [row.subject_kind for row in rows],
                [row.subject_id for row in rows],
                [row.order_id for row in rows],
                [Jsonb({**row.data, **_for(by)}, dumps=_dumps) for row in rows],
            ],
        )
    told: defaultdict[str, dict[int, int | None]] = defaultdict(dict)
    for row in rows:
        told[row.kind][row.subject_id] = row.order_id
    for kind, orders in told.items():
        tell(kind, list(orders), at, orders)


def _for(by: Actor) -> dict[str, int]:
    return {} if by.for_id is None else {FOR: by.for_id}


class First(NamedTuple):
    """One of the events a new order begins with; ``data`` is JSON as text."""

    kind: str
    by: Actor
    data: str


_new = sql.NewRows(
    Event,
    ("subject_id", "sequence", "kind", "actor_id", "actor", "source", "data"),
    ("subject_kind", "at"),
    same={"order_id": "subject_id"},
)


def begin(subject_kind: str, timelines: Iterable[tuple[int, Iterable[First]]], *, at: datetime) -> sql.Statement[None]:
    """Write the timelines of orders made in this transaction: nobody knows them yet, so they count from 1.

    Each with its order id; thousands cost one statement. The listeners are not told: ``tell`` them what has to follow.
    """
    return _new(
        (
            (pk, n, one.kind, one.by.id, one.by.name, one.by.source, _text(one))
            for pk, timeline in timelines
            for n, one in enumerate(timeline, 1)
        ),
        subject_kind,
        at,
    )


def _text(one: First) -> str:
    return one.data if one.by.for_id is None else _dumps({**json.loads(one.data), **_for(one.by)})


def tell(kind: str, ids: list[int], at: datetime, orders: Mapping[int, int | None] | None = None) -> None:
    """Tell the listeners that this happened to these subjects, inside the transaction that wrote it.

    ``orders`` says which order each belongs to; orders belong to themselves.
    """
    for statement in telling(kind, ids, at, orders):
        statement.run()


def telling(
    kind: str, ids: list[int], at: datetime, orders: Mapping[int, int | None] | None = None
) -> list[sql.Statement[Any]]:
    """What ``tell`` writes, for whoever takes it along."""
    return [statement for listen in _listeners for statement in listen(kind, ids, at, orders)]


def listen(listener: Listener) -> None:
    """Hear of every event inside its transaction: (kind, subject ids, at, their orders). For wiring alone.

    What it wants written in that transaction, it gives back.
    """
    _listeners.append(listener)
