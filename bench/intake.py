"""Orders over HTTP, the way programs send them: single, on one hot article, in batches, as a file."""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg

from bench.harness import Bench, Group, Result, load

SEED = 20260506
CONNECTIONS = 64
BODIES = 4_000
SINGLE, BATCH, STREAM = "/api/v1/orders", "/api/v1/orders/batch", "/api/v1/orders/stream"
FILE_ORDERS = 12_000
BATCH_SIZE = 100
BATCHES_A_SECOND = 20
MEMORY_ORDERS = 200_000


class Intake:
    """Prepared requests and one round of each measurement."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.world = bench.world
        self.token = self.world.token()
        self.random = random.Random(SEED)
        self.runs = 0
        self.last: dict[str, Any] = {}
        bench.say("preparing requests")
        self.bodies = {
            "single": self._file("single", [self.order(hot=False) for _ in range(BODIES)]),
            "hot": self._file("hot", [self.order(hot=True) for _ in range(BODIES)]),
            "batch": self._file("batch", [self._batch() for _ in range(200)]),
        }
        orders = FILE_ORDERS // 8 if bench.quick else FILE_ORDERS
        self.bodies["file"] = self._file("file", [self.order(hot=False) for _ in range(orders)])

    def order(self, *, hot: bool) -> dict[str, Any]:
        """Five lines of five articles for somebody; with ``hot`` the first is always the same article."""
        skus, step = self.world.skus, len(self.world.skus) // 5
        lines = [
            {
                "sku_id": skus[0 if hot and not n else n * step + self.random.randrange(step)],
                "quantity": str(1 + self.random.randrange(3)),
            }
            for n in range(5)
        ]
        wanted = (date.today() + timedelta(days=60)).isoformat()  # noqa: DTZ011  # any day that is far enough away
        customer = self.random.choice(self.world.customers)
        return {"customer_id": customer, "invoice_kind": "ordinary", "wanted_date": wanted, "lines": lines}

    def _batch(self) -> dict[str, Any]:
        return {"orders": [self.order(hot=False) for _ in range(BATCH_SIZE)]}

    def _file(self, name: str, bodies: list[dict[str, Any]]) -> str:
        path = self.bench.installation.folder / f"{name}.bodies"
        path.write_text("".join(json.dumps(body, separators=(",", ":")) + "\n" for body in bodies))
        return str(path)

    def send(self, kind: str, *, seconds: float, warm_up: float = 1, requests: int = 0) -> float:
        """Orders a second that were confirmed to their senders; refuses to go on when any was not.

        Batches are few and long: so many of them are timed from the first to the last, not those within a window.
        """
        self.runs += 1
        batch = kind == "batch"
        if batch and not requests:
            requests, seconds, warm_up = int(seconds * BATCHES_A_SECOND), 300, 0
        self.last = load(
            port=self.bench.installation.port,
            path=BATCH if batch else SINGLE,
            token=self.token,
            bodies=self.bodies[kind],
            connections=8 if batch else CONNECTIONS,
            seconds=seconds,
            warm_up=warm_up,
            requests=requests,
            key=f"{kind}-{self.runs}",
        )
        good = sum(count for status, count in self.last["statuses"].items() if status.startswith("2"))
        if self.last["strange"] or not good:
            raise RuntimeError(f"{kind}: {self.last['statuses']} {self.last['strange'][:1]}")
        return float(good * (BATCH_SIZE if batch else 1) / self.last["seconds"])

    def send_file(self) -> float:
        """Orders a second that were placed out of one file; refuses to go on when any was not."""
        self.runs += 1
        self.last = load(
            "stream", port=self.bench.installation.port, path=STREAM, token=self.token, file=self.bodies["file"],
            key=f"file-{self.runs}",
        )  # fmt: skip
        if self.last["refused"]:
            raise RuntimeError(f"{self.last['refused']} orders of the file were refused")
        return float(self.last["placed"] / self.last["seconds"])

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection]:
        """A connection to the product's database."""
        with psycopg.connect(self.bench.installation.url, autocommit=True) as connection:
            yield connection

    def count(self) -> int:
        """How many orders there are."""
        with self.database() as connection:
            row = connection.execute("select count(*) from orders_order").fetchone()
        return int(row[0]) if row else 0


_intake: dict[int, Intake] = {}


def intake(bench: Bench) -> Intake:
    """Made once for a run."""
    if id(bench) not in _intake:
        _intake[id(bench)] = Intake(bench)
    return _intake[id(bench)]


