"""Settlements: made by themselves at receipt, confirmed by finance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.billing import actions, queries
from shunda.billing.models import Settlement
from shunda.billing.states import SETTLEMENT, SettlementStatus
from shunda.pricing.rules import capitals
from shunda.web.listing import Filter, Keyset
from shunda.web.moves import buttons
from shunda.web.pages import act, actor, now, page, ticked, versions


class SettlementFilter(Filter):
    """Filters of the list."""

    status = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *SettlementStatus.choices], required=False
    )


def _numbers(ids: Any) -> dict[int, str]:
    return dict(Settlement.objects.filter(pk__in=ids).values_list("pk", "number"))


@page("billing.view_settlement")
def settlements(request: HttpRequest) -> HttpResponse:
    """What signed deliveries cost and what is still owed of them (R160, R172-R174)."""
    chosen = SettlementFilter(request)
    rows = chosen.apply(queries.settlements_seen_by(actor(request)).select_related("order", "customer"))
    return render(request, "billing/settlements.html", {"page": Keyset(rows, request), "filter": chosen})


@page("billing.confirm_settlement", methods=["POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The ticked settlements were agreed on with the customer."""
    ids, seen = ticked(request)
    alone = request.GET.get("row", "")
    if not ids and alone.isdecimal():
        ids, seen = [int(alone)], versions(request, int(alone)) or {}
    return act(
        request,
        lambda: actions.confirm_settlement(ids, by=actor(request), at=now(), versions=seen),
        done=_("Confirmed."),
        names=_numbers,
    )


@page("billing.view_settlement")
def settlement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One settlement: what was accepted, what it costs, what is still owed."""
    by = actor(request)
    row = get_object_or_404(queries.whole_settlements(by).select_related("order", "customer"), pk=pk)
    context = {
        "settlement": row,
        "lines": row.lines.all(),
        "owed": row.total - row.paid_before,
        "capitals": capitals(row.total, row.currency),
        "buttons": buttons(SETTLEMENT, row, by, {"confirm": f"{reverse('billing:confirm')}?row={pk}"}),
    }
    return render(request, "billing/settlement.html", context)
