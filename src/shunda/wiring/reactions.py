"""How an event becomes a job: deferred in the event's own transaction, or collected to run inline.

Jobs about orders run in lanes, orders that came together in the same: within a lane one after the other, in the order
of their events, so that what follows from two events of one order is never done at once or the wrong way round.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError

from shunda.core.sql import Statement
from shunda.wiring.tables import REACTIONS

LANES, TOGETHER = 4, 64
"""How many lanes there are, and how many orders that were made one after the other share one: what a batch of new
orders causes is one job or two, not one for every lane."""

_inline: ContextVar[deque[tuple[str, list[int], datetime]] | None] = ContextVar("inline", default=None)


def dispatch(
    kind: str, ids: list[int], at: datetime, orders: Mapping[int, int | None] | None = None
) -> Sequence[Statement[Any]]:
    """What queues what follows from these events: in the transaction that wrote them, so never lost and never early.

    ``orders`` says which order each subject belongs to; events of orders themselves need not say it.
    """
    names = REACTIONS.get(kind)
    if not names:
        return ()
    queue = _inline.get()
    if queue is not None:
        queue.extend((name, ids, at) for name in names)
        return ()
    from shunda.wiring.jobs import deferring

    if orders is None and kind.startswith("order."):
        orders = {pk: pk for pk in ids}
    lanes = by_lane(ids, orders or {})
    return [deferring([(name, part, lane) for name in names for lane, part in lanes.items()], at)]


def by_lane(ids: Sequence[int], orders: Mapping[int, int | None]) -> dict[str | None, list[int]]:
    """The subjects by the lane of their order; those without an order have none and wait for nobody."""
    lanes: defaultdict[str | None, list[int]] = defaultdict(list)
    for pk in ids:
        order = orders.get(pk)
        lanes[None if order is None else lane(order)].append(pk)
    return lanes


def lane(order_id: int) -> str:
    """The lane of an order, always the same."""
    return f"orders-{order_id // TOGETHER % LANES}"


def run(name: str, ids: list[int], at: datetime) -> None:
    """Run one reaction by name."""
    for jobs in REACTIONS.values():
        if name in jobs:
            jobs[name](ids, at)
            return
    raise LookupError(f"no reaction is called {name}")


def run_apart(name: str, ids: list[int], at: datetime) -> dict[int, Exception]:
    """Run a reaction; where it fails, by halves, until only the subjects that cannot be served are left, with why.

    A database that is away, or that gave way to somebody else, is no fault of any subject: that is raised.
    """
    try:
        run(name, ids, at)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever it is, it must not keep the others waiting
        if len(ids) == 1:
            return {ids[0]: error}
        half = len(ids) // 2
        return run_apart(name, ids[:half], at) | run_apart(name, ids[half:], at)
    return {}


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
