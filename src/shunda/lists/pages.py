"""The pages of views, columns and exports."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.core.refusal import Refusal, Refused
from shunda.lists import actions, queries
from shunda.lists.answers import sent
from shunda.lists.forms import ViewForm
from shunda.lists.models import Export, Format, SavedView
from shunda.lists.specs import ExportSpec, ViewEdit, ViewSpec
from shunda.web import tables
from shunda.web.listing import Keyset
from shunda.web.pages import act, actor, back, leave, now, page, run_once, submit
from shunda.web.tables import Table


def _table(request: HttpRequest, name: str) -> Table[Any]:
    table = tables.table(name)
    if table is None or not actor(request).may(table.permission):
        raise Http404
    return table


def _opened(row: SavedView) -> str:
    return f"{reverse(row.page)}?{row.query}&view={row.pk}"


@page(None)
def save_view(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the filters and order of the address under a name."""
    table = _table(request, name)
    form = ViewForm(request.POST or None, by=actor(request), initial={"pinned": True})
    query = request.GET.urlencode()
    return submit(
        request,
        form,
        lambda: actions.create_views([ViewSpec(name, query=query, **form.cleaned_data)], by=actor(request), at=now()),
        template="lists/view_form.html",
        done=_("The view is kept."),
        to=_opened,
        context={"table": table, "cancel_url": f"{table.url}?{query}"},
    )


@page(None)
def views(request: HttpRequest, name: str) -> HttpResponse:
    """The views of a list: the own ones and those that are shared, each to be changed or deleted."""
    table, by = _table(request, name), actor(request)
    rows = queries.views_of(by).filter(page=name).order_by("name", "id")
    kept = {view.id: view for view in queries.shown(rows, queries.layout_of(by, name), by)}
    return render(request, "lists/views.html", {"table": table, "views": [(row, kept[row.pk]) for row in rows]})


@page(None)
def edit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, pin, share a view, or open it with the page."""
    by = actor(request)
    row = get_object_or_404(queries.views_of(by), pk=pk)
    [view] = queries.shown([row], queries.layout_of(by, row.page), by)
    initial = {"name": row.name, "shared": row.shared, "pinned": view.pinned, "default": view.default}
    form = ViewForm(request.POST or None, by=by, initial=initial)
    return submit(
        request,
        form,
        lambda: actions.edit_views([ViewEdit(pk, **_changed(form, row))], by=actor(request), at=now()),
        template="lists/view_form.html",
        done=_("Saved."),
        to=reverse("lists:views", args=[row.page]),
        context={
            "view": row,
            "table": _table(request, row.page),
            "cancel_url": reverse("lists:views", args=[row.page]),
        },
    )


def _changed(form: ViewForm, row: SavedView) -> dict[str, Any]:
    """What differs: who only pins somebody else's view does not change it."""
    values = dict(form.cleaned_data)
    return {n: v for n, v in values.items() if n in ("pinned", "default") or v != getattr(row, n)}


@page(None, methods=["POST"])
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a view."""
    return act(request, lambda: actions.delete_views([pk], by=actor(request), at=now()), done=_("The view is deleted."))


@page(None)
def layout(request: HttpRequest, name: str) -> HttpResponse:
    """Choose columns, their order and the density of a list."""
    table, by = _table(request, name), actor(request)
    if request.method == "POST":
        chosen = [] if "reset" in request.POST else request.POST.getlist("column")
        return act(
            request,
            lambda: actions.set_layout(
                name, by=by, at=now(), columns=chosen, dense=request.POST.get("density") == "dense"
            ),
            done=_("The list is as you like it."),
            to=back(request),
        )
    kept = queries.kept(by, name)
    shown = [column for column in table.chosen(kept.columns, by) if not column.fixed]
    names = {column.name for column in shown}
    rest = [column for column in table.columns if not column.fixed and column.name not in names]
    context = {"table": table, "shown": shown, "rest": rest, "dense": kept.dense, "next": request.GET.get("next", "")}
    return render(request, "lists/layout.html", context)


@page("lists.create_export", methods=["POST"])
def export(request: HttpRequest, name: str) -> HttpResponse:
    """Write what the list shows into a file: a short one comes at once, a long one from the page of exports."""
    spec = ExportSpec(
        page=_table(request, name).name,
        query=request.POST.get("query", "")[:2000],
        format=Format.CSV if request.POST.get("format") == Format.CSV else Format.XLSX,
        language=get_language() or "en",
    )
    made: list[Export] = []

    def run() -> Outcome[Export]:
        outcome = actions.export(spec, by=actor(request), at=now())
        made.extend(outcome.done)
        return outcome

    answer = run_once(request, run)
    if answer["refused"]:
        raise Refused(*(Refusal(**refusal) for refusal in answer["refused"]))
    if made and made[0].is_ready:
        return sent(made[0])  # type: ignore[return-value]  # a page may stream
    return leave(request, reverse("lists:exports"))


@page("lists.create_export")
def exports(request: HttpRequest) -> HttpResponse:
    """The person's own exports, newest first: how far each is, and its file."""
    rows = Keyset(queries.exports_of(actor(request)), request)
    titles = {name: table.title for name, table in tables.TABLES.items()}
    running = any(row.is_running for row in rows)
    return render(request, "lists/exports.html", {"page": rows, "titles": titles, "running": running})


@page("lists.create_export")
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for whoever asked for it and nobody else."""
    row = get_object_or_404(queries.exports_of(actor(request)), pk=pk)
    if not row.is_ready:
        raise Http404
    return sent(row)  # type: ignore[return-value]  # a page may stream
