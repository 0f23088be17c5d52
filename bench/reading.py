"""Lists and search among ten thousand, a hundred thousand and a million orders: the time the server takes.

Each size is one more filling of the same database (``bench.millions``). The page is asked for in a process of its own
by Django's test client, as an administrator: middleware, session, queries and template, without the network.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from typing import Any

import psycopg

from bench.harness import ROOT, Bench, Group, Result

SIZES = {"list_10k": 10_000, "list_100k": 100_000, "list_1m": 1_000_000}
DATABASE = "shunda_reading"
ASKED, WARM_UP = 60, 6
LIST_LIMIT, SEARCH_LIMIT = 100, 50


def lists(bench: Bench) -> list[Result]:
    """The first page of the order list at each size, and the search at the largest; p95 in milliseconds."""
    url = bench.installation.url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database if exists {DATABASE} with (force)".encode())
        connection.execute(f"create database {DATABASE}".encode())
    results = []
    sizes = {name: size for name, size in SIZES.items() if size < 1_000_000 or not bench.quick}
    for name, size in sizes.items():
        bench.say(f"filling up to {size:,} orders")
        found = _measure(f"{url.rpartition('/')[0]}/{DATABASE}", size)
        results.append(Result(name, found["list"], "ms", LIST_LIMIT))
        results.append(Result(f"{name}_filtered", found["filtered"], "ms"))
        if name == "list_1m":
            results.append(Result("search_1m", found["search"], "ms", SEARCH_LIMIT))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"drop database {DATABASE} with (force)".encode())
    return results


def _measure(url: str, size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.reading", str(size)]
    done = subprocess.run(
        command, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def p95(work: Any) -> float:
    """The time in milliseconds that 95 of 100 calls stay under, once it is warm."""
    for n in range(WARM_UP):
        work(n)
    took = []
    for n in range(ASKED):
        started = time.perf_counter()
        work(WARM_UP + n)
        took.append((time.perf_counter() - started) * 1000)
    return sorted(took)[int(ASKED * 0.95)]


def main() -> int:
    """Fill the database that DATABASE_URL names up to a size, ask, print the figures."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
    import django

    django.setup()
    from django.core.management import call_command

    from bench.millions import company, fill
    from shunda.wiring.setup import prepare

    size = int(sys.argv[1])
    call_command("migrate", verbosity=0)
    prepare()
    fill(size)
    get = _client()
    dice = random.Random(size)
    texts = [
        lambda: f"SO2023110{dice.randint(1, 9)}{dice.randint(1, 1000):04}",
        lambda: f"SO2023110{dice.randint(1, 9)}",
        lambda: company(dice.randrange(1, 5000))[:6],
        lambda: f"{dice.randrange(10**4):04}",
        lambda: f"M-{6000 + dice.randrange(10_000)}",
        lambda: f"PO-{dice.randrange(1, size // 3) * 3 * 37}",
        lambda: "shhy",
    ]
    filters = ["?stage=to_ship", "?q=SO20231105", "?channel=web", "?urgent=on", "?since=2023-11-03&until=2023-11-04"]
    figures = {
        "list": p95(lambda _n: get("/orders/")),
        "filtered": p95(lambda n: get(f"/orders/{filters[n % len(filters)]}")),
        "search": p95(lambda n: get("/search/", {"q": texts[n % len(texts)]()})),
    }
    print(json.dumps(figures))
    return 0


def _client() -> Any:
    """Asks for pages as the administrator; anything but a page is an error."""
    from django.test import Client

    from shunda.accounts.models import Role, User

    user, _new = User.objects.get_or_create(username="reader", defaults={"name": "Reader"})
    user.roles.add(Role.objects.get(code="administrator"))
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(url: str, data: dict[str, str] | None = None) -> None:
        part = {"HX-Request": "true"} if url == "/search/" else None  # the palette asks for the results alone
        response = client.get(url, data, headers=part)
        assert response.status_code == 200, f"{url}: {response.status_code}"
        assert response.content

    return get


LISTS = Group(("list_10k", "list_100k", "list_1m", "search_1m"), lists)

if __name__ == "__main__":
    sys.exit(main())
