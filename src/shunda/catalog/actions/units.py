"""Units of measure and what one is in another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.catalog import queries, reasons, rules
from shunda.catalog.models import Product, Unit, UnitConversion
from shunda.catalog.specs import ConversionSpec, UnitSpec
from shunda.catalog.steps import one_at_a_time
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.event import record
from shunda.core.refusal import NOT_FOUND, Refusal

EDITABLE = frozenset({"code", "name", "name_en", "decimals"})


@action("catalog.edit_unit")
def create_units(specs: Sequence[UnitSpec], *, by: Actor, at: datetime) -> Outcome[Unit]:
    """Make units known; ids of refusals are places in the batch. Refused: missing or taken codes, bad decimals."""
    one_at_a_time()
    taken = dict(Unit.objects.values_list("code", "pk"))
    refused = [why for index, spec in enumerate(specs) for why in rules.why_not_unit(index, spec, taken)]
    refused += rules.why_twice((index, (spec.code,)) for index, spec in enumerate(specs))
    bad = {why.id for why in refused}
    done = Unit.objects.bulk_create(Unit(**rules.trimmed(spec)) for index, spec in enumerate(specs) if index not in bad)
    record((happening("unit.create", row, code=row.code) for row in done), by=by, at=at)
    return Outcome(done, refused)


@action("catalog.edit_unit")
def edit_units(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Unit]:
    """Change units, or set ``active``: ``{unit id: {field: value}}``.

    Refused: taken codes, fewer decimal places than quantities use, taking a unit away from active products.
    """
    one_at_a_time()
    batch = Batch(Unit.objects.all(), changes, None, "unit.edit", versions=versions)
    taken = dict(Unit.objects.values_list("code", "pk"))
    used = queries.active_products_of("unit_id", changes)
    specs = {
        row.pk: UnitSpec(**{name: changes[row.pk].get(name, getattr(row, name)) for name in EDITABLE}) for row in batch
    }
    again = by_id(rules.why_twice((pk, (spec.code,)) for pk, spec in specs.items()))
    batch.refuse_if(
        lambda row: [
            *rules.why_not_unit(row.pk, specs[row.pk], taken, own=row),
            *_why_in_use(row, changes[row.pk], used),
            *again(row),
        ]
    )
    for row in batch:
        batch.amend(row, rules.trimmed_changes(changes[row.pk]))
    return batch.commit(by=by, at=at)


def _why_in_use(row: Unit, changes: Mapping[str, Any], used: Mapping[int, int]) -> Iterable[Refusal]:
    if not changes.get("active", True) and used.get(row.pk):
        yield reasons.UNIT_IN_USE(row.pk, where="active", unit=row.code, count=used[row.pk])


@action("catalog.edit_unit")
def set_conversions(specs: Sequence[ConversionSpec], *, by: Actor, at: datetime) -> Outcome[UnitConversion]:
    """Say what one unit is in another, exactly: a dozen is 12/1 pieces (R026). What was said before is replaced.

    Order lines keep the base quantity they were entered with. Refused: unknown units or products, a unit into itself,
    a fraction that is not positive, a base that is not the product's.
    """
    one_at_a_time()
    units = Unit.objects.in_bulk()
    products = Product.objects.select_related("unit").in_bulk(
        {spec.product_id for spec in specs if spec.product_id is not None}
    )
    refused = [
        why for index, spec in enumerate(specs) for why in rules.why_not_conversion(index, spec, units, products)
    ]
    bad = {why.id for why in refused}
    keys = {(spec.product_id, spec.unit_id, spec.base_id): spec for i, spec in enumerate(specs) if i not in bad}
    done = UnitConversion.objects.bulk_create(
        [UnitConversion(**rules.trimmed(spec)) for spec in keys.values()],
        update_conflicts=True,
        unique_fields=["product", "unit", "base"],
        update_fields=["numerator", "denominator"],
    )
    record((_said("conversion.set", row, units) for row in done), by=by, at=at)
    return Outcome(done, refused)


@action("catalog.edit_unit")
def remove_conversions(ids: Iterable[int], *, by: Actor, at: datetime) -> Outcome[UnitConversion]:
    """Take back what was said: nothing new can be entered in that unit. Old lines keep their base quantity."""
    wanted = sorted(set(ids))
    rows = list(
        UnitConversion.objects.filter(pk__in=wanted)
        .select_related("unit", "base")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    found = {row.pk for row in rows}
    units = Unit.objects.in_bulk({pk for row in rows for pk in (row.unit_id, row.base_id)})
    record([_said("conversion.remove", row, units) for row in rows], by=by, at=at)
    UnitConversion.objects.filter(pk__in=found).delete()
    return Outcome(rows, [NOT_FOUND(pk) for pk in wanted if pk not in found])


def _said(kind: str, row: UnitConversion, units: Mapping[int, Unit]) -> Any:
    fraction = f"{row.numerator}/{row.denominator}"
    return happening(
        kind,
        row,
        unit=units[row.unit_id].code,
        base=units[row.base_id].code,
        factor=fraction,
        product_id=row.product_id,
    )
