"""The clock of a step: what it said, when it stood; stopping it and letting it go on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.policies import queries as policies
from shunda.policies.declared import SETTINGS
from shunda.web import formats
from shunda.web.forms import Form
from shunda.web.pages import act, actor, back, now, page, submit
from shunda.work import actions, queries
from shunda.work.actions import REASON_LENGTH
from shunda.work.clocks import setting_of
from shunda.work.kinds import NOTES, label_of
from shunda.work.limits import trace
from shunda.work.models import Awaited, Task
from shunda.work.ringing import sentence

MAY, PAUSE = "work.view_task", "work.pause_task"


@page(MAY, methods=["GET"])
def clock(request: HttpRequest, pk: int) -> HttpResponse:
    """How the clock of a step ran: its limit, what it said to how many, when it stood and for whom."""
    by = actor(request)
    task = get_object_or_404(queries.within_reach(by), pk=pk)
    context: dict[str, Any] = {
        "task": task,
        "step": label_of(task.kind),
        "said": [(alarm, sentence(alarm, task)) for alarm in task.alarms.order_by("pk")],
        "pauses": list(task.pauses.order_by("pk")),
        "counted": formats.length(queries.counted(task, now()).total_seconds()),
        "limit": formats.length((task.limit_minutes or 0) * 60),
        "calendar": _calendar(task.calendar),
        "why": why(task),
        "setting": SETTINGS.get(setting_of(task)) if not task.limit_rule else None,
        "may_stop": task.closed_at is None and by.may(PAUSE) and _may_stop(task, by),
        "notes": NOTES,
        "now": now(),
        "next": back(request),
    }
    return render(request, "work/clock.html", context)


def why(task: Task) -> str:
    """The address of the row of the table that gave a step its limit; nothing where the settings did."""
    decided = trace(task.limit_rule)
    if decided is None:
        return ""
    return reverse("policies:why", args=[decided["table"], decided["version"], decided["rows"][0]])


def _calendar(code: str) -> str:
    """The name of the further calendar a clock counts by; nothing is the company's."""
    one = policies.further(policies.values("calendar.further"), code) if code else None
    return one.name if one else code


def _may_stop(task: Task, by: Actor) -> bool:
    return queries.with_clock(by).filter(pk=task.pk).exists()


class PauseForm(Form):
    """Who is waited for, and for what."""

    awaited = forms.ChoiceField(label=_("Waiting for"), choices=Awaited.choices, initial=Awaited.CUSTOMER)
    reason = forms.CharField(label=_("For what"), max_length=REASON_LENGTH)
    next = forms.CharField(widget=forms.HiddenInput, required=False)


@page(PAUSE)
def pause(request: HttpRequest) -> HttpResponse:
    """Stop clocks: those of the steps named in the address (``task=``)."""
    ids = [int(pk) for pk in request.GET.getlist("task") if pk.isdecimal() and len(pk) < 19]
    tasks = list(queries.with_clock(actor(request)).filter(pk__in=ids, closed_at__isnull=True, paused_at__isnull=True))
    if not tasks and request.method == "GET":
        raise Http404
    going = back(request)
    form = PauseForm(request.POST or None, initial={"next": going})
    return submit(
        request,
        form,
        lambda: actions.pause(
            ids,
            awaited=form.cleaned_data["awaited"],
            reason=form.cleaned_data["reason"],
            by=actor(request),
            at=now(),
        ),
        template="work/pause.html",
        done=_("The clock stands; what is left of it is kept."),
        to=going,
        context={
            "steps": [f"{label_of(task.kind)} · {task.label}" for task in tasks],
            "cancel_url": going,
            "save_label": _("Stop the clock"),
        },
    )


@page(PAUSE, methods=["POST"])
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a clock go on with what was left of it."""
    return act(
        request,
        lambda: actions.resume([pk], by=actor(request), at=now()),
        done=_("The clock runs again."),
        to=back(request) if request.POST.get("next") else reverse("work:clock", args=[pk]),
    )
