"""kill -9 of web worker, job worker and PostgreSQL at random moments while orders come in.

Every acknowledged order is there once and whole, nothing is there that nobody asked for, the books balance, and
sending every request again with its key changes nothing.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.torture.frame import PLACE, Effort, Site

SENDERS = 6
PARTS = ("web", "worker", "postgres")
FINAL = (200, 201, 400, 404, 409, 422)

# What a placed order consists of; each has to be there as often as it has lines, or not at all.
_HALVES = """
select o.number from orders_order o
where (select count(*) from orders_orderline l where l.order_id = o.id) <> 3
   or o.status = 'confirmed' and exists
      (select from orders_orderline l where l.order_id = o.id and l.demand_id is null)
   or (select count(*) from core_event e where e.order_id = o.id) <>
      (select coalesce(max(e.sequence), 0) from core_event e where e.order_id = o.id)
   or not exists (select from core_event e where e.order_id = o.id)
"""
_COUNTS = """
select (select count(*) from orders_order), (select count(*) from orders_orderline), (select count(*) from core_event),
       (select count(*) from inventory_reservation), (select count(*) from inventory_demand)
"""


@dataclass
class Sender:
    """One program that sends orders and asks again, with the same key, until it is told what became of each."""

    site: Site
    number: int
    seed: int
    stop: threading.Event
    answers: dict[str, tuple[dict[str, Any], int, Any]] = field(default_factory=dict)

    def run(self) -> None:
        """Until it is stopped; the last order is asked for to the end."""
        dice = random.Random(f"{self.seed} {self.number}")
        serial = 0
        while not self.stop.is_set():
            serial += 1
            self.ask(f"{self.seed}-{self.number}-{serial}", self.site.order(dice))

    def ask(self, key: str, body: dict[str, Any]) -> None:
        """Until there is an answer that is one."""
        while True:
            status, answer = self.site.post(PLACE, body, key)
            if status in FINAL:
                self.answers[key] = body, status, answer
                return
            time.sleep(0.05)


def run(site: Site, effort: Effort) -> None:
    """Send, kill, let it recover, look."""
    stop = threading.Event()
    senders = [Sender(site, n, effort.seed, stop) for n in range(effort.pick(3, SENDERS))]
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    try:
        kill_at_random(site, effort, senders)
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    site.installation.wait_until_it_serves()
    answers = {key: answer for sender in senders for key, answer in sender.answers.items()}
    effort.say(f"{len(answers)} requests answered")
    look(site, effort, answers)


def kill_at_random(site: Site, effort: Effort, senders: list[Sender]) -> None:
    """Any process of any part, after a random pause; the next one when the product serves again."""
    kills = effort.pick(3, 50)
    for n in range(kills):
        if effort.over:
            break
        time.sleep(effort.random.uniform(0.2, effort.pick(0.8, 3)))
        part = PARTS[n] if n < len(PARTS) else effort.random.choice(PARTS)
        effort.say(f"kill -9: {kill(site, part, effort.random)}")
        site.installation.wait_until_it_serves()
        before = sum(len(sender.answers) for sender in senders)
        deadline = time.monotonic() + 60
        while sum(len(sender.answers) for sender in senders) == before:  # it really works again
            assert time.monotonic() < deadline, "no order was taken in the minute after"
            time.sleep(0.05)


def kill(site: Site, part: str, dice: random.Random) -> str:
    """One process of the part: its first, or one that that one started; says which."""
    with contextlib.suppress(psutil.NoSuchProcess, KeyError):
        parent = psutil.Process(site.installation.children()[part])
        victim = dice.choice([parent, *parent.children(recursive=True)])
        said = f"{part}, {'the process itself' if victim == parent else 'one it started'}"
        victim.kill()
        return said
    return f"{part} (it was just starting)"


def look(site: Site, effort: Effort, answers: dict[str, tuple[dict[str, Any], int, Any]]) -> None:
    """The promises, one by one."""
    good = {key: answer for key, (_body, status, answer) in answers.items() if status < 300}
    refused = {key: (status, answer) for key, (_body, status, answer) in answers.items() if status >= 300}
    assert good
    assert not refused, list(refused.items())[:3]
    numbers = {answer["number"] for answer in good.values()}
    assert len(numbers) == len(good), "two requests were told the same order"
    there = {number for (number,) in site.rows("select number from orders_order")}
    assert numbers == there, f"lost: {sorted(numbers - there)[:5]}; nobody asked for: {sorted(there - numbers)[:5]}"
    assert site.rows(_HALVES) == []
    effort.say(f"{len(good)} orders are there, each once and whole")
    site.assert_books_balance()
    if not effort.short:  # jobs of a killed worker are taken over when its silence is certain
        site.wait_for_jobs(600)
        site.assert_books_balance()
    before = site.rows(_COUNTS)
    for key, (body, _status, answer) in answers.items():
        status, again = site.post(PLACE, body, key)
        assert status in (200, 201), (key, status, again)
        assert again["number"] == answer["number"], (key, answer["number"], again["number"])
    after = site.rows(_COUNTS)
    assert [row[:2] + row[3:] for row in before] == [row[:2] + row[3:] for row in after], (before, after)
    effort.say("the same requests again changed nothing")
    site.assert_books_balance()
