"""Lists of orders: the working list and the archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region, Team
from shunda.core.actor import Actor
from shunda.inventory.models import Warehouse
from shunda.orders import queries
from shunda.orders.models import Channel, Order, OrderKind
from shunda.orders.pages.columns import ARCHIVED, WORKING
from shunda.orders.rules import stage_of
from shunda.orders.states import OrderStatus, Stage
from shunda.web.forms import DayField
from shunda.web.listing import Filter, by_days
from shunda.web.pages import now, page
from shunda.web.tables import Table


def _regions() -> list[tuple[Any, Any]]:
    return [("", _("All regions")), *Region.objects.order_by("code").values_list("pk", "name")]


def _teams() -> list[tuple[Any, Any]]:
    return [("", _("All teams")), *((team.pk, str(team)) for team in Team.objects.order_by("code"))]


def _warehouses() -> list[tuple[Any, Any]]:
    return [("", _("All warehouses")), *Warehouse.objects.order_by("code").values_list("pk", "name")]


class OrderFilter(Filter):
    """Filters of the working list; they live in the address."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Number, customer, reference")}),
    )
    stage = forms.ChoiceField(label=_("Stage"), choices=[("", _("All stages")), *Stage.choices], required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)
    customer = forms.CharField(label=_("Customer number"), required=False, max_length=40)
    region = forms.TypedChoiceField(label=_("Region"), coerce=int, required=False)
    team = forms.TypedChoiceField(label=_("Team"), coerce=int, required=False)
    warehouse = forms.TypedChoiceField(label=_("Warehouse"), coerce=int, required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("All channels")), *Channel.choices], required=False)
    kind = forms.ChoiceField(label=_("Order type"), choices=[("", _("All types")), *OrderKind.choices], required=False)
    mine = forms.BooleanField(label=_("My orders"), required=False)
    urgent = forms.BooleanField(label=_("Urgent"), required=False)
    changed = forms.BooleanField(label=_("Changed since confirmation"), required=False)
    late = forms.BooleanField(label=_("Late"), required=False)
    valid = forms.BooleanField(label=_("Without cancelled ones"), required=False)
    lookups: ClassVar = {
        "since": "order_date__gte",
        "until": "order_date__lte",
        "customer": "customer__code__iexact",
        "region": "region_id",
        "warehouse": "warehouse_id",
        "team": "team_id",
    }
    choices: ClassVar = {"region": _regions, "team": _teams, "warehouse": _warehouses}
    bar: ClassVar[Sequence[str]] = ("q", "stage")

    def filter_q(self, rows: QuerySet[Order], text: str) -> QuerySet[Order]:
        """By number, customer or reference."""
        return queries.search(rows, text)

    def filter_stage(self, rows: QuerySet[Order], stage: str) -> QuerySet[Order]:
        """By what people read."""
        return queries.in_stage(rows, stage)

    def filter_mine(self, rows: QuerySet[Order], _set: bool) -> QuerySet[Order]:  # noqa: FBT001  # as the kit calls it
        """Those the person looks after."""
        return rows.filter(owner_id=self.actor.id if self.actor else None)

    @property
    def sort(self) -> str:
        """Days are read in the order of days: their index ends where they end."""
        return by_days(super().sort) if self.has("since", "until") else super().sort

    def filter_late(self, rows: QuerySet[Order], _set: bool) -> QuerySet[Order]:  # noqa: FBT001
        """Those that should have left by now."""
        return queries.late(rows, timezone.localdate(now()))

    def filter_changed(self, rows: QuerySet[Order], _set: bool) -> QuerySet[Order]:  # noqa: FBT001
        """Those that are not what was confirmed any more (R162)."""
        return queries.changed(rows)

    def filter_valid(self, rows: QuerySet[Order], _set: bool) -> QuerySet[Order]:  # noqa: FBT001
        """What the figures of a day count."""
        return rows.exclude(status=OrderStatus.CANCELLED)


class ArchiveFilter(OrderFilter):
    """Filters of the archive: everything there is archived, nothing is urgent, late or cancelled."""

    stage = None  # type: ignore[assignment]
    urgent = None  # type: ignore[assignment]
    late = None  # type: ignore[assignment]
    valid = None  # type: ignore[assignment]
    bar: ClassVar[Sequence[str]] = ("q", "since", "until")


def staged(orders: Iterable[Order]) -> None:
    """What people read, beside each row."""
    for order in orders:
        order.stage = stage_of(order)  # type: ignore[attr-defined]


def archived(actor: Actor) -> QuerySet[Order]:
    """The archived orders an actor sees."""
    return queries.listed(actor).filter(status=OrderStatus.ARCHIVED)


ORDER = {
    "newest": ["-id"],
    "oldest": ["id"],
    "latest": ["-order_date", "-id"],
    "earliest": ["order_date", "id"],
}
"""What can be sorted by: each has its index, alone or under what a filter asks for."""

ORDERS = Table(
    "orders:index",
    _("Orders"),
    "orders.view_order",
    WORKING,
    queries.listed,
    OrderFilter,
    ORDER,
    dress=staged,
    reads=("version", "number", "status", "delivery"),
)
ARCHIVE = Table(
    "orders:archived",
    _("Archive"),
    "orders.view_order",
    ARCHIVED,
    archived,
    ArchiveFilter,
    ORDER,
    reads=("number", "status"),
)


@page("orders.view_order")
def index(request: HttpRequest) -> HttpResponse:
    """The orders the person may see, newest first, with what can be done to several at once."""
    return ORDERS.page(request, "orders/list.html", {"tickable": True})


@page("orders.view_order")
def archive_search(request: HttpRequest) -> HttpResponse:
    """Archived orders: kept, searchable, unchangeable (R221-R226)."""
    return ARCHIVE.page(request, "orders/archive.html")
