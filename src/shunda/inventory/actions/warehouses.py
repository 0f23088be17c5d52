"""Warehouses: opened, changed, closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from shunda.accounts.models import Region
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.inventory import reasons
from shunda.inventory.models import Warehouse
from shunda.inventory.queries import stocked
from shunda.inventory.specs import WarehouseSpec

LENGTHS = {"code": (_("code"), 20), "name": (_("name"), 80), "address": (_("address"), 200)}
EDITABLE = frozenset({"code", "name", "region_id", "address", "active"})


@action("inventory.create_warehouse")
def create_warehouses(specs: Sequence[WarehouseSpec], *, by: Actor, at: datetime) -> Outcome[Warehouse]:
    """Open warehouses. Refuses missing or too long texts, an unknown region, a code already in use in any case."""
    _one_at_a_time()
    values: list[dict[str, Any]] = [
        {"code": s.code.strip(), "name": s.name.strip(), "region_id": s.region_id, "address": s.address.strip()}
        for s in specs
    ]
    regions = _regions(values)
    taken = Counter([*_codes().values(), *(v["code"].upper() for v in values)])
    refused = [why for index, v in enumerate(values) for why in _why_not(index, v, regions, taken)]
    bad = {why.id for why in refused}
    rows = Warehouse.objects.bulk_create([Warehouse(**v) for index, v in enumerate(values) if index not in bad])
    record((happening("warehouse.create", row, code=row.code) for row in rows), by=by, at=at)
    return Outcome(rows, refused)


@action("inventory.edit_warehouse")
def edit_warehouses(
    changes: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Warehouse]:
    """Change warehouses: ``{id: {column: value}}`` of code, name, region_id, address, active.

    Refuses what creating refuses, and closing one that still holds, promises or expects stock.
    """
    _one_at_a_time()
    batch = Batch(Warehouse.objects.all(), changes, None, "warehouse.edit", versions=versions)
    values = {row.pk: _trimmed(row, changes[row.pk]) for row in batch}
    regions = _regions(values.values())
    codes = _codes() | {pk: str(v["code"]).upper() for pk, v in values.items()}
    taken = Counter(codes.values())
    closing = [row.pk for row in batch if row.active and not values[row.pk]["active"]]
    held = stocked(closing) if closing else {}
    batch.refuse_if(lambda row: _why_not(row.pk, values[row.pk], regions, taken))
    batch.refuse_if(
        lambda row: (
            reasons.STILL_STOCKED(row.pk, warehouse=row.name, count=held[row.pk], where="active")
            if held.get(row.pk)
            else None
        )
    )
    for row in batch:
        batch.amend(row, values[row.pk])
    return batch.commit(by=by, at=at)


def _one_at_a_time() -> None:
    """Whoever hands out codes waits for whoever is doing so."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('inventory.warehouses'))")


def _codes() -> dict[int, str]:
    return {pk: code.upper() for pk, code in Warehouse.objects.values_list("pk", "code")}


def _trimmed(row: Warehouse, changes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = changes.keys() - EDITABLE
    if unknown:
        raise LookupError(f"a warehouse has no {', '.join(sorted(unknown))}")
    values = {name: changes.get(name, getattr(row, name)) for name in EDITABLE}
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _regions(values: Iterable[Mapping[str, Any]]) -> set[int]:
    asked = {v["region_id"] for v in values if v["region_id"] is not None}
    return set(Region.objects.filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()


def _why_not(pk: int, values: Mapping[str, Any], regions: set[int], taken: Mapping[str, int]) -> Iterable[Refusal]:
    for name, (label, most) in LENGTHS.items():
        if not values[name] and name != "address":
            yield reasons.REQUIRED(pk, field=str(label), where=name)
        if len(values[name]) > most:
            yield reasons.TOO_LONG(pk, field=str(label), most=most, where=name)
    if taken[values["code"].upper()] > 1:
        yield reasons.CODE_TAKEN(pk, code=values["code"], where="code")
    if values["region_id"] is not None and values["region_id"] not in regions:
        yield reasons.UNKNOWN_REGION(pk, where="region_id")
