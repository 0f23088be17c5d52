"""Lists: shipments, and orders that wait for one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shunda.fulfilment import queries
from shunda.fulfilment.forms import ShipmentFilter
from shunda.orders.rules import stage_of
from shunda.web.listing import Keyset
from shunda.web.pages import actor, page

ORDERS = {"newest": ["-id"], "oldest": ["id"]}


@page("fulfilment.view_shipment")
def index(request: HttpRequest) -> HttpResponse:
    """Shipments, newest first, with what can be done to several at once."""
    chosen = ShipmentFilter(request)
    keyset = Keyset(chosen.apply(queries.rows(actor(request))), request, order=ORDERS)
    return render(request, "fulfilment/list.html", {"page": keyset, "filter": chosen})


@page("fulfilment.view_shipment")
def to_plan(request: HttpRequest) -> HttpResponse:
    """Orders with goods reserved and in no shipment, oldest first: tick and plan."""
    keyset = Keyset(queries.to_plan(actor(request)), request, order=["id"])
    for order in keyset:
        order.stage = stage_of(order)  # type: ignore[attr-defined]  # what people read, beside the row
    return render(request, "fulfilment/to_plan.html", {"page": keyset})
