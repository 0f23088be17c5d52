"""Versions of decision tables: drafted, edited, tried on what happened, proposed, published by a second person."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.policies import decisions, reasons
from shunda.policies.grid import Grid
from shunda.policies.models import TableVersion, Trial
from shunda.policies.specs import TableSpec
from shunda.policies.states import TABLE, TableStatus
from shunda.policies.tables import TABLES, Fault, Preset, Row, checked, read

REMARK_LENGTH = 200
TRIAL_DAYS = 30
Versions = Mapping[int, int] | None


@action("policies.edit_table")
def draft_table(names: Sequence[str], *, by: Actor, at: datetime, preset: str = "") -> Outcome[TableVersion]:
    """Begin a new version of each table, with the rows that decide now (R060), or those of a preset.

    Refused, by index: an unknown table or preset, a table that has a draft already.
    """
    with connection.cursor() as cursor:  # two who begin a draft of one table wait for each other
        cursor.execute("select pg_advisory_xact_lock(hashtext('policies.draft_table'))")
    newest = dict(
        TableVersion.objects.filter(table__in=names).values_list("table").annotate(Max("number")).order_by("table")
    )
    open_ones = dict(
        TableVersion.objects.filter(table__in=names, status__in=[TableStatus.DRAFT, TableStatus.PROPOSED]).values_list(
            "table", "number"
        )
    )
    made: list[TableVersion] = []
    refused: list[Refusal] = []
    for index, name in enumerate(names):
        if name not in TABLES:
            refused.append(reasons.UNKNOWN_TABLE(index, where="name", name=name[:60]))
        elif preset and not _preset(name, preset):
            refused.append(reasons.UNKNOWN_PRESET(index, where="preset", name=preset[:60]))
        elif name in open_ones:
            refused.append(reasons.DRAFT_OPEN(index, where="name", number=open_ones[name]))
        else:
            open_ones[name] = newest.get(name, 0) + 1
            made.append(_draft(name, open_ones[name], preset, by, at))
    done = TableVersion.objects.bulk_create(made)
    record([happening("table.draft", row, table=row.table, number=row.number) for row in done], by=by, at=at)
    return Outcome(done, refused)


def _preset(table: str, name: str) -> Preset | None:
    return next((preset for preset in TABLES[table].presets if preset.name == name), None)


def _draft(name: str, number: int, preset: str, by: Actor, at: datetime) -> TableVersion:
    chosen = _preset(name, preset)
    rows = list(chosen.rows) if chosen else decisions.rows_in_force(TABLES[name], at)
    return TableVersion(
        note=str(chosen.label)[:REMARK_LENGTH] if chosen else "",
        table=name,
        number=number,
        rows=[row.as_dict() for row in rows],
        remarks=Grid(TABLES[name], rows).kept(),
        authors=[by.id] if by.id else [],
        written_by=by.name,
        written_at=at,
    )


@action("policies.edit_table")
def edit_table(
    specs: Sequence[TableSpec], *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[TableVersion]:
    """Give drafts other rows, days and a note. Whoever writes in a draft is an author and cannot publish it.

    Refused: every cell that cannot be (``where`` is ``rows.<index>.<column>``), more rows than a table may have, days
    in the wrong order.
    """
    wanted = {spec.id: spec for spec in specs}
    batch = Batch(TableVersion.objects.all(), wanted, TABLE, "edit", versions=versions)
    clean: dict[int, list[Row]] = {}

    def wrong(row: TableVersion) -> list[Refusal]:
        spec = wanted[row.pk]
        table = TABLES[row.table]
        clean[row.pk], faults = read(table, spec.rows)
        faults += checked(table, clean[row.pk], spec.rows) if not faults else []
        why = [_refusal(row.pk, fault) for fault in faults]
        if spec.valid_from and spec.valid_until and spec.valid_until < spec.valid_from:
            dates = {"since": spec.valid_from.isoformat(), "until": spec.valid_until.isoformat()}
            why.append(reasons.BAD_DATES(row.pk, where="valid_until", **dates))
        if len(spec.note) > REMARK_LENGTH:
            why.append(reasons.NOTE_TOO_LONG(row.pk, where="note", most=REMARK_LENGTH))
        return why

    batch.refuse_if(wrong)
    for row in batch:
        spec = wanted[row.pk]
        rows = [each.as_dict() for each in clean[row.pk]]
        authors = sorted({*row.authors, *([by.id] if by.id else [])})
        changes = {
            "rows": rows, "note": spec.note.strip(), "valid_from": spec.valid_from, "valid_until": spec.valid_until,
            "authors": authors, "written_by": by.name, "written_at": at,
            "remarks": Grid(TABLES[row.table], clean[row.pk]).kept(),
        }  # fmt: skip
        said = {"rows": [len(row.rows), len(rows)]} if rows != row.rows else {}
        batch.amend(row, changes, said=said)
        batch.note(row.pk, table=row.table, number=row.number)
    return batch.commit(by=by, at=at)


def _refusal(pk: int, fault: Fault) -> Refusal:
    return fault.reason(pk, where=fault.where, **fault.data)


@action("policies.propose_table")
def propose_table(ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[TableVersion]:
    """Say that drafts are ready to be published by somebody else. Refused: no rows, the same rows as hold now."""
    batch = Batch(TableVersion.objects.all(), ids, TABLE, "propose", versions=versions)
    holding = {row.table: decisions.rows_in_force(TABLES[row.table], at) for row in batch}

    def why_not(row: TableVersion) -> Refusal | None:
        if not row.rows:
            return reasons.NO_ROWS(row.pk, where="rows")
        return reasons.SAME_ROWS(row.pk) if row.rows == [each.as_dict() for each in holding[row.table]] else None

    batch.refuse_if(why_not)
    _name(batch)
    return batch.commit(by=by, at=at)


@action("policies.publish_table")
def publish_table(ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[TableVersion]:
    """Let proposed versions decide, from now or from their first day on; never by an author (four-eyes rule)."""
    batch = Batch(TableVersion.objects.all(), ids, TABLE, "publish", versions=versions)
    batch.refuse_if(lambda row: reasons.OWN_DRAFT(row.pk) if by.id in row.authors else None)
    _name(batch)
    return batch.commit(by=by, at=at, stamp="published_at", published_by=by.name)


@action("policies.publish_table")
def return_table(
    ids: Collection[int], remark: str, *, by: Actor, at: datetime, versions: Versions = None
) -> Outcome[TableVersion]:
    """Give proposed versions back to their authors, with what is to be changed."""
    batch = Batch(TableVersion.objects.all(), ids, TABLE, "return", versions=versions)
    text = remark.strip()
    batch.refuse_if(lambda row: None if text else reasons.REMARK_NEEDED(row.pk, where="remark"))
    batch.refuse_if(
        lambda row: (
            reasons.NOTE_TOO_LONG(row.pk, where="remark", most=REMARK_LENGTH) if len(text) > REMARK_LENGTH else None
        )
    )
    _name(batch, remark=text)
    return batch.commit(by=by, at=at)


@action("policies.edit_table")
def drop_table(ids: Collection[int], *, by: Actor, at: datetime, versions: Versions = None) -> Outcome[TableVersion]:
    """Give drafts up; they stay readable."""
    batch = Batch(TableVersion.objects.all(), ids, TABLE, "drop", versions=versions)
    _name(batch)
    return batch.commit(by=by, at=at)


@action("policies.edit_table")
def try_table(ids: Collection[int], *, by: Actor, at: datetime, days: int = TRIAL_DAYS) -> Outcome[Trial]:
    """Try versions on what was decided in the last days, in the background: which decisions would have been others.

    Refused: a version of a table that has no history to be tried on.
    """
    rows = {row.pk: row for row in TableVersion.objects.filter(pk__in=ids).order_by("pk")}
    refused = [reasons.UNKNOWN_TABLE(pk, name=str(pk)) for pk in sorted(set(ids) - rows.keys())]
    refused += [reasons.NO_HISTORY(row.pk) for row in rows.values() if TABLES[row.table].history is None]
    trials = [
        Trial(
            draft=row,
            draft_version=row.version,
            against=decisions.in_force(row.table, at).number,
            since=at - timedelta(days=days),
            until=at,
            asked_by=by.name,
            asked_at=at,
        )
        for row in rows.values()
        if TABLES[row.table].history is not None
    ]
    done = Trial.objects.bulk_create(trials)
    record([happening("table.try", row, draft=row.draft_id) for row in done], by=by, at=at)
    return Outcome(done, refused)


def _name(batch: Batch[TableVersion], **data: Any) -> None:
    for row in batch:
        batch.note(row.pk, table=row.table, number=row.number, **data)
