"""Reads of views, layouts and exports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from shunda.core.actor import Actor
from shunda.core.sql import fetch
from shunda.lists.models import Export, ExportPart, Layout, SavedView
from shunda.web.tables import Kept, View


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """The views an actor may use: the own ones, and those that are shared."""
    return SavedView.objects.filter(Q(shared=True) | Q(owner_id=actor.id)).select_related("owner")


def layout_of(actor: Actor, page: str) -> Layout:
    """How the actor likes a page; an unsaved one when nothing was chosen yet."""
    found = Layout.objects.filter(owner_id=actor.id, page=page).first() if actor.id is not None else None
    return found or Layout(owner_id=actor.id or 0, page=page)


# In SQL, as every list asks for it; a row for each view, and one where there is none.
_KEPT = """
select l.columns, l.dense, l.pinned, l.default_id, v.id, v.name, v.query, v.owner_id, v.shared
from (select %(page)s::text as page) asked
left join lists_layout l on l.page = asked.page and l.owner_id = %(owner)s::bigint
left join lists_savedview v on v.page = asked.page and (v.shared or v.owner_id = %(owner)s::bigint)
order by v.name, v.id
"""


def kept(actor: Actor, page: str) -> Kept:
    """What the actor keeps of a page, for the page kit: one query."""
    rows = fetch(_KEPT, {"page": page, "owner": actor.id})
    columns, dense, pinned, default = rows[0][:4]
    layout = Layout(columns=columns or [], dense=bool(dense), pinned=pinned or [], default_id=default)
    views = [
        SavedView(id=pk, name=name, query=query, owner_id=owner_id, shared=shared)
        for *_layout, pk, name, query, owner_id, shared in rows
        if pk is not None
    ]
    return Kept(tuple(layout.columns), layout.dense, tuple(shown(views, layout, actor)))


def shown(rows: Iterable[SavedView], layout: Layout, actor: Actor) -> list[View]:
    """Views as this person has them: pinned ones in the order they were pinned, then by name."""
    place = {pk: n for n, pk in enumerate(layout.pinned)}
    views = [
        View(
            id=row.pk,
            name=row.name,
            query=row.query,
            pinned=row.pk in place,
            default=row.pk == layout.default_id,
            shared=row.shared,
            own=row.owner_id == actor.id,
        )
        for row in rows
    ]
    return sorted(views, key=lambda view: place.get(view.id, len(place)))


def layouts_of(actor: Actor) -> dict[str, Layout]:
    """How the actor likes each page."""
    return {layout.page: layout for layout in Layout.objects.filter(owner_id=actor.id)}


def exports_of(actor: Actor) -> QuerySet[Export]:
    """The actor's own exports: nobody else fetches them."""
    return Export.objects.filter(owner_id=actor.id)


def content(export: Export) -> Iterator[bytes]:
    """The file, piece by piece: one query each, so that a large one is never in memory as a whole."""
    places = list(ExportPart.objects.filter(export=export).order_by("place").values_list("place", flat=True))
    for place in places:
        yield bytes(ExportPart.objects.values_list("data", flat=True).get(export=export, place=place))
