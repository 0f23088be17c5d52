"""Writing what a list shows into a file: at once when it is short, as a job with progress when it is long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.text import slugify

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import NotPermitted, Refusal
from shunda.lists import queries, reasons
from shunda.lists.models import Export, Format
from shunda.lists.specs import ExportSpec
from shunda.lists.steps import about, write
from shunda.web import tables

AT_ONCE = 5000
"""Up to so many rows are written while one waits; more of them are a job."""

EXCEL_ROWS = 1_048_575
"""What a sheet holds under its head."""

RUNNING = 3
"""So many exports of one person are written at a time."""


@action("lists.create_export")
def export(spec: ExportSpec, *, by: Actor, at: datetime) -> Outcome[Export]:
    """Write exactly what a list shows for a query, with the chosen columns, into an Excel or CSV file (R222).

    Personal data is masked as on the page. Up to 5,000 rows are written here; more become a job
    (event ``export.request``). Each finished file is an event with page, query, columns and number of rows. Refused:
    a list the actor may not see, an unknown column, more rows than an Excel sheet holds, a fourth file at a time.
    """
    if by.id is None:
        raise NotPermitted("lists.own")
    table = tables.table(spec.page)
    if table is None or not by.may(table.permission):
        return Outcome([], [reasons.NO_LIST(0, page=spec.page[:60], where="page")])
    refused = list(_why_not(spec, table, by))
    if refused:
        return Outcome([], refused)
    with translation.override(spec.language):
        stem = slugify(str(table.title), allow_unicode=True) or "export"
    row = Export.objects.create(
        page=spec.page,
        query=spec.query,
        columns=list(spec.columns) or list(queries.layout_of(by, spec.page).columns),
        format=spec.format,
        language=spec.language,
        owner_id=by.id,
        name=f"{stem}-{timezone.localtime(at):%Y%m%d-%H%M}.{spec.format}",
        asked_at=at,
    )
    if table.more_than(AT_ONCE, spec.query, by):
        record([happening("export.request", row, **about(row))], by=by, at=at)
    else:
        write(row, table, by=by, at=at)
    return Outcome([row])


def _why_not(spec: ExportSpec, table: tables.Table[Any], by: Actor) -> Iterator[Refusal]:
    known = {column.name for column in table.columns}
    for name in spec.columns:
        if name not in known:
            yield reasons.UNKNOWN_COLUMN(0, column=name[:40], where="columns")
    running = queries.exports_of(by).filter(finished_at__isnull=True).count()
    if running >= RUNNING:
        yield reasons.TOO_BUSY(0, running=running)
    if spec.format == Format.XLSX and table.more_than(EXCEL_ROWS, spec.query, by):
        yield reasons.TOO_LONG_FOR_EXCEL(0, most=EXCEL_ROWS, where="format")
