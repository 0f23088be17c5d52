"""Categories, units and what one unit is in another."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.catalog import actions, queries
from shunda.catalog.forms import CategoryEditForm, CategoryForm, ConversionForm, UnitEditForm, UnitForm
from shunda.catalog.models import Category, Product, Unit
from shunda.catalog.specs import CategorySpec, ConversionSpec, UnitSpec
from shunda.web.pages import act, actor, now, page, submit, ticked


@page("catalog.view_product", methods=["GET"])
def categories(request: HttpRequest) -> HttpResponse:
    """The tree of product classes."""
    context = {"categories": queries.categories(), "may_edit": actor(request).may("catalog.edit_category")}
    return render(request, "catalog/categories.html", context)


@page("catalog.edit_category")
def category_create(request: HttpRequest) -> HttpResponse:
    """A new product class."""
    form = CategoryForm(request.POST or None)

    def run() -> Any:
        values = dict(form.cleaned_data)
        return actions.create_categories(
            [CategorySpec(parent_id=values.pop("parent"), **values)], by=actor(request), at=now()
        )

    return submit(
        request,
        form,
        run,
        template="catalog/form.html",
        done=_("The category is there."),
        to=reverse("catalog:categories"),
        context={"title": _("New category"), "cancel_url": reverse("catalog:categories")},
    )


@page("catalog.edit_category")
def category_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or close a product class."""
    row = get_object_or_404(Category, pk=pk)
    initial = CategoryEditForm.initial_of(row)
    form = CategoryEditForm(request.POST or None, version=row.version, initial=initial, own=row)

    def run() -> Any:
        values = dict(form.values)
        values["parent_id"] = values.pop("parent")
        return actions.edit_categories({pk: values}, by=actor(request), at=now(), versions={pk: form.started_from})

    return submit(
        request,
        form,
        run,
        template="catalog/form.html",
        done=_("Saved."),
        to=reverse("catalog:categories"),
        context={"title": _("Change category"), "subject": row, "cancel_url": reverse("catalog:categories")},
    )


@page("catalog.view_product", methods=["GET"])
def units(request: HttpRequest) -> HttpResponse:
    """The units of measure, and what one is in another for all products."""
    context = {
        "units": Unit.objects.order_by("-active", "code"),
        "conversions": queries.shared_conversions(),
        "may_edit": actor(request).may("catalog.edit_unit"),
    }
    return render(request, "catalog/units.html", context)


@page("catalog.edit_unit")
def unit_create(request: HttpRequest) -> HttpResponse:
    """A new unit."""
    form = UnitForm(request.POST or None)
    return submit(
        request,
        form,
        lambda: actions.create_units([UnitSpec(**form.cleaned_data)], by=actor(request), at=now()),
        template="catalog/form.html",
        done=_("The unit is there."),
        to=reverse("catalog:units"),
        context={"title": _("New unit"), "cancel_url": reverse("catalog:units")},
    )


@page("catalog.edit_unit")
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change or close a unit."""
    row = get_object_or_404(Unit, pk=pk)
    form = UnitEditForm(request.POST or None, version=row.version, initial=UnitEditForm.initial_of(row))
    return submit(
        request,
        form,
        lambda: actions.edit_units({pk: form.values}, by=actor(request), at=now(), versions={pk: form.started_from}),
        template="catalog/form.html",
        done=_("Saved."),
        to=reverse("catalog:units"),
        context={"title": _("Change unit"), "subject": row, "cancel_url": reverse("catalog:units")},
    )


@page("catalog.edit_unit")
def conversion_create(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """What one unit is in another, for one product or for all."""
    product = get_object_or_404(Product.objects.select_related("unit"), pk=pk) if pk is not None else None
    form = ConversionForm(request.POST or None, product=product)
    here = reverse("catalog:detail", args=[pk]) if pk is not None else reverse("catalog:units")

    def run() -> Any:
        values = form.cleaned_data
        spec = ConversionSpec(values["unit"], values["base"], values["numerator"], values["denominator"], pk)
        return actions.set_conversions([spec], by=actor(request), at=now())

    return submit(
        request,
        form,
        run,
        template="catalog/form.html",
        done=_("The conversion holds from now on."),
        to=here,
        context={"title": _("New conversion"), "subject": product, "cancel_url": here},
    )


@page("catalog.edit_unit", methods=["POST"])
def conversion_remove(request: HttpRequest) -> HttpResponse:
    """Take a conversion back."""
    ids, _versions = ticked(request)
    return act(
        request,
        lambda: actions.remove_conversions(ids, by=actor(request), at=now()),
        done=_("The conversion is gone."),
    )
