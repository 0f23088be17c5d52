"""Run the measurements, print a table, write ``bench/results/latest.json``.

python -m bench                 everything
python -m bench bulk_ship_1000  only what is named
--rounds N                      rounds of each (five unless told); the median is shown
"""

import argparse
import atexit
import json
import os
import platform
import statistics
import sys
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def use_own_database() -> None:
    """A throw-away server with everything durable switched on, unless DATABASE_URL names one; a database of its own."""
    import psycopg

    if "DATABASE_URL" not in os.environ:
        from shunda.runtime.postgres import scratch_server

        server = scratch_server(durable=True)
        atexit.register(server.stop)
        os.environ["DATABASE_URL"] = server.url
    base, _slash, _name = os.environ["DATABASE_URL"].rpartition("/")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("drop database if exists shunda_bench")
        connection.execute("create database shunda_bench")
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            row = connection.execute("select setting from pg_settings where name = %s", [setting]).fetchone()
            print(f"  {setting} {row[0] if row else '?'}", file=sys.stderr)
    os.environ["DATABASE_URL"] = f"{base}/shunda_bench"


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
    os.environ["SHUNDA_TESTING"] = "1"
    use_own_database()

    import django

    django.setup()
    from bench.measures import MEASURES
    from bench.world import World

    unknown = set(asked.names) - MEASURES.keys()
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    world = World()
    results = []
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, median of {asked.rounds}")
    for name, measure in MEASURES.items():
        if asked.names and name not in asked.names:
            continue
        values = [measure.run(world) for _ in range(asked.rounds)]
        value = statistics.median(values)
        ratio = round(value / measure.limit, 3) if measure.limit else None
        results.append(
            {"name": name, "value": round(value, 4), "unit": measure.unit, "limit": measure.limit, "ratio": ratio}
        )
        print(
            f"{name:24} {value:10.3f} {measure.unit:10} (limit {measure.limit}; {min(values):.3f} to {max(values):.3f})"
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps(results, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
