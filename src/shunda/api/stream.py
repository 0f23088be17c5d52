"""Files of any length: read in pieces, done in batches, answered line by line while the rest still comes in.

The body is never whole in memory: at most a few batches are, and reading stops while the database is behind. A caller
who was cut off sends the same again; the keys of the rows see to it that nothing is done twice.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse
from django.utils import translation

from shunda.api import reasons
from shunda.api.auth import ApiRequest, bearer_of
from shunda.api.crowd import Asked
from shunda.api.problems import RETRY_SECONDS, Invalid
from shunda.core.combine import Busy, Closing, Combine, is_ending
from shunda.core.refusal import Refusal

NDJSON = "application/x-ndjson"
PATIENCE_SECONDS, PAUSE_SECONDS, LOOK_SECONDS = 30.0, 0.05, 1.0
AHEAD = 2
"""Jobs that are read ahead while others are being done."""

AT_ONCE = 2
"""Jobs of a file that are with the batches: one is calculated while the one before it is written."""

Call = TypeVar("Call")
Result = TypeVar("Result")


@dataclass(slots=True)
class Row(Generic[Call]):
    """One row of a file: the line it begins in, its key, and what it asks for, or why it cannot be read."""

    line: int
    key: str
    call: Call | None = None
    refused: Sequence[Refusal] = ()


class Broken(Exception):
    """The rest of the file cannot be read or not be done now; says why. Everything before it has been answered."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


Read = list[Row[Call]] | Broken | None
"""What was read of a file: a job; why the rest cannot be read; nothing when this was all."""


class Feed(Protocol[Call]):
    """Makes rows of the pieces of a body."""

    def take(self, piece: bytes) -> Iterator[Row[Call]]:
        """The rows that are whole by now."""

    def end(self) -> Iterator[Row[Call]]:
        """What is left when there is no more; raises ``Broken`` where the file cannot be read on."""


@dataclass(frozen=True, slots=True)
class Stream(Generic[Call, Result]):
    """An endpoint that takes files.

    ``feed`` opens one of a content type (nothing: not one of ours). ``shown`` is a result as data, with ``replayed``;
    ``why_broken`` says of an error that is not a refusal whether the rest must wait, and why.
    """

    feed: Callable[[Asked, str], Feed[Call] | None]
    combine: Combine[Call, Result]
    shown: Callable[[Any], dict[str, Any]]
    refusals: Callable[[Exception], Sequence[Refusal]]
    why_broken: Callable[[Exception], Refusal | None]
    content_types: tuple[str, ...]
    most: int = 200


@dataclass(slots=True)
class Teller(Generic[Call, Result]):
    """Turns outcomes into lines, in one language, and counts."""

    stream: Stream[Call, Result]
    language: str
    counted: dict[str, int] = field(default_factory=lambda: {"placed": 0, "replayed": 0, "refused": 0})
    line: int = 0

    def tell(self, rows: Sequence[Row[Call]], outcomes: Sequence[Result | Exception]) -> bytes:
        """The lines of a job; raises ``Broken`` when an outcome says that the rest must wait."""
        for outcome in outcomes:
            if isinstance(outcome, Closing):
                raise Broken(reasons.ENDING(seconds=RETRY_SECONDS))
            why = self.stream.why_broken(outcome) if isinstance(outcome, Exception) else None
            if why:
                raise Broken(why)
        left = iter(outcomes)
        with translation.override(self.language):
            return b"".join(self._line(row, next(left) if row.call is not None else None) for row in rows)

    def _line(self, row: Row[Call], outcome: Result | Exception | None) -> bytes:
        self.line = row.line
        told: dict[str, Any] = {"line": row.line, "key": row.key}
        if outcome is None or isinstance(outcome, Exception):
            refused = row.refused if outcome is None else self.stream.refusals(outcome)
            told["refused"] = [refusal.as_dict() for refusal in refused]
            self.counted["refused"] += 1
        else:
            told["placed"] = self.stream.shown(outcome)
            self.counted["replayed" if told["placed"]["replayed"] else "placed"] += 1
        return dumped(told)

    def last(self, why: Refusal | None = None) -> bytes:
        """The last line: whether this is the end of the file, how much became of it, why not more."""
        with translation.override(self.language):
            problem = {"problem": why.as_dict()} if why else {}
            return dumped({"end": why is None, "line": self.line, **self.counted, **problem})


