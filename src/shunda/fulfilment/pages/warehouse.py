"""In the warehouse: planning, picking with a scanner or a thumb, packing."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.core.batch import Outcome
from shunda.core.refusal import Refusal
from shunda.fulfilment import actions, queries, rules
from shunda.fulfilment.forms import PackForm, PickForm, PlanForm
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.pages.moves import ask, seen, shipment_of, to
from shunda.fulfilment.specs import PackSpec, PickSpec, ShipmentSpec
from shunda.orders import queries as orders
from shunda.web.pages import act, actor, now, page, submit, ticked


@page("fulfilment.create_shipment")
def plan(request: HttpRequest, order_pk: int) -> HttpResponse:
    """Choose what of an order goes now; everything that is reserved is proposed."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=order_pk)
    lines = [line for line in queries.plannable([order.pk])[order.pk].values() if rules.left(line)]
    form = PlanForm(request.POST or None, order=order, lines=lines)
    return submit(
        request,
        form,
        lambda: actions.create([form.spec()], by=by, at=now()),
        template="fulfilment/plan.html",
        done=_("Planned: the warehouse can pick it."),
        to=to,
        context={"order": order, "cancel_url": reverse("orders:detail", args=[order.pk])},
    )


@page("fulfilment.create_shipment", methods=["POST"])
def plan_all(request: HttpRequest) -> HttpResponse:
    """Plan a shipment of everything reserved for each ticked order."""
    ids, _seen = ticked(request)

    def run() -> Outcome[Shipment]:
        outcome = actions.create([ShipmentSpec(pk) for pk in ids], by=actor(request), at=now())
        named = [_about(refusal, ids) for refusal in outcome.refused]
        return Outcome(outcome.done, named)

    return act(request, run, done=_("Planned: the warehouse can pick it."), names=orders.numbers)


def _about(refusal: Refusal, ids: list[int]) -> Refusal:
    """A refusal of the list's place as one of the order there."""
    return replace(refusal, id=ids[refusal.id or 0])


@page("fulfilment.pick_shipment")
def pick(request: HttpRequest, pk: int) -> HttpResponse:
    """The pick list on a phone: what was found of each line, by location; scan, tap, or type (R127)."""
    shipment = shipment_of(request, pk)
    lines = sorted(
        queries.contents([shipment]).lines[pk].values(), key=lambda line: (line.location, line.order_line.line_no)
    )
    form = PickForm(request.POST or None, shipment=shipment, lines=lines)
    return ask(
        request,
        shipment,
        form,
        lambda: actions.pick([form.spec()], by=actor(request), at=now(), versions=seen(request, shipment)),
        title=_("Pick"),
        save=_("Picked"),
        done=_("Picked."),
        template="fulfilment/pick.html",
    )


@page("fulfilment.pick_shipment", methods=["POST"])
def pick_all(request: HttpRequest) -> HttpResponse:
    """Everything of the ticked shipments was found."""
    ids, seen_versions = ticked(request)
    return act(
        request,
        lambda: actions.pick([PickSpec(pk) for pk in ids], by=actor(request), at=now(), versions=seen_versions),
        done=_("Picked."),
        names=queries.numbers,
    )


@page("fulfilment.pack_shipment")
def pack(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many parcels it became (R127, R144)."""
    shipment = shipment_of(request, pk)
    form = PackForm(request.POST or None, initial={"parcels": shipment.parcels, "note": shipment.note})
    return ask(
        request,
        shipment,
        form,
        lambda: actions.pack([form.spec(pk)], by=actor(request), at=now(), versions=seen(request, shipment)),
        title=_("Pack"),
        save=_("Packed"),
        done=_("Packed."),
    )


@page("fulfilment.pack_shipment", methods=["POST"])
def pack_all(request: HttpRequest) -> HttpResponse:
    """The ticked shipments are packed, one parcel each."""
    ids, seen_versions = ticked(request)
    return act(
        request,
        lambda: actions.pack([PackSpec(pk) for pk in ids], by=actor(request), at=now(), versions=seen_versions),
        done=_("Packed."),
        names=queries.numbers,
    )
