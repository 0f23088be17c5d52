"""Children under one foreground process: started in order, restarted when they crash, ended in reverse order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

MARK = "SHUNDA_CHILD_OF"
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
SETTLED_SECONDS = 60.0


class Stopped(BaseException):
    """Somebody asked this process to end: Ctrl-C, SIGTERM, or the terminal was closed."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Within the block, the first request to end raises `Stopped`; further ones do not disturb the ending."""
    wanted = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in wanted:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    before = {number: signal.signal(number, stop) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def spawn(command: Sequence[str], home: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a child of the installation in ``home``, out of reach of the terminal's Ctrl-C.

    It carries a mark by which the next start finds it if this process is killed.
    """
    environment = os.environ | {MARK: str(home), "SHUNDA_HOME": str(home)}
    environment.setdefault("MALLOC_ARENA_MAX", "2")  # many threads, little memory
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True, **options)


def end_leftovers(home: Path, patience: float = 5) -> int:
    """End the children that a killed supervisor of this home folder left running; how many there were."""
    left = [process for process in psutil.process_iter() if _mark_of(process) == str(home)]
    for process in left:
        _signal(process, signal.SIGTERM)
    _gone, alive = psutil.wait_procs(left, timeout=patience)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=patience)
    return len(left)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK) if process.pid != os.getpid() else None
    except (psutil.Error, OSError):
        return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


@dataclass
class Child:
    """One supervised process. ``patience``: the seconds it may take to end before it is killed."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 15
    process: subprocess.Popen[bytes] | None = None
    crashes: int = 0
    started_at: float = 0
    restart_at: float = 0

    def is_running(self) -> bool:
        """Whether the process is there now."""
        return self.process is not None and self.process.poll() is None

    def run(self) -> None:
        """Start the process."""
        self.process, self.started_at, self.restart_at = self.start(), time.monotonic(), 0

    def end(self) -> None:
        """Ask the process to end and wait; kill it and its own children when it takes too long."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(self.patience)
        except subprocess.TimeoutExpired:
            self.end_remains()
            self.process.wait()

    def end_remains(self) -> None:
        """Kill what is left of the process's own children: they would hold its port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def plan_restart(self) -> float:
        """Note a crash; the seconds to wait before the next start, longer each time until it stays up a while."""
        settled = time.monotonic() - self.started_at > SETTLED_SECONDS
        self.crashes = 1 if settled else self.crashes + 1
        pause = min(FIRST_PAUSE * 2.0 ** (self.crashes - 1), LONGEST_PAUSE)
        self.restart_at = time.monotonic() + pause
        return pause


class Supervisor:
    """Keeps children running until it is told to stop.

    ``crashed`` is told of each crash (child, exit code, seconds until the restart), ``changed`` of each start.
    """

    def __init__(self, crashed: Callable[[Child, int, float], None], changed: Callable[[list[Child]], None]) -> None:
        self.children: list[Child] = []
        self._crashed = crashed
        self._changed = changed

    def add(self, child: Child) -> None:
        """Start a child and keep it running from now on."""
        self.children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        child.run()
        self._changed(self.children)

    def tend(self) -> None:
        """Restart, once its pause is over, each child that has ended."""
        for child in self.children:
            if child.is_running():
                continue
            if not child.restart_at:
                code = child.process.returncode if child.process else -1
                child.end_remains()
                self._crashed(child, code, child.plan_restart())
            elif time.monotonic() >= child.restart_at:
                self._restart(child)

    def _restart(self, child: Child) -> None:
        try:
            self._start(child)
        except (OSError, RuntimeError):
            self._crashed(child, -1, child.plan_restart())

    def run(self) -> None:
        """Tend the children for ever; ends only by an exception such as `Stopped`."""
        while True:
            self.tend()
            time.sleep(0.2)

    def stop(self) -> None:
        """End all children, the last one started first, so that none loses what it stands on."""
        for child in reversed(self.children):
            child.end()
        self.children.clear()
