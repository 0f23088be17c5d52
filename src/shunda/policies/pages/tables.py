"""Decision tables: what holds, drafts in a grid, what a draft would have changed, publication by a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.core.refusal import Refusal, Refused
from shunda.policies import actions, decisions, sheets
from shunda.policies.grid import Remark
from shunda.policies.models import TableVersion, Trial
from shunda.policies.specs import TableSpec
from shunda.policies.states import TABLE, TableStatus
from shunda.policies.table_forms import Grid, ReturnForm, UploadForm
from shunda.policies.tables import TABLES, Row, Table
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, is_htmx, now, page, submit, versions

VIEW, EDIT, PUBLISH = "policies.view_table", "policies.edit_table", "policies.publish_table"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


@page(VIEW, methods=["GET"])
def tables(request: HttpRequest) -> HttpResponse:
    """Every decision table, with the version that decides and the draft there may be."""
    open_ones = TableVersion.objects.filter(status__in=[TableStatus.DRAFT, TableStatus.PROPOSED])
    drafts = {draft.table: draft for draft in open_ones}
    holding = decisions.numbers_in_force(now())
    rows = [
        {"table": table, "number": holding.get(name, 0), "draft": drafts.get(name)} for name, table in TABLES.items()
    ]
    return render(request, "policies/tables.html", {"rows": rows})


@page(VIEW, methods=["GET"])
def table(request: HttpRequest, name: str) -> HttpResponse:
    """One table: the rows that decide, what is odd about them, and every version there was."""
    known = _known(name)
    edition = decisions.in_force(name, now())
    every = list(decisions.versions(name)[:SHOWN])
    context = {
        "table": known,
        "number": edition.number,
        "versions": every,
        "draft": next((row for row in every if row.status in (TableStatus.DRAFT, TableStatus.PROPOSED)), None),
        **_shown(known, edition.grid.rows, decisions.remarks(_holding(every, edition.number), edition)),
    }
    return render(request, "policies/table.html", context)


@page(VIEW, methods=["GET"])
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its rows, gaps and overlaps, what it would have changed, and the moves that are open."""
    row = _version(pk)
    known = TABLES[row.table]
    edition = decisions.edition_of(row)
    urls = {move: reverse(f"policies:{move}_table", args=[pk]) for move in ("propose", "publish", "return", "drop")}
    by = actor(request)
    why_not = {"publish": _("You wrote in this version yourself; somebody else has to publish it.")}
    context = {
        "row": row,
        "table": known,
        "may_edit": row.status == TableStatus.DRAFT and by.may(EDIT),
        "may_try": known.history is not None and by.may(EDIT),
        "trial": row.trials.order_by("-pk").first(),
        "buttons": buttons(
            TABLE, row, by, urls, asks={"return"}, why_not=why_not if by.id in row.authors else None,
            confirm={"drop": _("Give this draft up?"), "publish": _("From now on this version decides. Publish it?")},
        ),
        **_shown(known, edition.grid.rows, decisions.remarks(row, edition)),
    }  # fmt: skip
    return render(request, "policies/version.html", context)


@page(EDIT, methods=["POST"])
def draft(request: HttpRequest, name: str) -> HttpResponse:
    """Begin a draft with the rows that decide now, or with those of a preset."""
    known = _known(name)
    preset = request.POST.get("preset", "")
    return act(
        request,
        lambda: actions.draft_table([known.name], by=actor(request), at=now(), preset=preset),
        done=_("A draft begins with the preset.") if preset else _("A draft begins with what holds now."),
        to=lambda row: reverse("policies:edit_table", args=[row.pk]),
    )


