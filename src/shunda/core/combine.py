"""Concurrent callers of one batch action are served as one batch, and each gets its own outcome.

There is no timer: who arrives while a batch is in the database waits for the next one, so the time of a commit is the
window, and a caller who is alone waits for nobody. Who arrives first leads; see ``docs/decisions/0017-combine.md``.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from django.db import connection
from prometheus_client import Counter, Gauge, Histogram

from shunda.core.retry import serves_nobody

Call = TypeVar("Call")
Result = TypeVar("Result")

SIZES = Histogram("shunda_combine_calls", "Calls in a batch", ["of"], buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 1024))
WAITS = Histogram(
    "shunda_combine_seconds", "From a call to its outcome", ["of"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 10, 30),
)  # fmt: skip
QUEUED = Gauge("shunda_combine_queue", "Calls that wait for the next batch", ["of"])
TURNED_AWAY = Counter("shunda_combine_turned_away_total", "Calls not accepted: queue full, or shutting down", ["of"])
GIVEN_UP = Counter("shunda_combine_given_up_total", "Callers who stopped waiting", ["of"])
SPLITS = Counter("shunda_combine_splits_total", "Batches divided after an unexpected error", ["of"])

LEAD, END, LINGER_SECONDS = "lead", "end", 1.0
"""What threads of ours are told, and how long they keep their connection when they are told nothing."""


class Busy(Exception):
    """Not accepted: too many wait already, or no more are taken before the end. Nothing was done; come again."""


class Closing(Busy):
    """Not accepted, or not begun: this process is ending. Nothing was done; the next one will do it."""


class Unanswered(Exception):
    """The caller's patience ended first. ``begun``: it may yet be done; only a repetition with its key is safe."""

    def __init__(self, *, begun: bool) -> None:
        super().__init__(begun)
        self.begun = begun