def over_http(bench: Bench) -> list[Result]:
    """Single orders, hot ones and batches, each after a round of pgbench on the same server."""
    mine = intake(bench)
    rates: defaultdict[str, list[float]] = defaultdict(list)
    limits: defaultdict[str, list[float]] = defaultdict(list)
    tails: list[float] = []
    costs: defaultdict[str, list[float]] = defaultdict(list)
    mine.send("single", seconds=bench.seconds)  # caches, connections, prepared plans
    for _ in range(bench.rounds):
        for kind in ("single", "hot", "batch"):
            limits[kind].append(bench.limit.rate("hot" if kind == "hot" else "rand", max(bench.seconds - 1, 1)))
            before, orders = bench.installation.cpu(), mine.count()
            rates[kind].append(mine.send(kind, seconds=bench.seconds))
            if kind == "single":
                tails.append(mine.last["p99"])
                _cost(costs, before, bench.installation.cpu(), mine.count() - orders)
                client = mine.last["cpu_seconds"] * 1000 / (rates[kind][-1] * mine.last["seconds"])
                costs["client"].append(client)
    single = statistics.median(rates["single"])
    return [
        Result.median("pgbench_d", limits["single"] + limits["batch"], "orders/s"),
        Result.median("pgbench_d_hot", limits["hot"], "orders/s"),
        Result.median("http_single", rates["single"], "orders/s", statistics.median(limits["single"])),
        Result.median("http_single_p99", tails, "ms", 150),
        Result.median("http_single_hot", rates["hot"], "orders/s", single),
        Result.median("http_batch100", rates["batch"], "orders/s", statistics.median(limits["batch"])),
        *(Result.median(f"cpu_{part}", values, "ms/order") for part, values in costs.items()),
    ]


def _cost(
    costs: defaultdict[str, list[float]], before: Mapping[str, float], after: Mapping[str, float], orders: int
) -> None:
    for part, spent in after.items():
        costs[part].append((spent - before[part]) * 1000 / orders)


def from_file(bench: Bench) -> list[Result]:
    """A file of orders sent as a stream, each time after a round of pgbench."""
    mine = intake(bench)
    limits, rates = [], []
    for _ in range(bench.rounds):
        limits.append(bench.limit.rate("rand", max(bench.seconds - 1, 1)))
        rates.append(mine.send_file())
    return [Result.median("import_file", rates, "orders/s", statistics.median(limits))]


def growth(bench: Bench) -> list[Result]:
    """Bytes that an order takes in the database, by table with its indexes, and statements a batch of orders takes."""
    mine = intake(bench)
    with mine.database() as connection:
        connection.execute("create extension if not exists pg_stat_statements")
        sizes, orders = _sizes(connection), mine.count()
        mine.send("batch", seconds=bench.seconds)
        made = mine.count() - orders
        after = _sizes(connection)
    grown = {table: (after[table] - sizes.get(table, 0)) / made for table in after}
    largest = sorted(grown, key=lambda table: -grown[table])
    results = [Result("growth_per_order", sum(grown.values()), "bytes/order")]
    results += [Result(f"growth_{table}", grown[table], "bytes/order") for table in largest if grown[table] > 20]
    return [*results, *_statements(bench, mine)]


def _sizes(connection: psycopg.Connection) -> dict[str, int]:
    asked = """select c.relname, pg_total_relation_size(c.oid) from pg_class c
               where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"""
    return dict(connection.execute(asked).fetchall())


def _statements(bench: Bench, mine: Intake) -> list[Result]:
    """What the database was asked for one request of 1 and one of 100 orders, the job worker standing still."""
    worker = bench.installation.children()["worker"]
    os.kill(worker, signal.SIGSTOP)
    results = []
    try:
        for name, kind in (("single", "single"), ("batch100", "batch")):
            asked, checks = _asked(mine, kind)
            results.append(Result(f"statements_{name}", asked, "statements"))
            results.append(Result(f"reference_checks_{name}", checks, "checks"))
    finally:
        os.kill(worker, signal.SIGCONT)
    return results


# Foreign keys are looked up at commit, by queries of PostgreSQL's own; nobody sends them.
_CALLS = """
select coalesce(sum(calls) filter (where not checks), 0), coalesce(sum(calls) filter (where checks), 0)
from (select calls, query ~ '^SELECT .* FROM ONLY ' checks from pg_stat_statements
      where toplevel and query not ilike '%pg_stat_statements%') s
"""


def _asked(mine: Intake, kind: str) -> tuple[float, float]:
    with mine.database() as connection:
        connection.execute("select pg_stat_statements_reset()")
        mine.runs += 1
        load(
            port=mine.bench.installation.port, path=BATCH if kind == "batch" else SINGLE, token=mine.token,
            bodies=mine.bodies[kind], connections=1, seconds=30, warm_up=0, requests=1, key=f"count-{mine.runs}",
        )  # fmt: skip
        row = connection.execute(_CALLS).fetchone()
    assert row
    return float(row[0]), float(row[1])


def memory(bench: Bench) -> list[Result]:
    """How much the web process and the job worker grow while 200,000 orders come in."""
    mine = intake(bench)
    wanted = MEMORY_ORDERS // 20 if bench.quick else MEMORY_ORDERS
    mine.send("batch", seconds=2)
    before = {part: bench.installation.memory(part) for part in ("web", "worker")}
    mine.send("batch", seconds=600, warm_up=0, requests=wanted // BATCH_SIZE)
    grown = {part: (bench.installation.memory(part) - before[part]) / 2**20 for part in before}
    return [
        Result("worker_memory_growth", grown["web"], "MB", 20),
        Result("job_worker_memory_growth", grown["worker"], "MB", 20),
        Result("worker_memory", bench.installation.memory("web") / 2**20, "MB"),
    ]


HTTP = Group(("http_single", "http_single_hot", "http_batch100", "http_single_p99"), over_http)
FILE = Group(("import_file",), from_file)
GROWTH = Group(("growth_per_order", "statements_batch100"), growth)
MEMORY = Group(("worker_memory_growth",), memory)
