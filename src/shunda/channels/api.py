"""The API of imports: send a file of orders in, see what is wrong with it, book it, read the report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpResponseBase
from ninja import File, Form, Query
from ninja.files import UploadedFile
from pydantic import Field

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, Id, In, Items, Out, Page, RefusalOut
from shunda.channels import files, queries, report
from shunda.channels.models import ImportRun
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes

router = Router("imports")
CREATE, START, DISCARD = "channels.create_import", "channels.start_import", "channels.discard_import"

Exact = Annotated[
    str,
    Field(
        pattern=r"^-?[0-9]+(\.[0-9]{1,10})?$",
        description="Quantity x price less discount, not rounded, as text.",
        examples=["748957.02"],
    ),
]


class ImportPartOut(Out):
    """How much of the file ended in one place."""

    lines: int
    invoices: int
    amount: Exact


class ImportOut(Out):
    """A file on its way in. The parts add up to the whole file, to the last digit."""

    id: int
    number: str
    name: str
    status: Annotated[str, Field(description="received, checked, booking, done, failed or discarded")]
    version: int
    mapping: Annotated[str, Field(description="Code of the mapping it was read by; empty while it is not known.")]
    created_at: datetime
    checked_at: datetime | None
    finished_at: datetime | None
    total: Annotated[int, Field(description="Lines to do in the present step; 0: not known yet.")]
    done: Annotated[int, Field(description="Lines done in the present step.")]
    parts: Annotated[
        dict[str, ImportPartOut],
        Field(description="By result: open (ready to be booked), order, return, before (imported earlier), reported."),
    ]
    errors: int
    notes: int
    refused: Annotated[RefusalOut | None, Field(description="Why the file as a whole could not be read.")]


class ImportFindingOut(Out):
    """Something about a row and column; an error keeps the invoice of its row out, a note only says so."""

    id: int
    row: Annotated[int, Field(description="As the file counts: its first line is row 1.")]
    column: Annotated[str, Field(description="What the mapping calls the column: quantity, price, sku …")]
    error: bool
    code: str
    message: str
    data: dict[str, Any]


class ReportedLineOut(Out):
    """A line that is in no order and no return, as it was written, with its reason."""

    id: int
    row: int
    reference: str
    sku: str
    name: str
    quantity: str
    unit: str
    price: str
    discount: str
    ordered: str
    customer: str
    country: str
    code: str
    message: str
    data: dict[str, Any]


class ImportFilter(Filter):
    """Which imports."""

    status: Annotated[str | None, Field(max_length=10)] = None


class FindingFilter(Filter):
    """Which findings."""

    error: bool | None = None
    code: Annotated[str | None, Field(max_length=60)] = None
    row: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class ImportIn(In):
    """How to read the file."""

    mapping: Annotated[
        str, Field(max_length=40, description="Code of a mapping; left out, it is recognised by the headings.")
    ] = ""


@router.read("", response=Page[ImportOut], permission=CREATE, summary="Imports")
def imports(request: ApiRequest, paging: Query[Paging], where: Query[ImportFilter]) -> Any:
    """Newest first."""
    page = paging.page(where.filter(queries.seen_by(request.actor)))
    return page | {"items": shown(page["items"])}


@router.read("/{int:pk}", response=ImportOut, permission=CREATE, summary="One import")
def one(request: ApiRequest, pk: Id) -> Any:
    """Ask again until ``status`` is ``checked`` (this is the preview) or, once it was started, ``done``."""
    return shown([found(queries.seen_by(request.actor), pk)])[0]


@router.write("", response=ImportOut, status=201, permission=CREATE, summary="Send a file in")
def send(request: ApiRequest, file: File[UploadedFile], how: Form[ImportIn]) -> Any:
    """CSV, Excel, or NDJSON with one order in each line, as `POST /orders/stream` takes it; CSV and NDJSON also as .gz.

    It is read and checked in the background; nothing is booked before it is started.
    """
    sent = Upload.of(file, most_bytes())
    run = files.send(sent, how.mapping, by=request.actor, at=request.at).one()
    return created(shown([run])[0])


@router.write("/start", response=Done[ImportOut], permission=START, summary="Book checked files")
def start(request: ApiRequest, body: Items) -> Any:
    """Every invoice without an error becomes an order or a return, in the background; a file is booked once."""
    outcome = files.start(body.ids, by=request.actor, at=request.at, versions=body.versions)
    return answered(outcome, done=shown(outcome.done))


@router.write("/discard", response=Done[ImportOut], permission=DISCARD, summary="Discard files")
def discard(request: ApiRequest, body: Items) -> Any:
    """Forget what was read of files that are not booked."""
    outcome = files.discard(body.ids, by=request.actor, at=request.at, versions=body.versions)
    return answered(outcome, done=shown(outcome.done))


@router.read(
    "/{int:pk}/findings", response=Page[ImportFindingOut], permission=CREATE, summary="What was found in a file"
)
def findings(request: ApiRequest, pk: Id, paging: Query[Paging], where: Query[FindingFilter]) -> Any:
    """Errors and notes with row and column, check by check."""
    found(queries.seen_by(request.actor), pk)
    page = paging.page(where.filter(queries.findings_of(pk)), newest_first=False)
    return page | {"items": [_told(each) for each in page["items"]]}


@router.read("/{int:pk}/reported", response=Page[ReportedLineOut], permission=CREATE, summary="Lines not imported")
def reported(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:
    """In the order of the file, each with its reason."""
    found(queries.seen_by(request.actor), pk)
    page = paging.page(queries.reported(pk), newest_first=False)
    return page | {"items": [_told(each) for each in page["items"]]}


@router.read(
    "/{int:pk}/report.csv", response=None, permission=CREATE, summary="Lines not imported (CSV)", binary="text/csv"
)
def report_csv(request: ApiRequest, pk: Id) -> HttpResponseBase:
    """The same as a file, to be corrected and sent in again."""
    return report.answer(found(queries.seen_by(request.actor), pk))


def shown(runs: Sequence[ImportRun]) -> list[dict[str, Any]]:
    """Runs as they are answered."""
    return [
        {name: getattr(run, name) for name in _PLAIN}
        | {
            "mapping": run.mapping.get("code", ""),
            "parts": {name: _part(part) for name, part in run.summary.items() if isinstance(part, dict)},
            "errors": run.summary.get("errors", 0),
            "notes": run.summary.get("notes", 0),
            "refused": Refusal(None, run.error["code"], run.error["data"]) if run.error else None,
        }
        for run in runs
    ]


_PLAIN = (
    "id", "number", "name", "status", "version", "created_at", "checked_at", "finished_at", "total", "done",
)  # fmt: skip


def _part(stored: dict[str, Any]) -> dict[str, Any]:
    return stored | {"amount": plain(Decimal(stored["amount"]), 2)}


def _told(row: Any) -> dict[str, Any]:
    """A finding or line with its sentence."""
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return columns | {"message": Refusal(None, row.code, row.data).message}
