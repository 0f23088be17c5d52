"""The warehouse floor on a phone: what is to be done, and one shipment picked, packed and shipped with a scanner.

Everything works as plain forms; with a script, scans are kept on the device until we have heard of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from pydantic import ValidationError

from shunda.core.batch import Outcome
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.fulfilment import actions, picking, queries
from shunda.fulfilment.forms import PackForm, ScanForm, ShipForm
from shunda.fulfilment.models import Scan, Shipment, ShortReason
from shunda.fulfilment.pages.moves import seen, shipment_of
from shunda.fulfilment.picking import Stop
from shunda.fulfilment.schemas import ScansIn
from shunda.fulfilment.specs import ScanSpec
from shunda.fulfilment.states import ShipmentStatus
from shunda.inventory.models import Warehouse
from shunda.web.pages import act, actor, now, page, submit

PICK, PACK, SHIP = "fulfilment.pick_shipment", "fulfilment.pack_shipment", "fulfilment.ship_shipment"
KEEPERS = (PICK, PACK, SHIP)
STAGES = {ShipmentStatus.PLANNED: "pick", ShipmentStatus.PICKED: "pack", ShipmentStatus.PACKED: "ship"}
CHOSEN = "floor_warehouse"
"""The warehouse a person works in, kept in the session."""
WASM = "'wasm-unsafe-eval'"
"""What a browser without a reader of barcodes of its own needs to run ours on the camera's picture."""
WORKER = Path(__file__).parents[1] / "static" / "shunda" / "floor-worker.js"


@page(KEEPERS, methods=["GET"])
def floor(request: HttpRequest) -> HttpResponse:
    """What waits to be picked, packed and shipped in one warehouse, urgent and old first (R127)."""
    houses = list(Warehouse.objects.filter(active=True).order_by("name", "pk"))
    chosen = _warehouse(request, houses)
    waiting = queries.on_the_floor(actor(request), chosen.pk if chosen else None)
    groups = [
        (_("To pick"), "barcode", waiting[ShipmentStatus.PLANNED]),
        (_("To pack"), "package", waiting[ShipmentStatus.PICKED]),
        (_("To ship"), "truck-delivery", waiting[ShipmentStatus.PACKED]),
    ]
    context = {"houses": houses, "chosen": chosen, "groups": groups, "most": queries.FLOOR_MOST, **_device(request)}
    return render(request, "fulfilment/floor/floor.html", context)


def _warehouse(request: HttpRequest, houses: list[Warehouse]) -> Warehouse | None:
    asked = request.GET.get("warehouse")
    if asked is not None:
        request.session[CHOSEN] = asked
    wanted = asked if asked is not None else request.session.get(CHOSEN, "")
    return next((house for house in houses if str(house.pk) == wanted), None)


@page(KEEPERS, methods=["GET"])
def find(request: HttpRequest) -> HttpResponse:
    """To the shipment whose number was scanned."""
    number = request.GET.get("code", "").strip().upper()
    row = queries.rows(actor(request)).filter(number=number).first()
    if row is None:
        raise Http404(number)
    return redirect("fulfilment:run", row.pk)


@never_cache
@csp_update({"script-src": WASM})  # type: ignore[arg-type]  # its types know no arguments from addresses
@page(KEEPERS)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """One shipment in the hands of a keeper: the next thing to do with it, and nothing else (R127, R138).

    Without a script a scan is posted here.
    """
    shipment = shipment_of(request, pk)
    stage = STAGES.get(ShipmentStatus(shipment.status), "done")
    if request.method == "POST":
        return _scanned(request, shipment)
    context: dict[str, Any] = {"shipment": shipment, "order": shipment.order, "stage": stage, **_device(request)}
    if stage == "pick":
        context |= _picking(shipment)
    elif stage == "pack":
        context["form"] = PackForm(initial={"parcels": shipment.parcels, "note": shipment.note})
    elif stage == "ship":
        context["form"] = _ship_form(request, shipment)
    return render(request, f"fulfilment/floor/{stage}.html", context)


