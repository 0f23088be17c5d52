"""The pages of imports: send a file in, see what is wrong with it before anything is booked, import, report."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.channels import files, queries, report
from shunda.channels.forms import UploadForm
from shunda.channels.models import Finding, ImportRun
from shunda.channels.states import RUN, RunStatus
from shunda.core.batch import Outcome
from shunda.core.refusal import Refusal
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes
from shunda.web.listing import Keyset
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, is_htmx, leave, now, page, submit, versions

SHOWN = 200
"""So many findings are shown on the page; all are in the report to download."""

BUSY = (RunStatus.RECEIVED, RunStatus.BOOKING)


@page("channels.create_import")
def index(request: HttpRequest) -> HttpResponse:
    """Imports, newest first, with the form to send a file in."""
    runs = Keyset(queries.seen_by(actor(request)), request)
    return render(request, "channels/imports.html", {"page": runs, "form": UploadForm()})


@page("channels.create_import", methods=["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Send a file in; it is read and checked in the background."""
    form = UploadForm(request.POST or None, request.FILES or None)
    return submit(
        request,
        form,
        lambda: _receive(request, form),
        template="channels/upload.html",
        done=_("Received; it is being read."),
        to=lambda run: reverse("channels:detail", args=[run.pk]),
        context={"cancel_url": reverse("channels:index"), "save_label": _("Send in")},
    )


def _receive(request: HttpRequest, form: UploadForm) -> Outcome[ImportRun]:
    sent = Upload.of(form.cleaned_data["file"], most_bytes())
    return files.send(sent, form.cleaned_data["mapping"], by=actor(request), at=now())


@page("channels.create_import")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One import: figures that add up to the file, every error with row and column, and what can be done now."""
    by = actor(request)
    run = get_object_or_404(queries.seen_by(by), pk=pk)
    if is_htmx(request) and run.status not in BUSY:
        return leave(request, reverse("channels:detail", args=[pk]))  # the progress is over: the whole page anew
    urls = {move: reverse(f"channels:{move}", args=[pk]) for move in ("start", "discard")}
    context = {
        "run": run,
        "report": report.of(pk) if run.status not in (RunStatus.RECEIVED, RunStatus.FAILED) else None,
        "findings": [_told(finding) for finding in queries.findings_of(pk)[:SHOWN]],
        "more": queries.findings_of(pk)[SHOWN : SHOWN + 1].exists(),
        "failed": Refusal(None, run.error["code"], run.error["data"]).message if run.error else "",
        "busy": run.status in BUSY,
        "lines": report.is_lines_run(run),
        "percent": min(100, run.done * 100 // run.total) if run.total else 0,
        "buttons": buttons(RUN, run, by, urls, confirm={"discard": _("Forget what was read? Nothing is booked.")}),
    }
    template = "channels/progress.html" if is_htmx(request) else "channels/import.html"
    return render(request, template, context)


def _told(found: Finding) -> dict[str, object]:
    """A finding as the page shows it."""
    return {
        "row": found.row,
        "column": report.heading(found.column),
        "error": found.error,
        "text": Refusal(None, found.code, found.data).message,
    }


@page("channels.start_import", methods=["POST"])
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Book every invoice without an error, in the background."""
    return act(
        request,
        lambda: files.start([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("The import has begun; you can leave this page and come back."),
        to=reverse("channels:detail", args=[pk]),
    )


@page("channels.discard_import", methods=["POST"])
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget what was read."""
    return act(
        request,
        lambda: files.discard([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Discarded; nothing was booked."),
        to=reverse("channels:index"),
    )


@page("channels.create_import")
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines that are in no order, each with its reason, to be corrected and sent in again."""
    run = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    return report.answer(run)  # type: ignore[return-value]  # a page may stream
