"""Categories: product classes in a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shunda.catalog import queries, reasons, rules
from shunda.catalog.models import Category
from shunda.catalog.specs import CategorySpec
from shunda.catalog.steps import one_at_a_time
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal

EDITABLE = frozenset({"code", "name", "name_en", "parent_id", "tax_rate"})


@action("catalog.edit_category")
def create_categories(specs: Sequence[CategorySpec], *, by: Actor, at: datetime) -> Outcome[Category]:
    """Make product classes; ids of refusals are places in the batch.

    Refused: missing or taken codes, an unknown parent, a tax rate outside 0 to 100 %.
    """
    one_at_a_time()
    categories = Category.objects.in_bulk()
    refused = [why for index, spec in enumerate(specs) for why in rules.why_not_category(index, spec, categories)]
    refused += rules.why_twice((index, (spec.code,)) for index, spec in enumerate(specs))
    bad = {why.id for why in refused}
    done = Category.objects.bulk_create(
        Category(**rules.trimmed(spec)) for index, spec in enumerate(specs) if index not in bad
    )
    record((happening("category.create", row, code=row.code) for row in done), by=by, at=at)
    return Outcome(done, refused)


@action("catalog.edit_category")
def edit_categories(
    changes: Mapping[int, Mapping[str, Any]], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Category]:
    """Change product classes, or set ``active``: ``{category id: {field: value}}``.

    Products keep their own tax rate. Refused like a creation; also a category under itself, and closing one that
    still holds active products.
    """
    one_at_a_time()
    batch = Batch(Category.objects.all(), changes, None, "category.edit", versions=versions)
    categories = Category.objects.in_bulk()
    used = queries.active_products_of("category_id", changes)
    specs = {
        row.pk: CategorySpec(**{name: changes[row.pk].get(name, getattr(row, name)) for name in EDITABLE})
        for row in batch
    }
    for pk, spec in specs.items():  # two that swap places in one batch must not end up in each other
        categories[pk].parent_id = spec.parent_id
    again = by_id(rules.why_twice((pk, (spec.code,)) for pk, spec in specs.items()))
    batch.refuse_if(
        lambda row: [
            *rules.why_not_category(row.pk, specs[row.pk], categories, own=row),
            *_why_in_use(row, changes[row.pk], used),
            *again(row),
        ]
    )
    for row in batch:
        batch.amend(row, rules.trimmed_changes(changes[row.pk]))
    return batch.commit(by=by, at=at)


def _why_in_use(row: Category, changes: Mapping[str, Any], used: Mapping[int, int]) -> Iterable[Refusal]:
    if not changes.get("active", True) and used.get(row.pk):
        yield reasons.CATEGORY_IN_USE(row.pk, where="active", category=row.code, count=used[row.pk])
