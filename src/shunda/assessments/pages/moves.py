"""What is done with one case: named, told, answered, decided, appealed, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.assessments import actions, queries
from shunda.assessments.forms import PersonForm, ReasonForm, RulingForm, TextForm
from shunda.assessments.models import Assessment
from shunda.assessments.states import ASSESSMENT
from shunda.core.batch import Outcome
from shunda.web.forms import Form
from shunda.web.pages import act, actor, now, page, submit, versions

Said = str | Promise


def _case(request: HttpRequest, pk: int) -> Assessment:
    by = actor(request)
    visible = queries.seen_by(by) | queries.of_person(by)
    return get_object_or_404(visible.select_related("person"), pk=pk)


def _ask(
    request: HttpRequest, pk: int, form: Form, run: Callable[[], Outcome[Any]], title: Said, done: Said
) -> HttpResponse:
    """One question about one case, in a dialog or on a page of its own."""
    case = _case(request, pk)
    here = reverse("assessments:detail", args=[pk])
    context = {"case": case, "cancel_url": here, "title": title, "save_label": title}
    return submit(
        request, form, run, template="assessments/ask.html", done=done, to=lambda _case: here, context=context
    )


@page(ASSESSMENT["assign"].permission)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who answers for it."""
    form = PersonForm(request.POST or None)

    def run() -> Outcome[Assessment]:
        return actions.assign({pk: form.cleaned_data["person"].pk}, by=actor(request), at=now())

    return _ask(request, pk, form, run, ASSESSMENT["assign"].label, _("Named."))


@page(ASSESSMENT["notify"].permission, methods=["POST"])
def notify(request: HttpRequest, pk: int) -> HttpResponse:
    """Tell the person."""
    return act(
        request,
        lambda: actions.notify([pk], by=actor(request), at=now(), versions=versions(request, pk)),
        done=_("Told."),
        names=queries.numbers,
    )


@page(None)
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how it was."""
    form = TextForm(request.POST or None)

    def run() -> Outcome[Assessment]:
        return actions.state([pk], form.cleaned_data["text"], by=actor(request), at=now())

    return _ask(request, pk, form, run, ASSESSMENT["state"].label, _("Your statement is kept."))


@page(None)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """Appeal against the decision, once."""
    form = TextForm(request.POST or None)

    def run() -> Outcome[Assessment]:
        return actions.appeal([pk], form.cleaned_data["text"], by=actor(request), at=now())

    return _ask(request, pk, form, run, ASSESSMENT["appeal"].label, _("Your appeal is kept; a third person decides."))


@page(ASSESSMENT["decide"].permission)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Uphold, reduce or waive."""
    form = RulingForm(request.POST or None)

    def run() -> Outcome[Assessment]:
        return actions.decide([form.spec(pk)], by=actor(request), at=now())

    return _ask(request, pk, form, run, ASSESSMENT["decide"].label, _("Decided."))


@page(ASSESSMENT["review"].permission)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on the appeal."""
    form = RulingForm(request.POST or None)

    def run() -> Outcome[Assessment]:
        return actions.review([form.spec(pk)], by=actor(request), at=now())

    return _ask(request, pk, form, run, ASSESSMENT["review"].label, _("Decided for good."))


@page(ASSESSMENT["cancel"].permission)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the case up."""
    form = ReasonForm(request.POST or None)

    def run() -> Outcome[Assessment]:
        return actions.cancel([pk], form.cleaned_data["reason"], by=actor(request), at=now())

    return _ask(request, pk, form, run, ASSESSMENT["cancel"].label, _("Cancelled."))
