"""Homes and servers for the tests of the runtime; they need no Django."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Installation:
    """A home folder of its own, and how to run `shunda` on it."""

    home: Path

    def environment(self) -> dict[str, str]:
        dropped = ("DATABASE_URL", "SHUNDA_TESTING", "SHUNDA_HOME", "LANG", "LC_ALL", "SHUNDA_LANG")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return kept | {"SHUNDA_HOME": str(self.home)}

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "shunda.cli", *arguments]
        return subprocess.run(
            command, env=self.environment() | environment, capture_output=True, text=True, check=False, timeout=120
        )

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        path = self.home.parent / "up.log"
        path.unlink(missing_ok=True)
        log = path.open("ab")
        command = [sys.executable, "-u", "-m", "shunda.cli", "up", *arguments]
        return subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log, start_new_session=True)

    def log(self) -> str:
        return (self.home.parent / "up.log").read_text()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    from shunda.runtime.postgres import Server
    from shunda.runtime.processes import end_leftovers

    there = Installation(tmp_path / "home")
    yield there
    end_leftovers(there.home)
    if there.home.exists():
        Server(there.home).stop(at_once=True)


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
