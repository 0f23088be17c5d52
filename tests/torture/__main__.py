"""Treat Shunda badly and see whether it keeps its promises.

    python -m tests.torture                         every program at full length
    python -m tests.torture kills --minutes 30      one of them, longer
    python -m tests.torture kills --seed 7          the same dice again
    python -m tests.torture --short                 a few seconds each, as `make test` does

Each runs on an installation of its own (embedded PostgreSQL, web server, job worker), which it kills, starves and
crowds; each has an end. Exit code 1 when a promise was broken.
"""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from tests.torture.frame import COMPANY, Effort, play, prepare, tell

PROGRAMS = ("ends", "faults", "full", "kills", "mixed", "queue", "rush", "starve")


def main() -> int:
    """Run what is asked for, one after the other."""
    parser = argparse.ArgumentParser(
        prog="tests.torture", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("programs", nargs="*", choices=[*PROGRAMS, []], metavar="|".join(PROGRAMS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10, help="the longest each may take")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--home", type=Path, help="a prepared home to copy; made there when there is none")
    parser.add_argument("--prepare", action="store_true", help="only make that home")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shunda-torture-") as folder:
        home = asked.home or Path(folder) / "home"
        if not (home / COMPANY).exists():
            prepare(home)
        if asked.prepare:
            return 0
        broken = [
            name
            for name in asked.programs or PROGRAMS
            if not play(
                importlib.import_module(f"tests.torture.{name}"), Effort(asked.seed, asked.minutes, asked.short), home
            )
        ]
    tell("Broken: " + ", ".join(broken) if broken else "Every promise held.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
