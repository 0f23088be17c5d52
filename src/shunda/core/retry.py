"""One transaction that outlives what a database does to it: deadlocks, serialization, a lost connection."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection, transaction
from prometheus_client import Counter

from shunda.core.sql import Statement, Trip

Answer = TypeVar("Answer")

RETRIES = Counter("shunda_retries_total", "Transactions begun again, unseen by their callers", ["why"])

RACES = {"40001": "serialization", "40P01": "deadlock"}
DISK_FULL = "53100"
PAUSES = (0.0, 0.05, 0.2, 0.5)
"""Seconds before each further try."""

LONGEST = 3.0
"""Seconds after which nothing is begun again: the caller is told instead."""


PATIENCE = 20
"""How often others may be quicker before it is a fault."""


class Again(Exception):
    """Somebody else was quicker with what this transaction was to take: undo everything and begin again."""


class Undecided(Exception):
    """The connection was lost while committing, and nobody can say yet whether it is done: ask again with the key."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One try of a transaction: what it asks first travels with its begin, what it writes last with its commit.

    ``out`` is sent by who takes something along, ``home`` when all is said. ``again``: something kept the last try
    from ending.
    """

    again: bool
    out: Trip = field(default_factory=Trip)
    home: Trip = field(default_factory=Trip)


def transacted(run: Callable[[], Answer]) -> Answer:
    """Run in one transaction; begin again, unseen by the caller, where that can do no harm (``travelled``)."""

    def at_once(journey: Journey) -> Answer:
        journey.out.go()
        return run()

    return travelled(at_once)


def travelled(travel: Callable[[Journey], Answer]) -> Answer:
    """Run in one transaction; begin again, unseen by the caller, where that can do no harm.

    What somebody else was quicker with (``Again``) is looked at anew. A deadlock or a serialization error has rolled
    everything back. A connection that was lost before the commit was sent has done nothing either; lost while
    committing, the database is asked what became of the transaction. Inside a caller's transaction only what others
    were quicker with is begun again: the rest is the caller's.
    """
    tries = count()
    if connection.in_atomic_block:
        return _patiently(lambda: _in_part(travel, Journey(again=next(tries) > 0)))
    started = time.monotonic()
    for left, pause in zip(reversed(range(len(PAUSES))), PAUSES, strict=True):
        try:
            return _patiently(lambda: _once(travel, Journey(again=next(tries) > 0)))
        except (OperationalError, InterfaceError) as exc:
            why = RACES.get(sqlstate(exc)) or ("connection" if is_lost(exc) else "")
            if not why or not left or time.monotonic() - started > LONGEST:
                raise
            RETRIES.labels(why).inc()
            time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  # so that two do not meet again
    raise AssertionError("the last try returns or raises")


def _patiently(run: Callable[[], Answer]) -> Answer:
    for left in reversed(range(PATIENCE)):
        try:
            return run()
        except Again:
            if not left:
                raise
    raise AssertionError("the last try returns or raises")


def _in_part(travel: Callable[[Journey], Answer], journey: Journey) -> Answer:
    with transaction.atomic():
        answer = travel(journey)
        journey.home.go()
    return answer


def _once(travel: Callable[[Journey], Answer], journey: Journey) -> Answer:
    answers: list[Answer] = []
    mark = journey.out(_MARK)
    try:
        with transaction.atomic():
            answers.append(travel(journey))
            journey.home.go(ending=True)
    except (OperationalError, InterfaceError) as exc:
        if is_lost(exc):
            connection.close()
            if answers and _is_committed(mark.answer):
                return answers[0]
        raise
    return answers[0]


_MARK = Statement("select pg_current_xact_id()::text", (), lambda rows: str(rows[0][0]))


def _is_committed(mark: str) -> bool:
    """What became of a transaction, asked on a new connection."""
    for _ in range(100):
        try:
            with connection.cursor() as cursor:
                cursor.execute("select pg_xact_status(%s::xid8)", [mark])
                status = cursor.fetchone()[0]
        except (OperationalError, InterfaceError) as exc:
            connection.close()
            raise Undecided from exc
        if status != "in progress":
            return bool(status == "committed")
        time.sleep(0.02)
    raise Undecided


def sqlstate(exc: BaseException) -> str:
    """The code PostgreSQL gave, or nothing."""
    return str(getattr(exc.__cause__, "sqlstate", None) or "")


def is_lost(exc: BaseException) -> bool:
    """The connection is gone: broken, closed by the server, or never made."""
    code = sqlstate(exc)
    broken = isinstance(exc, InterfaceError) or (isinstance(exc, OperationalError) and not code)
    return broken or code.startswith("08") or code in {"57P01", "57P02", "57P03", "57P05"}


def serves_nobody(exc: BaseException) -> bool:
    """It is nobody's fault: no connection, no memory, no disk, too many clients. Others would fare the same."""
    return isinstance(exc, Undecided | MemoryError) or is_lost(exc) or sqlstate(exc).startswith("53")
