"""The moves behind the buttons of lists and of the order page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.files.specs import Upload
from shunda.orders import actions, mentions, queries
from shunda.orders.actions import AttachmentSpec
from shunda.orders.forms import AttachForm, HoldForm, PriorityForm, ReasonForm
from shunda.orders.models import HoldKind, Order, Stops
from shunda.orders.specs import PrioritySpec
from shunda.policies import queries as policies
from shunda.web.forms import Form
from shunda.web.listing import suggestions
from shunda.web.pages import Asks, act, actor, now, page, submit, ticked, versions


def many(
    request: HttpRequest, action: Callable[..., Outcome[Order]], done: str | Promise, asks: Asks | None = None
) -> HttpResponse:
    """A move of the rows ticked, or of the one a button belongs to."""
    ids, seen = ticked(request)
    alone = request.GET.get("row", "")
    if not ids and alone.isdecimal():
        ids, seen = [int(alone)], versions(request, int(alone)) or {}
    return act(
        request,
        lambda: action(ids, by=actor(request), at=now(), versions=seen),
        done=done,
        names=queries.numbers,
        asks=asks,
    )


@page("orders.withdraw_order", methods=["POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take orders back from review."""
    return many(request, actions.withdraw, _("Withdrawn; the order is a draft again."))


@page("orders.confirm_order", methods=["POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Reserve stock and hold credit."""
    return many(request, actions.confirm, _("Confirmed: stock is reserved."))


@page("orders.complete_order", methods=["POST"])
def complete(request: HttpRequest) -> HttpResponse:
    """Close what is signed, invoiced and paid."""
    return many(request, actions.complete, _("Completed."))


@page("orders.archive_order", methods=["POST"])
def archive(request: HttpRequest) -> HttpResponse:
    """Put completed orders into the archive."""
    return many(request, actions.archive, _("Archived."))


def _ask(
    request: HttpRequest,
    pk: int,
    form: Form,
    run: Callable[[Order], Outcome[Any]],
    *,
    title: str | Promise,
    done: str | Promise,
    save: str | Promise,
    danger: bool = False,
) -> HttpResponse:
    """A move that asks something first."""
    order = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    here = reverse("orders:detail", args=[pk])
    return submit(
        request,
        form,
        lambda: run(order),
        template="orders/ask.html",
        done=done,
        to=here,
        context={"order": order, "title": title, "save_label": save, "cancel_url": here, "danger": danger},
    )


def _seen(request: HttpRequest, order: Order) -> Mapping[int, int]:
    return versions(request, order.pk) or {order.pk: order.version}


@page("orders.cancel_order")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an order, saying why."""
    form = ReasonForm(request.POST or None)
    return _ask(
        request,
        pk,
        form,
        lambda order: actions.cancel(
            [pk], form.cleaned_data["reason"], by=actor(request), at=now(), versions=_seen(request, order)
        ),
        title=_("Cancel order"),
        done=_("Cancelled."),
        save=_("Cancel order"),
        danger=True,
    )


@page("orders.prioritise_order")
def prioritise(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how soon an order goes."""
    order = get_object_or_404(queries.seen_by(actor(request)), pk=pk)
    form = PriorityForm(request.POST or None, initial={"priority": order.priority, "urgent": order.urgent})
    return _ask(
        request,
        pk,
        form,
        lambda order: actions.prioritise(
            {pk: PrioritySpec(**form.cleaned_data)}, by=actor(request), at=now(), versions=_seen(request, order)
        ),
        title=_("Priority"),
        done=_("Saved."),
        save=_("Save"),
    )


@page("orders.hold_order")
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop one step of an order."""
    form = HoldForm(request.POST or None, queries.lines_shown(pk))

    def run(order: Order) -> Outcome[Any]:
        asked = form.cleaned_data
        return actions.place_hold(
            [pk],
            asked["reason"],
            kind=asked["kind"],
            stops=asked["stops"],
            terms=form.terms(),
            by=actor(request),
            at=now(),
            versions=_seen(request, order),
        )

    return _ask(request, pk, form, run, title=_("Hold order"), done=_("On hold."), save=_("Hold"))


@page("orders.release_order", methods=["POST"])
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a held order go on."""
    kind, stops = request.POST.get("kind", HoldKind.MANUAL), request.POST.get("stops", Stops.SHIP)
    return act(
        request,
        lambda: actions.release_hold([pk], kind=kind, stops=stops, by=actor(request), at=now()),
        done=_("Released."),
        to=reverse("orders:detail", args=[pk]),
    )


@page("orders.comment_order", methods=["POST"])
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something in the order's timeline."""
    return act(
        request,
        lambda: actions.comment([pk], request.POST.get("text", ""), by=actor(request), at=now()),
        done=_("Noted."),
        to=reverse("orders:detail", args=[pk]),
    )


@page("orders.comment_order", methods=["GET"])
def people(request: HttpRequest) -> HttpResponse:
    """Suggestions while a name is typed after an @."""
    found = mentions.suggestions(request.GET.get("q", "")[:40])
    return suggestions([(user.username, user.name, user.title) for user in found])


@page("orders.attach_order")
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a paper with the order (R029)."""
    form = AttachForm(request.POST or None, request.FILES or None)

    def run(_order: Order) -> Outcome[Any]:
        asked = form.cleaned_data
        upload = Upload.of(asked["file"], _most_bytes())
        return actions.attach([AttachmentSpec(pk, upload, asked["kind"], asked["note"])], by=actor(request), at=now())

    return _ask(request, pk, form, run, title=_("Attach a paper"), done=_("Attached."), save=_("Attach"))


def _most_bytes() -> int:
    return int(policies.value("files.most_megabytes")) * 1024 * 1024
