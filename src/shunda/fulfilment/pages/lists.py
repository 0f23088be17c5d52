"""Lists: shipments, and orders that wait for one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from shunda.fulfilment import queries
from shunda.fulfilment.models import Shipment, TrackingCode
from shunda.fulfilment.pages.columns import COLUMNS
from shunda.fulfilment.states import ShipmentStatus
from shunda.inventory.models import Warehouse
from shunda.orders.rules import stage_of
from shunda.web.forms import DayField
from shunda.web.listing import Filter, Keyset, beginning_of, by_days
from shunda.web.pages import actor, page
from shunda.web.tables import Table


class ShipmentFilter(Filter):
    """Filters of the list; they live in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Shipment, order or tracking number, customer")}),
    )
    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *ShipmentStatus.choices], required=False
    )
    warehouse = forms.ModelChoiceField(
        label=_("Warehouse"), queryset=Warehouse.objects.order_by("pk"), required=False, empty_label=_("All warehouses")
    )
    track_code = forms.ChoiceField(
        label=_("Tracking"), choices=[("", _("All tracking")), *TrackingCode.choices], required=False
    )
    since = DayField(label=_("Planned from"), required=False)
    customer = forms.CharField(label=_("Customer number"), required=False, max_length=40)
    urgent = forms.BooleanField(label=_("urgent"), required=False)
    lookups: ClassVar = {"customer": "order__customer__code__iexact", "urgent": "order__urgent"}
    bar: ClassVar[Sequence[str]] = ("q", "status", "warehouse")

    def filter_q(self, rows: QuerySet[Shipment], text: str) -> QuerySet[Shipment]:
        """By number, order, tracking number or customer."""
        return queries.search(rows, text)

    def filter_since(self, rows: QuerySet[Shipment], day: date) -> QuerySet[Shipment]:
        """From the first moment of a day."""
        return rows.filter(created_at__gte=beginning_of(day))

    @property
    def sort(self) -> str:
        """Days are read in the order of days: their index ends where they end."""
        return by_days(super().sort) if self.has("since") else super().sort


ORDER = {
    "newest": ["-id"],
    "oldest": ["id"],
    "latest": ["-created_at", "-id"],
    "earliest": ["created_at", "id"],
}
"""What can be sorted by: each has its index."""

SHIPMENTS = Table(
    "fulfilment:index", _("Shipments"), "fulfilment.view_shipment", COLUMNS, queries.rows, ShipmentFilter, ORDER
)


@page("fulfilment.view_shipment")
def index(request: HttpRequest) -> HttpResponse:
    """Shipments, newest first, with what can be done to several at once."""
    return SHIPMENTS.page(request, "fulfilment/list.html", {"tickable": True})


@page("fulfilment.view_shipment")
def to_plan(request: HttpRequest) -> HttpResponse:
    """Orders with goods reserved and in no shipment, oldest first: tick and plan."""
    keyset = Keyset(queries.to_plan(actor(request)), request, order=["id"])
    for order in keyset:
        order.stage = stage_of(order)  # type: ignore[attr-defined]  # what people read, beside the row
    return render(request, "fulfilment/to_plan.html", {"page": keyset})
