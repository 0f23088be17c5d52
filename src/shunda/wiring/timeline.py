"""The timeline of an order: every move of every folder about it, with who, when, why and from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shunda.core.models import Event
from shunda.orders import queries as orders
from shunda.web.pages import actor, page
from shunda.wiring.machines import moves

app_name = "timeline"

SOURCES: dict[str, str | Promise] = {
    "web": gettext_lazy("in the browser"),
    "api": gettext_lazy("through the API"),
    "import": gettext_lazy("from a file"),
    "job": gettext_lazy("by itself"),
    "cli": gettext_lazy("on the command line"),
    "demo": gettext_lazy("from history"),
}

SUBJECTS: dict[str, str | Promise] = {
    "order": gettext_lazy("Order"),
    "review": gettext_lazy("Review"),
    "shipment": gettext_lazy("Shipment"),
    "invoice": gettext_lazy("Invoice"),
    "payment": gettext_lazy("Payment"),
    "settlement": gettext_lazy("Settlement"),
}

OTHERS: dict[str, str | Promise] = {
    "order.create": gettext_lazy("Order: entered"),
    "order.clone": gettext_lazy("Order: copied"),
    "shipment.create": gettext_lazy("Shipment: planned"),
    "invoice.create": gettext_lazy("Invoice: drafted"),
    "settlement.make": gettext_lazy("Settlement: made"),
    "settlement.create": gettext_lazy("Settlement: made"),
    "payment.record": gettext_lazy("Payment: recorded"),
    "payment.create": gettext_lazy("Payment: recorded"),
    "order.pdf": gettext_lazy("Sales order printed"),
    "shipment.pdf": gettext_lazy("Shipping paper printed"),
    "settlement.pdf": gettext_lazy("Settlement printed"),
    "invoice.pdf": gettext_lazy("Invoice printed"),
}
"""Events that are no move of a machine."""

TOLD = ("reason", "remark", "text", "why", "note", "number", "tracking_number", "signed_by")
"""Data of an event that is shown as it was written."""

PER_PAGE = 100


def label(kind: str) -> str:
    """What happened, as people say it."""
    if kind in OTHERS:
        return str(OTHERS[kind])
    subject, _dot, name = kind.partition(".")
    move = moves().get(kind)
    who = SUBJECTS.get(subject, subject)
    return f"{who}: {move.label if move else name}"


def entries(events: Iterable[Event]) -> list[dict[str, Any]]:
    """Events as the timeline component draws them."""
    return [
        {
            "label": label(event.kind),
            "actor": event.actor,
            "at": event.at,
            "source": str(SOURCES.get(event.source, event.source)),
            "text": "\n".join(str(event.data[name]) for name in TOLD if event.data.get(name)),
            "changes": [(name, *pair) for name, pair in _changes(event).items()],
        }
        for event in events
    ]


def _changes(event: Event) -> dict[str, Any]:
    """Field by field what was and what is; lines by their number."""
    found = dict(event.data.get("changes") or {})
    lines = event.data.get("lines")
    for number, (was, now) in lines.items() if isinstance(lines, dict) else ():
        found[_("Line %(number)s") % {"number": number}] = [_line(was), _line(now)]
    return found


def _line(data: Mapping[str, Any] | None) -> str:
    return ", ".join(str(value) for value in data.values() if value not in (None, "", {})) if data else ""


@page("orders.view_order")
def order_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that happened to one order, newest first."""
    order = get_object_or_404(orders.seen_by(actor(request)), pk=pk)
    before = request.GET.get("before", "")
    events = Event.objects.filter(order_id=order.pk)
    if before.isdecimal():
        events = events.filter(sequence__lt=int(before))
    found = list(events.order_by("-sequence")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    more = shown[-1].sequence if len(found) > PER_PAGE else None
    return render(request, "wiring/timeline.html", {"order": order, "entries": entries(shown), "more": more})


urlpatterns = [path("orders/<int:pk>/", order_timeline, name="order")]
