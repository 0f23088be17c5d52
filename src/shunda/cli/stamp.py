"""Notes of earlier starts, kept in the database they are about, so that a start with nothing new to do is quick."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from shunda.runtime.home import home

PACKAGE = Path(__file__).resolve().parents[1]
BUILDING = "building"
BRINGS_TABLES = ("django", "django-allauth", "django-axes", "procrastinate", "django-pgtrigger")


def of_code() -> str:
    """A hash that differs when any code or any dependency that brings tables differs."""
    parts = _files(path for path in PACKAGE.rglob("*.py"))
    for name in BRINGS_TABLES:
        try:
            parts.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            parts.append(name)
    return _hash(parts)


def of_static() -> str:
    """A hash that differs when any file that browsers fetch differs, ours or the administration's of Django."""
    return _hash([*_files(PACKAGE.glob("*/static/**/*")), version("django"), version("django-ninja")])


def _files(paths: Iterable[Path]) -> list[str]:
    described = []
    for path in sorted(paths):
        stat = path.stat()
        described.append(f"{path.relative_to(PACKAGE)} {stat.st_mtime_ns} {stat.st_size}")
    return described


def _hash(parts: list[str]) -> str:
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


def static_is_collected() -> bool:
    """Whether the static files of this home folder are the present ones."""
    collected = home() / "static" / ".stamp"
    return collected.exists() and collected.read_text() == of_static()


def note_static() -> None:
    """Note that the static files of this home folder are the present ones."""
    (home() / "static" / ".stamp").write_text(of_static())


def begin(url: str) -> None:
    """Note that the demo company is being built, so that a start after a kill knows not to trust what is there."""
    write(url, first_start=BUILDING)


def was_interrupted(notes: dict[str, Any]) -> bool:
    """Whether the first start ended while it was building the demo company."""
    return notes.get("first_start") == BUILDING


def is_new(notes: dict[str, Any]) -> bool:
    """Whether the first start of this database is not over."""
    return notes.get("first_start") in (None, BUILDING)


def is_prepared(notes: dict[str, Any]) -> bool:
    """Whether nothing has changed since this database and the files of this home folder were prepared."""
    return not is_new(notes) and notes.get("prepared") == of_code() and static_is_collected()
