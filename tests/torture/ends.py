"""SIGTERM under load: what was accepted is finished, everybody is answered, and it ends in bounded time.

Once to all of Shunda, once to the web server alone (which is started again), in the long version also while the
database keeps everybody waiting and while a file comes in. A request without any answer was never accepted: nothing
of it is there. All that was acknowledged is there once, and sending everything again completes it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg

from tests.torture.frame import PLACE, Effort, Site

CLEAR = {"busy", "ending", "unavailable", "undecided"}
FORCED_SECONDS, STOP_SECONDS = 30, 60
"""Twice as long as the web server, and all of Shunda, may take until they are ended by force: the machine is busy."""


@dataclass
class Caller:
    """A program that places orders, one after the other, on one connection or on a new one each time."""

    site: Site
    name: str
    stop: threading.Event
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    """What was answered; 0: nothing, the connection was cut."""

    def run(self) -> None:
        """Until nobody listens any more."""
        dice = random.Random(self.name)
        again = dice.random() < 0.5
        line: http.client.HTTPConnection | None = None
        while not self.stop.is_set():
            key, body = f"{self.name}-{len(self.bodies)}", self.site.order(dice)
            line = line if line and again else http.client.HTTPConnection("127.0.0.1", self.site.installation.port)
            try:
                if line.sock is None:
                    line.timeout = 60
                    line.connect()
            except OSError:
                return
            self.bodies[key], self.told[key] = body, 0
            with contextlib.suppress(OSError, http.client.HTTPException):
                self.told[key] = self.ask(line, key, body)
            if not self.told[key]:
                line = None

    def ask(self, line: http.client.HTTPConnection, key: str, body: dict[str, Any]) -> int:
        """The status of the answer, which is a clear one."""
        headers = {
            "Authorization": f"Bearer {self.site.token}",
            "Content-Type": "application/json",
            "Host": "localhost",
        }
        line.request("POST", PLACE, json.dumps(body), headers | {"Idempotency-Key": key})
        answer = line.getresponse()
        said = json.loads(answer.read())
        if answer.status != 201:
            assert answer.status == 503, (answer.status, said)
            assert answer.headers["Retry-After"]
            assert said["refusals"][0]["code"] in CLEAR, said
        return answer.status


def run(site: Site, effort: Effort) -> None:
    """Each way to end, once in the short version, again and again in the long one."""
    for number in range(effort.pick(1, 10)):
        name = f"ends-{effort.seed}-{number}"
        ended(site, effort, f"{name}-all", end_all)
        if not effort.short:
            ended(site, effort, f"{name}-web", end_web)
            ended(site, effort, f"{name}-held", end_while_held)
            end_in_a_file(site, effort, f"{name}-file")
        if effort.over:
            break
    site.assert_books_balance()


def ended(site: Site, effort: Effort, name: str, end: Callable[[Site], None]) -> None:
    """Load, the end, and a look at what is there."""
    stop = threading.Event()
    callers = [Caller(site, f"{name}-{number}", stop) for number in range(effort.pick(12, 32))]
    threads = [threading.Thread(target=caller.run) for caller in callers]
    for thread in threads:
        thread.start()
    time.sleep(effort.random.uniform(0.5, effort.pick(0.8, 3)))
    began = time.monotonic()
    end(site)
    lasted = time.monotonic() - began
    stop.set()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads), "somebody hangs"
    look(site, name, {k: v for caller in callers for k, v in caller.told.items()}, callers)
    told = Counter(status for caller in callers for status in caller.told.values())
    effort.say(f"{end.__name__}: {dict(told)} in {lasted:.1f} s")


def look(site: Site, name: str, told: dict[str, int], callers: list[Caller]) -> None:
    """Acknowledged is there, unanswered is not; then everything is sent again."""
    there = {key for (key,) in site.rows("select key from core_answer where key like %s", [f"{name}-%"])}
    good = {key for key, status in told.items() if status == 201}
    assert good, "nothing was placed"
    assert good <= there, f"lost: {sorted(good - there)[:5]}"
    untold = {key for key, status in told.items() if not status}
    assert not untold & there, f"done and not told: {sorted(untold & there)[:5]}"
    again = [(key, body) for caller in callers for key, body in caller.bodies.items() if key not in good]
    for key, body in again + [(key, body) for key, body in callers[0].bodies.items() if key in good][:20]:
        status, answer = site.post(PLACE, body, key)
        assert status == 201, (key, status, answer)
    kept = """
        select count(*), count(distinct o.id) from core_answer a
        join orders_order o on o.id = (a.result -> 'answer' ->> 'id')::bigint where a.key like %s
    """
    assert site.rows(kept, [f"{name}-%"]) == [(len(told), len(told))]


def end_all(site: Site) -> None:
    """SIGTERM for `shunda up`, and a new start."""
    up = site.installation.up
    assert up is not None
    began = time.monotonic()
    up.send_signal(signal.SIGTERM)
    assert up.wait(60) == 0
    assert time.monotonic() - began < STOP_SECONDS
    site.installation.start()


def end_web(site: Site) -> None:
    """SIGTERM for the web server alone; it is started again."""
    web = psutil.Process(site.installation.children()["web"])
    web.send_signal(signal.SIGTERM)
    web.wait(FORCED_SECONDS)
    site.installation.wait_until_it_serves()


def end_while_held(site: Site) -> None:
    """The same while a lock keeps every order waiting, longer than the end may take."""
    with psycopg.connect(site.installation.url) as holding:
        holding.execute("lock table orders_order in exclusive mode")
        time.sleep(0.5)
        web = psutil.Process(site.installation.children()["web"])
        web.send_signal(signal.SIGTERM)
        web.wait(FORCED_SECONDS)
        holding.rollback()
    site.installation.wait_until_it_serves()


def end_in_a_file(site: Site, effort: Effort, name: str) -> None:
    """A file of orders that is still coming in says where it ended, and can be sent again."""
    rows = [json.dumps(site.order(effort.random) | {"key": f"{name}-{n}"}).encode() + b"\n" for n in range(400)]
    head = (
        f"POST {PLACE}/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {site.token}\r\n"
        f"Content-Type: application/x-ndjson\r\nContent-Length: {sum(map(len, rows))}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", site.installation.port), timeout=60) as line:
        line.sendall(head + b"".join(rows[:300]))
        time.sleep(1)
        end_web(site)
        said = b"".join(iter(lambda: line.recv(65_536), b""))
    last = json.loads([part for part in said.split(b"\n") if part.startswith(b'{"end"')][-1])
    assert (last["end"], last["problem"]["code"]) == (False, "ending"), last
    line = http.client.HTTPConnection("127.0.0.1", site.installation.port, timeout=120)
    headers = {"Authorization": f"Bearer {site.token}", "Content-Type": "application/x-ndjson", "Host": "localhost"}
    line.request("POST", f"{PLACE}/stream", b"".join(rows), headers)
    again = json.loads(line.getresponse().read().splitlines()[-1])
    assert (again["end"], again["placed"] + again["replayed"]) == (True, len(rows)), again
    assert again["replayed"] >= last["placed"]
    effort.say(f"in a file: {last['placed']} of {len(rows)} were placed, then the rest")
