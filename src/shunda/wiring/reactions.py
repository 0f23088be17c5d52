"""How an event becomes a job: deferred in the event's own transaction, or collected to run inline."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from shunda.wiring.tables import REACTIONS

_inline: ContextVar[deque[tuple[str, list[int], datetime]] | None] = ContextVar("inline", default=None)


def dispatch(kind: str, ids: list[int], at: datetime) -> None:
    """Queue what follows from these events; in the transaction that wrote them, so never lost and never early."""
    queue = _inline.get()
    for name in REACTIONS.get(kind, {}):
        if queue is not None:
            queue.append((name, ids, at))
        else:
            from shunda.wiring.jobs import react

            react.defer(name=name, ids=ids, at=at.isoformat())


def run(name: str, ids: list[int], at: datetime) -> None:
    """Run one reaction by name."""
    for jobs in REACTIONS.values():
        if name in jobs:
            jobs[name](ids, at)
            return
    raise LookupError(f"no reaction is called {name}")


@contextmanager
def inline() -> Iterator[Drain]:
    """Collect reactions instead of queueing them; call the yielded function to run what has collected.

    For replaying history and for tests that follow an order through all departments.
    """
    queue: deque[tuple[str, list[int], datetime]] = deque()
    token = _inline.set(queue)
    drain = Drain(queue)
    try:
        yield drain
        drain()
    finally:
        _inline.reset(token)


class Drain:
    """Runs collected reactions, and what they cause, until nothing is left."""

    def __init__(self, queue: deque[tuple[str, list[int], datetime]]) -> None:
        self._queue = queue

    def __call__(self) -> None:
        """Run everything collected so far."""
        while self._queue:
            run(*self._queue.popleft())
