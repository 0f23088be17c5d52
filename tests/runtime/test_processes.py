import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from shunda.runtime import memory
from shunda.runtime.processes import MARK, Child, Stopped, Supervisor, end_leftovers, spawn, stoppable

STAY = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(60)"


def toy(home: Path, code: str, **options: object) -> Callable[[], subprocess.Popen[bytes]]:
    return lambda: spawn([sys.executable, "-c", code], home, **options)


class Watcher:
    def __init__(self) -> None:
        self.crashes: list[tuple[str, int, float]] = []
        self.supervisor = Supervisor(lambda c, code, pause: self.crashes.append((c.name, code, pause)), lambda _: None)

    def tend_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 15
        while not condition():
            assert time.monotonic() < deadline
            self.supervisor.tend()
            time.sleep(0.02)


def test_a_crashed_child_is_started_again_after_ever_longer_pauses(tmp_path: Path):
    watcher = Watcher()
    watcher.supervisor.add(Child("toy", toy(tmp_path, "raise SystemExit(3)")))
    watcher.tend_until(lambda: len(watcher.crashes) == 3)
    assert watcher.crashes == [("toy", 3, 0.5), ("toy", 3, 1.0), ("toy", 3, 2.0)]


def test_a_child_that_stayed_up_for_a_while_is_started_again_soon(tmp_path: Path):
    child = Child("toy", toy(tmp_path, STAY), crashes=6)
    child.started_at = time.monotonic() - 3600
    assert child.plan_restart() == 0.5


def test_a_child_killed_from_outside_runs_again(tmp_path: Path):
    watcher = Watcher()
    child = Child("toy", toy(tmp_path, STAY))
    watcher.supervisor.add(child)
    assert child.process
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    watcher.tend_until(lambda: bool(child.process and child.process.pid != first and child.is_running()))
    assert watcher.crashes == [("toy", -9, 0.5)]
    watcher.supervisor.stop()
    assert not psutil.pid_exists(child.process.pid)


def test_the_children_of_a_crashed_child_do_not_outlive_it(tmp_path: Path):
    code = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {STAY!r}]).pid, flush=True)"
    watcher = Watcher()
    child = Child("toy", toy(tmp_path, code, stdout=subprocess.PIPE))
    watcher.supervisor.add(child)
    assert child.process
    assert child.process.stdout
    grandchild = int(child.process.stdout.readline())
    child.process.wait()
    watcher.tend_until(lambda: bool(watcher.crashes))
    psutil.wait_procs([psutil.Process(grandchild)] if psutil.pid_exists(grandchild) else [], timeout=5)
    assert not psutil.pid_exists(grandchild) or psutil.Process(grandchild).status() == psutil.STATUS_ZOMBIE


def test_children_end_in_the_reverse_order_of_their_start(tmp_path: Path):
    ended = tmp_path / "ended"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(ended)!r}, 'a').write(sys.argv[1]); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('ready', flush=True); time.sleep(60)\n"
    )
    watcher = Watcher()
    for name in "abc":
        command = [sys.executable, "-c", code, name]
        child = Child(name, lambda command=command: spawn(command, tmp_path, stdout=subprocess.PIPE))
        watcher.supervisor.add(child)
        assert child.process
        assert child.process.stdout
        child.process.stdout.readline()
    watcher.supervisor.stop()
    assert ended.read_text() == "cba"


def test_a_child_that_will_not_end_is_killed_when_patience_is_over(tmp_path: Path):
    child = Child("toy", toy(tmp_path, STUBBORN, stdout=subprocess.PIPE), patience=0.2)
    child.run()
    assert child.process
    assert child.process.stdout
    child.process.stdout.readline()
    child.end()
    assert child.process.returncode == -signal.SIGKILL


def test_what_a_killed_supervisor_left_running_is_found_and_ended(tmp_path: Path):
    left, other = toy(tmp_path / "a", STAY)(), toy(tmp_path / "b", STAY)()
    try:
        assert psutil.Process(left.pid).environ()[MARK] == str(tmp_path / "a")
        assert end_leftovers(tmp_path / "a") == 1
        assert left.poll() is not None
        assert other.poll() is None
        assert end_leftovers(tmp_path / "a") == 0
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_request_to_end_is_heard_and_further_ones_do_not_disturb_the_ending(number: signal.Signals):
    before = signal.getsignal(number)
    endings = []
    with stoppable():
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        except Stopped:
            os.kill(os.getpid(), number)
            endings.append("orderly")
    assert endings == ["orderly"]
    assert signal.getsignal(number) == before


def test_the_memory_of_a_tree_is_told_for_each_part(tmp_path: Path):
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {STAY!r}])"
    parent = toy(tmp_path, code)()
    try:
        while not psutil.Process(parent.pid).children():
            time.sleep(0.02)
        usages = memory.of_tree(os.getpid(), {os.getpid(): "here", parent.pid: "toy"})
        assert [usage.part for usage in usages if usage.pid in (os.getpid(), parent.pid)] == ["here", "toy"]
        assert sum(usage.part == "toy" for usage in usages) == 2
        assert all(usage.size > 2**20 for usage in usages if usage.pid in (os.getpid(), parent.pid))
    finally:
        end_leftovers(tmp_path)
        parent.wait()
    assert memory.of_tree(parent.pid, {}) == []
