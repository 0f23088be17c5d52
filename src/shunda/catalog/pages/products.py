"""Products: the list, one product, new ones, changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shunda.catalog import actions, queries
from shunda.catalog.forms import ProductEditForm, ProductForm, SkuLines, choose
from shunda.catalog.models import Product, SupplyMode
from shunda.catalog.pages.columns import COLUMNS
from shunda.catalog.specs import ProductSpec, SkuSpec
from shunda.core.actor import Actor
from shunda.core.models import Event
from shunda.web import timeline
from shunda.web.forms import Together
from shunda.web.listing import Filter, suggestions
from shunda.web.pages import act, actor, now, page, submit, ticked
from shunda.web.tables import Table

SUGGESTED = 20
ACTIVE = {"yes": True, "no": False}


class ProductFilter(Filter):
    """Filters of the list."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Name, pinyin, model, SKU, barcode")}),
    )
    category = forms.TypedChoiceField(label=_("Category"), coerce=int, required=False, empty_value=None)
    supply = forms.ChoiceField(label=_("Supply"), choices=[("", _("All supply")), *SupplyMode.choices], required=False)
    active = forms.ChoiceField(
        label=_("Status"),
        choices=[("", _("Active or not")), ("yes", _("active")), ("no", _("inactive"))],
        required=False,
    )
    lookups: ClassVar = {"supply": "supply_mode"}
    bar: ClassVar[Sequence[str]] = ("q", "category")

    def full_clean(self) -> None:
        """With the categories there are now."""
        choose(self, "category", queries.category_choices(), empty=str(_("All categories")))
        super().full_clean()

    def filter_q(self, rows: QuerySet[Product], text: str) -> QuerySet[Product]:
        """By what its SKUs are found by."""
        return queries.found_by(text, rows)

    def filter_active(self, rows: QuerySet[Product], value: str) -> QuerySet[Product]:
        """Sold or not."""
        return rows.filter(active=ACTIVE[value])


def _products(_actor: Actor) -> QuerySet[Product]:
    return queries.products()  # whoever may see products sees all of them


ORDER = {"newest": ["-id"], "oldest": ["id"], "code": ["code", "id"], "code_down": ["-code", "-id"]}
"""What can be sorted by: each has its index."""

PRODUCTS = Table("catalog:index", _("Products"), "catalog.view_product", COLUMNS, _products, ProductFilter, ORDER)


@page("catalog.view_product", methods=["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """The products, newest first or by code, with what can be done to several at once."""
    return PRODUCTS.page(request, "catalog/list.html", {"tickable": actor(request).may("catalog.deactivate_product")})


@page(("catalog.view_product", "orders.create_order"), methods=["GET"])
def suggest(request: HttpRequest) -> HttpResponse:
    """SKUs while somebody types."""
    found = queries.find(request.GET.get("q", "")[:100], SUGGESTED)
    return suggestions(
        (sku.code, sku.label, " · ".join(filter(None, [sku.model, sku.specification, sku.unit_label]))) for sku in found
    )


@page("catalog.view_product", methods=["GET"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: what it is, its SKUs, the units it is sold in; stock and prices come as panels."""
    product = get_object_or_404(queries.products(), pk=pk)
    by = actor(request)
    context = {
        "product": product,
        "conversions": queries.conversions_of(product),
        "entries": timeline.lines(
            [readable(event) for event in queries.history(product)], fields=labels(), subject=("catalog.product", pk)
        ),
        "may": {name: by.may(f"catalog.{name}") for name in ("edit_product", "deactivate_product", "edit_unit")},
    }
    return render(request, "catalog/detail.html", context)


def labels() -> dict[str, Any]:
    """Fields as people read them, for timelines."""
    fields = {field.name: field.verbose_name for field in Product._meta.fields}
    return fields | {"variant": _("variant"), "barcode": _("barcode")}


def readable(event: Event) -> Event:
    """The same event with choices as people read them; for showing only."""
    changes = event.data.get("changes") or {}
    if "supply_mode" in changes:
        names = dict(SupplyMode.choices)
        changes["supply_mode"] = [str(names.get(value, value)) for value in changes["supply_mode"]]
    return event


@page("catalog.create_product")
def create(request: HttpRequest) -> HttpResponse:
    """A new product with its SKUs."""
    form = ProductForm(request.POST or None)
    lines = SkuLines(request.POST or None, prefix="skus")

    def run() -> Any:
        values = dict(form.cleaned_data)
        skus = [SkuSpec(**_plain(row)) for row in lines.given()]
        spec = ProductSpec(category_id=values.pop("category"), unit_id=values.pop("unit"), skus=skus, **values)
        return actions.create_products([spec], by=actor(request), at=now())

    return submit(
        request,
        Together(form, lines),
        run,
        template="catalog/product_form.html",
        done=_("The product is in the catalogue."),
        to=lambda row: reverse("catalog:detail", args=[row.pk]),
        context={"form": form, "lines": lines, "title": _("New product"), "cancel_url": reverse("catalog:index")},
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("code", "variant", "barcode")}


@page("catalog.edit_product")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a product."""
    row = get_object_or_404(Product, pk=pk)
    form = ProductEditForm(request.POST or None, version=row.version, initial=ProductEditForm.initial_of(row))

    def run() -> Any:
        values = dict(form.values)
        values["category_id"] = values.pop("category")
        return actions.edit_products({pk: values}, by=actor(request), at=now(), versions={pk: form.started_from})

    return submit(
        request,
        form,
        run,
        template="catalog/product_form.html",
        done=_("Saved."),
        to=reverse("catalog:detail", args=[pk]),
        context={"title": _("Change product"), "cancel_url": reverse("catalog:detail", args=[pk]), "product": row},
    )


@page("catalog.deactivate_product", methods=["POST"])
def deactivate(request: HttpRequest) -> HttpResponse:
    """Take products out of sale."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.deactivate_products(ids, by=actor(request), at=now(), versions=seen),
        done=_("No longer for sale."),
    )


@page("catalog.deactivate_product", methods=["POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Put products back into sale."""
    ids, seen = ticked(request)
    return act(
        request,
        lambda: actions.activate_products(ids, by=actor(request), at=now(), versions=seen),
        done=_("For sale again."),
    )
