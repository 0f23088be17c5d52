"""The embedded PostgreSQL: a cluster in the home folder, started, watched and stopped by Shunda itself.

It listens on a private port of the loopback address only, with a random password that is kept in the home folder. It
comes back by itself after every process of the machine was killed, whatever process ids were left behind.
"""

from __future__ import annotations

import re
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from shunda.runtime import binaries, database, ports
from shunda.runtime.binaries import PostgresError
from shunda.runtime.home import locked, write_private
from shunda.runtime.language import gettext as _
from shunda.runtime.scratch import scratch_server

__all__ = ["DURABLE", "THROWAWAY", "PostgresError", "Server", "scratch_server"]

USER = DATABASE = "shunda"
# Small enough for a small machine, with every promise of durability kept; an administrator's ALTER SYSTEM wins.
DURABLE: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "60",
    "io_method": "sync",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "shared_preload_libraries": "pg_stat_statements",
    "idle_in_transaction_session_timeout": "5min",
    "log_min_duration_statement": "500ms",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For data that nobody will miss: as fast as PostgreSQL goes.
THROWAWAY: Mapping[str, str] = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
SETTINGS_FILE = "shunda.conf"
RECOVERY_SECONDS = 600


def _say_nothing(_message: str) -> None:
    """For callers who do not want to be told."""


