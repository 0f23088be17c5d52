"""The API of lists: which there are and how the caller likes them, saved views, exports and their files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponseBase
from django.utils.translation import get_language
from ninja import Query
from pydantic import Field

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, Id, In, Items, Out, Page, RefusalOut, Version
from shunda.core.actor import Actor
from shunda.core.refusal import Refusal, Refused
from shunda.lists import actions, queries, reasons
from shunda.lists.answers import TYPES, sent
from shunda.lists.models import Export, Format, Layout, SavedView
from shunda.lists.specs import ExportSpec, ViewEdit, ViewSpec
from shunda.web import tables
from shunda.web.tables import Table

router, views, exports = Router("lists"), Router("views"), Router("exports")
EXPORT = "lists.create_export"
FILES = tuple(kind.partition(";")[0] for kind in TYPES.values())

PageName = Annotated[str, Field(max_length=60, description="Name of a list, see /lists.", examples=["orders:index"])]
ViewName = Annotated[str, Field(max_length=60)]
ListQuery = Annotated[
    str,
    Field(max_length=2000, description="Filters and order as in the address.", examples=["stage=to_ship&sort=oldest"]),
]
Columns = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)]


class ListColumnOut(Out):
    """A column a list can show."""

    name: str
    label: str
    fixed: Annotated[bool, Field(description="It is always shown, in front.")]


class ListFilterOut(Out):
    """A filter of a list: its name in the address."""

    name: str
    label: str


class ListOut(Out):
    """A list, and how the caller likes it."""

    page: str
    title: str
    columns: list[ListColumnOut]
    filters: list[ListFilterOut]
    sorts: Annotated[list[str], Field(description="What sort= may say.")]
    shown: Annotated[list[str], Field(description="The columns the caller sees, in their order.")]
    dense: bool


class LayoutIn(In):
    """How the caller likes a list; what is left out stays."""

    page: PageName
    columns: Annotated[Columns | None, Field(description="In their order; none at all: as the list comes.")] = None
    dense: bool | None = None


class ViewOut(Out):
    """Filters and order under a name. ``pinned`` and ``default`` are the caller's own choice."""

    id: int
    page: str
    name: str
    query: str
    shared: bool
    pinned: Annotated[bool, Field(description="Always in sight above the list.")]
    default: Annotated[bool, Field(description="Opens with the page.")]
    own: bool
    owner: str
    version: int


class ViewIn(In):
    """A view to keep."""

    page: PageName
    name: ViewName
    query: ListQuery = ""
    shared: Annotated[bool, Field(description="Everybody's to use; takes lists.share_view.")] = False
    pinned: bool = True
    default: bool = False


class ViewChange(In):
    """What is to change; fields left out stay. Others' views can be pinned and opened with the page."""

    version: Version
    name: ViewName | None = None
    query: ListQuery | None = None
    shared: bool | None = None
    pinned: bool | None = None
    default: bool | None = None


class ViewFilter(Filter):
    """Which views."""

    page: Annotated[str | None, Field(max_length=60)] = None
    shared: bool | None = None


class ExportIn(In):
    """What to write: exactly what the list shows for a query."""

    page: PageName
    query: ListQuery = ""
    format: Literal["xlsx", "csv"] = "xlsx"
    columns: Annotated[Columns, Field(description="None: those the caller has chosen for the list.")] = Field(
        default_factory=list
    )


class ExportOut(Out):
    """A file of a list. Ask again until ``finished_at`` is set."""

    id: int
    page: str
    query: str
    columns: list[str]
    format: str
    name: str
    asked_at: datetime
    rows: Annotated[int, Field(description="Written so far.")]
    finished_at: datetime | None
    ready: Annotated[bool, Field(validation_alias="is_ready", description="There is a file to fetch.")]
    size: Annotated[int, Field(description="Bytes.")]
    failed: Annotated[RefusalOut | None, Field(description="Why there is no file.")]
    forgotten_at: Annotated[datetime | None, Field(description="When the file was deleted; a week after it was made.")]

    @staticmethod
    def resolve_failed(row: Export) -> Refusal | None:
        """The refusal that ended it."""
        return Refusal(None, row.error["code"], row.error["data"]) if row.error else None


@router.read("", response=list[ListOut], permission="", summary="Lists")
def lists(request: ApiRequest) -> Any:
    """The lists the caller may see, with their columns, filters and orders."""
    layouts = queries.layouts_of(request.actor)
    return [_list(table, layouts.get(table.name), request.actor) for table in tables.seen_by(request.actor)]


@router.write("/layout", response=ListOut, permission="", summary="Choose columns and density")
def layout(request: ApiRequest, body: LayoutIn) -> Any:
    """The caller's own choice; the pages show the list like that."""
    row = actions.set_layout(body.page, by=request.actor, at=request.at, columns=body.columns, dense=body.dense).one()
    table = tables.table(row.page)
    assert table is not None, "set_layout knows it"
    return _list(table, row, request.actor)


