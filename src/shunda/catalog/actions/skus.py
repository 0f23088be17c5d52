"""SKUs: add to a product, edit, take out of sale and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.catalog import queries, reasons, rules
from shunda.catalog.models import Product, Sku
from shunda.catalog.specs import SkuSpec
from shunda.catalog.steps import add_skus, one_at_a_time, text_of
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.event import record

EDITABLE = frozenset({"code", "variant", "barcode"})


@action("catalog.edit_product")
def create_skus(specs: Sequence[SkuSpec], *, by: Actor, at: datetime) -> Outcome[Sku]:
    """Give products more SKUs; ids of refusals are places in the batch.

    Refused: an unknown product, a missing, taken or repeated code or barcode, a misread barcode.
    """
    one_at_a_time()
    known = queries.known((), [code for spec in specs for code in (spec.code, spec.barcode)])
    products = Product.objects.in_bulk({spec.product_id for spec in specs if spec.product_id is not None})
    refused = [why for index, spec in enumerate(specs) for why in rules.why_not_sku(index, spec, known)]
    refused += [
        reasons.UNKNOWN_PRODUCT(index, where="product")
        for index, spec in enumerate(specs)
        if spec.product_id not in products
    ]
    refused += rules.why_twice((index, (spec.code, spec.barcode)) for index, spec in enumerate(specs))
    bad = {why.id for why in refused}
    good = [spec for index, spec in enumerate(specs) if index not in bad]
    done = add_skus((products[spec.product_id or 0], spec) for spec in good)
    record((happening("sku.create", row, code=row.code, product_id=row.product_id) for row in done), by=by, at=at)
    return Outcome(done, refused)


@action("catalog.edit_product")
def edit_skus(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Sku]:
    """Change code, variant or barcode of SKUs: ``{sku id: {field: value}}``.

    Refused like a creation, and when stale.
    """
    one_at_a_time()
    batch = Batch(Sku.objects.select_related("product"), changes, None, "sku.edit", versions=versions)
    specs = {row.pk: _spec_of(row, changes[row.pk]) for row in batch}
    known = queries.known((), [code for spec in specs.values() for code in (spec.code, spec.barcode)])
    again = by_id(rules.why_twice((pk, (spec.code, spec.barcode)) for pk, spec in specs.items()))
    batch.refuse_if(lambda row: [*rules.why_not_sku(row.pk, specs[row.pk], known, own=row.pk), *again(row)])
    for row in batch:
        batch.amend(row, rules.trimmed_changes(changes[row.pk]))
    outcome = batch.commit(by=by, at=at)
    for row in outcome.done:
        row.search_text = text_of(row, row.product)
    Sku.objects.bulk_update(outcome.done, ["search_text"])
    return outcome


def _spec_of(row: Sku, changes: Mapping[str, Any]) -> SkuSpec:
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise LookupError(f"a SKU has no editable {', '.join(sorted(unknown))}")
    return SkuSpec(product_id=row.product_id, **{name: changes.get(name, getattr(row, name)) for name in EDITABLE})


@action("catalog.deactivate_product")
def deactivate_skus(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Sku]:
    """Take SKUs out of sale: no new order takes them, the old ones go on."""
    batch = Batch(Sku.objects.all(), ids, None, "sku.deactivate", versions=versions)
    batch.refuse_if(lambda row: None if row.active else reasons.ALREADY_INACTIVE(row.pk, code=row.code))
    return batch.commit(by=by, at=at, active=False)


@action("catalog.deactivate_product")
def activate_skus(
    ids: Iterable[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Sku]:
    """Put SKUs back into sale; they can be ordered when their product is active too."""
    batch = Batch(Sku.objects.all(), ids, None, "sku.activate", versions=versions)
    batch.refuse_if(lambda row: reasons.ALREADY_ACTIVE(row.pk, code=row.code) if row.active else None)
    return batch.commit(by=by, at=at, active=True)
