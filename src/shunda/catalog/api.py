"""The API of goods: products, SKUs, categories, units and conversions."""

from __future__ import annotations

from typing import Any

from ninja import Query

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, EventOut, Id, In, Items, Page
from shunda.catalog import actions, queries
from shunda.catalog.models import Category, Product, Unit
from shunda.catalog.schemas import (
    CategoryChange,
    CategoryFilter,
    CategoryIn,
    CategoryOut,
    ConversionFilter,
    ConversionOut,
    ConversionsIn,
    ProductChange,
    ProductFilter,
    ProductIn,
    ProductOut,
    ProductsIn,
    SkuChange,
    SkuFilter,
    SkuNew,
    SkuOut,
    SkuRowOut,
    UnitChange,
    UnitFilter,
    UnitIn,
    UnitOut,
)
from shunda.catalog.specs import CategorySpec, ConversionSpec, UnitSpec

products = Router("products")
skus = Router("skus")
categories = Router("categories")
units = Router("units")
conversions = Router("conversions")
VIEW, CREATE, EDIT = "catalog.view_product", "catalog.create_product", "catalog.edit_product"
SWITCH, EDIT_UNIT, EDIT_CATEGORY = "catalog.deactivate_product", "catalog.edit_unit", "catalog.edit_category"


def given(body: In, *, nullable: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What a change sends: what is left out, and null where that means nothing, stays."""
    sent = {name: getattr(body, name) for name in body.model_fields_set if name != "version"}
    return {name: value for name, value in sent.items() if value is not None or name in nullable}


@products.read("", response=Page[ProductOut], permission=VIEW, summary="Products")
def product_list(request: ApiRequest, paging: Query[Paging], where: Query[ProductFilter]) -> Any:  # noqa: ARG001
    """Newest first, with their SKUs. ``q`` finds Chinese of two characters, pinyin initials and part numbers."""
    return paging.page(where.filter(queries.products()))


@products.read("/{int:pk}", response=ProductOut, permission=VIEW, summary="One product")
def product(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A product with its SKUs."""
    return found(queries.products(), pk)


@products.read("/{int:pk}/timeline", response=Page[EventOut], permission=VIEW, summary="Timeline of a product")
def product_timeline(request: ApiRequest, pk: Id, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """What happened to the product and its SKUs, newest first."""
    return paging.page(queries.events_of(found(queries.products(), pk)))


@products.write("", response=ProductOut, status=201, permission=CREATE, summary="New product")
def create_product(request: ApiRequest, body: ProductIn) -> Any:
    """Refused with every reason: taken codes and barcodes, an unknown category or unit."""
    made = actions.create_products([body.spec()], by=request.actor, at=request.at).one()
    return created(queries.products().get(pk=made.pk))


@products.write("/batch", response=Done[ProductOut], permission=CREATE, summary="New products")
def create_products(request: ApiRequest, body: ProductsIn) -> Any:
    """Each product is made or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    outcome = actions.create_products([each.spec() for each in body.products], by=request.actor, at=request.at)
    return answered(outcome, done=_read(outcome.done))


@products.write("/{int:pk}", response=ProductOut, method="PATCH", permission=EDIT, summary="Change a product")
def edit_product(request: ApiRequest, pk: Id, body: ProductChange) -> Any:
    """Refused when somebody changed it since ``version``."""
    changes = {pk: given(body, nullable=frozenset({"tax_rate"}))}
    actions.edit_products(changes, versions={pk: body.version}, by=request.actor, at=request.at).one()
    return queries.products().get(pk=pk)


@products.write("/deactivate", response=Done[ProductOut], permission=SWITCH, summary="Take products out of sale")
def deactivate_products(request: ApiRequest, body: Items) -> Any:
    """No new order takes them or their SKUs; the old ones go on."""
    outcome = actions.deactivate_products(body.ids, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_read(outcome.done))


@products.write("/activate", response=Done[ProductOut], permission=SWITCH, summary="Put products back into sale")
def activate_products(request: ApiRequest, body: Items) -> Any:
    """SKUs that were taken out alone stay out."""
    outcome = actions.activate_products(body.ids, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_read(outcome.done))


def _read(done: list[Product]) -> list[Product]:
    rows = queries.products().in_bulk([row.pk for row in done])
    return [rows[row.pk] for row in done]


@skus.read("", response=Page[SkuRowOut], permission=VIEW, summary="SKUs")
def sku_list(request: ApiRequest, paging: Query[Paging], where: Query[SkuFilter]) -> Any:  # noqa: ARG001
    """Newest first, with what their products say about them."""
    return paging.page(where.filter(queries.skus()))


@skus.read("/{int:pk}", response=SkuRowOut, permission=VIEW, summary="One SKU")
def sku(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A SKU with what its product says about it."""
    return found(queries.skus(), pk)


@skus.write("", response=SkuOut, status=201, permission=EDIT, summary="New SKU")
def create_sku(request: ApiRequest, body: SkuNew) -> Any:
    """Another variant of a product."""
    return created(actions.create_skus([body.spec(body.product_id)], by=request.actor, at=request.at).one())


@skus.write("/{int:pk}", response=SkuOut, method="PATCH", permission=EDIT, summary="Change a SKU")
def edit_sku(request: ApiRequest, pk: Id, body: SkuChange) -> Any:
    """Refused when the code or barcode is another one's, or somebody changed it since ``version``."""
    return actions.edit_skus({pk: given(body)}, versions={pk: body.version}, by=request.actor, at=request.at).one()


@skus.write("/deactivate", response=Done[SkuOut], permission=SWITCH, summary="Take SKUs out of sale")
def deactivate_skus(request: ApiRequest, body: Items) -> Any:
    """No new order takes them; the old ones go on."""
    return answered(actions.deactivate_skus(body.ids, versions=body.versions, by=request.actor, at=request.at))


@skus.write("/activate", response=Done[SkuOut], permission=SWITCH, summary="Put SKUs back into sale")
def activate_skus(request: ApiRequest, body: Items) -> Any:
    """They can be ordered when their products are active too."""
    return answered(actions.activate_skus(body.ids, versions=body.versions, by=request.actor, at=request.at))


@categories.read("", response=Page[CategoryOut], permission=VIEW, summary="Categories")
def category_list(request: ApiRequest, paging: Query[Paging], where: Query[CategoryFilter]) -> Any:  # noqa: ARG001
    """Product classes; ``parent_id`` makes the tree."""
    return paging.page(where.filter(Category.objects.all()), newest_first=False)


@categories.read("/{int:pk}", response=CategoryOut, permission=VIEW, summary="One category")
def category(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A product class."""
    return found(Category.objects.all(), pk)


@categories.write("", response=CategoryOut, status=201, permission=EDIT_CATEGORY, summary="New category")
def create_category(request: ApiRequest, body: CategoryIn) -> Any:
    """Refused when the code is taken."""
    spec = CategorySpec(**dict(body))
    return created(actions.create_categories([spec], by=request.actor, at=request.at).one())


@categories.write(
    "/{int:pk}", response=CategoryOut, method="PATCH", permission=EDIT_CATEGORY, summary="Change a category"
)
def edit_category(request: ApiRequest, pk: Id, body: CategoryChange) -> Any:
    """Refused when it would lie under itself, or close with active products in it."""
    changes = {pk: given(body, nullable=frozenset({"parent_id"}))}
    return actions.edit_categories(changes, versions={pk: body.version}, by=request.actor, at=request.at).one()


@units.read("", response=Page[UnitOut], permission=VIEW, summary="Units")
def unit_list(request: ApiRequest, paging: Query[Paging], where: Query[UnitFilter]) -> Any:  # noqa: ARG001
    """Units of measure."""
    return paging.page(where.filter(Unit.objects.all()), newest_first=False)


@units.read("/{int:pk}", response=UnitOut, permission=VIEW, summary="One unit")
def unit(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """A unit of measure."""
    return found(Unit.objects.all(), pk)


@units.write("", response=UnitOut, status=201, permission=EDIT_UNIT, summary="New unit")
def create_unit(request: ApiRequest, body: UnitIn) -> Any:
    """Refused when the code is taken."""
    return created(actions.create_units([UnitSpec(**dict(body))], by=request.actor, at=request.at).one())


@units.write("/{int:pk}", response=UnitOut, method="PATCH", permission=EDIT_UNIT, summary="Change a unit")
def edit_unit(request: ApiRequest, pk: Id, body: UnitChange) -> Any:
    """Refused when it would lose decimal places, or close while active products are counted in it."""
    return actions.edit_units({pk: given(body)}, versions={pk: body.version}, by=request.actor, at=request.at).one()


@conversions.read("", response=Page[ConversionOut], permission=VIEW, summary="Conversions")
def conversion_list(request: ApiRequest, paging: Query[Paging], where: Query[ConversionFilter]) -> Any:  # noqa: ARG001
    """What units are in others, for single products and for all."""
    return paging.page(where.filter(queries.conversions()), newest_first=False)


@conversions.write("/set", response=Done[ConversionOut], permission=EDIT_UNIT, summary="Set conversions")
def set_conversions(request: ApiRequest, body: ConversionsIn) -> Any:
    """A dozen is exactly 12/1 pieces. What was said before about the same units is replaced."""
    specs = [ConversionSpec(**dict(each)) for each in body.conversions]
    outcome = actions.set_conversions(specs, by=request.actor, at=request.at)
    rows = queries.conversions().in_bulk([row.pk for row in outcome.done])
    return answered(outcome, done=[rows[row.pk] for row in outcome.done])


@conversions.write("/remove", response=Done[ConversionOut], permission=EDIT_UNIT, summary="Remove conversions")
def remove_conversions(request: ApiRequest, body: Items) -> Any:
    """Nothing new can be entered in that unit; old lines keep their base quantity."""
    outcome = actions.remove_conversions(body.ids, by=request.actor, at=request.at)
    return answered(outcome)
