"""An installation of one's own: `shunda up` in a temporary home folder, to be measured or treated badly.

Database server (embedded, durable, tuned as the product tunes it), web server and job worker are the product's own
processes. ``stop`` ends them and removes the folder; SIGTERM is treated as Ctrl-C, so that it comes to that.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from shunda.runtime.home import read_state
from shunda.runtime.postgres import Server
from shunda.runtime.processes import end_leftovers

ROOT = Path(__file__).parents[1]
READY_SECONDS = 600
FOREIGN = ("DATABASE_URL", "SHUNDA_TESTING", "SHUNDA_HOME", "LANG", "LC_ALL", "SHUNDA_LANG", "DJANGO_SETTINGS_MODULE")


class Installation:
    """`shunda up` on a home folder that is removed at the end.

    ``copy_of``: another's home, prepared and stopped. ``within``: where to make the folder.
    """

    def __init__(self, copy_of: Path | None = None, within: Path | None = None, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"shunda-bench-{os.getpid()}-", dir=within))
        self.home = self.folder / "home"
        if copy_of:
            shutil.copytree(copy_of, self.home)
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        own = {"SHUNDA_HOME": str(self.home), "PYTHONPATH": str(ROOT / "src"), "SHUNDA_API_RATE": "0"}
        self.environment = kept | own | {"SHUNDA_LANG": "en"} | environment
        self.port = _free_port()
        self.up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Installation:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it serves; at the first time the database is made and prepared."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        command = [sys.executable, "-u", "-m", "shunda.cli", "up", "--no-demo", "--port", str(self.port)]
        with self.log.open("ab") as log:
            self.up = subprocess.Popen(
                command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.wait_until_it_serves()

    def wait_until_it_serves(self) -> None:
        """Wait for an answer of the web server, whatever was killed before."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.serves():
            if self.up is None or self.up.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"It does not serve:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.1)

    def serves(self) -> bool:
        """Whether it answers now and finds itself healthy."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status < 400
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of `shunda` on this home folder, with what it printed."""
        command = [sys.executable, "-m", "shunda.cli", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def keep(self, target: Path) -> None:
        """End everything in good order and keep the home folder: to be copied by others."""
        self.end()
        shutil.copytree(self.home, target)

    def end(self) -> None:
        """End everything; it can be started again."""
        if self.up is not None and self.up.poll() is None:
            self.up.send_signal(signal.SIGTERM)
            try:
                self.up.wait(60)
            except subprocess.TimeoutExpired:
                self.up.kill()
                self.up.wait()

    def stop(self) -> None:
        """End everything and remove the folder."""
        self.end()
        end_leftovers(self.home)
        if (self.home / "pgdata").exists():
            Server(self.home).stop(at_once=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> Path:
        """What `shunda up` and its children said."""
        return self.folder / "up.log"

    @property
    def url(self) -> str:
        """The database."""
        return Server(self.home).url

    def children(self) -> dict[str, int]:
        """Process ids of postgres, web and worker; of the moment, they change when one is killed."""
        found: dict[str, int] = read_state(self.home).get("children", {})
        return found

    def cpu(self) -> dict[str, float]:
        """CPU seconds used so far by each part and everything it started."""
        return {name: _cpu(pid) for name, pid in self.children().items()}

    def memory(self, part: str) -> int:
        """Resident bytes of the largest process of a part: of the worker that serves."""
        parent = psutil.Process(self.children()[part])
        return max(int(process.memory_info().rss) for process in (parent, *parent.children(recursive=True)))


def _cpu(pid: int) -> float:
    try:
        parent = psutil.Process(pid)
        tree = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0.0
    for process in tree:
        try:
            spent: Any = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
