"""Products: create, edit, take out of sale and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.catalog import queries, reasons, rules
from shunda.catalog.models import Product
from shunda.catalog.specs import ProductSpec
from shunda.catalog.steps import add_skus, one_at_a_time, refresh_search
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal

EDITABLE = frozenset(
    {
        "code", "name", "name_en", "model", "specification", "parameters", "category_id", "unit_id", "tax_rate",
        "supply_mode", "lead_days",
    }
)  # fmt: skip


@action("catalog.create_product")
def create_products(specs: Sequence[ProductSpec], *, by: Actor, at: datetime) -> Outcome[Product]:
    """Put products with their SKUs into the catalogue (R001, R026); ids of refusals are places in the batch.

    Refused with every reason: missing or overlong texts, taken codes and barcodes, a misread barcode, an unknown
    category or unit, a tax rate, lead time or parameters outside what is possible.
    """
    one_at_a_time()
    skus = {index: rules.skus_of(spec) for index, spec in enumerate(specs)}
    codes = [code for several in skus.values() for sku in several for code in (sku.code, sku.barcode)]
    known = queries.known([spec.code for spec in specs], codes)
    refused = [why for index, spec in enumerate(specs) for why in rules.why_not_product(index, spec, known)]
    refused += rules.why_twice((index, (spec.code,)) for index, spec in enumerate(specs))
    refused += rules.why_twice((index, (sku.code, sku.barcode)) for index, few in skus.items() for sku in few)
    bad = {why.id for why in refused}
    rows = {index: _row(spec, known) for index, spec in enumerate(specs) if index not in bad}
    done = Product.objects.bulk_create(rows.values())
    add_skus((row, sku) for index, row in rows.items() for sku in skus[index])
    record((happening("product.create", row, code=row.code) for row in done), by=by, at=at)
    return Outcome(done, refused)


def _row(spec: ProductSpec, known: rules.Known) -> Product:
    values = rules.trimmed(spec)
    del values["skus"]
    values["parameters"] = dict(spec.parameters)
    if spec.tax_rate is None:
        values["tax_rate"] = known.categories[spec.category_id].tax_rate
    return Product(**values)


def spec_of(row: Product, changes: Mapping[str, Any]) -> ProductSpec:
    """The product as it would be after these changes."""
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise LookupError(f"a product has no editable {', '.join(sorted(unknown))}")
    return ProductSpec(**{name: changes.get(name, getattr(row, name)) for name in EDITABLE})


@action("catalog.edit_product")
def edit_products(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Product]:
    """Change products: ``{product id: {field: value}}``, fields of ``EDITABLE``; their SKUs stay findable.

    No tax rate is the category's. Refused like a creation; also a stale version and another base unit, because stock
    is counted in it.
    """
    one_at_a_time()
    batch = Batch(Product.objects.all(), changes, None, "product.edit", versions=versions)
    specs = {row.pk: spec_of(row, changes[row.pk]) for row in batch}
    known = queries.known([spec.code for spec in specs.values()])
    again = by_id(rules.why_twice((pk, (spec.code,)) for pk, spec in specs.items()))
    batch.refuse_if(
        lambda row: [
            *rules.why_not_product(row.pk, specs[row.pk], known, own=row.pk),
            *_why_other_unit(row, specs[row.pk]),
            *again(row),
        ]
    )
    for row in batch:
        values = rules.trimmed_changes(changes[row.pk])
        if values.get("tax_rate", ...) is None:
            values["tax_rate"] = known.categories[specs[row.pk].category_id].tax_rate
        batch.amend(row, values, said_of(row, values, known))
    outcome = batch.commit(by=by, at=at)
    refresh_search(outcome.done)
    return outcome


def said_of(row: Product, values: Mapping[str, Any], known: rules.Known) -> dict[str, list[Any]]:
    """What an edit changes, for its event: a category is named by its code."""
    said = {name: [getattr(row, name), value] for name, value in values.items() if getattr(row, name) != value}
    if "category_id" in said:
        said["category"] = [known.categories[pk].code for pk in said.pop("category_id")]
    return said


def _why_other_unit(row: Product, spec: ProductSpec) -> Iterable[Refusal]:
    if spec.unit_id != row.unit_id:
        yield reasons.UNIT_FIXED(row.pk, where="unit", code=row.code)


@action("catalog.deactivate_product")
def deactivate_products(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Product]:
    """Take products out of sale with all their SKUs: no new order takes them, the old ones go on."""
    batch = Batch(Product.objects.all(), ids, None, "product.deactivate", versions=versions)
    batch.refuse_if(lambda row: None if row.active else reasons.ALREADY_INACTIVE(row.pk, code=row.code))
    return batch.commit(by=by, at=at, active=False)


@action("catalog.deactivate_product")
def activate_products(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Product]:
    """Put products back into sale; a SKU that was taken out alone stays out."""
    batch = Batch(Product.objects.all(), ids, None, "product.activate", versions=versions)
    batch.refuse_if(lambda row: reasons.ALREADY_ACTIVE(row.pk, code=row.code) if row.active else None)
    return batch.commit(by=by, at=at, active=True)
