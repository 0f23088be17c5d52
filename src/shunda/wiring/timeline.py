"""The timeline of an order: every move of every folder about it, with who, when, why and from where."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import BooleanField, DateField, Field, Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from shunda.billing.models import Invoice, Payment, Settlement
from shunda.core.models import Event
from shunda.core.money import plain
from shunda.fulfilment.models import Shipment, TrackingCode
from shunda.orders import queries as orders
from shunda.orders.models import Department, Order
from shunda.policies.tables import TABLES
from shunda.web.formats import day
from shunda.web.pages import actor, page
from shunda.web.timeline import Line, lines
from shunda.work.kinds import label_of

app_name = "timeline"

PER_PAGE = 100
SUBJECTS: tuple[type[Model], ...] = (Settlement, Payment, Invoice, Shipment, Order)


@cache
def _fields() -> Mapping[str, str | Promise]:
    """Names of columns as people read them; the order's own where two folders share one."""
    named: dict[str, str | Promise] = {}
    for model in SUBJECTS:
        for field in model._meta.concrete_fields:
            named |= {field.name: field.verbose_name, field.attname: field.verbose_name}
    return named


ONLY = {"changes": ("order.edit", "order.prioritise"), "comments": ("order.comment",)}
"""Parts of a timeline people ask for: kinds of events."""


def entries(events: Iterable[Event], order_id: int) -> list[Line]:
    """Events as the timeline component draws them; each leads to the page of what it is about."""
    found = list(events)
    names = _names(found)
    whys = [_whys(event) for event in found]
    drawn = lines(
        [_with_step(_with_department(_with_lines(_with_words(event, names)))) for event in found],
        fields=_fields(),
        values={"track_code": {str(code): str(code.label) for code in TrackingCode}},
        subject=(Order._meta.label_lower, order_id),
    )
    return [replace(line, whys=why) for line, why in zip(drawn, whys, strict=True)]


def _whys(event: Event) -> list[tuple[str, str]]:
    """The decision tables that decided about this, each with the page of the rows that did."""
    decided = event.data.get("decided")
    traces = [one for one in decided if isinstance(one, dict)] if isinstance(decided, list) else []
    known = [(TABLES[one["table"]], one) for one in traces if one.get("table") in TABLES and one.get("rows")]
    return [(str(table.label), orders.why_url(one)) for table, one in known]


@cache
def _order_fields() -> Mapping[str, Field[Any, Any]]:
    fields = Order._meta.concrete_fields
    return {name: field for field in fields for name in (field.name, field.attname)}


def _names(events: Iterable[Event]) -> dict[str, dict[Any, str]]:
    """What the rows are called whose ids edits speak of (payment term, warehouse, representative): a query a kind."""
    asked: defaultdict[str, set[Any]] = defaultdict(set)
    for event in events:
        for name, pair in (event.data.get("changes") or {}).items():
            if event.kind.startswith("order.") and getattr(_order_fields().get(name), "related_model", None):
                asked[name] |= {pk for pk in pair if pk is not None}
    found: dict[str, dict[Any, str]] = {}
    for name, ids in asked.items():
        model: Any = _order_fields()[name].related_model
        found[name] = {pk: str(row) for pk, row in model._default_manager.in_bulk(ids).items()}
    return found


def _with_words(event: Event, names: Mapping[str, Mapping[Any, str]]) -> Event:
    """The values of an edit as people read them: days, choices, yes and no, names instead of ids."""
    changes = event.data.get("changes")
    if isinstance(changes, dict) and event.kind.startswith("order."):
        said = {name: [_word(name, value, names) for value in pair] for name, pair in changes.items()}
        event.data = {**event.data, "changes": said}
    return event


def _word(name: str, value: Any, names: Mapping[str, Mapping[Any, str]]) -> Any:
    field = _order_fields().get(name)
    if value is None or field is None:
        return value
    if name in names:
        return names[name].get(value, value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field, DateField) and isinstance(value, str):
        return day(date.fromisoformat(value[:10]))
    return value


def _with_lines(event: Event) -> Event:
    """An edit tells its lines by their number, what was and what is."""
    changed = event.data.get("lines")
    if isinstance(changed, dict):
        named = {_("Line %(number)s") % {"number": n}: [_line(was), _line(now)] for n, (was, now) in changed.items()}
        event.data = {**event.data, "changes": {**(event.data.get("changes") or {}), **named}}
    return event


def _with_department(event: Event) -> Event:
    """A review tells whose it is, before what was remarked."""
    department = event.data.get("department")
    if department in Department:
        said = [str(Department(department).label), event.data.get("remark") or ""]
        event.data = {**event.data, "remark": ": ".join(part for part in said if part)}
    return event


def _with_step(event: Event) -> Event:
    """A clock that somebody stopped or let go on tells of which step it is."""
    if event.kind.startswith("task."):
        event.data = {**event.data, "note": label_of(event.data.get("step", ""))}
    return event


def _line(data: Mapping[str, Any] | None) -> str:
    if not data:
        return ""
    figures = [str(data[name]) for name in ("quantity", "unit_price") if data.get(name)]
    percent = f"-{plain(Decimal(rate) * 100)} %" if (rate := data.get("discount_rate")) and Decimal(rate) else ""
    said = [str(data.get("sku", "")), " × ".join(figures), percent, data.get("wanted_date"), data.get("note")]
    return ", ".join(str(part) for part in said if part)


@page("orders.view_order")
def order_timeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that happened to one order, newest first."""
    order = get_object_or_404(orders.seen_by(actor(request)), pk=pk)
    before, only = request.GET.get("before", ""), request.GET.get("only", "")
    events = Event.objects.filter(order_id=order.pk)
    if only in ONLY:
        events = events.filter(kind__in=ONLY[only])
    if before.isdecimal() and len(before) < 10:
        events = events.filter(sequence__lt=int(before))
    found = list(events.order_by("-sequence")[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    more = shown[-1].sequence if len(found) > PER_PAGE else None
    context = {"order": order, "entries": entries(shown, order.pk), "more": more, "only": only}
    return render(request, "wiring/timeline.html", context)


urlpatterns = [path("orders/<int:pk>/", order_timeline, name="order")]
