"""No connection to be had: all of ours are held by slow requests, or the database has none left for us.

Everybody is told to come again, nobody waits long where there is no hope, and when there are connections again it
goes on without a restart; nothing is lost.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random

import psutil
import psycopg

from tests.torture.faults import under
from tests.torture.frame import PLACE, Effort, Site

POOL, WAIT = 4, 1
ENVIRONMENT = {"SHUNDA_POOL": str(POOL), "SHUNDA_POOL_WAIT": str(WAIT)}
HELD_SECONDS = 3


def run(site: Site, effort: Effort) -> None:
    """Each once in the short version, again and again in the long one."""
    web = psutil.Process(site.installation.children()["web"])
    for number in range(effort.pick(1, 10)):
        for fault in (hold_ours, take_all):
            under(site, effort, fault, f"{fault.__name__}-{effort.seed}-{number}")
        if effort.over:
            break
    assert web.is_running(), "the web server was started again"
    site.assert_books_balance()


def hold_ours(site: Site) -> None:
    """Readers of a table that is locked hold each connection of the pool, and more readers come."""
    order = site.post(PLACE, site.order(Random(0)), "starve")[1]["id"]
    with psycopg.connect(site.installation.url) as locking, ThreadPoolExecutor(3 * POOL) as readers:
        locking.execute("lock table orders_review in access exclusive mode")
        first = [readers.submit(site.get, f"{PLACE}/{order}") for _ in range(2 * POOL)]
        time.sleep(2 * WAIT)
        later = [readers.submit(site.get, f"{PLACE}/{order}") for _ in range(POOL)]
        time.sleep(HELD_SECONDS - 2 * WAIT)
        locking.rollback()
        told = Counter(each.result()[0] for each in [*first, *later])
    assert set(told) == {200, 503}, told
    assert told[200] >= 1


def take_all(site: Site) -> None:
    """Others take every connection the server has, and ours are cut."""
    enough = threading.Event()
    with ExitStack() as taken:
        threading.Timer(HELD_SECONDS, enough.set).start()
        while not enough.wait(0.02):
            try:
                mine = taken.enter_context(psycopg.connect(site.installation.url, autocommit=True))
            except psycopg.OperationalError:
                continue
            mine.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend'"
                " and application_name <> 'taker' and pid <> pg_backend_pid()"
            )
            mine.execute("set application_name = 'taker'")
