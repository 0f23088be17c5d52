"""What every measurement gets, and what it gives back."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from bench.installation import Installation
from bench.pgbench import Limit

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Result:
    """One figure beside its limit; ``ratio`` is value to limit. ``low`` and ``high`` are the rounds furthest apart."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def median(cls, name: str, values: Sequence[float], unit: str, limit: float | None = None) -> Result:
        """The middle one of several rounds."""
        return cls(name, statistics.median(values), unit, limit, min(values), max(values))

    def as_dict(self) -> dict[str, Any]:
        """As it stands in the file of results."""
        ratio = round(self.value / self.limit, 3) if self.limit else None
        limit = None if self.limit is None else round(self.limit, 4)
        return {"name": self.name, "value": round(self.value, 4), "unit": self.unit, "limit": limit, "ratio": ratio}

    def line(self) -> str:
        """As it is printed."""
        text = f"{self.name:<34}{_number(self.value):>12} {self.unit:<18}"
        if self.limit:
            text += f"limit {_number(self.limit):>10}  ratio {self.value / self.limit:6.3f}"
        if self.low is not None and self.high is not None and self.low != self.high:
            text += f"   ({_number(self.low)} … {_number(self.high)})"
        return text.rstrip()


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"


@dataclass(frozen=True, slots=True)
class Group:
    """Measurements that are made together; ``names`` are the figures ``--only`` can ask for."""

    names: tuple[str, ...]
    run: Callable[[Bench], Sequence[Result]]


class Bench:
    """One run: its installation, its company, its limit, and how long and how often it measures."""

    def __init__(self, installation: Installation, *, rounds: int, quick: bool) -> None:
        self.installation = installation
        self.rounds = rounds
        self.quick = quick
        self.seconds = 2 if quick else 4

    @cached_property
    def limit(self) -> Limit:
        """pgbench on the same server."""
        return Limit(self.installation.url)

    @cached_property
    def world(self) -> Any:
        """The company; made at its first use, Django is set up then."""
        from bench.world import World

        self.say("making the company: 10,000 articles, 5,000 customers")
        return World()

    @staticmethod
    def say(text: str) -> None:
        """What is being done, for who waits."""
        print(f"  … {text}", file=sys.stderr, flush=True)


def load(program: str = "load", **job: Any) -> dict[str, Any]:
    """Run the load generator, or the sender of files, as a process of its own and return what was answered."""
    command = [sys.executable, "-m", f"bench.{program}"]
    done = subprocess.run(command, input=json.dumps(job), capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def machine(url: str) -> dict[str, Any]:
    """What it was measured on."""
    import psycopg

    with psycopg.connect(url) as connection:
        asked = "select name, setting || coalesce(unit, '') from pg_settings where name = any(%s)"
        names = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_sync_method"]
        settings = dict(connection.execute(asked, [names]).fetchall())
        version = connection.info.server_version
    facts = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    model = next((value.strip() for key, value in facts.items() if key.strip() == "model name"), platform.machine())
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "memory_mb": memory,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "postgresql": f"{version // 10000}.{version % 10000}",
        "settings": settings,
        "load_before": round(os.getloadavg()[0], 2),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
