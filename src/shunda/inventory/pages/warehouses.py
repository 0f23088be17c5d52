"""Warehouses: the list, a new one, changing one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.inventory import actions, queries
from shunda.inventory.forms import WarehouseEditForm, WarehouseForm
from shunda.inventory.specs import WarehouseSpec
from shunda.web.listing import Keyset
from shunda.web.pages import actor, now, page, submit


@page("inventory.view_warehouse")
def warehouses(request: HttpRequest) -> HttpResponse:
    """All warehouses, closed ones too."""
    by = actor(request)
    context = {
        "page": Keyset(queries.warehouses(), request, order=["code"]),
        "may_create": by.may("inventory.create_warehouse"),
        "may_edit": by.may("inventory.edit_warehouse"),
    }
    return render(request, "inventory/warehouses.html", context)


@page("inventory.create_warehouse")
def create_warehouse(request: HttpRequest) -> HttpResponse:
    """A new warehouse."""
    form = WarehouseForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.create_warehouses([WarehouseSpec(**form.changes())], by=actor(request), at=now()),
        template="inventory/warehouse.html",
        done=_("Warehouse opened."),
        to=reverse("inventory:warehouses"),
        context={"cancel_url": reverse("inventory:warehouses")},
    )


@page("inventory.edit_warehouse")
def edit_warehouse(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a warehouse, or close it."""
    row = get_object_or_404(queries.warehouses(), pk=pk)
    initial = {name: getattr(row, name) for name in ("code", "name", "address", "active")}
    form = WarehouseEditForm(request.POST or None, version=row.version, initial=initial | {"region": row.region_id})
    return submit(
        request,
        form,
        lambda: actions.edit_warehouses(
            {pk: form.changes()}, by=actor(request), at=now(), versions={pk: form.started_from}
        ),
        template="inventory/warehouse.html",
        done=_("Saved."),
        to=reverse("inventory:warehouses"),
        context={"row": row, "cancel_url": reverse("inventory:warehouses")},
    )
