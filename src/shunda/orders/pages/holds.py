"""Holds: the worklist of what stands still and why, and letting it go on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shunda.orders import actions, queries
from shunda.orders.models import Hold, HoldKind, Order, Stops
from shunda.orders.rules import hold_reason
from shunda.web.columns import Column
from shunda.web.listing import Filter
from shunda.web.pages import act, actor, back, now, page, ticked
from shunda.web.tables import Table


def _page_of(hold: Hold) -> str:
    return reverse("orders:detail", args=[hold.order_id])


def _stops(hold: Hold) -> str:
    step = Stops(hold.stops).label
    return gettext("%(step)s, line %(line)s") % {"step": step, "line": hold.line.line_no} if hold.line else str(step)


def said(holds: Iterable[Hold]) -> None:
    """The reason of each in the reader's language, and the page of the rule that placed it."""
    for hold in holds:
        hold.said, hold.why = hold_reason(hold), queries.why_url(hold.decided)  # type: ignore[attr-defined]


COLUMNS = (
    Column("number", _("Number"), "order.number", url=_page_of, fixed=True),
    Column("customer", _("Customer"), "order.customer_name"),
    Column("kind", _("Kind"), lambda hold: HoldKind(hold.kind), kind="badge"),
    Column("stops", _("Stops"), _stops),
    Column("reason", _("Reason"), hold_reason, cell="orders/cells/reason.html"),
    Column("owner", _("Looked after by")),
    Column("placed_at", _("Since"), kind="day", sort=("oldest", "newest")),
    Column("rule", _("Released by"), lambda hold: hold.get_rule_display(), cell="orders/cells/rule.html"),
    Column("expires_at", _("Ends by itself"), kind="moment", shown=False),
    Column("placed_by", _("Placed by"), shown=False),
    Column("gross", _("Total"), lambda hold: hold.order.gross, kind="number", shown=False),
)


class HoldFilter(Filter):
    """Filters of the open holds."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"placeholder": _("Number or customer")})
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("All kinds")), *HoldKind.choices], required=False)
    stops = forms.ChoiceField(label=_("Stops"), choices=[("", _("All steps")), *Stops.choices], required=False)
    mine = forms.BooleanField(label=_("I look after"), required=False)
    lookups: ClassVar = {}
    bar: ClassVar[Sequence[str]] = ("q", "kind", "stops", "mine")

    def filter_q(self, rows: QuerySet[Hold], text: str) -> QuerySet[Hold]:
        """By the order, as orders are found."""
        return rows.filter(order__in=queries.search(Order.objects.all(), text))

    def filter_mine(self, rows: QuerySet[Hold], _set: bool) -> QuerySet[Hold]:  # noqa: FBT001  # as the kit calls it
        """Those the person looks after."""
        return rows.filter(owner_id=self.actor.id if self.actor else None)


HOLDS = Table(
    "orders:holds",
    _("Holds"),
    "orders.view_order",
    COLUMNS,
    queries.holding,
    HoldFilter,
    {"oldest": ["id"], "newest": ["-id"]},
    dress=said,
)


@page("orders.view_order")
def holds(request: HttpRequest) -> HttpResponse:
    """Everything that is held, oldest first, with what can be let go."""
    tickable = actor(request).may("orders.release_order")
    return HOLDS.page(request, "orders/holds.html", {"tickable": tickable})


@page("orders.release_order", methods=["POST"])
def release_ticked(request: HttpRequest) -> HttpResponse:
    """Let what is ticked go on, or the one hold a button belongs to."""
    ids, _versions = ticked(request)
    reason: Any = request.POST.get("reason", "")
    return act(
        request,
        lambda: actions.release_holds(ids, reason, by=actor(request), at=now()),
        done=_("Released."),
        to=back(request),
    )