@views.read("", response=Page[ViewOut], permission="", summary="Saved views")
def saved(request: ApiRequest, paging: Query[Paging], where: Query[ViewFilter]) -> Any:
    """The caller's own and those that are shared, newest first."""
    page = paging.page(where.filter(queries.views_of(request.actor)))
    return page | {"items": _views(page["items"], request.actor)}


@views.read("/{int:pk}", response=ViewOut, permission="", summary="One saved view")
def view(request: ApiRequest, pk: Id) -> Any:
    """One's own, or a shared one."""
    return _views([found(queries.views_of(request.actor), pk)], request.actor)[0]


@views.write("", response=ViewOut, status=201, permission="", summary="Keep a view")
def keep(request: ApiRequest, body: ViewIn) -> Any:
    """Refused: a list there is not, a name in use, sharing without lists.share_view."""
    spec = ViewSpec(**body.model_dump())
    row = actions.create_views([spec], by=request.actor, at=request.at).one()
    return created(_again(row, request.actor))


@views.write("/{int:pk}", method="PATCH", response=ViewOut, permission="", summary="Change a view")
def change(request: ApiRequest, pk: Id, body: ViewChange) -> Any:
    """Its owner changes it; shared ones are changed by those who may share, too."""
    edit = ViewEdit(pk, **body.model_dump(exclude={"version"}))
    row = actions.edit_views([edit], by=request.actor, at=request.at, versions={pk: body.version}).one()
    return _again(row, request.actor)


@views.write("/delete", response=Done[ViewOut], permission="", summary="Delete views")
def delete(request: ApiRequest, body: Items) -> Any:
    """One's own, and shared ones for those who may share."""
    rows = list(queries.views_of(request.actor).filter(pk__in=body.ids))
    before = {row["id"]: row for row in _views(rows, request.actor)}
    outcome = actions.delete_views(body.ids, by=request.actor, at=request.at, versions=body.versions)
    refused = {refusal.id for refusal in outcome.refused}
    return answered(outcome, done=[row for pk, row in before.items() if pk not in refused])


@exports.read("", response=Page[ExportOut], permission=EXPORT, summary="My exports")
def asked(request: ApiRequest, paging: Query[Paging]) -> Any:
    """The caller's own, newest first; nobody sees another's."""
    return paging.page(queries.exports_of(request.actor))


@exports.read("/{int:pk}", response=ExportOut, permission=EXPORT, summary="One export")
def one(request: ApiRequest, pk: Id) -> Any:
    """How far it is."""
    return found(queries.exports_of(request.actor), pk)


@exports.write("", response=ExportOut, status=201, permission=EXPORT, summary="Write a list into a file")
def export(request: ApiRequest, body: ExportIn) -> Any:
    """Excel or CSV, in the language of the request. A short list is written at once, a long one in the background."""
    spec = ExportSpec(body.page, body.query, Format(body.format), get_language() or "en", body.columns)
    return created(actions.export(spec, by=request.actor, at=request.at).one())


@exports.read("/{int:pk}/file", response=None, permission=EXPORT, summary="The file of an export", binary=FILES)
def file(request: ApiRequest, pk: Id) -> HttpResponseBase:
    """Refused while it is being written, when it could not be, and once it was deleted."""
    row = found(queries.exports_of(request.actor), pk)
    if not row.is_ready:
        raise Refused(_no_file(row))
    return sent(row)


def _no_file(row: Export) -> Refusal:
    if row.is_running:
        return reasons.STILL_WRITING(row.pk, rows=row.rows)
    if row.error:
        return Refusal(row.pk, row.error["code"], row.error["data"])
    return reasons.FORGOTTEN(row.pk, name=row.name)


def _list(table: Table[Any], layout: Layout | None, by: Actor) -> dict[str, Any]:
    form = table.filter.base_fields
    return {
        "page": table.name,
        "title": str(table.title),
        "columns": [{"name": c.name, "label": str(c.label), "fixed": c.fixed} for c in table.columns],
        "filters": [{"name": name, "label": str(field.label or "")} for name, field in form.items()],
        "sorts": list(table.order),
        "shown": [column.name for column in table.chosen(layout.columns if layout else (), by)],
        "dense": bool(layout and layout.dense),
    }


def _again(row: SavedView, by: Actor) -> dict[str, Any]:
    return _views([queries.views_of(by).get(pk=row.pk)], by)[0]


def _views(rows: list[SavedView], by: Actor) -> list[dict[str, Any]]:
    """Views as this person has them; the layouts are read once."""
    layouts = queries.layouts_of(by)
    return [_view(row, layouts.get(row.page)) | {"own": row.owner_id == by.id} for row in rows]


def _view(row: SavedView, layout: Layout | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "page": row.page,
        "name": row.name,
        "query": row.query,
        "shared": row.shared,
        "pinned": bool(layout and row.pk in layout.pinned),
        "default": bool(layout and layout.default_id == row.pk),
        "owner": str(row.owner),
        "version": row.version,
    }
