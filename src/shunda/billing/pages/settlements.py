"""Settlements: made by themselves at receipt, confirmed by finance."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from shunda.billing import actions, queries
from shunda.billing.models import Settlement
from shunda.billing.states import SettlementStatus
from shunda.web.listing import Filter, Keyset
from shunda.web.pages import act, actor, now, page, ticked


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
    return act(
        request,
        lambda: actions.confirm_settlement(ids, by=actor(request), at=now(), versions=seen),
        done=_("Confirmed."),
        names=_numbers,
    )
