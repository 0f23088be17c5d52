"""Callers who behave badly, and a database that does: dropped connections, statements cut short, a restart.

Every answer is clear (201, 409, or 503 with Retry-After), nothing is lost, nothing is done twice, and the server
recovers without being restarted.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from tests.torture.frame import PLACE, Effort, Site

TEMPORARY = {"busy", "disk-full", "unavailable", "undecided"}


def run(site: Site, effort: Effort) -> None:
    """Each fault once in the short version, again and again in the long one."""
    for number in range(effort.pick(1, 10)):
        callers(site, effort, f"callers-{effort.seed}-{number}")
        for fault in (drop_connections, cut_statements_short, restart):
            under(site, effort, fault, f"{fault.__name__}-{effort.seed}-{number}")
        if effort.over:
            break
    site.assert_books_balance()


def callers(site: Site, effort: Effort, name: str) -> None:
    """Those who hang up, ask twice at once, or use a key for something else."""
    count = effort.pick(10, 100)
    bodies = {f"{name}-{n}": site.order(effort.random) for n in range(count)}
    for number, (key, body) in enumerate(bodies.items()):
        hang_up(site, key, body, half=number % 2 == 0)
    with ThreadPoolExecutor(16) as threads:
        twice = [threads.submit(site.post, PLACE, body, key) for key, body in bodies.items() for _ in range(2)]
        answers = [each.result() for each in twice]
    assert {status for status, _ in answers} == {201}, Counter(status for status, _ in answers)
    for first, second in zip(answers[::2], answers[1::2], strict=True):
        assert first[1]["id"] == second[1]["id"]
    for key, body in list(bodies.items())[:5]:
        status, told = site.post(PLACE, body | {"note": "another"}, key)
        assert (status, told["refusals"][0]["code"]) == (409, "key-reused"), told
    assert len({answer["id"] for _, answer in answers}) == count == kept(site, name)
    effort.say(f"{count} who hung up, asked twice and used keys again")


def hang_up(site: Site, key: str, body: Any, *, half: bool) -> None:
    """In the middle of the body, or before the answer."""
    raw = json.dumps(body).encode()
    head = (
        f"POST {PLACE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {site.token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    ).encode()
    with socket.create_connection(("127.0.0.1", site.installation.port), timeout=10) as connection:
        connection.sendall(head + (raw[: len(raw) // 2] if half else raw))


def under(site: Site, effort: Effort, fault: Any, name: str) -> Counter[int]:
    """Orders come in while something goes wrong; then everybody asks again. What they were told at first."""
    bodies = {f"{name}-{n}": site.order(effort.random) for n in range(effort.pick(60, 400))}
    seen: Counter[int] = Counter()
    with ThreadPoolExecutor(9) as threads:
        wrong = threads.submit(fault, site)
        for status in threads.map(lambda item: ask(site, *item), bodies.items()):
            seen[status] += 1
        wrong.result()
    deadline = time.monotonic() + 60
    while any(status != 201 for status in [site.post(PLACE, {**b}, k)[0] for k, b in list(bodies.items())[:1]]):
        assert time.monotonic() < deadline, "it does not recover"
        time.sleep(0.2)
    ids = set()
    for key, body in bodies.items():
        status, told = site.post(PLACE, body, key)
        assert status == 201, (status, told)
        ids.add(told["id"])
    assert len(ids) == len(bodies) == kept(site, name)
    effort.say(f"{fault.__name__}: first answers {dict(seen)}")
    return seen


def ask(site: Site, key: str, body: Any) -> int:
    """One request; whatever is answered is clear."""
    connection = http.client.HTTPConnection("127.0.0.1", site.installation.port, timeout=60)
    headers = {"Authorization": f"Bearer {site.token}", "Content-Type": "application/json", "Idempotency-Key": key}
    connection.request("POST", PLACE, json.dumps(body), headers)
    response = connection.getresponse()
    told = json.loads(response.read())
    connection.close()
    assert response.status in {201, 503}, (response.status, told)
    if response.status == 503:
        assert response.headers["Retry-After"]
        assert {refusal["code"] for refusal in told["refusals"]} <= TEMPORARY, told
    return response.status


def kept(site: Site, name: str) -> int:
    """Orders that exist under these keys."""
    asked = """
        select count(distinct o.id) from core_answer a join orders_order o on o.id = (a.result -> 'answer' ->> 'id')::bigint
        where a.key like %s
    """
    return int(site.rows(asked, [f"{name}-%"])[0][0])


def drop_connections(site: Site) -> None:
    """Every connection to the database is cut, five times."""
    for _ in range(5):
        time.sleep(0.1)
        site.rows(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where pid <> pg_backend_pid() and backend_type = 'client backend'"
        )


def cut_statements_short(site: Site) -> None:
    """A table is locked for longer than a statement may take."""
    tell_role(site, "set statement_timeout = '300ms'")
    try:
        drop_connections(site)
        with psycopg.connect(site.installation.url, options="-c statement_timeout=0") as locking:
            locking.execute("lock table orders_order in exclusive mode")
            time.sleep(2)
            locking.rollback()
    finally:
        tell_role(site, "reset statement_timeout")
        drop_connections(site)


def tell_role(site: Site, what: str) -> None:
    """A setting of the product's own role, for connections from now on."""
    with psycopg.connect(site.installation.url, autocommit=True) as connection:
        connection.execute(f"alter role current_user {what}".encode())


def restart(site: Site) -> None:
    """The database server ends in a hurry, and is started again by `shunda up`."""
    time.sleep(0.2)
    before = site.installation.children()["postgres"]
    os.kill(before, signal.SIGINT)
    gone = threading.Event()
    deadline = time.monotonic() + 60
    while not gone.wait(0.2):
        assert time.monotonic() < deadline, "the database does not come back"
        if site.installation.children().get("postgres") not in {None, before}:
            gone.set()
