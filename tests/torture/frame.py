"""What every torture program gets: an installation of its own with a small company, a seed, and a length.

A program is a function ``run(site, effort)`` in a file of this folder, registered in ``__main__``; it may have an
``ENVIRONMENT`` for its installation and a ``ground`` to put it on. It raises ``AssertionError`` when a promise is broken. The same seed tries the same things, as far as time allows that.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg

from bench.installation import Installation

T = TypeVar("T")
SKUS, CUSTOMERS, PIECES = 200, 50, 1_000_000
COMPANY = "company.json"
PLACE = "/api/v1/orders"


@dataclass
class Effort:
    """How long and by which dice. ``short`` is what `make test` does, a few seconds."""

    seed: int = 1
    minutes: float = 10
    short: bool = False
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def pick(self, short: T, long: T) -> T:
        """One size for the short version, another for the long one."""
        return short if self.short else long

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() - self.started > self.minutes * 60

    def say(self, text: str) -> None:
        """Where the program is."""
        tell(f"  {time.monotonic() - self.started:6.1f} s  {text}")


class Site:
    """The installation under torture, its company, and the ways to talk to it."""

    def __init__(self, installation: Installation, company: Mapping[str, Any]) -> None:
        self.installation = installation
        self.token: str = company["token"]
        self.skus: list[int] = company["skus"]
        self.customers: list[int] = company["customers"]
        self.warehouse: int = company["warehouse"]

    def order(self, dice: random.Random, lines: int = 3, quantity: int = 3) -> dict[str, Any]:
        """The body of a request that places an order nobody has to look at."""
        chosen = dice.sample(self.skus, lines)
        return {
            "customer_id": dice.choice(self.customers),
            "invoice_kind": "ordinary",
            "wanted_date": "2099-01-05",
            "lines": [{"sku_id": sku, "quantity": str(1 + dice.randrange(quantity))} for sku in chosen],
        }

    def post(self, path: str, body: object, key: str = "", timeout: float = 30) -> tuple[int, Any]:
        """One request on a connection of its own; (0, None) when there was no answer."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._ask("POST", path, json.dumps(body), timeout, **headers)

    def get(self, path: str, timeout: float = 30) -> tuple[int, Any]:
        """What is read there, in the same form."""
        return self._ask("GET", path, None, timeout)

    def _ask(self, method: str, path: str, body: str | None, timeout: float, **more: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=timeout)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Host": "localhost"}
        try:
            connection.request(method, path, body, headers | more)
            response = connection.getresponse()
            text = response.read()
            return response.status, json.loads(text) if text else None
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def rows(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self.installation.url) as connection:
            return connection.execute(statement.encode(), values or None).fetchall()

    def wait_for_jobs(self, seconds: float = 60) -> None:
        """Until nothing is queued or under way."""
        waiting = (
            "select count(*) from procrastinate_jobs where status in ('todo', 'doing') and queue_name = 'reactions'"
        )
        deadline = time.monotonic() + seconds
        while self.rows(waiting) != [(0,)]:
            assert time.monotonic() < deadline, f"jobs are left: {self.rows(waiting)}"
            time.sleep(0.2)

    def assert_books_balance(self) -> None:
        """`shunda verify` finds no difference."""
        done = self.installation.run("verify")
        assert done.returncode == 0, done.stdout + done.stderr

    def use(self) -> None:
        """Set up Django in this process, on the database of the site."""
        os.environ["DATABASE_URL"] = self.installation.url
        os.environ["SHUNDA_HOME"] = str(self.installation.home)
        os.environ["SHUNDA_TESTING"] = "1"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
        import django

        django.setup()


def tell(text: str) -> None:
    """Say it at once, whoever listens."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def prepare(target: Path) -> None:
    """Make a home with tables and company in it, to be copied."""
    with Installation() as installation:
        site = Site(installation, {"token": "", "skus": [], "customers": [], "warehouse": 0})
        site.use()
        from bench.world import World

        world = World(SKUS, CUSTOMERS, PIECES)
        company = {
            "token": world.token(),
            "skus": world.skus,
            "customers": world.customers,
            "warehouse": world.warehouse,
        }
        from django.db import connections

        connections.close_all()
        installation.keep(target)
        (target / COMPANY).write_text(json.dumps(company))


def play(program: Any, effort: Effort, copy_of: Path) -> bool:
    """Run one program on a copy of the prepared home; whether every promise held."""
    tell(f"{program.__name__.rpartition('.')[2]}, seed {effort.seed}")
    ground = getattr(program, "ground", nullcontext)
    environment = getattr(program, "ENVIRONMENT", {})
    with ground() as within, Installation(copy_of, within, **environment) as installation:
        site = Site(installation, json.loads((installation.home / COMPANY).read_text()))
        try:
            program.run(site, effort)
        except AssertionError:
            import traceback

            traceback.print_exc()
            tell(installation.log.read_text(errors="replace")[-4000:])
            return False
    effort.say("every promise held")
    return True
