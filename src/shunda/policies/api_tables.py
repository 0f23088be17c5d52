"""The API of decision tables."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Query
from pydantic import Field

from shunda.api.answers import answered
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, In, Items, Out, Page
from shunda.core.refusal import NOT_FOUND, Refused
from shunda.policies import actions, decisions
from shunda.policies.models import TableVersion, Trial, TrialChange
from shunda.policies.specs import TableSpec
from shunda.policies.tables import TABLES, Table

router = Router("decision tables")
VIEW, EDIT, PUBLISH = "policies.view_table", "policies.edit_table", "policies.publish_table"
Name = Annotated[str, Field(max_length=60)]
Cells = Annotated[dict[str, Annotated[str, Field(max_length=400)]], Field(max_length=40)]


class ColumnOut(Out):
    """A column: a fact that is looked at, or an outcome."""

    name: str
    label: str
    hint: Annotated[str, Field(description="What can be typed; empty for an outcome.")]


class RowOut(Out):
    """Conditions that must all be met, what follows, and a note. A cell that is missing is met by every case."""

    when: dict[str, str]
    then: dict[str, str]
    note: str


class PresetOut(Out):
    """Rows a draft can begin with."""

    name: str
    label: str


class TableOut(Out):
    """A decision table with the rows that decide now; version 0 is what Shunda comes with."""

    name: str
    label: str
    help: str
    hit: Annotated[str, Field(description="first: the first row that fits decides; every: each row that fits.")]
    otherwise: Annotated[str, Field(description="What holds where no row fits; empty: that is a gap.")]
    inputs: list[ColumnOut]
    outputs: list[ColumnOut]
    presets: list[PresetOut]
    version: int
    rows: list[RowOut]


class VersionOut(Out):
    """A version of a table. ``version`` is for the next change, ``number`` what people call it."""

    id: int
    table: str
    number: int
    status: str
    version: int
    rows: list[RowOut]
    note: str
    valid_from: date | None
    valid_until: date | None
    written_by: str
    written_at: datetime
    published_by: str
    published_at: datetime | None


class RemarkOut(Out):
    """Something odd: a gap (nothing decides), an overlap, or a row that never decides (dead). Rows count from 1."""

    kind: str
    rows: list[int]
    where: dict[str, str]


class TrialOut(Out):
    """A version tried on what was decided between two moments; ``finished_at`` is empty while it runs."""

    id: int
    draft_id: int
    against: int
    since: datetime
    until: datetime
    total: int
    done: int
    changed: int
    finished_at: datetime | None


class ChangeOut(Out):
    """A case the version would have decided differently: the rows that decided, and the rows that would have."""

    id: int
    subject_id: int
    label: str
    about: str
    before: list[int]
    after: list[int]


class RowIn(In):
    """Cells as people type them, by column: ``{"gross": ">= 50000"}``."""

    when: Annotated[Cells, Field(default_factory=dict)]
    then: Annotated[Cells, Field(default_factory=dict)]
    note: Annotated[str, Field(max_length=200)] = ""


class VersionIn(In):
    """The rows a draft is to have. ``version``: the one you looked at."""

    rows: Annotated[list[RowIn], Field(max_length=500)]
    note: Annotated[str, Field(max_length=200)] = ""
    valid_from: date | None = None
    valid_until: date | None = None
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class NamesIn(In):
    """Tables by name."""

    names: Annotated[list[Name], Field(min_length=1, max_length=50)]


class DraftIn(NamesIn):
    """Tables to begin drafts of, with the rows that decide now or those of a preset."""

    preset: Annotated[str, Field(max_length=60, description="One of the table's presets; empty: what decides now.")] = (
        ""
    )


class ReturnIn(Items):
    """Versions to be given back, and what is to be changed."""

    remark: Annotated[str, Field(min_length=1, max_length=200)]


def _table(name: str) -> Table:
    if name not in TABLES:
        raise Refused(NOT_FOUND())
    return TABLES[name]


def _out(table: Table, at: datetime) -> dict[str, Any]:
    edition = decisions.in_force(table.name, at)
    return {
        "name": table.name,
        "label": str(table.label),
        "help": str(table.help),
        "hit": table.hit,
        "otherwise": str(table.otherwise),
        "inputs": [{"name": one.name, "label": str(one.label), "hint": one.kind.hint} for one in table.inputs],
        "outputs": [{"name": one.name, "label": str(one.label), "hint": ""} for one in table.outputs],
        "presets": [{"name": one.name, "label": str(one.label)} for one in table.presets],
        "version": edition.number,
        "rows": [row.as_dict() for row in edition.grid.rows],
    }


@router.read("", response=list[TableOut], permission=VIEW, summary="Decision tables")
def tables(request: ApiRequest) -> Any:
    """Every table with the rows that decide now."""
    return [_out(table, request.at) for table in TABLES.values()]


@router.write("/draft", response=Done[VersionOut], permission=EDIT, summary="Begin drafts")
def draft(request: ApiRequest, body: DraftIn) -> Any:
    """A draft of each table with the rows that decide now, or of a preset; a table has one draft at a time."""
    return answered(actions.draft_table(body.names, by=request.actor, at=request.at, preset=body.preset))


@router.write("/propose", response=Done[VersionOut], permission="policies.propose_table", summary="Propose drafts")
def propose(request: ApiRequest, body: Items) -> Any:
    """Ready to be published by somebody else."""
    return answered(actions.propose_table(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/publish", response=Done[VersionOut], permission=PUBLISH, summary="Publish versions")
def publish(request: ApiRequest, body: Items) -> Any:
    """They decide from now, or from their first day on; nobody publishes what he wrote."""
    return answered(actions.publish_table(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/return", response=Done[VersionOut], permission=PUBLISH, summary="Give versions back")
def give_back(request: ApiRequest, body: ReturnIn) -> Any:
    """Back to their authors, with what is to be changed."""
    return answered(
        actions.return_table(body.ids, body.remark, versions=body.versions, by=request.actor, at=request.at)
    )


@router.write("/drop", response=Done[VersionOut], permission="policies.drop_table", summary="Give drafts up")
def drop(request: ApiRequest, body: Items) -> Any:
    """They stay readable."""
    return answered(actions.drop_table(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/try", response=Done[TrialOut], permission=EDIT, summary="Try versions on what happened")
def try_out(request: ApiRequest, body: Items) -> Any:
    """In the background, on the decisions of the last 30 days."""
    return answered(actions.try_table(body.ids, by=request.actor, at=request.at))


@router.read("/versions/{int:pk}", response=VersionOut, permission=VIEW, summary="One version")
def version(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A version of a table."""
    return get_object_or_404(TableVersion, pk=pk)


