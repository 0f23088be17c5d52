"""Questions to a PostgreSQL server, embedded or not: is it ready, is it ours, is it good enough for Shunda?"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import psycopg
from psycopg import pq, sql

from shunda.runtime.binaries import OLDEST_SUPPORTED, PostgresError
from shunda.runtime.language import gettext as _


class State(Enum):
    """What a port answers."""

    SILENT = "nothing answers"
    STARTING = "PostgreSQL answers, but is not ready yet"
    OURS = "our cluster is ready"
    STRANGER = "somebody else's PostgreSQL"


def state(url: str, data: Path) -> State:
    """What stands behind a URL: this cluster, another one, or nothing that is ready."""
    match pq.PGconn.ping(f"{url}?connect_timeout=2".encode()):
        case pq.Ping.OK:
            return State.OURS if is_of(url, data) else State.STRANGER
        case pq.Ping.REJECT:
            return State.STARTING
    return State.SILENT


def is_of(url: str, data: Path) -> bool:
    """Whether the server behind a URL accepts our password and keeps its data in this folder."""
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute("select current_setting('data_directory')").fetchone()
    except psycopg.OperationalError:
        return False
    return row is not None and Path(str(row[0])).resolve() == data.resolve()


def create_if_missing(maintenance_url: str, name: str) -> None:
    """Create a database on this server if it has none of that name."""
    with psycopg.connect(maintenance_url, autocommit=True) as connection:
        if not connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def server_version(url: str) -> tuple[int, int]:
    """Major and minor version of the server behind a URL."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        number = connection.info.server_version
    return number // 10000, number % 10000


def check(url: str) -> None:
    """Refuse a database that Shunda cannot work with: unreachable, too old, not UTF-8, or blind to Chinese."""
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except (psycopg.Error, UnicodeError) as error:
        raise PostgresError(_("The database cannot be reached: %s") % str(error).strip()) from error
    with connection:
        major = connection.info.server_version // 10000
        if major < OLDEST_SUPPORTED:
            raise PostgresError(
                _("The database server is PostgreSQL %(has)s; Shunda needs %(needs)s or newer.")
                % {"has": major, "needs": OLDEST_SUPPORTED}
            )
        if connection.info.parameter_status("server_encoding") != "UTF8":
            raise PostgresError(_("The database is not in UTF-8: create it with ENCODING 'UTF8'."))
        if not _finds_chinese(connection):
            raise PostgresError(
                _(
                    "The database's character classification (LC_CTYPE) knows no Chinese, so searches would find "
                    "nothing: create it with LC_CTYPE 'C.UTF-8'."
                )
            )


def _finds_chinese(connection: psycopg.Connection) -> bool:
    """Whether Chinese characters count as letters; asked of pg_trgm itself where it is installed."""
    if connection.execute("select 1 from pg_extension where extname = 'pg_trgm'").fetchone():
        question = "select show_trgm('华为') <> '{}'"
    else:
        question = "select '华' ~ '\\w'"
    row = connection.execute(question).fetchone()
    return bool(row and row[0])
