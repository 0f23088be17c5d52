"""A connection that collects the statements of a pipeline without a pause."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.waiting import Ready

Value = TypeVar("Value")


class Connection(psycopg.Connection[Any]):
    """The driver's connection. While it collects, it does not look at its socket.

    The driver looks twice for each statement of a pipeline, whether it may write, and lets go of the interpreter each
    time. Another thread takes it then, and keeps it for longer than everything here takes. It may always write: what
    the socket does not take at once is kept, and sent when the answers are waited for.
    """

    collects = False

    def wait(self, gen: PQGen[Value], *args: Any, **kwargs: Any) -> Value:
        """Do what a generator of the driver asks for."""
        return _go_on(gen) if self.collects else super().wait(gen, *args, **kwargs)


def _go_on(gen: PQGen[Any]) -> Any:
    try:
        next(gen)
        while True:
            gen.send(Ready.W)
    except StopIteration as end:
        return end.value


@contextmanager
def collecting(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Within a pipeline: statements are collected; on others than ours, as the driver does it."""
    if not isinstance(connection, Connection):
        yield
        return
    connection.collects = True
    try:
        yield
    finally:
        connection.collects = False