@page(EDIT)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows of a draft in a grid."""
    row = _version(pk)
    known = TABLES[row.table]
    head = {
        "version": row.version, "note": row.note, "valid_from": row.valid_from, "valid_until": row.valid_until,
    }  # fmt: skip
    form = Grid(known, request.POST or None, decisions.rows_of(row), head)

    def run() -> Outcome[TableVersion]:
        typed = form.head.cleaned_data
        spec = TableSpec(pk, form.taken(), typed["note"], typed["valid_from"], typed["valid_until"])
        return actions.edit_table([spec], by=actor(request), at=now(), versions={pk: typed["version"]})

    return submit(
        request,
        form,
        run,
        template="policies/edit_table.html",
        done=_("The draft is saved."),
        to=_url,
        context={"row": row, "table": known, "cancel_url": _url(row)},
    )


@page(EDIT)
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows from an Excel sheet take the place of the draft's; every wrong cell is told at once."""
    row = _version(pk)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"version": row.version})
    faults: list[dict[str, str]] = []

    def run() -> Outcome[TableVersion]:
        try:
            rows = sheets.read(TABLES[row.table], form.cleaned_data["file"].read(sheets.MOST_BYTES + 1))
        except Refused as refused:
            return Outcome([], list(refused.refusals))
        spec = TableSpec(pk, rows, row.note, row.valid_from, row.valid_until)
        seen = {pk: form.cleaned_data["version"]}
        outcome = actions.edit_table([spec], by=actor(request), at=now(), versions=seen)
        faults.extend(_fault(r, rows) for r in outcome.refused if str(r.data.get("where", "")).startswith("rows."))
        rest = [r for r in outcome.refused if not str(r.data.get("where", "")).startswith("rows.")]
        return Outcome(outcome.done, rest)

    return submit(
        request,
        form,
        run,
        template="policies/upload_table.html",
        done=_("The rows of the file are in the draft."),
        to=_url,
        context={"row": row, "table": TABLES[row.table], "faults": faults, "cancel_url": _url(row)},
    )


