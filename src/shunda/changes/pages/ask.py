"""Asking for a change: the order to be typed over, and its impact before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.changes import actions, reasons, showing
from shunda.changes.forms import Added, Asked, ChangeForm, EndForm, ProductForm
from shunda.changes.gathering import lines_of
from shunda.changes.models import Change, ChangeKind
from shunda.changes.specs import ChangeSpec
from shunda.changes.weighing import Weighed, weigh
from shunda.core.batch import Outcome
from shunda.orders import queries as orders
from shunda.orders.assembly import is_taken_out
from shunda.orders.models import Order
from shunda.orders.states import ORDER, OrderStatus
from shunda.web.forms import Together
from shunda.web.pages import actor, now, page, submit

CHANGE, CANCEL = ORDER["change"].permission, ORDER["cancel"].permission


def _order(request: HttpRequest, pk: int) -> Order:
    seen = orders.seen_by(actor(request)).select_related("customer", "term")
    return get_object_or_404(seen, pk=pk)


@page(CHANGE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """The order as it stands, every field open; what is typed over becomes the change (R164)."""
    order = _order(request, pk)
    form, added = _forms(request, order)
    shown = "impact" in request.POST
    context: dict[str, Any] = {"order": order, "added": added, "form": form, "cancel_url": _back(pk)}
    context["lines"] = added
    if shown:
        context |= _impact(request, order, form, added)
        return render(request, "changes/change.html", context)

    def run() -> Outcome[Change]:
        return actions.request([form.wanted(added.given())], by=actor(request), at=now(), versions=form.started_from)

    return submit(
        request,
        Together(form, added),
        run,
        template="changes/change.html",
        done=_("Sent."),
        to=lambda made: reverse("changes:detail", args=[made.pk]),
        context=context,
    )


def _forms(request: HttpRequest, order: Order) -> tuple[ChangeForm, Any]:
    kept = [line for line in lines_of([order.pk])[order.pk] if not is_taken_out(line)]
    data = request.POST or None
    return ChangeForm(data, order=order, lines=kept), Added(data, prefix="added")


@page(CHANGE, methods=["POST"])
def impact(request: HttpRequest, pk: int) -> HttpResponse:
    """What the change as typed would do, beside the form; nothing is sent."""
    order = _order(request, pk)
    form, added = _forms(request, order)
    return render(request, "changes/impact.html", {"order": order, **_impact(request, order, form, added)})


def _impact(request: HttpRequest, order: Order, form: ChangeForm, added: Any) -> dict[str, Any]:
    form.fields["reason"].required = False
    if not form.is_valid() or not added.is_valid():
        return {"unclear": True}
    return shown(weighed(request, form.wanted(added.given())), order)


def weighed(request: HttpRequest, spec: ChangeSpec) -> Weighed:
    """A change weighed as it is typed; without a reason yet."""
    spec = replace(spec, reason=spec.reason or "–")
    return weigh({spec.order_id: spec}, by=actor(request), at=now())[spec.order_id]


def shown(one: Weighed, order: Order) -> dict[str, Any]:
    """What the template of an impact takes."""
    nothing = [refusal for refusal in one.refused if refusal.code == reasons.NOTHING.code]
    return {
        "sections": showing.sections(one.impact, order.currency),
        "refused": [] if nothing else one.refused,
        "nothing": bool(nothing),
        "worse": [refusal.message for refusal in one.worse],
        "steps": showing.roles(one.voices),
        "free": one.free,
        "free_until": one.free_until,
        "confirmed": order.status == OrderStatus.CONFIRMED,
    }


@page(CHANGE)
def product(request: HttpRequest, pk: int) -> HttpResponse:
    """A product change request: the frozen configuration, signed by sales and top management (R103, R104)."""
    order = _order(request, pk)
    kept = [line for line in lines_of([pk])[pk] if not is_taken_out(line)]
    form = ProductForm(request.POST or None, order=order, lines=kept)
    return _end(request, order, form, form.wanted, _("Product change request"), _("Send the request"))


@page(CHANGE)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an order short: what has left is all there will be; with its consequences (R170)."""
    order = _order(request, pk)
    form = EndForm(request.POST or None, order=order)
    return _end(request, order, form, lambda: form.spec(kind=ChangeKind.CLOSE), _("Close short"), _("Close short"))


@page(CANCEL)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel an order at whatever stage, with its consequences before it is sent (R170)."""
    order = _order(request, pk)
    form = EndForm(request.POST or None, order=order)
    return _end(request, order, form, lambda: form.spec(kind=ChangeKind.CANCEL), _("Cancel order"), _("Cancel order"))


def _end(
    request: HttpRequest,
    order: Order,
    form: Asked,
    wanted: Callable[[], ChangeSpec],
    title: str | Promise,
    save: str | Promise,
) -> HttpResponse:
    context: dict[str, Any] = {"order": order, "title": title, "save_label": save, "cancel_url": _back(order.pk)}
    if isinstance(form, EndForm) and request.method != "POST":
        form.cleaned_data = {"reason": "–", "asked_by": "", "asked_through": "phone", "asked_on": None}
        context |= {"weighed": True, **shown(weighed(request, wanted()), order)}
    return submit(
        request,
        form,
        lambda: actions.request([wanted()], by=actor(request), at=now(), versions=form.started_from),
        template="changes/end.html",
        done=_("Sent."),
        to=lambda made: reverse("changes:detail", args=[made.pk]),
        context=context,
    )


def _back(pk: int) -> str:
    return reverse("orders:detail", args=[pk])
