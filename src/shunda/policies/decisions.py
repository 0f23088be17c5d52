"""Deciding by a table: the version in force is asked, and the ruling says which table, version and rows decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.timezone import localtime

from shunda.policies.grid import Grid, Remark
from shunda.policies.models import TableVersion
from shunda.policies.states import TableStatus
from shunda.policies.tables import TABLES, Row, Table

PRESET = 0
"""The number of the version that comes with Shunda."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a table decided about one case: the rows that fit (from 1), their outcomes, and the facts looked at."""

    table: str
    version: int
    rows: tuple[int, ...]
    outcomes: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any]

    @property
    def first(self) -> Mapping[str, Any] | None:
        """The outcome of the first row that fits; none when no row does."""
        return self.outcomes[0] if self.outcomes else None

    def trace(self) -> dict[str, Any]:
        """What is kept with the thing decided, and read again by "why?"."""
        return {"table": self.table, "version": self.version, "rows": list(self.rows)}


@dataclass(frozen=True)
class Edition:
    """A version ready to decide."""

    table: Table
    number: int
    grid: Grid
    outcomes: tuple[Mapping[str, Any], ...]

    def rule(self, facts: Mapping[str, Any]) -> Ruling:
        """Decide one case."""
        hits = self.grid.hits(facts)
        return Ruling(
            self.table.name, self.number, tuple(i + 1 for i in hits), tuple(self.outcomes[i] for i in hits), facts
        )


def decide(name: str, cases: Iterable[Mapping[str, Any]], *, at: datetime) -> list[Ruling]:
    """Decide cases by the table's version in force at that moment: one query, however many cases.

    A case gives a fact for each input of the table: numbers as Decimal or int, names as text, yes or no as such.
    """
    holding = in_force(name, at)
    return [holding.rule(facts) for facts in cases]


def in_force(name: str, at: datetime) -> Edition:
    """The newest published version whose days include that moment; the preset when there is none."""
    found = published(name, at).values_list("pk", flat=True).first()
    return edition(name, found)


def published(name: str | None, at: datetime) -> QuerySet[TableVersion]:
    """The published versions of a table (of all of them) that may decide at that moment, newest first."""
    day = localtime(at).date()
    rows = TableVersion.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        status=TableStatus.PUBLISHED,
        published_at__lte=at,
    ).order_by("-number")
    return rows if name is None else rows.filter(table=name)


@lru_cache(maxsize=64)
def edition(name: str, pk: int | None) -> Edition:
    """A published version (none: the preset), made ready once in each process: it never changes."""
    if pk is None:
        return prepare(TABLES[name], PRESET, TABLES[name].preset)
    return edition_of(TableVersion.objects.get(pk=pk))


def edition_of(version: TableVersion) -> Edition:
    """Any version made ready, also a draft."""
    return prepare(TABLES[version.table], version.number, rows_of(version))


def remarks(version: TableVersion | None, ready: Edition) -> list[Remark]:
    """Gaps, overlaps and dead rows of a version, as they were found when it was written; none is the preset."""
    return ready.grid.read(version.remarks) if version else _preset_remarks(ready.table.name)


@cache
def _preset_remarks(name: str) -> list[Remark]:
    return edition(name, None).grid.remarks()


def prepare(table: Table, number: int, rows: Sequence[Row]) -> Edition:
    """Rows made ready to decide."""
    return Edition(table, number, Grid(table, rows), tuple(table.outcome(row) for row in rows))


def rows_of(version: TableVersion) -> list[Row]:
    """The rows of a version."""
    return [Row(row["when"], row["then"], row.get("note", "")) for row in version.rows]


def rows_in_force(table: Table, at: datetime) -> list[Row]:
    """The rows that decide at that moment, to begin a draft with."""
    newest = published(table.name, at).first()
    return rows_of(newest) if newest else list(table.preset)


def rows_of_number(table: Table, number: int) -> list[Row]:
    """The rows of a version by its number; 0 is the preset."""
    if number == PRESET:
        return list(table.preset)
    found = TableVersion.objects.filter(table=table.name, number=number).first()
    return rows_of(found) if found else []


def numbers_in_force(at: datetime) -> dict[str, int]:
    """The number of the version that decides now, by table; tables of the preset are left out."""
    found = published(None, at).order_by("table", "-number").distinct("table")
    return dict(found.values_list("table", "number"))


def versions(name: str) -> QuerySet[TableVersion]:
    """Every version of a table, newest first."""
    return TableVersion.objects.filter(table=name).order_by("-number")


def explain(trace: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that decided, cell by cell, as people read them: what "why?" opens. Empty for a table gone by now."""
    table = TABLES.get(str(trace.get("table", "")))
    if table is None:
        return []
    rows = rows_of_number(table, trace["version"])
    found = [(number, rows[number - 1]) for number in trace["rows"] if 0 < number <= len(rows)]
    return [
        {
            "table": table,
            "version": trace["version"],
            "number": number,
            "when": [(one.label, text) for one in table.inputs if (text := table.shown_when(row, one.name))],
            "then": [(one.label, text) for one in table.outputs if (text := table.shown_then(row, one.name))],
            "note": table.shown_note(row),
        }
        for number, row in found
    ]
