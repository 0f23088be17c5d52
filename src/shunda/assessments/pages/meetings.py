"""Review meetings: called about cases, minuted, concluded."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.assessments import actions, queries
from shunda.assessments.forms import ConclusionForm, MeetingFilter, MeetingForm, MinutesForm, ReasonForm
from shunda.assessments.models import Meeting
from shunda.assessments.specs import ConclusionSpec, MeetingSpec
from shunda.assessments.states import MEETING, AssessmentStatus
from shunda.core.batch import Outcome
from shunda.core.models import Event
from shunda.files.responses import file_response
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes
from shunda.web.listing import Keyset
from shunda.web.moves import buttons
from shunda.web.pages import actor, now, page, submit
from shunda.web.timeline import lines

MOST = 100
"""So many cases are offered when a meeting is called."""


@page(queries.VIEW, methods=["GET"])
def meetings(request: HttpRequest) -> HttpResponse:
    """Review meetings, newest first."""
    by = actor(request)
    chosen = MeetingFilter(request)
    found = Keyset(chosen.apply(queries.whole_meetings(queries.meetings(by))), request)
    context = {"page": found, "filter": chosen, "may_call": by.may("assessments.create_meeting")}
    return render(request, "assessments/meetings.html", context)


def _meeting(request: HttpRequest, pk: int) -> Meeting:
    return get_object_or_404(queries.whole_meetings(queries.meetings(actor(request))), pk=pk)


@page(None, methods=["GET"])
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: its people, cases, findings, decision and minutes."""
    by = actor(request)
    found = _meeting(request, pk)
    urls = {name: reverse(f"assessments:{name}", args=[pk]) for name in ("minute", "conclude", "call_off")}
    why_not: dict[str, str | Promise] = {}
    if found.minutes_id is None:
        why_not["conclude"] = _("Attach the minutes first.")
    events = Event.objects.filter(subject_kind="assessments.meeting", subject_id=pk).order_by("-id")[:50]
    visible = set(queries.seen_by(by).filter(meeting=found).values_list("pk", flat=True))
    context = {
        "meeting": found,
        "cases": [(case, case.pk in visible) for case in found.cases.all()],
        "buttons": buttons(MEETING, found, by, urls, asks={"minute", "call_off"}, why_not=why_not),
        "timeline": lines(events, subject=("assessments.meeting", pk)),
    }
    return render(request, "assessments/meeting.html", context)


@page("assessments.create_meeting")
def call(request: HttpRequest) -> HttpResponse:
    """Call a review meeting about cases that are told and not decided."""
    by = actor(request)
    told = (AssessmentStatus.NOTIFIED, AssessmentStatus.STATED)
    open_ = queries.rows(by).filter(status__in=told, meeting__isnull=True).order_by("-serious", "-pk")[:MOST]
    form = MeetingForm(request.POST or None, cases=list(open_))

    def run() -> Outcome[Meeting]:
        typed = form.cleaned_data
        ids = [int(pk) for pk in typed["cases"]]
        spec = MeetingSpec(typed["topic"], typed["held_at"], ids, typed["people"])
        return actions.call([spec], by=by, at=now())

    context = {"cancel_url": reverse("assessments:meetings"), "title": _("Call a review meeting"), "none": not open_}
    return submit(
        request,
        form,
        run,
        template="assessments/call.html",
        done=_("The meeting is called."),
        to=lambda made: reverse("assessments:meeting", args=[made.pk]),
        context=context,
    )


def _ask(request: HttpRequest, pk: int, form: Any, run: Any, title: Any, done: Any) -> HttpResponse:
    here = reverse("assessments:meeting", args=[pk])
    context = {"meeting": _meeting(request, pk), "cancel_url": here, "title": title, "save_label": title}
    return submit(
        request, form, run, template="assessments/ask.html", done=done, to=lambda _made: here, context=context
    )


@page(MEETING["minute"].permission)
def minute(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach the minutes."""
    form = MinutesForm(request.POST or None, request.FILES or None)

    def run() -> Outcome[Meeting]:
        upload = Upload.of(form.cleaned_data["file"], most_bytes())
        return actions.minute({pk: upload}, by=actor(request), at=now())

    return _ask(request, pk, form, run, MEETING["minute"].label, _("The minutes are attached."))


@page(MEETING["conclude"].permission)
def conclude(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the meeting found and decided."""
    form = ConclusionForm(request.POST or None, cases=list(_meeting(request, pk).cases.all()))

    def run() -> Outcome[Meeting]:
        typed = form.cleaned_data
        spec = ConclusionSpec(pk, typed["findings"], typed["decision"], form.rulings())
        return actions.conclude([spec], by=actor(request), at=now())

    return _ask(
        request, pk, form, run, MEETING["conclude"].label, _("The meeting is concluded; its cases are decided.")
    )


@page(MEETING["call_off"].permission)
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the meeting off."""
    form = ReasonForm(request.POST or None)

    def run() -> Outcome[Meeting]:
        return actions.call_off([pk], form.cleaned_data["reason"], by=actor(request), at=now())

    return _ask(request, pk, form, run, MEETING["call_off"].label, _("Called off."))


@page(None, methods=["GET"])
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of a meeting, for those who may see it."""
    found = get_object_or_404(queries.meetings(actor(request)).filter(minutes__isnull=False), pk=pk)
    assert found.minutes
    return file_response(request, found.minutes)
