"""Orders out of a file: read, check all of it, preview or book, report every line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils.timezone import localdate

from shunda.channels import booking, checks, missing, placing, queries, reasons, report, staging
from shunda.channels.lines import Progress, is_lines, quiet
from shunda.channels.mapping import Mapping as FileMapping
from shunda.channels.models import ImportRun
from shunda.channels.reading import opened
from shunda.channels.report import Report
from shunda.channels.states import RUN, RunStatus
from shunda.core import sequence
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal, Refused
from shunda.customers.models import PaymentTerm
from shunda.files import steps as stored
from shunda.files.specs import Upload
from shunda.inventory.models import Warehouse


def import_orders(
    path: Path | str,
    mapping: str | Mapping[str, Any] | FileMapping | None = None,
    preview: bool = False,  # noqa: FBT001, FBT002  # a switch of the command line
    progress: Progress = quiet,
    *,
    by: Actor,
    at: datetime,
    name: str = "",
) -> Report:
    """Read a file, check all of it, and book every invoice without an error.

    ``mapping`` is a code, stored options, or left out to be recognised by the headings. With ``preview`` nothing is
    booked. Refused are files that are no table, broken, or without the columns the mapping needs. A second run of the
    same file imports nothing twice; an interrupted one is gone on with by importing the file again.
    """
    path = Path(path)
    run = receive(name or path.name, by=by, at=at)
    check(run, path, mapping, progress, by=by, at=at)
    if preview:
        progress(run.total, run.total)
    else:
        start([run.pk], by=by, at=at).one()
        book(run.pk, progress, by=by, at=at)
    return report.of(run.pk)


@action("channels.create_import")
def send(sent: Upload, mapping: str = "", *, by: Actor, at: datetime) -> Outcome[ImportRun]:
    """Keep a file and open a run for it; reading it follows as a job.

    ``mapping`` is a code; empty, it is recognised by the headings. A packed table (.gz) is kept as it
    came. A file with one order in each line (.ndjson) needs no mapping. Refused: files that may not be kept (kind,
    size), a mapping that does not exist.
    """
    chosen = {"code": resolve_mapping(mapping).code} if mapping and not is_lines(sent.name) else None
    kept, refused = stored.store([sent], by=by, at=at, also=("gz", "ndjson", "jsonl"))
    if refused:
        return Outcome([], refused)
    return Outcome([receive(sent.name, by=by, at=at, file_id=kept[0].pk, mapping=chosen)])


@action("channels.create_import")
def receive(name: str, *, by: Actor, at: datetime, file_id: int | None = None, mapping: Any = None) -> ImportRun:
    """Open a run for a file."""
    [number] = sequence.numbers("IM", f"{localdate(at):%Y%m%d}", 1)
    run = ImportRun.objects.create(
        number=number,
        name=name[:200],
        file_id=file_id,
        mapping=mapping or {},
        created_by_id=by.id,
        created_at=at,
    )
    record([happening("import.receive", run, name=run.name)], by=by, at=at)
    return run


def check(
    run: ImportRun,
    path: Path,
    mapping: str | Mapping[str, Any] | FileMapping | None,
    progress: Progress = quiet,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Stage the file and find everything wrong with it; a file that cannot be read fails the run and is refused."""
    try:
        with transaction.atomic():
            if is_lines(run.name):
                read_by, count = placing.look(run, path, by=by, at=at)
            else:
                read_by, count = _stage(run, path, mapping, progress, by=by)
            batch = Batch(ImportRun.objects.all(), [run.pk], RUN, "check")
            batch.note(run.pk, lines=count, mapping=read_by["code"])
            batch.commit(by=by, at=at, stamp="checked_at", mapping=read_by, total=count, done=0).one()
            report.keep(run.pk)
    except Refused as refused:
        with transaction.atomic():
            first = refused.refusals[0]
            stopped = {"code": first.code, "data": dict(first.data)}
            Batch(ImportRun.objects.all(), [run.pk], RUN, "fail").commit(by=by, at=at, error=stopped).one()
        raise
    run.refresh_from_db()


def _stage(run: ImportRun, path: Path, mapping: Any, progress: Progress, *, by: Actor) -> tuple[dict[str, Any], int]:
    def told(count: int) -> None:
        progress(count, 2 * count)

    with opened(path, run.name) as rows:
        if mapping is None:
            chosen, rows = staging.choose(rows, queries.mappings(), run.name)
        else:
            chosen = resolve_mapping(mapping)
        count = staging.stage(run.pk, rows, chosen, run.name, told)
    missing.find(run.pk, chosen, by)
    checks.run_checks(run.pk, chosen)
    return chosen.as_dict(), count


