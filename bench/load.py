"""The load generator: keeps so many connections busy with prepared requests and says how long answers took.

A process of its own that does next to nothing, since it shares the machine with what it measures: sockets and
``epoll`` through ``selectors``, requests put together beforehand except for their key, answers read for their status
and length alone.

    echo '{"port": 8000, "path": "/...", "token": "...", "bodies": "file", ...}' | python -m bench.load
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Job:
    """What to send: each line of the file ``bodies`` is one, taken in turn; each goes under a key of its own."""

    port: int
    path: str
    token: str
    bodies: str
    connections: int = 64
    seconds: float = 5
    warm_up: float = 1
    requests: int = 0  # 0: as many as fit into the time
    key: str = "k"
    content_type: str = "application/json"


@dataclass
class Answered:
    """What came back within the measured time."""

    seconds: float = 0
    cpu_seconds: float = 0
    statuses: dict[str, int] = field(default_factory=dict)
    p50: float = 0  # milliseconds
    p95: float = 0
    p99: float = 0
    worst: float = 0
    strange: list[str] = field(default_factory=list)  # beginnings of answers that are no success


class Connection:
    """One keep-alive connection with at most one request under way."""

    __slots__ = ("began", "buffer", "socket", "wanted")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.wanted = 0
        self.began = 0.0

    def answer(self) -> bytes | None:
        """The whole answer once it is there; None while it is not."""
        self.buffer += self.socket.recv(1 << 18)
        if not self.buffer:
            raise ConnectionError("the server closed the connection")
        if not self.wanted:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return None
            length = self.buffer.lower().find(b"content-length: ", 0, head)
            if length < 0:
                raise ConnectionError("an answer without a length")
            self.wanted = head + 4 + int(self.buffer[length + 16 : self.buffer.find(b"\r\n", length)])
        if len(self.buffer) < self.wanted:
            return None
        answer, self.buffer, self.wanted = self.buffer, b"", 0
        return answer


class Load:
    """One run."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.head = (
            f"POST {job.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {job.token}\r\n"
            f"Content-Type: {job.content_type}\r\nAccept: application/json\r\nIdempotency-Key: {job.key}-"
        ).encode()
        lines = Path(job.bodies).read_bytes().splitlines()
        self.tails = [b"\r\nContent-Length: %d\r\n\r\n%b" % (len(line), line) for line in lines]
        self.sent = 0
        self.took: list[float] = []
        self.statuses: Counter[bytes] = Counter()
        self.strange: list[str] = []

    def send(self, connection: Connection) -> None:
        """The next request."""
        tail = self.tails[self.sent % len(self.tails)]
        connection.socket.sendall(b"%b%012d%b" % (self.head, self.sent, tail))
        connection.began = time.perf_counter()
        self.sent += 1

    def run(self) -> Answered:
        """Send for the given time, wait for the answers that are under way, and sum up."""
        selector = selectors.DefaultSelector()
        for _ in range(self.job.connections):
            connection = Connection(self.job.port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            self.send(connection)
        begin = time.perf_counter() + self.job.warm_up
        end = begin + self.job.seconds
        cpu, open_ones = 0.0, self.job.connections
        while open_ones:
            for key, _events in selector.select(timeout=60) or self._silence():
                connection = key.data
                answer = connection.answer()
                if answer is None:
                    continue
                now = time.perf_counter()
                if begin <= now <= end:
                    cpu = cpu or time.process_time()
                    self._note(answer, now - connection.began)
                if now < end and not (self.job.requests and self.sent >= self.job.requests):
                    self.send(connection)
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                    open_ones -= 1
        last = min(time.perf_counter(), end)
        return self._sum_up(last - begin, time.process_time() - cpu)

    def _silence(self) -> list[Any]:
        raise TimeoutError("no answer for a minute")

    def _note(self, answer: bytes, took: float) -> None:
        status = answer[9:12]
        self.statuses[status] += 1
        self.took.append(took)
        if status[:1] != b"2" and len(self.strange) < 3:
            self.strange.append(answer[:1500].decode(errors="replace"))

    def _sum_up(self, seconds: float, cpu: float) -> Answered:
        took = sorted(self.took) or [0.0]

        def at(share: float) -> float:
            return round(took[min(int(len(took) * share), len(took) - 1)] * 1000, 2)

        statuses = {status.decode(): count for status, count in self.statuses.items()}
        return Answered(seconds, cpu, statuses, at(0.5), at(0.95), at(0.99), at(1), self.strange)


def main() -> int:
    """Read the job from the input, write what was answered to the output."""
    print(json.dumps(asdict(Load(Job(**json.load(sys.stdin))).run())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
