"""Keeping views and choosing columns: everybody's own affair; sharing a view with everybody takes a permission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.http import QueryDict

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, why_stale
from shunda.core.refusal import NOT_FOUND, NotPermitted, Refusal
from shunda.lists import queries, reasons
from shunda.lists.models import Layout, SavedView
from shunda.lists.specs import ViewEdit, ViewSpec
from shunda.web import tables

SHARE = "lists.share_view"
MOST = 50
"""So many views of one list is more than anybody finds anything in."""


def _oneself(by: Actor) -> int:
    """The id of the person who acts; the system reads no lists."""
    if by.id is None:
        raise NotPermitted("lists.own")
    return by.id


@transaction.atomic
def create_views(specs: Sequence[ViewSpec], *, by: Actor, at: datetime) -> Outcome[SavedView]:
    """Keep views of lists the actor may see.

    Refused: a list there is not, a missing name, one the actor uses for that list already, more than fifty of a list,
    sharing without the permission. Six queries for any number.
    """
    owner = _oneself(by)
    specs = [replace(s, name=s.name.strip(), query=tables.kept_of(QueryDict(s.query))) for s in specs]
    own = SavedView.objects.filter(owner_id=owner, page__in={s.page for s in specs}).values_list("page", "name")
    taken = {(page, name) for page, name in own}
    counts = Counter(page for page, _name in taken)
    refused: list[Refusal] = []
    made: list[tuple[ViewSpec, SavedView]] = []
    for index, spec in enumerate(specs):
        why = list(_why_not(index, spec, by, taken, counts))
        refused += why
        if not why:
            taken.add((spec.page, spec.name))
            counts[spec.page] += 1
            row = SavedView(
                page=spec.page, name=spec.name, query=spec.query, owner_id=owner, shared=spec.shared, created_at=at
            )
            made.append((spec, row))
    rows = SavedView.objects.bulk_create([row for _spec, row in made])
    _choose(owner, [(row, spec.pinned, spec.default) for spec, row in made])
    return Outcome(rows, refused)


def _why_not(
    index: int, spec: ViewSpec, by: Actor, taken: set[tuple[str, str]], counts: Counter[str]
) -> Iterator[Refusal]:
    table = tables.table(spec.page)
    if table is None or not by.may(table.permission):
        yield reasons.NO_LIST(index, page=spec.page[:60], where="page")
    if not spec.name:
        yield reasons.NO_NAME(index, where="name")
    if (spec.page, spec.name) in taken:
        yield reasons.NAME_TAKEN(index, name=spec.name, where="name")
    if counts[spec.page] >= MOST:
        yield reasons.TOO_MANY(index, most=MOST)
    if spec.shared and not by.may(SHARE):
        yield reasons.MAY_NOT_SHARE(index, where="shared")


@transaction.atomic
def edit_views(
    edits: Sequence[ViewEdit], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[SavedView]:
    """Change views: name, filters and sharing of the own ones; pin and default of every view one may use.

    Who may share also changes what others have shared. Refused: views one may not use, others' views, a name taken,
    a version that moved on.
    """
    del at  # what somebody calls a view is no business event
    owner = _oneself(by)
    rows, refused = _locked([edit.id for edit in edits], by)
    names = SavedView.objects.filter(owner_id=owner).values_list("page", "name", "pk")
    taken = {(page, name): pk for page, name, pk in names}
    done: list[SavedView] = []
    choices: list[tuple[SavedView, bool | None, bool | None]] = []
    for edit in edits:
        row = rows.get(edit.id)
        if row is None:
            continue
        why = list(_why_not_edit(row, edit, by, taken, versions))
        refused += why
        if not why:
            _take(row, edit)
            done.append(row)
            choices.append((row, edit.pinned, edit.default))
    SavedView.objects.bulk_update(done, ["name", "query", "shared", "version"])
    _choose(owner, choices)
    return Outcome(done, refused)


def _take(row: SavedView, edit: ViewEdit) -> None:
    if edit.name is not None:
        row.name = edit.name.strip()
    if edit.query is not None:
        row.query = tables.kept_of(QueryDict(edit.query))
    if edit.shared is not None:
        row.shared = edit.shared
    if _is_change(edit):
        row.version += 1


def _is_change(edit: ViewEdit) -> bool:
    return any(value is not None for value in (edit.name, edit.query, edit.shared))


def _why_not_edit(
    row: SavedView, edit: ViewEdit, by: Actor, taken: Mapping[tuple[str, str], int], versions: Mapping[int, int] | None
) -> Iterator[Refusal]:
    if versions is not None and (stale := why_stale(row, versions)):
        yield stale
    if not _is_change(edit):
        return
    if row.owner_id != by.id and not (row.shared and by.may(SHARE)):
        yield reasons.NOT_YOURS(row.pk, name=row.name, owner=str(row.owner))
    if edit.name is not None and not edit.name.strip():
        yield reasons.NO_NAME(row.pk, where="name")
    if edit.name is not None and taken.get((row.page, edit.name.strip()), row.pk) != row.pk:
        yield reasons.NAME_TAKEN(row.pk, name=edit.name.strip(), where="name")
    if edit.shared and not row.shared and not by.may(SHARE):
        yield reasons.MAY_NOT_SHARE(row.pk, where="shared")


@transaction.atomic
def delete_views(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[SavedView]:
    """Delete own views, and shared ones for who may share; what is filtered by them stays as it is.

    Refused: views one may not use, others' views, a version that moved on.
    """
    del at
    _oneself(by)
    rows, refused = _locked(ids, by)
    done: list[SavedView] = []
    for row in rows.values():
        if stale := why_stale(row, versions or {}):
            refused.append(stale)
        elif row.owner_id == by.id or (row.shared and by.may(SHARE)):
            done.append(row)
        else:
            refused.append(reasons.NOT_YOURS(row.pk, name=row.name, owner=str(row.owner)))
    SavedView.objects.filter(pk__in=[row.pk for row in done]).delete()
    return Outcome(done, refused)


def _locked(ids: Iterable[int], by: Actor) -> tuple[dict[int, SavedView], list[Refusal]]:
    wanted = sorted(set(ids))
    found = queries.views_of(by).filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    rows = {row.pk: row for row in found}
    return rows, [NOT_FOUND(pk) for pk in wanted if pk not in rows]


def _choose(owner: int, choices: Sequence[tuple[SavedView, bool | None, bool | None]]) -> None:
    """Pin views and open one with its page, or no longer: ``None`` leaves it as it is."""
    choices = [choice for choice in choices if choice[1] is not None or choice[2] is not None]
    if not choices:
        return
    layouts = _layouts(owner, {row.page for row, _pinned, _default in choices})
    for row, pinned, default in choices:
        layout = layouts[row.page]
        if pinned is not None:
            rest = [pk for pk in layout.pinned if pk != row.pk]
            layout.pinned = [*rest, row.pk] if pinned else rest
        if default:
            layout.default = row
        elif default is False and layout.default_id == row.pk:
            layout.default = None
    Layout.objects.bulk_update(layouts.values(), ["pinned", "default"])


def _layouts(owner: int, pages: Iterable[str]) -> dict[str, Layout]:
    """The layouts of these pages, locked; made where there were none."""
    pages = sorted(pages)
    Layout.objects.bulk_create([Layout(owner_id=owner, page=page) for page in pages], ignore_conflicts=True)
    rows = Layout.objects.filter(owner_id=owner, page__in=pages).order_by("pk").select_for_update()
    return {row.page: row for row in rows}


@transaction.atomic
def set_layout(
    page: str, *, by: Actor, at: datetime, columns: Sequence[str] | None = None, dense: bool | None = None
) -> Outcome[Layout]:
    """Choose the columns of a list, in their order, and how dense it is; ``None`` leaves one as it is.

    No columns at all: as the list declares them. Refused: a list or column there is not.
    """
    del at
    owner = _oneself(by)
    table = tables.table(page)
    if table is None or not by.may(table.permission):
        return Outcome([], [reasons.NO_LIST(None, page=page[:60], where="page")])
    known = {column.name for column in table.columns}
    unknown = [name for name in columns or () if name not in known]
    if unknown:
        return Outcome([], [reasons.UNKNOWN_COLUMN(None, column=name[:40], where="columns") for name in unknown])
    layout = _layouts(owner, [page])[page]
    if columns is not None:
        layout.columns = list(dict.fromkeys(columns))
    if dense is not None:
        layout.dense = dense
    Layout.objects.bulk_update([layout], ["columns", "dense"])
    return Outcome([layout])
