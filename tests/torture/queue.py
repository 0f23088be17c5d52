"""Jobs: a backlog drains, a killed worker's jobs are taken over, doing them again changes nothing, poison is parked."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import UTC, datetime

import psutil

from tests.torture.frame import PLACE, Effort, Site

ORDERS = 40
_WORK = """
select (select count(*) from work_task), (select count(*) from core_event where kind not like 'job.%'),
       (select count(*) from billing_invoice), (select count(*) from fulfilment_shipment)
"""
_FAST = "update procrastinate_jobs set attempts = 8, scheduled_at = null where task_name = 'react_alone' returning id"


def run(site: Site, effort: Effort) -> None:
    """A backlog with a killed worker, then poison."""
    site.use()
    orders = _orders(site, effort)
    site.wait_for_jobs(120)
    before = site.rows(_WORK)
    backlog(site, effort, orders)
    assert site.rows(_WORK) == before, "doing it again changed something"
    site.assert_books_balance()
    poison(site, effort, orders[0])


def _orders(site: Site, effort: Effort) -> list[int]:
    answers = [site.post(PLACE, site.order(effort.random), f"queue-{n}") for n in range(effort.pick(8, ORDERS))]
    assert all(status == 201 for status, _answer in answers), answers[:1]
    return [answer["id"] for _status, answer in answers]


def backlog(site: Site, effort: Effort, orders: list[int]) -> None:
    """Many times what follows from confirming the same orders; it reconciles, so nothing may change."""
    from shunda.wiring.jobs import deferring
    from shunda.wiring.reactions import by_lane

    size = effort.pick(500, 100_000)
    now = datetime.now(UTC)
    for first in range(0, size, 1000):
        ids = [effort.random.choice(orders) for _ in range(min(1000, size - first))]
        deferring([("fulfilment.open_work", [pk], lane) for pk in ids for lane in by_lane([pk], {pk: pk})], now).run()
    started = time.monotonic()
    if not effort.short:
        time.sleep(1)
        kill_worker(site, effort)
    site.wait_for_jobs(effort.pick(120, 1800))
    effort.say(f"{size} jobs were done in {time.monotonic() - started:.0f} s")
    failed = site.rows("select count(*) from procrastinate_jobs where status = 'failed'")
    assert failed == [(0,)], failed


def kill_worker(site: Site, effort: Effort) -> None:
    """kill -9 while it is at work; its silence is noticed, and what it had begun is begun again."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(site.installation.children()["worker"]).kill()
    effort.say("killed the worker")


def poison(site: Site, effort: Effort, order: int) -> None:
    """A reaction that cannot be: the others of its lane are done, it is tried to the end and parked for people."""
    from shunda.wiring import reactions
    from shunda.wiring.jobs import deferring

    lane = reactions.lane(order)
    poisoned = [("no.such_reaction", [order], lane), ("fulfilment.open_work", [order], lane)]
    deferring(poisoned, datetime.now(UTC)).run()
    deadline = time.monotonic() + 60
    while not site.rows(_FAST):  # no need to wait for its patience
        assert time.monotonic() < deadline, "it was not set apart"
        time.sleep(0.1)
    site.wait_for_jobs(120)
    report = json.loads(site.installation.run("status", "--json").stdout)
    assert report["jobs"]["parked"] == 1, report["jobs"]
    [(error,)] = site.rows("select data->>'error' from core_event where kind = 'job.park'")
    effort.say(f"parked: {error}")
