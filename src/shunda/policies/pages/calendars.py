"""Keeping further calendars: beginning one, renaming it, retiring it, using it again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.policies import actions
from shunda.policies.calendar_forms import AddForm, RenameForm, RetireForm, typed
from shunda.policies.days import week_of
from shunda.policies.named import Named
from shunda.policies.pages.calendar import CHANGE, HERE, Chosen, chosen, kept
from shunda.web.pages import page, submit


@page(CHANGE)
def add(request: HttpRequest) -> HttpResponse:
    """A further calendar begins with the company's week."""
    of = chosen(request)
    initial = {**of.start, **typed(week_of(of.decided)), "zone": "", "holidays": "company"}
    form = AddForm(request.POST or None, initial=initial)
    return submit(
        request,
        form,
        lambda: actions.add_calendar(form.calendar_spec, **kept(request, form)),
        template="policies/calendar_add.html",
        done=_("The calendar is kept. Steps go by it where a row of “Time limits of steps” names it."),
        to=lambda _change: f"{reverse(HERE)}?calendar={form.cleaned_data['code'].strip().upper()}",
        context={"cancel_url": reverse(HERE), "save_label": _("Add")},
    )


@page(CHANGE)
def rename(request: HttpRequest) -> HttpResponse:
    """Another name for a further calendar."""
    of, one = _further(request)
    form = RenameForm(request.POST or None, initial={**of.start, "name": one.name})
    return submit(
        request,
        form,
        lambda: actions.rename_calendar(of.code, form.cleaned_data["name"], **kept(request, form)),
        template="policies/calendar_rename.html",
        done=_("The calendar is changed."),
        to=of.url(),
        context={"cancel_url": of.url(), "of": of},
    )


@page(CHANGE)
def retire(request: HttpRequest) -> HttpResponse:
    """No step is given the calendar any more; or it is used again."""
    of, one = _further(request)
    run = actions.restore_calendar if one.retired else actions.retire_calendar
    form = RetireForm(request.POST or None, initial=of.start)
    return submit(
        request,
        form,
        lambda: run(of.code, **kept(request, form)),
        template="policies/calendar_retire.html",
        done=_("The calendar can be given to steps again.") if one.retired else _("The calendar is retired."),
        to=of.url(),
        context={"cancel_url": of.url(), "of": of, "save_label": _("Use again") if one.retired else _("Retire")},
    )


def _further(request: HttpRequest) -> tuple[Chosen, Named]:
    of = chosen(request)
    if of.further is None:
        raise Http404
    return of, of.further
