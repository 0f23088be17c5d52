"""The same five-line order in Shunda, Tryton and django-oscar, on one PostgreSQL server, taking turns.

    python -m bench.peers                     five rounds of ten seconds each
    python -m bench.peers --rounds 1 --seconds 3
    python -m bench.peers --folder ~/.cache/peers   keep their environments for the next time
    python -m bench.peers --minutes 8         the longest it may take, six tenths of it for what comes before the rounds

Tryton and oscar come from PyPI in environments of their own. Each is asked through its own Python layer, without
HTTP, without pages, as many processes at once as there are cores, each order a transaction: what they can do at best.
Shunda is asked over HTTP by 64 connections, with tokens, price list, credit, reservation, events and jobs. What an
order is in each: bench/peers/*_order.py and docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Peer:
    """Another order system: what to install, which program places its orders, and who makes its database."""

    name: str
    packages: tuple[str, ...]
    makes_its_database: bool = False

    @property
    def database(self) -> str:
        """Its database on the server."""
        return f"peer_{self.name}"


PEERS = (
    Peer(
        "tryton",
        ("trytond==8.2.1", "trytond_sale==8.2.0", "proteus==8.2.0", "psycopg[binary,pool]>=3.2"),
        makes_its_database=True,
    ),
    Peer("oscar", ("django-oscar==4.2.1", "django<5", "psycopg[binary]>=3.2", "setuptools<81")),
)


class Seat:
    """A peer installed in an environment of its own, with its database."""

    def __init__(self, peer: Peer, folder: Path, url: str, until: float) -> None:
        self.peer, self.until = peer, until
        self.base, _slash, _name = url.rpartition("/")
        self.python = folder / peer.name / "bin" / "python"
        self.log = folder / f"{peer.name}.log"
        self.known = ""
        if not self.python.exists():
            _say(f"installing {peer.name}")
            venv.create(folder / peer.name, with_pip=True)
            pip = [str(self.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--prefer-binary"]
            with self.log.open("a") as log:
                subprocess.run([*pip, *peer.packages], check=True, stdout=log, stderr=log, timeout=self._left())
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"drop database if exists {peer.database} with (force)".encode())
            if not peer.makes_its_database:
                connection.execute(f"create database {peer.database}".encode())

    def _left(self) -> float:
        """Seconds until it has to be ready."""
        return max(1.0, self.until - time.monotonic())

    def environment(self) -> dict[str, str]:
        """Where its database is, in its own way of saying so."""
        dropped = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "DATABASE_URL")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        url = f"{self.base}/{self.peer.database}"
        return kept | {"PEER_URL": url, "TRYTOND_DATABASE_URI": self.base, "DB_NAME": self.peer.database}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Its program, reading and writing JSON."""
        command = [str(self.python), str(HERE / f"{self.peer.name}_order.py"), *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=self.environment(), stdin=pipe, stdout=pipe, stderr=self.log.open("a"), text=True
        )

    def prepare(self) -> bool:
        """Make its tables, articles and stock; whether that went well."""
        _say(f"preparing {self.peer.name}; minutes, not seconds")
        process = self.start("prepare")
        try:
            said = process.communicate(timeout=self._left())[0].strip().splitlines()
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            _say(f"{self.peer.name} was not ready in time: give it more --minutes")
            return False
        if process.returncode or not said:
            _say(f"{self.peer.name} could not be prepared:\n{self.log.read_text()[-1500:]}")
            return False
        self.known = said[-1]
        return True

    def rate(self, seconds: float, seed: int) -> float:
        """Orders a second of as many processes as there are cores."""
        processes = [self.start("run", str(seconds), f"{seed}{n}") for n in range(os.cpu_count() or 1)]
        for process in processes:
            assert process.stdin
            process.stdin.write(self.known)
            process.stdin.close()
        rates = []
        for process in processes:
            assert process.stdout
            said = process.stdout.read().strip().splitlines()
            if process.wait() or not said:
                raise SystemExit(f"{self.peer.name} failed:\n{self.log.read_text()[-1500:]}")
            answer: dict[str, Any] = json.loads(said[-1])
            rates.append(answer["orders"] / answer["seconds"])
        return sum(rates)


def seated(peer: Peer, folder: Path, url: str, until: float) -> Seat | None:
    """A peer that is installed and prepared; nothing when that failed or took too long."""
    try:
        seat = Seat(peer, folder, url, until)
    except subprocess.SubprocessError as wrong:
        shutil.rmtree(folder / peer.name, ignore_errors=True)
        _say(f"{peer.name} could not be installed: {wrong}")
        return None
    return seat if seat.prepare() else None


def _say(text: str) -> None:
    print(f"  … {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Install what is missing, prepare, take turns, print the ratios."""
    parser = argparse.ArgumentParser(
        prog="bench.peers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--folder", type=Path, help="where their environments are or go")
    asked = parser.parse_args()

    from bench import report
    from bench.__main__ import use
    from bench.harness import RESULTS, Bench, machine
    from bench.installation import Installation
    from bench.intake import intake

    ready, end = (time.monotonic() + part * asked.minutes * 60 for part in (0.6, 1))
    rates: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="shunda-peers-") as temporary, Installation() as installation:
        with ThreadPoolExecutor(len(PEERS)) as threads:
            folder, url = asked.folder or Path(temporary), installation.url
            found = threads.map(lambda peer: seated(peer, folder, url, ready), PEERS)
            seats = [seat for seat in found if seat]
        use(installation)
        described = machine(installation.url)
        shunda = intake(Bench(installation, rounds=asked.rounds, quick=False))
        shunda.send("single", seconds=asked.seconds / 2)
        for number in range(asked.rounds):
            if number and time.monotonic() > end:
                _say(f"the time is up after {number} rounds")
                break
            rates["shunda"].append(shunda.send("single", seconds=asked.seconds))
            for seat in seats:
                rates[seat.peer.name].append(seat.rate(asked.seconds, number))
            _say(", ".join(f"{name} {values[-1]:.1f}" for name, values in rates.items()))
    ours = statistics.median(rates["shunda"])
    print(json.dumps(described, ensure_ascii=False))
    results = []
    for name, values in rates.items():
        value = statistics.median(values)
        print(
            f"{name:<10}{value:10.1f} orders/s   ({min(values):.1f} … {max(values):.1f})   "
            f"Shunda places {ours / value:.1f} times as many"
        )
        results.append(
            {
                "name": f"peer_{name}",
                "value": round(value, 2),
                "unit": "orders/s",
                "limit": round(ours, 2),
                "ratio": round(value / ours, 5),
            }
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "peers.json").write_text(json.dumps(results, indent=1) + "\n")
    (RESULTS / "peers.machine.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
    report.write()
    return 0 if len(rates) == 1 + len(PEERS) else 1


if __name__ == "__main__":
    sys.exit(main())
