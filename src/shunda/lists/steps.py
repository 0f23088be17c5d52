"""Writing the file of an export, for the action that does it at once and the job that takes its time."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import translation

from shunda.core.actor import Actor
from shunda.core.batch import happening
from shunda.core.event import record
from shunda.lists.files import write_file
from shunda.lists.models import Export, ExportPart
from shunda.web.tables import Table

PART = 1024 * 1024
"""A file is kept in pieces of so many bytes."""


def about(row: Export) -> dict[str, Any]:
    """What its events say of an export."""
    return {"page": row.page, "query": row.query, "columns": row.columns, "format": row.format}


def write(row: Export, table: Table[Any], *, by: Actor, at: datetime) -> None:
    """Write the file of an export that was asked for, and keep it in parts. Run again, it is written anew.

    The rows are read a thousand at a time, each part as it is at that moment; how far it is can be seen meanwhile.
    """

    def told(rows: int) -> None:
        Export.objects.filter(pk=row.pk).update(rows=rows)

    with tempfile.TemporaryDirectory(prefix="shunda-export-") as folder, translation.override(row.language):
        path = Path(folder) / "file"
        columns = table.chosen(row.columns, by)
        rows = write_file(path, row.format, str(table.title), columns, table.all(row.query, by), told)
        with transaction.atomic():
            ExportPart.objects.filter(export=row).delete()
            with path.open("rb") as file:
                for place, data in enumerate(iter(lambda: file.read(PART), b"")):
                    ExportPart.objects.create(export=row, place=place, data=data)
            row.rows, row.size, row.finished_at = rows, path.stat().st_size, at
            Export.objects.filter(pk=row.pk).update(rows=rows, size=row.size, finished_at=at, error=None)
            record([happening("export.finish", row, **about(row), rows=rows)], by=by, at=at)