@router.write(
    "/versions/{int:pk}", response=VersionOut, method="PUT", permission=EDIT, summary="Give a draft other rows"
)
def edit(request: ApiRequest, pk: Id, body: VersionIn) -> Any:
    """All rows take the place of those there were; every wrong cell is told, as ``rows.<index>.<column>``."""
    rows = [{"when": row.when, "then": row.then, "note": row.note} for row in body.rows]
    spec = TableSpec(pk, rows, body.note, body.valid_from, body.valid_until)
    versions = {pk: body.version} if body.version is not None else None
    return actions.edit_table([spec], by=request.actor, at=request.at, versions=versions).one()


@router.read("/versions/{int:pk}/remarks", response=list[RemarkOut], permission=VIEW, summary="Gaps and overlaps")
def remarks(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """What is odd about the rows of a version as a whole."""
    row = get_object_or_404(TableVersion, pk=pk, table__in=TABLES)
    found = decisions.remarks(row, decisions.edition_of(row))
    return [{"kind": one.kind, "rows": [n + 1 for n in one.rows], "where": dict(one.where)} for one in found]


@router.read("/trials/{int:pk}", response=TrialOut, permission=VIEW, summary="One trial")
def trial(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """How far a trial is, and how many decisions would have been others."""
    return get_object_or_404(Trial, pk=pk)


@router.read("/trials/{int:pk}/changes", response=Page[ChangeOut], permission=VIEW, summary="Changed decisions")
def changes(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """The cases a version would have decided differently."""
    return paging.page(TrialChange.objects.filter(trial=get_object_or_404(Trial, pk=pk)))


@router.read("/{str:name}", response=TableOut, permission=VIEW, summary="One decision table")
def table(request: ApiRequest, name: str) -> Any:
    """A table by its name, such as ``orders.review``."""
    return _out(_table(name), request.at)


@router.read("/{str:name}/versions", response=Page[VersionOut], permission=VIEW, summary="Versions of a table")
def versions(request: ApiRequest, name: str, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """Every version there was."""
    return paging.page(TableVersion.objects.filter(table=_table(name).name))
