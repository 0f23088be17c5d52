"""Freezing customers and giving them to others, one or several at once: each asks something first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.customers import actions, queries
from shunda.customers.forms import OwnerForm, ReasonForm
from shunda.customers.models import Customer
from shunda.web.forms import Form
from shunda.web.pages import act, actor, now, page, ticked

SHOWN = 20


def _ask(
    request: HttpRequest,
    form_class: type[Form],
    field: str,
    run: Callable[[list[int], Any, dict[int, int]], Outcome[Customer]],
    *,
    title: str | Promise,
    done: str | Promise,
    save: str | Promise,
) -> HttpResponse:
    """A question about the rows ticked in the list or the one of a page, then the action."""
    ids, seen = ticked(request)
    if request.method == "GET":
        ids = [int(text) for text in request.GET.getlist("row") if text.isdecimal() and len(text) < 19]
    form = form_class(request.POST if field in request.POST else None)
    back = reverse("customers:detail", args=ids) if len(ids) == 1 else reverse("customers:index")
    if form.is_valid():
        return act(request, lambda: run(ids, form.cleaned_data[field], seen), done=done, to=back, names=queries.names)
    rows = list(queries.seen_by(actor(request)).filter(pk__in=ids).only("pk", "name", "code", "version").order_by("pk"))
    context = {
        "form": form,
        "rows": rows,
        "more": max(len(rows) - SHOWN, 0),
        "title": title,
        "save_label": save,
        "cancel_url": back,
    }
    return render(request, "customers/ask.html", context, status=422 if form.is_bound else 200)


@page("customers.freeze_customer")
def freeze(request: HttpRequest) -> HttpResponse:
    """Stop new business with customers, saying why."""
    return _ask(
        request,
        ReasonForm,
        "reason",
        lambda ids, reason, seen: actions.freeze_customers(ids, reason, by=actor(request), at=now(), versions=seen),
        title=_("Freeze"),
        done=_("Frozen: new orders are refused."),
        save=_("Freeze"),
    )


@page("customers.freeze_customer")
def unfreeze(request: HttpRequest) -> HttpResponse:
    """Do business with customers again, saying why."""
    return _ask(
        request,
        ReasonForm,
        "reason",
        lambda ids, reason, seen: actions.unfreeze_customers(ids, reason, by=actor(request), at=now(), versions=seen),
        title=_("Unfreeze"),
        done=_("No longer frozen."),
        save=_("Unfreeze"),
    )


@page("customers.assign_customer")
def assign(request: HttpRequest) -> HttpResponse:
    """Give customers to another sales representative."""
    return _ask(
        request,
        OwnerForm,
        "owner",
        lambda ids, owner, seen: actions.change_owner(ids, owner, by=actor(request), at=now(), versions=seen),
        title=_("Change sales representative"),
        done=_("The sales representative is changed."),
        save=_("Change"),
    )
