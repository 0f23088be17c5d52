import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from shunda.runtime import database
from shunda.runtime.binaries import PostgresError
from shunda.runtime.postgres import Server, scratch_server

Told = list[str]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster that was made once, to be copied by each test that wants one."""
    folder = tmp_path_factory.mktemp("cluster") / "home"
    server = Server(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LANG", raising=False)
        patch.delenv("LC_ALL", raising=False)
        server.start()
    server.stop()
    return folder


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def server(cluster: Path, tmp_path: Path, told: Told) -> Iterator[Server]:
    folder = tmp_path / "顺达's home"
    shutil.copytree(cluster, folder)
    server = Server(folder, say=told.append)
    yield server
    server.stop(at_once=True)


def value(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
        return row and row[0]


def kill_everything(server: Server) -> None:
    process = server.process()
    assert process
    tree = [process, *process.children(recursive=True)]
    for each in tree:
        with suppress(psutil.NoSuchProcess):  # it noticed by itself that its server is gone
            each.kill()
    psutil.wait_procs(tree, timeout=10)


def test_a_cluster_made_without_any_locale_finds_chinese_and_keeps_its_password_to_itself(server: Server):
    server.start()
    database.check(server.url)
    with psycopg.connect(server.url) as connection:
        connection.execute("create extension pg_trgm")
    database.check(server.url)
    assert value(server.url, "select show_trgm('华为')::text <> '{}'")
    assert stat.S_IMODE(server.url_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(server.url.replace("shunda:", "shunda:wrong"))


def test_no_acknowledged_write_is_lost_when_every_process_is_killed(server: Server):
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as id")
    connection = psycopg.connect(server.url)
    connection.execute("insert into kept values (1001)")
    connection.commit()
    connection.execute("insert into kept values (1002)")
    kill_everything(server)
    server.start()
    assert value(server.url, "select max(id) from kept") == 1001


@pytest.mark.parametrize("kind", ["zombie", "another program"])
def test_a_process_number_left_behind_is_no_obstacle(server: Server, kind: str):
    server.start()
    kill_everything(server)
    code = "pass" if kind == "zombie" else "import time; time.sleep(60)"
    other = subprocess.Popen([sys.executable, "-c", code])
    try:
        while kind == "zombie" and psutil.Process(other.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        lines = (server.data / "postmaster.pid").read_text().splitlines()
        (server.data / "postmaster.pid").write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        assert server.process() is None
        server.start()
        assert value(server.url, "select 1") == 1
        assert kind == "zombie" or other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_what_a_killed_server_left_working_does_not_keep_the_next_one_from_starting(server: Server):
    server.start()
    with psycopg.connect(server.url) as connection:
        row = connection.execute("select pg_backend_pid()").fetchone()
        assert row
        backend = psutil.Process(row[0])
        backend.suspend()  # it cannot notice that its server is gone
        process = server.process()
        assert process
        process.kill()
        process.wait(5)
        server.start()
        assert not backend.is_running()
        connection.close()
    assert value(server.url, "select 1") == 1


def test_three_who_start_at_once_get_one_server(server: Server):
    code = (
        "import sys; from pathlib import Path; from shunda.runtime.postgres import Server\n"
        "s = Server(Path(sys.argv[1])); s.start(); print(s.process().pid)"
    )
    shutil.rmtree(server.data)
    starters = [
        subprocess.Popen([sys.executable, "-c", code, str(server.folder)], stdout=subprocess.PIPE) for _ in range(3)
    ]
    outputs = {starter.communicate(timeout=60)[0] for starter in starters}
    process = server.process()
    assert process
    assert outputs == {f"{process.pid}\n".encode()}


def test_a_port_taken_by_another_program_is_left_to_it(server: Server, told: Told):
    old = server.port
    with socket.create_server(("127.0.0.1", old)):
        server.start()
        assert server.port != old
        assert value(server.url, "select 1") == 1
    assert told == [f"Port {old} is used by another program; the database moves to port {server.port}."]


def test_a_strangers_postgresql_on_our_port_is_not_taken_for_ours(server: Server, cluster: Path, tmp_path: Path):
    shutil.copytree(cluster, tmp_path / "other")
    other = Server(tmp_path / "other")
    other.start()
    try:
        server.url_file.write_text(other.url)
        assert database.state(server.maintenance_url, server.data) is database.State.STRANGER
        server.start()
        assert server.port != other.port
        assert database.is_of(server.url, server.data)
    finally:
        other.stop(at_once=True)


def test_a_start_with_newer_programs_restarts_a_running_server(server: Server):
    server.start()
    before = server.process()
    server.start()
    assert server.process() == before
    major, minor = server.binaries.version
    vars(server.binaries)["version"] = (major, minor + 1)
    server.start()
    assert server.process() not in (before, None)


def test_data_of_another_major_version_is_refused_untouched(server: Server):
    (server.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresError, match="PostgreSQL 17"):
        server.start()
    assert server.process() is None


def test_a_server_that_does_not_start_says_why(server: Server):
    with (server.data / "postgresql.conf").open("a") as file:
        file.write("shared_buffers = 'much'\n")
    (server.data / "shunda.conf").unlink()
    server.settings = {}
    with pytest.raises(PostgresError, match="shared_buffers"):
        server.start()


def test_an_interrupted_initialisation_is_begun_anew(server: Server):
    shutil.rmtree(server.data)
    (server.folder / "pgdata.new").mkdir()
    (server.folder / "pgdata.new" / "PG_VERSION").write_text("18\n")
    server.start()
    assert value(server.url, "select 1") == 1


def test_databases_shunda_cannot_work_with_are_refused_with_the_reason(server: Server, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PostgresError, match="cannot be reached"):
        database.check(server.url)
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("create database blind template template0 locale_provider libc locale 'C'")
        connection.execute(
            "create database narrow template template0 locale_provider libc locale 'C' encoding 'LATIN1'"
        )
    with pytest.raises(PostgresError, match="LC_CTYPE"):
        database.check(server.maintenance_url.replace("/postgres", "/blind"))
    with pytest.raises(PostgresError, match="UTF-8"):
        database.check(server.maintenance_url.replace("/postgres", "/narrow"))
    monkeypatch.setattr(database, "OLDEST_SUPPORTED", 99)
    with pytest.raises(PostgresError, match="needs 99 or newer"):
        database.check(server.url)


@pytest.mark.parametrize(("durable", "fsync"), [(False, "off"), (True, "on")])
def test_a_scratch_server_serves_and_is_gone_after_stop(durable: bool, fsync: str):
    server = scratch_server(durable=durable)
    assert value(server.url, "select current_setting('fsync')") == fsync
    folder = Path(str(value(server.url, "select current_setting('data_directory')")))
    server.stop()
    server.stop()
    assert not folder.exists()
    assert database.state(server.url, folder) is database.State.SILENT


def test_a_scratch_server_is_gone_after_its_user_was_killed():
    code = (
        "import time; from shunda.runtime.postgres import scratch_server\n"
        "print(scratch_server().url, flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert user.stdout
    url = user.stdout.readline().strip()
    folder = Path(str(value(url, "select current_setting('data_directory')")))
    os.kill(user.pid, signal.SIGKILL)
    user.communicate()
    deadline = time.monotonic() + 10
    while folder.parent.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert database.state(url, folder) is database.State.SILENT


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root needs somebody else")
def test_root_without_user_namespaces_takes_another_account_that_can_come_to_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shutil.which", lambda _program: None)
    with pytest.raises(PostgresError, match="cannot reach"):
        Server(tmp_path / "closed").start()  # pytest's folders are root's alone
    with tempfile.TemporaryDirectory() as open_folder:
        Path(open_folder).chmod(0o755)
        server = Server(Path(open_folder) / "home")
        server.start()
        process = server.process()
        assert process
        assert process.uids().real != 0
        assert value(server.url, "select 1") == 1
        server.stop()
