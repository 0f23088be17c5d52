"""One shipment, the labels of its parcels, and what the order page shows of shipping."""

from __future__ import annotations

from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from shunda.core.actor import Actor
from shunda.customers.rules import phone_for
from shunda.fulfilment import picking, queries, rules, tracking
from shunda.fulfilment.models import Shipment, ShipmentLine, TrackingCode, TransportMode
from shunda.fulfilment.pages.moves import shipment_of
from shunda.fulfilment.states import SHIPMENT, ShipmentStatus
from shunda.orders import queries as orders
from shunda.orders.models import Stops
from shunda.orders.rules import hold_reason, holds_of_line
from shunda.web.documents.codes import code128
from shunda.web.formats import moment
from shunda.web.moves import Button, buttons
from shunda.web.pages import actor, page
from shunda.web.timeline import Line
from shunda.web.timeline import lines as lines_of

MOVES = ("pick", "pack", "ship", "sign", "call", "tell", "reverse", "cancel")
PAPERS = (
    ("documents:pick-list", _("Pick list")),
    ("documents:packing-list", _("Packing list")),
    ("documents:delivery-letter", _("Delivery confirmation letter")),
    ("documents:delivery-receipt", _("Delivery receipt")),
    ("fulfilment:labels", _("Labels")),
)
"""What can be printed of a shipment: address and name."""
TRACKED = 50
"""Words of the carrier that are shown; the API gives all."""
WHOLE_PAGES = ("pick", "sign")
"""Moves whose form is a page of its own, not a dialog."""
SCANS = 100
"""So many are shown; the API gives all."""
WAY = (
    ShipmentStatus.PLANNED,
    ShipmentStatus.PICKED,
    ShipmentStatus.PACKED,
    ShipmentStatus.SHIPPED,
    ShipmentStatus.SIGNED,
)


@page("fulfilment.view_shipment")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One shipment: how far it is, what it holds, how it travels, who signed, and what can be done now."""
    by = actor(request)
    shipment = shipment_of(request, pk)
    contents = queries.contents([shipment])
    scans = list(queries.scans_of(shipment)[: SCANS + 1])
    context = {
        "shipment": shipment,
        "order": shipment.order,
        "lines": [(line, picking.said(line.short_reason)) for line in contents.lines[pk].values()],
        "scans": [(scan, picking.said(scan.reason)) for scan in scans[:SCANS]],
        "more_scans": len(scans) > SCANS,
        "steps": _steps(shipment),
        "buttons": _buttons(shipment, contents.of(shipment), by),
        "pages": WHOLE_PAGES,
        "papers": PAPERS,
        "receipt": queries.receipt_of(shipment),
        "tracking_page": _tracking_page(shipment),
        "tracking": list(queries.tracking_of(shipment)[:TRACKED]),
        "trouble": tracking.TROUBLE,
        "may_track": shipment.status in SHIPMENT["track"].sources and by.may(SHIPMENT["track"].permission),
        "timeline": _timeline(shipment),
        "receiver_phone": phone_for(by, shipment.order.receiver_phone),
    }
    return render(request, "fulfilment/detail.html", context)


def _steps(shipment: Shipment) -> list[dict[str, Any]]:
    now = WAY.index(ShipmentStatus(shipment.status)) if shipment.status in WAY else -1
    stamps = (shipment.created_at, shipment.picked_at, shipment.packed_at, shipment.shipped_at, shipment.signed_at)
    return [
        {
            "label": step.label,
            "state": "done" if i < now else "now" if i == now else "todo",
            "note": moment(stamps[i]) if i == now else "",
        }
        for i, step in enumerate(WAY)
    ]


def _buttons(shipment: Shipment, lines: list[ShipmentLine], by: Actor) -> list[Button]:
    urls = {move: reverse(f"fulfilment:{move}", args=[shipment.pk]) for move in MOVES}
    urls["pick"] = reverse("fulfilment:run", args=[shipment.pk])
    if shipment.track_code in tracking.TROUBLE and shipment.status == ShipmentStatus.SHIPPED:
        urls = {"resolve": reverse("fulfilment:resolve", args=[shipment.pk]), **urls}
    closed: dict[str, str] = {}
    if shipment.status == ShipmentStatus.PACKED:
        inside = {line.order_line_id for line in lines}
        holds = holds_of_line(orders.open_holds([shipment.order_id], Stops.SHIP)[shipment.order_id], inside)
        closed = {"ship": " ".join(hold_reason(hold) for hold in holds)}
    if shipment.status == ShipmentStatus.SHIPPED:
        closed = {"reverse": " ".join(refusal.message for refusal in rules.why_not_reverse(lines)[:1])}
    return buttons(SHIPMENT, shipment, by, urls, asks={*MOVES, "resolve"}, why_not=closed)


def _tracking_page(shipment: Shipment) -> str:
    carrier = shipment.carrier
    if carrier is None or not carrier.tracking_url or not shipment.tracking_number:
        return ""
    return carrier.tracking_url.replace("{number}", shipment.tracking_number)


def _timeline(shipment: Shipment) -> list[Line]:
    names = {
        name: _label(name) for name in ("carrier", "tracking_number", "mode", "parcels", "weight", "note", "track_code")
    }
    modes = {str(mode): str(mode.label) for mode in TransportMode}
    words = {"mode": modes, "track_code": {str(code): str(code.label) for code in TrackingCode}}
    return lines_of(queries.timeline(shipment)[:100], fields=names, values=words)


def _label(name: str) -> str:
    return str(getattr(Shipment._meta.get_field(name), "verbose_name", name))


@page("fulfilment.view_shipment")
def labels(request: HttpRequest, pk: int) -> HttpResponse:
    """Labels to print and stick on each parcel (R128): where it goes, which parcel of how many, a code to scan."""
    shipment = shipment_of(request, pk)
    code = segno.make(shipment.number, error="m", micro=False)
    picture = mark_safe(code.svg_inline(scale=3, border=0))  # noqa: S308  # drawn here from our own number
    bars = code128(shipment.number).replace("<svg ", '<svg preserveAspectRatio="none" ', 1)
    context = {
        "shipment": shipment,
        "order": shipment.order,
        "parcels": range(1, shipment.parcels + 1),
        "code": picture,
        "bars": mark_safe(bars),  # noqa: S308  # the same
    }
    return render(request, "fulfilment/labels.html", context)


@page("orders.view_order")
def order_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The shipments of one order, and whether one more can be planned."""
    by = actor(request)
    order = get_object_or_404(orders.seen_by(by), pk=pk)
    context = {
        "order": order,
        "shipments": queries.rows(by).filter(order=order).prefetch_related("lines__order_line__sku").order_by("pk"),
        "may_plan": by.may("fulfilment.create_shipment") and bool(queries.with_something_to_ship([pk])),
    }
    return render(request, "fulfilment/panel.html", context)
