"""Lists of orders: the working list and the archive."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from shunda.orders import queries
from shunda.orders.models import Channel, Order
from shunda.orders.rules import stage_of
from shunda.orders.states import OrderStatus, Stage
from shunda.web.forms import DayField
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import actor, page


class OrderFilter(Filter):
    """Filters of the working list; they live in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Number, customer, reference")}),
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=[("", _("All stages")), *Stage.choices], required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("All channels")), *Channel.choices], required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    lookups: ClassVar = {"since": "order_date__gte", "until": "order_date__lte"}

    def filter_q(self, rows: QuerySet[Order], text: str) -> QuerySet[Order]:
        """By number, customer or reference."""
        return queries.search(rows, text)

    def filter_stage(self, rows: QuerySet[Order], stage: str) -> QuerySet[Order]:
        """By what people read."""
        return queries.in_stage(rows, stage)


class ArchiveFilter(OrderFilter):
    """Filters of the archive."""

    stage = None  # type: ignore[assignment]  # everything there is archived
    urgent = None  # type: ignore[assignment]


ORDERS = {"newest": ["-id"], "oldest": ["id"]}


@page("orders.view_order")
def index(request: HttpRequest) -> HttpResponse:
    """The orders the person may see, newest first, with what can be done to several at once."""
    chosen = OrderFilter(request)
    keyset = Keyset(chosen.apply(queries.rows(actor(request))), request, order=ORDERS)
    for order in keyset:
        order.stage = stage_of(order)  # type: ignore[attr-defined]  # what people read, beside the row
    return render(request, "orders/list.html", {"page": keyset, "filter": chosen})


@page("orders.view_order")
def archive_search(request: HttpRequest) -> HttpResponse:
    """Archived orders: kept, searchable, unchangeable (R221-R226)."""
    chosen = ArchiveFilter(request)
    archived = queries.rows(actor(request)).filter(status=OrderStatus.ARCHIVED)
    return render(
        request,
        "orders/archive.html",
        {"page": Keyset(chosen.apply(archived), request, order=ORDERS), "filter": chosen},
    )
