"""A throw-away PostgreSQL for tests: fast because nothing is synced, and gone when the test run is, however it ends.

A guardian process starts the server and waits for the end of its input. Its input ends when the process that asked
for the server ends, be it by Ctrl-C or kill -9; then the guardian stops the server and removes the folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

PREFIX = "shunda-scratch-"


@dataclass
class Scratch:
    """A running throw-away server."""

    url: str
    _guardian: subprocess.Popen[str]

    def stop(self) -> None:
        """Stop the server and remove its folder; may be called twice."""
        if self._guardian.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._guardian.stdin.close()
        self._guardian.wait(timeout=30)
        if self._guardian.stdout:
            self._guardian.stdout.close()


def scratch_server(*, durable: bool = False) -> Scratch:
    """Start a throw-away server in a temporary folder; works for root and for ordinary users.

    ``durable``: with the settings of a real installation, for measurements.
    """
    _remove_leftovers()
    guardian = subprocess.Popen(
        [sys.executable, "-m", "shunda.runtime.scratch", *(["durable"] if durable else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,  # Ctrl-C is for the tests; the guardian sees them end
    )
    url = guardian.stdout.readline().strip() if guardian.stdout else ""
    if not url:
        raise RuntimeError(f"The scratch server did not start (exit code {guardian.wait()}).")
    return Scratch(url, guardian)


@contextmanager
def scratch() -> Iterator[str]:
    """A throw-away server for the length of a block, as its URL."""
    server = scratch_server()
    try:
        yield server.url
    finally:
        server.stop()


def _remove_leftovers() -> None:
    """Remove the folders of guardians that were killed, with whatever still runs in them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).split("-")[0]
        if number.isdigit() and not psutil.pid_exists(int(number)) and os.access(folder, os.W_OK):
            _remove(folder)


def _remove(folder: Path) -> None:
    from shunda.runtime.postgres import THROWAWAY, Server

    Server(folder, THROWAWAY).stop(at_once=True)
    shutil.rmtree(folder, ignore_errors=True)


def guard() -> None:
    """The guardian: serve until the input ends or a signal comes, then leave nothing behind."""
    from shunda.runtime.postgres import DURABLE, THROWAWAY, Server

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        server = Server(folder, DURABLE if "durable" in sys.argv else THROWAWAY)
        server.start()
        sys.stdout.write(server.url + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        _remove(folder)


if __name__ == "__main__":
    guard()