def _fault(refusal: Refusal, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What is wrong, with the cell of the sheet it stands in; the row where the sheet lacks the column."""
    _rows, number, *column = str(refusal.data["where"]).split(".")
    cells = rows[int(number)]["cells"]
    name = "".join(column)
    return {"row": cells[""], "column": name, "cell": cells.get(name, ""), "text": refusal.message}


@page(VIEW, methods=["GET"])
def download(request: HttpRequest, name: str, number: int) -> HttpResponse:  # noqa: ARG001  # a page's first argument
    """A version as an Excel sheet; version 0 is the preset."""
    known = _known(name)
    rows: list[Row] = list(known.preset)
    if number:
        rows = decisions.rows_of(get_object_or_404(TableVersion, table=name, number=number))
    disposition = f'attachment; filename="{name}-{number}.xlsx"'
    return HttpResponse(sheets.write(known, rows), content_type=XLSX, headers={"Content-Disposition": disposition})


@page(EDIT, methods=["POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft is ready to be published by somebody else."""
    return act(
        request,
        lambda: actions.propose_table([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Proposed; somebody else publishes it."),
    )


@page(PUBLISH, methods=["POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The version decides."""
    return act(
        request,
        lambda: actions.publish_table([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Published."),
    )


@page(PUBLISH)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Back to the authors, with what is to be changed."""
    row = _version(pk)
    form = ReturnForm(request.POST or None, initial={"version": row.version})
    return submit(
        request,
        form,
        lambda: actions.return_table(
            [pk], form.cleaned_data["remark"], by=actor(request), at=now(), versions={pk: form.cleaned_data["version"]}
        ),
        template="policies/return_table.html",
        done=_("Given back."),
        to=_url,
        context={"row": row, "cancel_url": _url(row), "save_label": _("Give back")},
    )


@page(EDIT, methods=["POST"])
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft is given up."""
    return act(
        request,
        lambda: actions.drop_table([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The draft is given up; it stays readable."),
        to=lambda row: reverse("policies:table", args=[row.table]),
    )


@page(EDIT, methods=["POST"])
def try_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Try the version on what was decided in the last days, in the background."""
    return act(
        request,
        lambda: actions.try_table([pk], by=actor(request), at=now()),
        done=_("It is being tried; you can leave this page and come back."),
        to=lambda trial: reverse("policies:trial", args=[trial.pk]),
    )


@page(VIEW, methods=["GET"])
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version would have decided differently, case by case."""
    row = get_object_or_404(Trial.objects.select_related("draft"), pk=pk)
    if is_htmx(request):  # it is watched; at its end the page says what came of it
        done = HttpResponse(headers={"HX-Refresh": "true"})
        return done if row.finished_at else render(request, "policies/trying.html", {"trial": row})
    known = TABLES[row.draft.table]
    old = decisions.rows_of_number(known, row.against)
    new = decisions.rows_of(row.draft)
    changes = [
        {
            "change": change,
            "about": known.shown_fact(change.about),
            "url": _subject(known, change.subject_id),
            "before": _outcomes(known, old, change.before),
            "after": _outcomes(known, new, change.after),
        }
        for change in row.changes.order_by("-subject_id")[:SHOWN]
    ]
    context = {
        "trial": row,
        "table": known,
        "changes": changes,
        "more": row.changed > len(changes),
        "stale": row.draft_version != row.draft.version,
    }
    return render(request, "policies/trial.html", context)


@page(None, methods=["GET"])
def why(request: HttpRequest, name: str, number: int, rows: str) -> HttpResponse:
    """The rows that decided something, as they were then: what "why?" opens."""
    numbers = [int(part) for part in rows.split("-") if part.isdecimal() and len(part) < 5]
    known = _known(name)
    found = decisions.explain({"table": name, "version": number, "rows": numbers})
    if not found:
        raise Http404
    return render(request, "policies/why.html", {"table": known, "number": number, "found": found})


def _outcomes(known: Table, rows: list[Row], numbers: list[int]) -> str:
    """What rows decide, as people read it; what holds otherwise where no row fits."""
    texts = [
        ", ".join(filter(None, (known.shown_then(rows[number - 1], one.name) for one in known.outputs)))
        for number in numbers
        if number <= len(rows)
    ]
    return "; ".join(texts) if numbers else str(known.otherwise)


def _subject(known: Table, pk: int) -> str:
    """The page of a case, where there is one."""
    try:
        return reverse(known.subject_url, args=[pk]) if known.subject_url else ""
    except NoReverseMatch:
        return ""


def _shown(known: Table, rows: tuple[Row, ...], remarks: list[Remark]) -> dict[str, Any]:
    """Rows and remarks as the grid shows them; conditions no row uses are only named."""
    labels = {one.name: one.label for one in known.inputs}
    used = [one for one in known.inputs if any(one.name in row.when for row in rows)]
    return {
        "used": used,
        "unused": [one.label for one in known.inputs if one not in used],
        "lines": [
            {
                "when": [(one.label, known.shown_when(row, one.name)) for one in used],
                "then": [(one.label, known.shown_then(row, one.name)) for one in known.outputs],
                "note": known.shown_note(row),
            }
            for row in rows
        ],
        "remarks": [
            {
                "kind": remark.kind,
                "rows": ", ".join(str(number + 1) for number in remark.rows),
                "where": [(labels[name], text) for name, text in remark.where.items()],
            }
            for remark in remarks[:20]
        ],
        "more_remarks": max(0, len(remarks) - 20),
    }


def _holding(every: list[TableVersion], number: int) -> TableVersion | None:
    return next((row for row in every if row.number == number), None)


def _known(name: str) -> Table:
    if name not in TABLES:
        raise Http404
    return TABLES[name]


def _version(pk: int) -> TableVersion:
    row = get_object_or_404(TableVersion, pk=pk)
    if row.table not in TABLES:
        raise Http404
    return row


def _url(row: TableVersion) -> str:
    return reverse("policies:version", args=[row.pk])
