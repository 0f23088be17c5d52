"""Notes of earlier starts, kept in the database they are about, so that a start with nothing new to do is quick."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from shunda.runtime.home import home

PACKAGE = Path(__file__).resolve().parents[1]
BRINGS_TABLES = ("django", "django-allauth", "django-axes", "procrastinate", "django-pgtrigger")


def fingerprint() -> str:
    """A hash that differs when any code, static file or table-bringing dependency differs."""
    parts = []
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" or "static" in path.parts:
            stat = path.stat()
            parts.append(f"{path.relative_to(PACKAGE)} {stat.st_mtime_ns} {stat.st_size}")
    for name in BRINGS_TABLES:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            parts.append(name)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def read(url: str) -> dict[str, Any]:
    """All notes in this database; empty in one that Shunda has not started on."""
    import psycopg

    with psycopg.connect(url) as connection:
        if connection.execute("select to_regclass('shunda_start')").fetchone() == (None,):
            return {}
        return {key: json.loads(value) for key, value in connection.execute("select key, value from shunda_start")}


def write(url: str, **notes: Any) -> None:
    """Add or change notes."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.execute("create table if not exists shunda_start (key text primary key, value text not null)")
        for key, value in notes.items():
            connection.execute(
                "insert into shunda_start values (%s, %s) on conflict (key) do update set value = excluded.value",
                [key, json.dumps(value)],
            )


def is_prepared(notes: dict[str, Any]) -> bool:
    """Whether nothing has changed since the database and the static files of this home folder were prepared."""
    collected = home() / "static" / ".fingerprint"
    current = fingerprint()
    return notes.get("prepared") == current and collected.exists() and collected.read_text() == current
