"""What follows from an export that is too long to wait for, and forgetting files nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from shunda.accounts.queries import actors_for
from shunda.core.actor import Actor
from shunda.core.refusal import Reason
from shunda.lists import reasons, steps
from shunda.lists.models import Export, ExportPart
from shunda.web import tables

logger = structlog.get_logger()

KEPT = timedelta(days=7)
"""So long a file waits to be fetched; the record of it stays."""


def write(ids: list[int], at: datetime) -> None:
    """Write exports that were asked for and are not finished; one whose owner lost the right to see it says so."""
    waiting = list(Export.objects.filter(pk__in=ids, finished_at__isnull=True).order_by("pk"))
    people = actors_for({row.owner_id for row in waiting}, source="web")
    for row in waiting:
        _write(row, people.get(row.owner_id), at)


def _write(row: Export, by: Actor | None, at: datetime) -> None:
    table = tables.table(row.page)
    if table is None or by is None or not by.may(table.permission) or not by.may("lists.create_export"):
        _fail(row, reasons.NO_ACCESS, at)
        return
    try:
        steps.write(row, table, by=by, at=at)
    except Exception:
        logger.exception("export.failed", export=row.pk, page=row.page)
        _fail(row, reasons.STOPPED, at)


def _fail(row: Export, why: Reason, at: datetime) -> None:
    Export.objects.filter(pk=row.pk).update(finished_at=at, error={"code": why.code, "data": {}})


def forget(at: datetime) -> None:
    """Delete files that waited to be fetched for a week; the records of them stay."""
    old = Export.objects.filter(finished_at__lt=at - KEPT, forgotten_at__isnull=True)
    ids = list(old.values_list("pk", flat=True))
    ExportPart.objects.filter(export__in=ids).delete()
    Export.objects.filter(pk__in=ids).update(forgotten_at=at)
