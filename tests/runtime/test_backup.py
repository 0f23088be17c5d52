from pathlib import Path

import psycopg
import pytest

from shunda.cli import stamp
from shunda.runtime import archive
from shunda.runtime.binaries import PostgresError
from shunda.runtime.home import locked
from shunda.runtime.postgres import Server
from tests.runtime.conftest import Installation


@pytest.fixture
def server(installation: Installation) -> Server:
    """A running server with two tables of content, as if Shunda had been started on it."""
    server = Server(installation.home)
    server.start()
    with psycopg.connect(server.url) as connection:
        connection.execute("create table orders as select id, '订单' || id as number from generate_series(1, 5000) id")
        connection.execute("create table contents as select decode('00ff', 'hex') as data")
    stamp.write(server.url, first_start="empty")
    return server


def contents(server: Server) -> tuple[object, ...] | None:
    with psycopg.connect(server.url) as connection:
        return connection.execute("select count(*), max(number), (select data from contents) from orders").fetchone()


def test_a_backup_made_while_running_brings_everything_back(server: Server, installation: Installation, tmp_path: Path):
    file, before = tmp_path / "all.backup", contents(server)
    saved = installation.run("backup", str(file))
    assert saved.returncode == 0, saved.stderr
    assert "3 tables saved" in saved.stdout
    with psycopg.connect(server.url) as connection:
        connection.execute("delete from orders")
        connection.execute("create table later ()")
        connection.execute("drop table shunda_start")  # data that Shunda has not put there counts too

    refused = installation.run("restore", str(file))
    assert (refused.returncode, "--force" in refused.stderr) == (1, True)
    restored = installation.run("restore", "--force", str(file))
    assert restored.returncode == 0, restored.stderr
    assert contents(server) == before
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select to_regclass('later')").fetchone() == (None,)
        names = {name for (name,) in connection.execute("select datname from pg_database")}
    assert names == {"shunda", "postgres", "template0", "template1"}


def test_a_backup_restores_into_a_new_home_folder(server: Server, installation: Installation, tmp_path: Path):
    file, before = tmp_path / "all.backup", contents(server)
    assert installation.run("backup", str(file)).returncode == 0
    new = Installation(tmp_path / "new")
    assert new.run("restore", str(file)).returncode == 0
    other = Server(new.home)
    assert other.process() is None
    other.start()
    try:
        assert contents(other) == before
    finally:
        other.stop()


def test_an_existing_file_is_kept_unless_told_otherwise(server: Server, installation: Installation, tmp_path: Path):
    file = tmp_path / "all.backup"
    file.write_text("precious")
    assert installation.run("backup", str(file)).returncode == 1
    assert file.read_text() == "precious"
    assert installation.run("backup", "--force", str(file)).returncode == 0
    assert len(archive.contents(file)) == 3
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["all.backup"]


def test_a_file_that_is_no_backup_and_a_damaged_one_change_nothing(
    server: Server, installation: Installation, tmp_path: Path
):
    file, before = tmp_path / "all.backup", contents(server)
    archive.save(server.url, file, lambda done, total: None)
    damaged = tmp_path / "damaged.backup"
    content = file.read_bytes()
    damaged.write_bytes(content[: len(content) * 2 // 3])
    (tmp_path / "letter.txt").write_text("Dear customer")
    for name in ("damaged.backup", "letter.txt"):
        refused = installation.run("restore", "--force", str(tmp_path / name))
        assert refused.returncode == 1, name
        assert contents(server) == before
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select count(*) from pg_database").fetchone() == (4,)


def test_a_backup_that_fails_leaves_no_file(tmp_path: Path):
    with pytest.raises((PostgresError, psycopg.OperationalError)):
        archive.save("postgresql://shunda@127.0.0.1:1/shunda", tmp_path / "all.backup", lambda done, total: None)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_restored_under_a_running_shunda(server: Server, installation: Installation, tmp_path: Path):
    file = tmp_path / "all.backup"
    archive.save(server.url, file, lambda done, total: None)
    with locked(installation.home / "up.lock", wait=False):
        refused = installation.run("restore", "--force", str(file))
    assert refused.returncode == 1
    assert "end it first" in refused.stderr


def test_without_a_database_there_is_nothing_to_save(installation: Installation, tmp_path: Path):
    refused = installation.run("backup", str(tmp_path / "all.backup"))
    assert refused.returncode == 1
    assert "shunda up" in refused.stderr


def test_commands_speak_the_users_language_and_say_how_they_ended(installation: Installation):
    assert installation.run("--help").returncode == 0
    assert installation.run("nosuch").returncode == 2
    assert installation.run("backup").returncode == 2
    assert "用法" in installation.run("--help", SHUNDA_LANG="zh").stdout
    assert "没有运行" in installation.run("status", LANG="zh_CN.UTF-8").stdout