def resolve_mapping(mapping: str | Mapping[str, Any] | FileMapping) -> FileMapping:
    """The mapping that is meant by a code or by options; refused when there is none."""
    if isinstance(mapping, FileMapping):
        return mapping
    if not isinstance(mapping, str):
        return FileMapping.of(mapping)
    known = {one.code: one for one in queries.mappings()}
    if mapping not in known:
        raise Refused(reasons.UNKNOWN_MAPPING(code=mapping, possible=", ".join(known)))
    return known[mapping]


@action(RUN["start"].permission)
def start(ids: list[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None) -> Outcome[ImportRun]:
    """Let checked runs be booked; the booking itself follows as a job (or at once from the command line)."""
    batch = Batch(queries.seen_by(by), ids, RUN, "start", versions=versions)
    return batch.commit(by=by, at=at, done=0)


@action(RUN["discard"].permission)
def discard(
    ids: list[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[ImportRun]:
    """Forget what runs have read; nothing of them was booked."""
    batch = Batch(queries.seen_by(by), ids, RUN, "discard", versions=versions)
    outcome = batch.commit(by=by, at=at)
    pks = [run.pk for run in outcome.done]
    queries.lines().filter(run__in=pks).delete()
    queries.findings().filter(run__in=pks).delete()
    return outcome


def book(run_id: int, progress: Progress = quiet, *, by: Actor, at: datetime, path: Path | None = None) -> None:
    """Book a started run; running it again goes on where it stopped, and does nothing to a finished one.

    ``path`` is the file, where its orders are placed line by line; those of a table are staged.
    """
    with alone(run_id) as ours:
        run = ImportRun.objects.get(pk=run_id)
        if ours and run.status == RunStatus.BOOKING:
            if report.is_lines_run(run):
                assert path is not None
                _place(run, path, progress, by=by, at=at)
            else:
                _book(run, progress, by=by, at=at)


def _place(run: ImportRun, path: Path, progress: Progress, *, by: Actor, at: datetime) -> None:
    made = placing.place(run, path, progress, by=by, at=at)
    with transaction.atomic():
        batch = Batch(ImportRun.objects.all(), [run.pk], RUN, "finish")
        batch.commit(by=by, at=at, stamp="finished_at", done=run.total).one()
        report.keep(run.pk, placed=made.placed, before=made.replayed)


def _book(run: ImportRun, progress: Progress, *, by: Actor, at: datetime) -> None:
    run_id, mapping = run.pk, FileMapping.of(run.mapping)
    total = max(run.total, 1)
    with transaction.atomic():
        missing.create(run_id, mapping, by=by, at=at)
        warehouse = _named(Warehouse.objects, "warehouse", mapping.warehouse)
        term = _named(PaymentTerm.objects, "payment term", mapping.term)
    setting = booking.Setting(run_id, mapping, warehouse, term)
    booking.book(setting, by=by, at=at, told=lambda done: progress(min(total + done, 2 * total), 2 * total))
    with transaction.atomic():
        Batch(ImportRun.objects.all(), [run_id], RUN, "finish").commit(
            by=by, at=at, stamp="finished_at", done=run.total
        ).one()
        report.keep(run_id)
    progress(2 * total, 2 * total)


LOCK = 7_486_326  # a number no other advisory lock of this database uses, with the run beside it


@contextmanager
def alone(run_id: int) -> Iterator[bool]:
    """Whether nobody else books this run; held over its many transactions."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [LOCK, run_id % 2**31])
        ours = bool((cursor.fetchone() or [False])[0])
        try:
            yield ours
        finally:
            if ours:
                cursor.execute("select pg_advisory_unlock(%s, %s)", [LOCK, run_id % 2**31])


def _named(rows: Any, what: str, code: str) -> int | None:
    if not code:
        return None
    found = rows.filter(code__iexact=code).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(reasons.NOT_SET_UP(what=what, code=code))
    return int(found)


__all__ = [
    "Refusal",
    "book",
    "check",
    "discard",
    "import_orders",
    "receive",
    "resolve_mapping",
    "send",
    "start",
]
