"""Homes and servers for the tests of the runtime; they need no Django."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"


@dataclass
class Installation:
    """A home folder of its own, and how to run `shunda` on it."""

    home: Path
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        dropped = ("DATABASE_URL", "SHUNDA_TESTING", "SHUNDA_HOME", "LANG", "LC_ALL", "SHUNDA_LANG")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return kept | {"SHUNDA_HOME": str(self.home), "PYTHONPATH": str(SOURCE)}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "shunda.cli", *arguments]
        return subprocess.run(
            command, env=self.environment() | environment, capture_output=True, text=True, check=False, timeout=300
        )

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        path = self.home.parent / "up.log"
        path.unlink(missing_ok=True)
        log = path.open("ab")
        command = [sys.executable, "-u", "-m", "shunda.cli", "up", *arguments]
        environment = self.environment() | environment
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        self.started.append(process)
        return process

    def log(self) -> str:
        return (self.home.parent / "up.log").read_text()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    from shunda.runtime.postgres import Server
    from shunda.runtime.processes import end_leftovers

    there = Installation(tmp_path / "home")
    yield there
    for process in there.started:
        process.kill()
        process.wait()
    end_leftovers(there.home)
    if there.home.exists():
        Server(there.home).stop(at_once=True)


@pytest.fixture(scope="session")
def prepared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder whose database has all tables, to be copied."""
    from shunda.runtime.postgres import Server

    there = Installation(tmp_path_factory.mktemp("prepared") / "home")
    server = Server(there.home)
    server.start()
    try:
        done = there.run("prepare", "--no-demo")
        assert done.returncode == 0, done.stderr
    finally:
        server.stop()
    return there.home


@pytest.fixture
def prepared(installation: Installation, prepared_home: Path) -> Installation:
    """An installation on which the first start is over."""
    shutil.copytree(prepared_home, installation.home)
    return installation


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder for code that runs in this process."""
    monkeypatch.setenv("SHUNDA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests have no Django whose language could be set."""
    monkeypatch.setenv("SHUNDA_LANG", "en")
