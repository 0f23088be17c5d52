"""One prepared home for all programs and all workers of a test run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from shunda.runtime.home import locked
from tests.torture.frame import COMPANY

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def torture_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables and company, made once by whichever worker comes first."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    return shared / "torture-home"


def run_short(name: str, home: Path) -> None:
    """The short version of a program, in a process of its own."""
    dropped = ("DATABASE_URL", "SHUNDA_TESTING", "SHUNDA_HOME")
    environment = {key: value for key, value in os.environ.items() if key not in dropped}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, "-m", "tests.torture", "--short", "--home", str(home)]
    with locked(home.with_suffix(".lock"), wait=True):
        if not (home / COMPANY).exists():
            subprocess.run([*command, "--prepare"], env=environment, cwd=ROOT, check=True)
    done = subprocess.run([*command, name], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-6000:]
