"""What is where: the stock list, one SKU in one warehouse, the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.catalog.models import Product
from shunda.core.batch import Outcome
from shunda.inventory import actions, queries
from shunda.inventory.forms import LocationForm, MoveFilter, StockFilter
from shunda.inventory.models import Balance
from shunda.inventory.specs import LocationLine
from shunda.web.listing import Keyset
from shunda.web.pages import actor, now, page, submit
from shunda.web.subjects import numbers

MAY = "inventory.view_stock"
ORDER = "orders.order"


@page(MAY)
def index(request: HttpRequest) -> HttpResponse:
    """Available, locked and in transit of each SKU and warehouse (R115, R118)."""
    chosen = StockFilter(request)
    rows = Keyset(chosen.apply(queries.balances()), request, order=["sku_id", "warehouse_id"])
    return render(request, "inventory/stock.html", {"page": rows, "filter": chosen, **_may(request)})


@page(MAY)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One SKU in one warehouse: who locked it, what is coming, what happened; and the same SKU elsewhere."""
    row = get_object_or_404(queries.balances(), pk=pk)
    place = row.sku_id, row.warehouse_id
    ledger = queries.moves().filter(sku_id=row.sku_id, warehouse_id=row.warehouse_id)
    history = Keyset(ledger, request, per_page=20)
    holders = queries.holders([place])[place]
    orders = numbers(ORDER, [*(h.order_id for h in holders), *(m.order_id for m in history)])
    coming = queries.supplies().filter(queries.open_supplies(), sku_id=row.sku_id, warehouse_id=row.warehouse_id)
    context = {
        "row": row,
        "holders": holders,
        "coming": coming.order_by("expected_on", "pk")[:50],
        "elsewhere": queries.balances().filter(sku_id=row.sku_id).exclude(pk=pk).order_by("warehouse__code"),
        "page": history,
        "orders": orders,
        **_may(request),
    }
    return render(request, "inventory/detail.html", context)


@page("inventory.locate_stock")
def locate(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where a SKU lies in its warehouse."""
    row = get_object_or_404(queries.balances(), pk=pk)
    form = LocationForm(request.POST or None, initial={"location": row.location})
    here = reverse("inventory:detail", args=[pk])

    def run() -> Outcome[Balance]:
        line = LocationLine(row.sku_id, row.warehouse_id, form.cleaned_data["location"])
        return actions.locate([line], by=actor(request), at=now())

    context = {"row": row, "cancel_url": here}
    return submit(request, form, run, template="inventory/locate.html", done=_("Saved."), to=here, context=context)


@page(MAY)
def moves(request: HttpRequest) -> HttpResponse:
    """The stock ledger, newest first (R145)."""
    chosen = MoveFilter(request)
    rows = Keyset(chosen.apply(queries.moves()), request)
    orders = numbers(ORDER, (row.order_id for row in rows))
    return render(request, "inventory/moves.html", {"page": rows, "filter": chosen, "orders": orders})


@page(MAY, methods=["GET"])
def of_product(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel of stock on a product's page: each SKU and warehouse, and what is wanted from there."""
    product = get_object_or_404(Product.objects.select_related("unit"), pk=pk)
    places = queries.of_product(pk)
    figures = ("on_hand", "locked", "available", "in_transit", "wanted")
    context = {
        "product": product,
        "places": places,
        "several": len({place.sku_id for place in places}) > 1,
        "total": {name: sum((getattr(place, name) for place in places), Decimal(0)) for name in figures},
    }
    return render(request, "inventory/of_product.html", context)


def _may(request: HttpRequest) -> dict[str, Any]:
    """Which stock documents the person may make."""
    by = actor(request)
    names = ("receive_stock", "adjust_stock", "count_stock", "transfer_stock", "announce_supply", "locate_stock")
    return {f"may_{name.split('_')[0]}": by.may(f"inventory.{name}") for name in names}