def _picking(shipment: Shipment) -> dict[str, Any]:
    stops = queries.stops_of([shipment])[shipment.pk]
    open_ones = [stop for stop in stops if stop.left]
    data = {"state": state_of(shipment, stops, queries.last_scan(shipment)), "texts": _texts()}
    return {
        "stops": [*open_ones, *(stop for stop in stops if not stop.left)],
        "left": len(open_ones),
        "reasons": ShortReason.choices,
        "data": data,
        "undoable": queries.scans_of(shipment).exists(),
    }


def state_of(shipment: Shipment, stops: Iterable[Stop], last: int) -> dict[str, Any]:
    """How far a shipment is, for the script; of two such the one with the later ``last`` scan is the newer."""
    return {
        "shipment": shipment.pk,
        "number": shipment.number,
        "status": shipment.status,
        "last": last,
        "stops": [
            {
                "id": stop.sku.pk,
                "codes": [code.upper() for code in (stop.sku.code, stop.sku.barcode) if code],
                "sku": stop.sku.code,
                "location": stop.location,
                "decimals": stop.decimals,
                "wanted": plain(stop.wanted),
                "found": plain(stop.found),
                "short": plain(stop.short),
                "why": picking.said(stop.why),
            }
            for stop in stops
        ],
    }


def _texts() -> dict[str, str]:
    """What the script says; {braces} are filled in by it."""
    return {
        "good": gettext("{sku}: {found} of {wanted}"),
        "stop_done": gettext("{sku} is complete: {wanted}"),
        "all_done": gettext("Everything is scanned. Press “Picked” or scan the shipment number."),
        "short": gettext("{sku}: {n} reported missing"),
        "back": gettext("{sku}: {n} taken back"),
        "stranger": gettext("“{code}” does not belong to this shipment: put it back."),
        "over": gettext("{sku}: too many. {wanted} wanted, {found} scanned. Put the rest back."),
        "said_short": gettext("{sku}: {short} of it was reported missing. Take that back first."),
        "fraction": gettext("{sku} is counted in whole pieces."),
        "choose": gettext("Choose why it is not there."),
        "times": gettext("{n} of the next article"),
        "unfinished": gettext("{sku}: {left} of {wanted} is neither scanned nor reported missing."),
        "waiting": gettext("{n} scans wait to be sent"),
        "waiting_one": gettext("1 scan waits to be sent"),
        "offline": gettext("No connection. {n} scans are kept on this device."),
        "offline_one": gettext("No connection. 1 scan is kept on this device."),
        "sent": gettext("All scans are saved"),
        "finish_later": gettext("Without a connection it cannot be finished yet. Your scans are kept."),
        "signed_out": gettext("You are signed out. {n} scans are kept: sign in again and they are sent."),
        "signed_out_one": gettext("You are signed out. 1 scan is kept: sign in again and it is sent."),
        "not_kept": gettext("This device keeps nothing: do not leave this page until all is sent."),
        "no_camera": gettext("The camera cannot be used: allow it, and open Shunda by https."),
        "stranger_to_server": gettext("The scan cannot be read. Scan it again."),
        "refused": gettext("Not counted: {code}. {why}"),
    }


def _device(request: HttpRequest) -> dict[str, Any]:
    """What the script needs to keep scans and send them."""
    addresses = {"send": reverse("fulfilment:scans"), "worker": reverse("fulfilment:worker")}
    return {"me": actor(request).id, "data": {"texts": _texts()}, **addresses}