def dumped(told: Mapping[str, Any]) -> bytes:
    """One line of the answer."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), cls=DjangoJSONEncoder).encode() + b"\n"


def jobs(rows: Iterable[Row[Call]], most: int) -> Iterator[list[Row[Call]]]:
    """Rows in lists of at most so many."""
    job: list[Row[Call]] = []
    for row in rows:
        job.append(row)
        if len(job) == most:
            yield job
            job = []
    if job:
        yield job


def calls_of(rows: Sequence[Row[Call]]) -> list[Call]:
    """What the rows that could be read ask for."""
    return [row.call for row in rows if row.call is not None]


def served(stream: Stream[Call, Result], feed: Feed[Call], pieces: Iterable[bytes], language: str) -> Iterator[bytes]:
    """The answer to a file, for a caller in a thread of his own."""
    teller = Teller(stream, language)
    try:
        for rows in _each(feed, pieces):
            for job in jobs(rows, stream.most):
                yield teller.tell(job, _patiently(stream, calls_of(job)))
    except Broken as broken:
        yield teller.last(broken.refusal)
    else:
        yield teller.last()


def _each(feed: Feed[Call], pieces: Iterable[bytes]) -> Iterator[Iterator[Row[Call]]]:
    for piece in pieces:
        yield feed.take(piece)
    yield feed.end()


def _patiently(stream: Stream[Call, Any], calls: list[Call]) -> Sequence[Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        if is_ending():
            return [Closing()] * len(calls)
        try:
            return stream.combine.many(calls) if calls else []
        except Busy as busy:
            if time.monotonic() > until:
                return [busy] * len(calls)
            time.sleep(PAUSE_SECONDS)


class _Flow(Generic[Call, Result]):
    """A file on its way: what was read of it, and what of that is being done, in the order of its lines."""

    def __init__(self, stream: Stream[Call, Result], feed: Feed[Call]) -> None:
        self._stream, self._feed = stream, feed
        self._ready: asyncio.Queue[Read[Call]] = asyncio.Queue(AHEAD)
        self._asked: asyncio.Queue[tuple[list[Row[Call]], asyncio.Task[Sequence[Any]]] | Broken | None] = (
            asyncio.Queue()
        )
        self._room = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[Any]] = set()

    def begin(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do this beside the rest, until the end."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def end(self) -> None:
        """Leave what is not told yet: done, perhaps, and told when the file comes again."""
        for task in self._tasks:
            task.cancel()

    async def read(self, receive: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        """Make jobs of the body as it comes in."""
        try:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return await self._ready.put(None)
                more = bool(message.get("more_body"))
                for rows in (self._feed.take(message.get("body", b"")), *(() if more else (self._feed.end(),))):
                    for job in jobs(rows, self._stream.most):
                        await self._ready.put(job)
        except Broken as broken:
            return await self._ready.put(broken)
        return await self._ready.put(None)

    async def ask(self) -> None:
        """Have the jobs done, some at once."""
        while isinstance(job := await _next(self._ready), list):
            await self._room.acquire()
            self._asked.put_nowait((job, self.begin(_ask(self._stream, calls_of(job)))))
        self._asked.put_nowait(job)

    async def outcomes(self) -> AsyncIterator[tuple[list[Row[Call]], Sequence[Any]]]:
        """The rows of each job and what became of them; raises ``Broken``."""
        while (one := await self._asked.get()) is not None:
            if isinstance(one, Broken):
                raise one
            yield one[0], await one[1]
            self._room.release()


async def flowing(
    stream: Stream[Call, Result],
    feed: Feed[Call],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    language: str,
    tell: Callable[[bytes], Awaitable[None]],
) -> None:
    """The answer to a file, for a caller on the event loop: the next rows are read while jobs are being done."""
    flow, teller = _Flow(stream, feed), Teller(stream, language)
    flow.begin(flow.read(receive))
    flow.begin(flow.ask())
    why: Refusal | None = None
    try:
        async for rows, outcomes in flow.outcomes():
            await tell(teller.tell(rows, outcomes))
    except Broken as broken:
        why = broken.refusal
    finally:
        flow.end()
    await tell(teller.last(why))


async def _next(ready: asyncio.Queue[Read[Call]]) -> Read[Call]:
    """What was read; while the caller takes his time, look whether this process is asked to end."""
    while not is_ending():
        with suppress(asyncio.TimeoutError):
            return await asyncio.wait_for(ready.get(), LOOK_SECONDS)
    return Broken(reasons.ENDING(seconds=RETRY_SECONDS))


async def _ask(stream: Stream[Call, Any], calls: list[Call]) -> Sequence[Any]:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        if is_ending():
            return [Closing()] * len(calls)
        try:
            return await stream.combine.ask_many(calls) if calls else []
        except Busy as busy:
            if time.monotonic() > until:
                return [busy] * len(calls)
            await asyncio.sleep(PAUSE_SECONDS)


PIECE = 65_536


def stream_view(stream: Stream[Any, Any], description: str) -> Callable[[ApiRequest], StreamingHttpResponse]:
    """The endpoint as Django serves it, in the thread of its request."""

    def file(request: ApiRequest) -> StreamingHttpResponse:
        asked = Asked(request.actor, request.at, request.headers.get("Idempotency-Key", ""), bearer_of(request))
        feed = stream.feed(asked, request.content_type or "")
        if feed is None:
            wanted = ", ".join(stream.content_types)
            raise Invalid(reasons.NOT_JSON(wanted=wanted, sent=request.content_type or "–"), status=415)
        pieces = iter(lambda: request.read(PIECE), b"")
        lines = served(stream, feed, pieces, translation.get_language() or "")
        return StreamingHttpResponse(lines, content_type=NDJSON)

    file.__doc__ = description
    file.__annotations__ = {"request": ApiRequest, "return": StreamingHttpResponse}
    return file
