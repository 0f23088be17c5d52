"""Backups: a database as one file in PostgreSQL's own format, checked when made and when put back."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from shunda.runtime import binaries
from shunda.runtime.binaries import PostgresError
from shunda.runtime.language import gettext as _

Progress = Callable[[int, int], None]
_TABLE = re.compile(r"dumping contents of table|processing data for table|finished item \d+ TABLE DATA")
_COUNT_TABLES = """
    select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname not like 'pg\\_%'
"""


def save(url: str, target: Path, progress: Progress) -> int:
    """Write a backup of the database to a file and read all of it back; returns how many tables it holds.

    The file appears when it is complete and checked; what was there before stays until then.
    """
    unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        unfinished.touch(mode=0o600)
        with psycopg.connect(url) as connection:
            tables = _count(connection)
        _run(url, "pg_dump", ["--format=custom", "--verbose", f"--file={unfinished}"], tables, progress)
        if len(contents(unfinished)) < tables:
            raise PostgresError(_("The backup is incomplete; nothing was written."))
        _run(None, "pg_restore", [f"--file={os.devnull}", str(unfinished)], 0, progress)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return tables


def holds_tables(url: str) -> bool:
    """Whether there is anything in a database that a restore would replace, whoever put it there."""
    with psycopg.connect(url) as connection:
        return _count(connection) > 0


def contents(archive: Path) -> list[str]:
    """The names of the tables in a backup file. Refuses a file that is none."""
    done = subprocess.run(
        [binaries.find().path("pg_restore"), "--list", str(archive)],
        capture_output=True,
        text=True,
        check=False,
        env=binaries.clean_environment(),
    )
    if done.returncode:
        raise PostgresError(_("%(file)s is no backup: %(why)s") % {"file": archive, "why": done.stderr.strip()})
    return re.findall(r"^\d+; \d+ \d+ TABLE DATA \S+ (\S+)", done.stdout, re.MULTILINE)


def put_back(url: str, archive: Path, progress: Progress) -> int:
    """Replace the database by the content of a backup; returns how many tables it has then.

    The backup is restored into a new database beside the old one. Only when that has succeeded does it take the
    name, and the old one goes; whatever fails before, the old database is as it was.
    """
    tables = contents(archive)
    name = str(conninfo_to_dict(url)["dbname"])
    fresh, old = f"{name}_restored_{os.getpid()}", f"{name}_replaced_{os.getpid()}"
    server = make_conninfo(url, dbname="postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        _execute(connection, "create database {} template template0", fresh)
        try:
            arguments = ["--exit-on-error", "--no-owner", "--no-privileges", "--no-comments", "--verbose", str(archive)]
            _run(make_conninfo(url, dbname=fresh), "pg_restore", arguments, len(tables), progress)
            with psycopg.connect(make_conninfo(url, dbname=fresh), autocommit=True) as restored:
                found = _count(restored)
                restored.execute("analyze")
            if found < len(tables):
                raise PostgresError(_("The backup could not be restored completely; nothing was changed."))
            with connection.transaction():
                _execute(connection, "alter database {} rename to {}", name, old)
                _execute(connection, "alter database {} rename to {}", fresh, name)
        except BaseException:
            _execute(connection, "drop database if exists {} with (force)", fresh)
            raise
        _execute(connection, "drop database {} with (force)", old)
    return found


def _execute(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _count(connection: psycopg.Connection) -> int:
    row = connection.execute(_COUNT_TABLES).fetchone()
    return int(row[0]) if row else 0


def _run(url: str | None, program: str, arguments: Sequence[str], tables: int, progress: Progress) -> None:
    """Run a client program to its end, counting the tables it speaks of; raises `PostgresError` with its words.

    The password goes through the environment: a command line is readable by every user of the machine.
    """
    environment = binaries.clean_environment()
    command = [binaries.find().path(program)]
    if url:
        parameters = conninfo_to_dict(url)
        environment["PGPASSWORD"] = str(parameters.pop("password", "") or "")
        command.append(f"--dbname={make_conninfo('', **parameters)}")
    command += arguments
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, errors="replace") as process:
        words: list[str] = []
        done = 0
        for line in process.stderr or ():
            words = [*words[-20:], line]
            if _TABLE.search(line) and tables:
                done = min(done + 1, tables)
                progress(done, tables)
    if process.returncode:
        errors = [line for line in words if "error:" in line] or words
        raise PostgresError(f"{program}: {''.join(errors).strip()}")
