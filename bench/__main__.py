"""Measure Shunda on an installation of its own, print a table, write ``bench/results/latest.json``.

    python -m bench                              everything, about ten minutes
    python -m bench --quick                      shorter and fewer rounds, to see whether it works
    python -m bench --only http_single --only order_1000_lines
    python -m bench --rounds 9

The installation is what `shunda up` starts: embedded PostgreSQL with every promise of durability, web server and
job worker; load generator and pgbench share the machine with them. Each rate stands beside what pgbench reaches on
the same server in the same minutes (bench/pgbench.py), each duration beside its target. Medians of the rounds.
"""

import argparse
import json
import os
import sys
import time

from bench import report
from bench.harness import RESULTS, Bench, Result, machine
from bench.installation import Installation


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", action="append", default=[], metavar="NAME")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()

    from bench.measures import GROUPS

    known = [name for group in GROUPS for name in group.names]
    if unknown := set(asked.only) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    groups = [group for group in GROUPS if not asked.only or set(group.names) & set(asked.only)]
    started = time.monotonic()
    with Installation() as installation:
        use(installation)
        bench = Bench(installation, rounds=asked.rounds or (2 if asked.quick else 5), quick=asked.quick)
        described = machine(installation.url)
        print(json.dumps(described, ensure_ascii=False))
        results: list[Result] = []
        failed = 0
        for group in groups:
            bench.say(f"{', '.join(group.names)} ({time.monotonic() - started:.0f} s)")
            try:
                found = group.run(bench)
            except Exception as error:  # noqa: BLE001  # the others are still worth having
                failed += 1
                print(f"{group.names[0]}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
                continue
            for result in found:
                print(result.line(), flush=True)
            results += found
    RESULTS.mkdir(exist_ok=True)
    whole = not asked.only and not asked.quick
    name = "latest" if whole else "partial"
    (RESULTS / f"{name}.json").write_text(json.dumps([result.as_dict() for result in results], indent=1) + "\n")
    described["seconds"] = round(time.monotonic() - started)
    (RESULTS / f"{name}.machine.json").write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n")
    if whole:
        report.write()
    print(f"{described['seconds']} s; written to bench/results/{name}.json")
    return 1 if failed else 0


def use(installation: Installation) -> None:
    """This process works in the installation's database, with the tables and the secret of its home."""
    os.environ["DATABASE_URL"], os.environ["SHUNDA_HOME"] = installation.url, str(installation.home)
    os.environ["SHUNDA_TESTING"] = "1"  # no connection pool here
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shunda.wiring.settings")
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
