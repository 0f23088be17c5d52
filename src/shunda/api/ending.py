"""A web process that is told to end: what was accepted is finished, and everybody is answered.

The server stops to accept connections by itself and waits for the answers to those it has. What it waits for is
bounded here: callers of a batch that cannot be served in time are told so, before the process is ended by force.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

from shunda.core import combine

SERVED_SECONDS = 6.0
"""So long after the request to end everybody is served as before; the server ends a worker by force after ten."""

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def live(receive: Receive, send: Send) -> None:
    """The life of a worker of the web server (ASGI's "lifespan")."""
    await receive()
    with suppress(ValueError):  # signals reach the main thread alone
        for number in (signal.SIGTERM, signal.SIGINT):
            _listen(number)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    combine.end()
    await asyncio.get_running_loop().run_in_executor(None, combine.close_all, 1.0)
    await send({"type": "lifespan.shutdown.complete"})


def _listen(number: signal.Signals) -> None:
    """Hear a signal besides the server, which hears it by the event loop."""
    before = signal.getsignal(number)

    def heard(told: int, frame: FrameType | None) -> None:
        if not combine.is_ending():
            combine.end()
            last = threading.Timer(SERVED_SECONDS, combine.close_all, [0.0])
            last.daemon = True
            last.start()
        if callable(before):
            before(told, frame)

    signal.signal(number, heard)