def _scanned(request: HttpRequest, shipment: Shipment) -> HttpResponse:
    """A scan as a plain form, or the last one taken back."""
    by, here = actor(request), reverse("fulfilment:run", args=[shipment.pk])
    if "undo" in request.POST:
        last = queries.scans_of(shipment).filter(actor_id=by.id).first()
        if last is None or last.quantity < 0:
            return redirect(here)
        spec = ScanSpec(shipment.pk, last.sku.code, -last.quantity, last.kind)
    else:
        form = ScanForm(request.POST)
        spec = ScanSpec(shipment.pk, request.POST.get("code", ""))
        if form.is_valid():
            spec = form.spec(shipment, queries.stops_of([shipment])[shipment.pk])

    def count() -> Outcome[Scan]:
        outcome = actions.scan([spec], by=by, at=now())
        return Outcome(outcome.done, [replace(refusal, id=shipment.pk) for refusal in outcome.refused])

    return act(request, count, done=_("Counted."), to=here, names=queries.numbers)


@page(PICK, methods=["POST"])
def scans(request: HttpRequest) -> HttpResponse:
    """Scans a device kept, in the order they were made: what became of each, and how far the shipments are now.

    Sent again they count once.
    """
    try:
        body = ScansIn.model_validate_json(request.body)
    except ValidationError:
        return JsonResponse({"refused": []}, status=422)
    outcome = actions.scan(body.specs(), by=actor(request), at=now())
    ids = {each.shipment_id for each in body.scans}
    rows = list(queries.seen_by(actor(request)).filter(pk__in=ids))
    stops, last = queries.stops_of(rows), queries.last_scans(rows)
    answer = {
        "refused": [_told(refusal, body) for refusal in outcome.refused],
        "picking": [state_of(row, stops[row.pk], last.get(row.pk, 0)) for row in rows],
    }
    return JsonResponse(answer)


def _told(refusal: Refusal, body: ScansIn) -> Mapping[str, Any]:
    sent = body.scans[refusal.id or 0]
    return {"key": sent.key, "code": sent.code, "reason": refusal.code, "message": refusal.message}


@page(PICK, methods=["POST"])
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything is scanned or reported missing: on to packing."""
    here = reverse("fulfilment:run", args=[pk])
    shipment_of(request, pk)
    return act(
        request,
        lambda: actions.finish_picking([pk], by=actor(request), at=now()),
        done=_("Picked."),
        to=here,
        names=queries.numbers,
    )


@page(PACK, methods=["POST"])
def pack_here(request: HttpRequest, pk: int) -> HttpResponse:
    """So many parcels, weighed or not; next are their labels and the carrier."""
    shipment = shipment_of(request, pk)
    form = PackForm(request.POST)
    return submit(
        request,
        form,
        lambda: actions.pack([form.spec(pk)], by=actor(request), at=now(), versions=seen(request, shipment)),
        template="fulfilment/floor/pack.html",
        done=_("Packed."),
        to=reverse("fulfilment:run", args=[pk]),
        context={"shipment": shipment, "order": shipment.order, "stage": "pack", **_device(request)},
    )


@page(SHIP, methods=["POST"])
def ship_here(request: HttpRequest, pk: int) -> HttpResponse:
    """Handed to the carrier, with the number scanned from its label (R138)."""
    shipment = shipment_of(request, pk)
    form = _ship_form(request, shipment, bound=True)
    return submit(
        request,
        form,
        lambda: actions.ship([form.spec(pk)], by=actor(request), at=now(), versions=seen(request, shipment)),
        template="fulfilment/floor/ship.html",
        done=_("Shipped."),
        to=reverse("fulfilment:floor"),
        context={"shipment": shipment, "order": shipment.order, "stage": "ship", **_device(request)},
    )


def _ship_form(request: HttpRequest, shipment: Shipment, *, bound: bool = False) -> ShipForm:
    started = {"mode": shipment.mode, "carrier_id": shipment.carrier_id, "tracking_number": shipment.tracking_number}
    return ShipForm(request.POST if bound else None, initial=started)


def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  # a script of ours, the same for everybody
    """The service worker: the floor's pages open without a connection; it stands here because it serves them."""
    headers = {"Cache-Control": "no-cache", "Service-Worker-Allowed": reverse("fulfilment:index")}
    return HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8", headers=headers)
