"""What follows from a file that was sent in: reading it, and booking it once somebody said so."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import structlog

from shunda.accounts.queries import actors_for
from shunda.channels import files
from shunda.channels.models import ImportRun
from shunda.channels.report import is_lines_run
from shunda.channels.states import RunStatus
from shunda.core.actor import Actor
from shunda.core.refusal import Refused

logger = structlog.get_logger()


def check(ids: list[int], at: datetime) -> None:
    """Read and check files that were sent in; what cannot be read fails its run, which says why."""
    for run, actor in _runs(ids, RunStatus.RECEIVED):
        with _on_disk(run) as path:
            try:
                files.check(run, path, run.mapping.get("code") or None, by=actor, at=at)
            except Refused as refused:
                logger.warning("import.failed", run=run.number, reason=str(refused))


def book(ids: list[int], at: datetime) -> None:
    """Book runs that were started; goes on where an interrupted one stopped."""
    for run, actor in _runs(ids, RunStatus.BOOKING):
        if is_lines_run(run):
            with _on_disk(run) as path:
                files.book(run.pk, by=actor, at=at, path=path)
        else:
            files.book(run.pk, by=actor, at=at)


@contextmanager
def _on_disk(run: ImportRun) -> Iterator[Path]:
    """The file of a run, as long as it is read; packed ones are told by their ending."""
    assert run.file is not None
    with tempfile.TemporaryDirectory(prefix="shunda-import-") as folder:
        path = Path(folder) / ("file.gz" if run.name.lower().endswith(".gz") else "file")
        path.write_bytes(bytes(run.file.content.data))
        yield path


def _runs(ids: list[int], status: str) -> list[tuple[ImportRun, Actor]]:
    """Runs whose file is kept here, with who sent it; those from the command line are done there."""
    runs = ImportRun.objects.filter(pk__in=ids, status=status, file__isnull=False).select_related("file__content")
    actors = actors_for({run.created_by_id for run in runs if run.created_by_id}, source="import")
    return [(run, actors[run.created_by_id]) for run in runs.order_by("pk") if run.created_by_id in actors]
