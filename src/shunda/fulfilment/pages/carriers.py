"""Carriers: list, add, change."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.fulfilment import actions
from shunda.fulfilment.forms import CarrierForm, EditCarrierForm, initial_of
from shunda.fulfilment.models import Carrier
from shunda.web.listing import Keyset
from shunda.web.pages import actor, now, page, submit


@page("fulfilment.view_carrier")
def carriers(request: HttpRequest) -> HttpResponse:
    """The logistics companies to choose from (R137)."""
    return render(request, "fulfilment/carriers.html", {"page": Keyset(Carrier.objects.all(), request, order=["code"])})


@page("fulfilment.create_carrier")
def create_carrier(request: HttpRequest) -> HttpResponse:
    """Add a carrier."""
    form = CarrierForm(request.POST or None)
    here = reverse("fulfilment:carriers")
    return submit(
        request,
        form,
        lambda: actions.create_carriers([form.spec()], by=actor(request), at=now()),
        template="fulfilment/carrier.html",
        done=_("Carrier added."),
        to=here,
        context={"cancel_url": here},
    )


@page("fulfilment.edit_carrier")
def edit_carrier(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a carrier; one that is no longer used is made inactive."""
    row = get_object_or_404(Carrier, pk=pk)
    form = EditCarrierForm(request.POST or None, version=row.version, initial=dict(initial_of(row)))
    here = reverse("fulfilment:carriers")
    return submit(
        request,
        form,
        lambda: actions.edit_carriers({pk: form.spec()}, by=actor(request), at=now(), versions={pk: form.started_from}),
        template="fulfilment/carrier.html",
        done=_("Saved."),
        to=here,
        context={"cancel_url": here, "carrier": row},
    )
