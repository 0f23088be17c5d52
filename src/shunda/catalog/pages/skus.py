"""The SKUs of a product."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.catalog import actions
from shunda.catalog.forms import SkuEditForm, SkuForm
from shunda.catalog.models import Product, Sku
from shunda.catalog.specs import SkuSpec
from shunda.web.pages import act, actor, now, page, submit, ticked


@page("catalog.edit_product")
def sku_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Another variant of a product."""
    product = get_object_or_404(Product, pk=pk)
    form = SkuForm(request.POST or None)
    here = reverse("catalog:detail", args=[pk])
    return submit(
        request,
        form,
        lambda: actions.create_skus([SkuSpec(product_id=pk, **form.cleaned_data)], by=actor(request), at=now()),
        template="catalog/form.html",
        done=_("The SKU is in the catalogue."),
        to=here,
        context={"title": _("New SKU"), "subject": product, "cancel_url": here},
    )


@page("catalog.edit_product")
def sku_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change code, variant or barcode."""
    row = get_object_or_404(Sku.objects.select_related("product"), pk=pk)
    form = SkuEditForm(request.POST or None, version=row.version, initial=SkuEditForm.initial_of(row))
    here = reverse("catalog:detail", args=[row.product_id])
    return submit(
        request,
        form,
        lambda: actions.edit_skus({pk: form.values}, by=actor(request), at=now(), versions={pk: form.started_from}),
        template="catalog/form.html",
        done=_("Saved."),
        to=here,
        context={"title": _("Change SKU"), "subject": row.product, "cancel_url": here},
    )


@page("catalog.deactivate_product", methods=["POST"])
def sku_deactivate(request: HttpRequest) -> HttpResponse:
    """Take SKUs out of sale."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.deactivate_skus(ids, by=actor(request), at=now(), versions=seen),
        done=_("No longer for sale."),
    )


@page("catalog.deactivate_product", methods=["POST"])
def sku_activate(request: HttpRequest) -> HttpResponse:
    """Put SKUs back into sale."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.activate_skus(ids, by=actor(request), at=now(), versions=seen),
        done=_("For sale again."),
    )
