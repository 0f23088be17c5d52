"""`shunda up`: everything Shunda needs, under one foreground process."""

from __future__ import annotations

import contextlib
import http
import http.client
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from shunda.cli import stamp
from shunda.cli.terminal import refuse, say, warn
from shunda.runtime import ports
from shunda.runtime.home import AlreadyLockedError, database_url, locked, make_home, read_state, write_state
from shunda.runtime.language import gettext as _
from shunda.runtime.language import language
from shunda.runtime.processes import Child, Stopped, Supervisor, end_leftovers, spawn, stoppable

LOCK_FILE = "up.lock"
WEB_START_SECONDS = 60
REQUESTS_AT_ONCE = 4096
"""Connections that are served; programs wait cheaply for their batch, and how many go to Django is limited there."""


@click.command("up", help=_("Start database, web server and job worker; Ctrl-C ends them."))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("Address to listen on."))
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help=_("Port to listen on."))
@click.option("--demo/--no-demo", default=True, help=_("At the first start, build the demo company (default)."))
def command(host: str, port: int, *, demo: bool) -> None:
    """Start everything, print where it is, and watch over it until told to stop."""
    home = make_home()
    try:
        with locked(home / LOCK_FILE, wait=False):
            Up(home, host, port, demo=demo).run()
    except AlreadyLockedError:
        address = read_state(home).get("address") or home
        raise refuse(_("Shunda is already running here: %s") % address) from None


class Up:
    """One run of Shunda on one home folder."""

    def __init__(self, home: Path, host: str, port: int, *, demo: bool) -> None:
        self.home, self.host, self.port, self.demo = home, host, port, demo
        self.supervisor = Supervisor(self._crashed, self._changed)
        self.started = datetime.now(UTC)
        self.address = ""

    def run(self) -> None:
        """Start, watch, stop."""
        with stoppable():
            try:
                self._start()
                self.supervisor.run()
            except Stopped:
                say("\n" + _("Stopping …"))
            finally:
                self.supervisor.stop()
                end_leftovers(self.home)
                write_state(self.home, {})
        say(_("Shunda has stopped."))

    def _start(self) -> None:
        if end_leftovers(self.home):
            warn(_("Ended what an earlier start had left running."))
        self._start_database()
        self._prepare()
        self.supervisor.add(Child("worker", self._spawn_worker, patience=20))
        self._choose_port()
        self.supervisor.add(Child("web", self._spawn_web))
        self._wait_for_web()
        self._announce()

    def _start_database(self) -> None:
        from shunda.runtime.database import check

        if "DATABASE_URL" not in os.environ:
            from shunda.runtime.postgres import Server

            server = Server(self.home, say=warn)
            self.supervisor.add(Child("postgres", server.spawn, signal.SIGINT, patience=120))
        check(database_url())

    def _prepare(self) -> None:
        """Migrate and so on in a process of its own, if there is anything to do."""
        if stamp.is_prepared(stamp.read(database_url())):
            return
        demo = "--demo" if self.demo else "--no-demo"
        done = spawn([sys.executable, "-m", "shunda.cli", "prepare", demo], self.home)
        if done.wait():
            raise refuse(_("The database could not be prepared; see above."))

    def _choose_port(self) -> None:
        wanted, self.port = self.port, ports.next_free(self.port, self.host)
        if self.port != wanted:
            warn(_("Port %(wanted)s is in use; taking %(port)s.") % {"wanted": wanted, "port": self.port})
        if (
            not self.host.startswith("127.")
            and self.host not in ("localhost", "::1")
            and "SHUNDA_HOSTS" not in os.environ
        ):
            warn(_("Others can reach it only under the names in SHUNDA_HOSTS, which is not set."))
        shown = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        self.address = f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"

    def _spawn_worker(self) -> subprocess.Popen[bytes]:
        return spawn([sys.executable, "-m", "shunda.cli", "worker"], self.home)

    def _spawn_web(self) -> subprocess.Popen[bytes]:
        # static files are small and read from disk at once: that whitenoise does not do so asynchronously is no matter
        silent = "ignore:StreamingHttpResponse must consume synchronous iterators:Warning"
        server = [sys.executable, "-W", silent, "-m", "granian", "--interface", "asgi", "--workers", "1"]
        server += ["--host", self.host, "--port", str(self.port), "--log-level", "warning"]
        server += ["--backlog", str(REQUESTS_AT_ONCE), "--backpressure", str(REQUESTS_AT_ONCE)]
        server += ["--workers-kill-timeout", "10"]
        server += ["--respawn-failed-workers", "shunda.wiring.asgi:application"]
        return spawn(server, self.home)

    def _wait_for_web(self) -> None:
        """Wait until the web server answers; an answer that is an error of its own will not get better."""
        deadline = time.monotonic() + WEB_START_SECONDS
        web = self.supervisor.children[-1]
        while (status := self._answer_of_web()) in (None, http.HTTPStatus.SERVICE_UNAVAILABLE):
            if not web.is_running() or time.monotonic() > deadline:
                raise refuse(_("The web server did not start; see above."))
            time.sleep(0.05 if status is None else 0.5)
        if status and status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise refuse(_("The web server answers with error %s; see above.") % status)

    def _answer_of_web(self) -> int | None:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def _announce(self) -> None:
        notes, empty = stamp.read(database_url()), _nobody_can_sign_in()
        logins = notes.get("demo_logins", {}).get(language(), [])
        say("\n" + _("Shunda is running at %s") % click.style(self.address, bold=True))
        if logins:
            say(_("Sign in as (user name, password):"))
            width = max(len(login) for _role, login, _password in logins)
            for role, login, password in logins:
                say(f"  {login:<{width}}  {password}  {role}")
        if empty:
            say(_("Nobody can sign in yet. In another terminal:"))
            say("  shunda user create admin --name Admin --role administrator")
        say(_("Ctrl-C ends it."))

    def _crashed(self, child: Child, code: int, pause: float) -> None:
        values = {"name": child.name, "code": code, "pause": f"{pause:g}"}
        warn(_("%(name)s ended unexpectedly (code %(code)s); starting it again in %(pause)s s.") % values)

    def _changed(self, children: list[Child]) -> None:
        pids = {child.name: child.process.pid for child in children if child.process}
        started = self.started.isoformat(timespec="seconds")
        state = {"pid": os.getpid(), "started": started, "address": self.address, "children": pids}
        with contextlib.suppress(OSError):  # a full disk: what runs goes on, only `shunda status` knows less
            write_state(self.home, state)


def _nobody_can_sign_in() -> bool:
    import psycopg

    with psycopg.connect(database_url()) as connection:
        row = connection.execute("select exists (select from accounts_user where is_active)").fetchone()
    return row == (False,)