class _Seat(Generic[Call, Result]):
    """A caller: what he asks, how to wake him, and what became of it. ``leads``: the next batch is his to run."""

    __slots__ = ("calls", "known", "leads", "loop", "outcomes", "since", "weight", "woken")

    def __init__(self, calls: Sequence[Call], weight: int, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.calls, self.weight, self.loop = calls, weight, loop
        self.known: asyncio.Future[None] | None = loop.create_future() if loop else None
        self.woken = None if loop else threading.Semaphore(0)
        self.leads = False
        self.outcomes: list[Result | Exception] | None = None
        self.since = time.monotonic()


class Combine(Generic[Call, Result]):
    """``run`` takes a list of calls and gives one result or exception for each, in a transaction of its own.

    ``most`` is the size of a batch and ``queue`` how much may wait, both in what ``weigh`` says of a call; a caller is
    always taken whole. ``lanes``: so many batches at once, of which one alone has not made way yet (``make_way``).
    Beside others one begins only when half as much waits as is being served: a small one costs much, too.
    ``patience``: the seconds after which a caller gives up.
    """

    def __init__(
        self,
        name: str,
        run: Callable[[list[Call]], Sequence[Result | Exception]],
        *,
        most: int = 200,
        queue: int = 5000,
        lanes: int = 1,
        patience: float = 30,
        weigh: Callable[[Call], int] = lambda _call: 1,
    ) -> None:
        self.name, self.patience = name, patience
        self._run, self._most, self._limit, self._lanes, self._weigh = run, most, queue, lanes, weigh
        self._size, self._wait, self._split = SIZES.labels(name), WAITS.labels(name), SPLITS.labels(name)
        QUEUED.labels(name).set_function(lambda: self._weight)
        _everywhere.add(self)
        self.reset()

    def reset(self) -> None:
        """Empty, as a child process finds it after a fork: the callers are the parent's."""
        self._lock = threading.Lock()
        self._waiting: deque[_Seat[Call, Result]] = deque()
        self._begun: set[_Seat[Call, Result]] = set()
        self._weight, self._served, self._running, self._closed = 0, 0, 0, False
        self._narrow = False  # a batch is before the point where it makes way for the next
        self._called: SimpleQueue[str] = SimpleQueue()  # to a thread of ours: LEAD or END
        self._threads = 0

    def __call__(self, call: Call) -> Result:
        """The result of one call; what went wrong with it is raised."""
        return _only(self.many([call]))

    def many(self, calls: Sequence[Call], *, patience: float | None = None) -> list[Result | Exception]:
        """The outcomes of several calls of one caller, who waits in his own thread and may have to lead in it."""
        until = time.monotonic() + (self.patience if patience is None else patience)
        seat: _Seat[Call, Result] = _Seat(calls, sum(map(self._weigh, calls)))
        assert seat.woken is not None
        seat.leads = self._enter(seat)
        while seat.leads or seat.outcomes is None:
            if seat.leads:
                seat.leads = False
                self._lead(ours=False)
            elif not seat.woken.acquire(timeout=max(0, until - time.monotonic())):
                self._give_up(seat)
        return self._answered(seat)

    async def ask(self, call: Call) -> Result:
        """The result of one call, for a caller on an event loop; a thread of ours leads."""
        return _only(await self.ask_many([call]))

    async def ask_many(self, calls: Sequence[Call]) -> list[Result | Exception]:
        """The outcomes of several calls of one caller on an event loop."""
        loop = asyncio.get_running_loop()
        seat: _Seat[Call, Result] = _Seat(calls, sum(map(self._weigh, calls)), loop)
        assert seat.known is not None
        if self._enter(seat):
            self._call(seat)
        patience = loop.call_later(self.patience, _settle, [seat.known])
        try:
            await seat.known
        except asyncio.CancelledError:
            with suppress(Unanswered):
                self._give_up(seat)
            raise
        finally:
            patience.cancel()
        if seat.outcomes is None:
            self._give_up(seat)
        return self._answered(seat)

    def close(self, patience: float | None = None) -> None:
        """Take nobody any more; returns when all who were accepted are served.

        Who is not served after so many seconds is told: nothing was done, or nobody knows yet whether it was.
        """
        self._closed = True
        until = None if patience is None else time.monotonic() + patience
        while self._waiting or self._running:
            if until and time.monotonic() >= until:
                return self._send_home()
            time.sleep(0.005)
        for _ in range(self._threads):
            self._called.put(END)
        return None

    def _send_home(self) -> None:
        with self._lock:
            waiting, begun = list(self._waiting), list(self._begun)
            self._waiting.clear()
            self._weight = 0
        for seats, told in ((waiting, Closing()), (begun, Unanswered(begun=True))):
            for seat in seats:
                seat.outcomes = [told for _ in seat.calls]
        _wake([*waiting, *begun])

    def _enter(self, seat: _Seat[Call, Result]) -> bool:
        """Sit down; whether a lane is free, which the caller then has to lead."""
        with self._lock:
            if self._closed or (self._waiting and self._weight + seat.weight > self._limit):
                TURNED_AWAY.labels(self.name).inc()
                raise Closing if self._closed else Busy
            self._waiting.append(seat)
            self._weight += seat.weight
            return self._may_begin()

    def _may_begin(self) -> bool:
        """Whether a batch may begin, which then has begun; with the lock held."""
        if self._narrow or self._running >= self._lanes or 2 * self._weight < self._served:
            return False
        self._narrow = True
        self._running += 1
        return True

    def _call(self, leader: _Seat[Call, Result] | None) -> None:
        """Let somebody lead, in his own thread or, if he waits on a loop, in one of ours."""
        if leader and leader.woken:
            leader.woken.release()
        elif leader:
            self._called.put(LEAD)
            with self._lock:
                more = self._threads < self._lanes
                self._threads += more
            if more:
                threading.Thread(target=self._lead_when_called, name=f"combine-{self.name}", daemon=True).start()

    def _lead_when_called(self) -> None:
        """A thread of ours. It keeps its connection for a moment when nobody waits.

        Any other of the pool would do, but the one unused for longest would be it, and plan every statement anew.
        """
        while True:
            try:
                called = self._called.get(timeout=LINGER_SECONDS)
            except Empty:
                connection.close()
                called = self._called.get()
            if called == END:
                return connection.close()
            self._lead(ours=True)

    def _lead(self, *, ours: bool) -> None:
        """Serve a batch, then hand the lane to the first who came meanwhile; a thread of ours goes on itself."""
        on = True
        while on:
            batch = self._take(passage := _Passage(self))
            try:
                self._serve(batch, passage)
            finally:
                on = self._hand_on(passage, ours=ours)
                self._tell(batch)

    def _take(self, passage: _Passage) -> list[_Seat[Call, Result]]:
        batch: list[_Seat[Call, Result]] = []
        with self._lock:
            while self._waiting and (not batch or passage.weight + self._waiting[0].weight <= self._most):
                batch.append(self._waiting.popleft())
                passage.weight += batch[-1].weight
            self._weight -= passage.weight
            self._served += passage.weight
            self._begun.update(batch)
        return batch

    def _hand_on(self, passage: _Passage, *, ours: bool) -> bool:
        """A batch has ended, or its leader left before it began; whether this thread leads the next one too."""
        with self._lock:
            self._running -= 1
            self._served -= passage.weight
            self._narrow = self._narrow and passage.made
            heir = self._heir()
        stays = ours and heir is not None and heir.woken is None
        self._call(None if stays else heir)
        return stays

    def _heir(self) -> _Seat[Call, Result] | None:
        """Who leads the next batch, if one may begin; with the lock held."""
        heir = next((seat for seat in self._waiting if not seat.leads), None)
        if heir is None or not self._may_begin():
            return None
        heir.leads = heir.woken is not None
        return heir

    def pass_on(self) -> None:
        """A batch is beyond the point where the next may begin."""
        with self._lock:
            self._narrow = False
            heir = self._heir()
        self._call(heir)

    def _give_up(self, seat: _Seat[Call, Result]) -> None:
        """Leave; a batch that has begun goes on without the caller."""
        with self._lock:
            waited, led, seat.leads = seat in self._waiting, seat.leads, False
            if waited:
                self._waiting.remove(seat)
                self._weight -= seat.weight
        if led:
            self._hand_on(_Passage(self), ours=False)
        if seat.outcomes is None:
            GIVEN_UP.labels(self.name).inc()
            raise Unanswered(begun=not waited)

    def _serve(self, batch: list[_Seat[Call, Result]], passage: _Passage) -> None:
        calls = [call for seat in batch for call in seat.calls]
        if not calls:
            return
        self._size.observe(len(calls))
        outcomes = iter(self._attempt(calls, passage))
        for seat in batch:
            seat.outcomes = [next(outcomes) for _ in seat.calls]

    def _attempt(self, calls: list[Call], passage: _Passage) -> Sequence[Result | Exception]:
        """Run; after an unexpected error in halves, until the guilty call is alone with it.

        In an empty context: no caller's language, time zone or log fields colour what is another's.
        """
        try:
            context = contextvars.Context()
            context.run(_here.set, passage)
            outcomes = context.run(self._run, calls)
            assert len(outcomes) == len(calls), "one outcome for each call"
        except Exception as exc:  # noqa: BLE001  # it belongs to one of the callers, who gets it
            if len(calls) == 1 or serves_nobody(exc):
                return [exc] * len(calls)
            self._split.inc()
            half = len(calls) // 2
            return [*self._attempt(calls[:half], passage), *self._attempt(calls[half:], passage)]
        return outcomes

    def _tell(self, batch: list[_Seat[Call, Result]]) -> None:
        with self._lock:
            self._begun.difference_update(batch)
        for seat in batch:
            if seat.outcomes is None:  # the thread that led was told to end
                seat.outcomes = [Unanswered(begun=True) for _ in seat.calls]
        _wake(batch)

    def _answered(self, seat: _Seat[Call, Result]) -> list[Result | Exception]:
        self._wait.observe(time.monotonic() - seat.since)
        assert seat.outcomes is not None
        return seat.outcomes


@dataclass(slots=True)
class _Passage:  # a batch on its way: where it makes way for the next, once, and how much it serves
    combine: Combine[Any, Any]
    made: bool = False
    weight: int = 0


_here: contextvars.ContextVar[_Passage] = contextvars.ContextVar("passage")


def make_way() -> None:
    """What is left of this batch is mostly the database's work: the next may begin, where lanes are free.

    So one batch is calculated while another is written. Outside a batch it means nothing.
    """
    passage = _here.get(None)
    if passage and not passage.made:
        passage.made = True
        passage.combine.pass_on()


def _wake(seats: Sequence[_Seat[Any, Any]]) -> None:
    """Tell the callers that they are answered, those of one event loop together."""
    elsewhere: defaultdict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = defaultdict(list)
    for seat in seats:
        if seat.woken:
            seat.woken.release()
        elif seat.loop and seat.known:
            elsewhere[seat.loop].append(seat.known)
    for loop, known in elsewhere.items():
        with suppress(RuntimeError):  # the loop has ended, and its callers with it
            loop.call_soon_threadsafe(_settle, known)


def _settle(known: list[asyncio.Future[None]]) -> None:
    for each in known:
        if not each.done():
            each.set_result(None)


def _only(outcomes: Sequence[Result | Exception]) -> Result:
    [outcome] = outcomes
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


_everywhere: WeakSet[Combine[Any, Any]] = WeakSet()
_ending = threading.Event()


def is_ending() -> bool:
    """Whether this process was asked to end: work that has no end of its own stops here."""
    return _ending.is_set()


def end() -> None:
    """This process was asked to end. Who comes is served as before, until ``close_all``."""
    _ending.set()


def close_all(patience: float) -> None:
    """Take no calls any more, wherever they are combined; those accepted are served within so many seconds, or told."""
    until = time.monotonic() + patience
    for each in list(_everywhere):
        each.close(max(0.0, until - time.monotonic()))


def _after_fork() -> None:
    _ending.clear()
    for combine in list(_everywhere):
        combine.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