class Server:
    """The PostgreSQL cluster of one home folder."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str] = DURABLE, say: Callable[[str], None] = _say_nothing
    ) -> None:
        self.folder = folder
        self.data = folder / "pgdata"
        self.url_file = folder / "database.url"
        self.settings = settings
        self.say = say
        self.binaries = binaries.find()

    # What is known without starting anything

    @property
    def url(self) -> str:
        """How to connect to Shunda's database, password included."""
        return self.url_file.read_text(encoding="utf-8").strip()

    @property
    def port(self) -> int:
        """The port chosen for this cluster."""
        found = re.search(r":(\d+)/", self.url)
        if not found:
            raise PostgresError(_("%s is damaged.") % self.url_file)
        return int(found[1])

    @property
    def maintenance_url(self) -> str:
        """The same server, but the database that is there before Shunda's own is made."""
        return self.url.rsplit("/", 1)[0] + "/postgres"

    def process(self) -> psutil.Process | None:
        """The running server of exactly this cluster, or None.

        The process id file alone proves nothing: after a kill -9 its number may be a zombie's or another program's.
        """
        process = self._recorded_process()
        if process and _works_in(process, self.data):
            return process
        return None

    def _recorded_process(self) -> psutil.Process | None:
        try:
            return psutil.Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return None

    # Making a cluster

    def initialise(self) -> None:
        """Make the cluster if there is none; refuse one made by another major version.

        A half-finished cluster never looks complete: it is made aside and takes its name when everything is in it.
        """
        if (self.data / "PG_VERSION").exists():
            self._refuse_another_major()
            return
        self.say(_("Making a new database in %s …") % self.folder)
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        password = secrets.token_urlsafe(24)
        unfinished = self.folder / "pgdata.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        password_file = self.folder / "password.new"
        write_private(password_file, password)
        try:
            self._give_away(self.folder, password_file)
            self._refuse_an_unreachable_folder()
            self._initdb(unfinished, password_file)
        finally:
            password_file.unlink(missing_ok=True)
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"\ninclude = '{SETTINGS_FILE}'\n")
        self._write_url(password, ports.private_port())
        unfinished.rename(self.data)

    def _refuse_another_major(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(self.binaries.version[0]):
            raise PostgresError(
                _(
                    "The data in %(folder)s is of PostgreSQL %(data)s, but the installed programs are of "
                    "%(programs)s. With the Shunda that made it run `shunda backup FILE`; with this one "
                    "`shunda restore FILE` into an empty home folder."
                )
                % {"folder": self.data, "data": made_by, "programs": self.binaries.version[0]}
            )

    def _initdb(self, folder: Path, password_file: Path) -> None:
        """Make the files of a cluster.

        Never with the locale of the environment: without LANG (systemd, cron) that would be C, in which no trigram
        of a Chinese text is found. The character classification must be UTF-8, whatever the system calls it.
        """
        arguments = ["-D", str(folder), "-U", USER, "-E", "UTF8", "-A", "scram-sha-256", f"--pwfile={password_file}"]
        arguments += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C", "--data-checksums"]
        if self.settings.get("fsync") == "off":
            arguments.append("--no-sync")
        failure = None
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "zh_CN.UTF-8", "en-US"):
            try:
                self.binaries.run("initdb", *arguments, f"--lc-ctype={name}")
            except PostgresError as error:
                failure = failure or error
                shutil.rmtree(folder, ignore_errors=True)
            else:
                return
        raise failure or PostgresError("initdb")

    def _give_away(self, *paths: Path) -> None:
        """As root with an account of its own for PostgreSQL: these files are the account's."""
        if self.binaries.account:
            for path in paths:
                shutil.chown(path, self.binaries.account["user"], self.binaries.account["group"])

    def _refuse_an_unreachable_folder(self) -> None:
        """As root with another account for PostgreSQL: it must be able to come here."""
        account = self.binaries.account
        if account and subprocess.run(["test", "-w", str(self.folder)], check=False, **account).returncode:  # noqa: S607
            raise PostgresError(
                _("The account PostgreSQL runs as cannot reach %s: choose another folder with SHUNDA_HOME.")
                % self.folder
            )

    def _write_url(self, password: str, port: int) -> None:
        write_private(self.url_file, f"postgresql://{USER}:{password}@127.0.0.1:{port}/{DATABASE}")

    def _write_settings(self) -> None:
        """Write our settings anew, so that a newer Shunda's apply to an older cluster too."""
        address = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(self.port)}
        lines = [f"{name} = '{value}'\n" for name, value in {**self.settings, **address}.items()]
        path = self.data / SETTINGS_FILE
        path.write_text("# written by Shunda at every start; use ALTER SYSTEM to overrule it\n" + "".join(lines))
        self._give_away(path)

    # Starting and stopping

    def start(self) -> None:
        """Bring the server up, detached from this process, and wait until it serves; several may ask at once."""
        with locked(self.folder / "postgres.lock", wait=True):
            self.initialise()
            if self.process() and self._is_current():
                return
            self.stop()
            self._spawn_until_ready()

    def spawn(self) -> subprocess.Popen[bytes]:
        """Bring the server up as a child of this process, and wait until it serves."""
        with locked(self.folder / "postgres.lock", wait=True):
            self.initialise()
            self.stop()
            return self._spawn_until_ready()

    def _is_current(self) -> bool:
        """Whether the running server is of the installed programs' minor version or a newer one."""
        self._wait_until_ready(None)
        return database.server_version(self.maintenance_url) >= self.binaries.version

    def _spawn_until_ready(self) -> subprocess.Popen[bytes]:
        for _attempt in range(5):
            self._leave_an_occupied_port()
            self._end_orphans()
            process = self._spawn_once()
            try:
                if self._wait_until_ready(process):
                    database.create_if_missing(self.maintenance_url, DATABASE)
                    return process
            except BaseException:
                _end(process)
                raise
        raise PostgresError(_("PostgreSQL found no port to listen on."))

    def _spawn_once(self) -> subprocess.Popen[bytes]:
        self._write_settings()
        environment = binaries.clean_environment()
        stale = self._recorded_process()
        if stale:
            # A zombie, or another program that was given the number: PostgreSQL would take either for a running
            # server. It knows that its grandparent's number is no rival, so the number is passed off as that.
            environment["PG_GRANDPARENT_PID"] = str(stale.pid)
        with (self.folder / "postgres.log").open("wb") as log:
            return subprocess.Popen(
                self.binaries.command("postgres", "-D", str(self.data)),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.binaries.account,
            )

    def _leave_an_occupied_port(self) -> None:
        """Choose another port when somebody else has taken ours, and say so."""
        if ports.is_free(self.port):
            return
        old, new = self.port, ports.private_port()
        found = re.search(r":([^:@/]+)@", self.url)
        if not found:
            raise PostgresError(_("%s is damaged.") % self.url_file)
        self._write_url(found[1], new)
        self.say(_("Port %(old)s is used by another program; the database moves to port %(new)s.") % locals())

    def _end_orphans(self) -> None:
        """End what a killed server left running: it would keep the next one from starting, and can save nothing."""
        for process in psutil.process_iter():
            if _works_in(process, self.data):
                process.kill()
                psutil.wait_procs([process], timeout=5)

    def _wait_until_ready(self, process: subprocess.Popen[bytes] | None) -> bool:
        """Wait as long as recovery takes. False when the port turned out to be a stranger's."""
        deadline, told = time.monotonic() + RECOVERY_SECONDS, time.monotonic() + 5
        while True:
            match database.state(self.maintenance_url, self.data):
                case database.State.OURS:
                    return True
                case database.State.STRANGER:
                    if process:
                        _end(process)
                    return False
            if process and process.poll() is not None:
                if not ports.is_free(self.port):
                    return False
                raise PostgresError(_("PostgreSQL did not start:\n%s") % self.last_words())
            if time.monotonic() > deadline:
                raise PostgresError(_("PostgreSQL is still not ready after %s seconds.") % RECOVERY_SECONDS)
            if told and time.monotonic() > told:
                self.say(_("The database is recovering from an unexpected end; this may take a while …"))
                told = 0
            time.sleep(0.02)

    def last_words(self) -> str:
        """The end of what the server said while starting."""
        words = (self.folder / "postgres.log").read_text(errors="replace")
        logs = sorted((self.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        if logs:
            words += logs[-1].read_text(errors="replace")[-1000:]
        return words[-2000:].strip()

    def stop(self, *, at_once: bool = False) -> None:
        """Stop the server and wait until it has; running transactions are rolled back.

        ``at_once`` skips the closing checkpoint, so the next start has to recover.
        """
        process = self.process()
        if process is None:
            return
        process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        _gone, alive = psutil.wait_procs([process], timeout=60)
        if alive and self.process():
            process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether this is a living PostgreSQL process of this cluster: each of them works in its data folder."""
    try:
        return (
            process.name().startswith("postgres")
            and process.status() != psutil.STATUS_ZOMBIE
            and Path(process.cwd()) == folder.resolve()
        )
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
