"""Regions: sales territories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Q

from shunda.accounts import reasons
from shunda.accounts.actions.guard import one_at_a_time
from shunda.accounts.models import Region
from shunda.accounts.rules import why_not_code, why_not_particulars
from shunda.accounts.specs import RegionEdit, RegionSpec
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal


@action("accounts.create_region")
def create_regions(specs: Sequence[RegionSpec], *, by: Actor, at: datetime) -> Outcome[Region]:
    """Make sales territories. Refuses codes that are malformed or taken, and missing names."""
    one_at_a_time()
    taken = set(Region.objects.filter(code__in=[spec.code for spec in specs]).values_list("code", flat=True))
    done: list[Region] = []
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        why = [*why_not_code(index, spec.code, 20), *why_not_particulars(index, name=spec.name)]
        if spec.code in taken:
            why.append(reasons.CODE_TAKEN(index, code=spec.code, where="code"))
        refused += why
        if not why:
            taken.add(spec.code)
            done.append(Region(code=spec.code, name=spec.name.strip()))
    regions = Region.objects.bulk_create(done)
    record((happening("region.create", region, code=region.code) for region in regions), by=by, at=at)
    return Outcome(regions, refused)


@action("accounts.edit_region")
def edit_regions(
    edits: Sequence[RegionEdit], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Region]:
    """Rename regions, close or reopen them. Refuses closing one in which active people still work."""
    one_at_a_time()
    wanted = {edit.id: edit for edit in edits}
    batch = Batch(Region.objects.all(), wanted, None, "region.edit", versions=versions)
    batch.refuse_if(lambda row: list(why_not_particulars(row.pk, name=wanted[row.pk].name)))
    closing = [row.pk for row in batch if row.active and wanted[row.pk].active is False]
    working = dict(
        Region.objects.filter(pk__in=closing)
        .annotate(people=Count("users", filter=Q(users__is_active=True)))
        .filter(people__gt=0)
        .values_list("pk", "people")
    )
    batch.refuse_if(
        lambda row: (
            reasons.REGION_IN_USE(row.pk, name=row.name, count=working[row.pk], where="active")
            if row.pk in working
            else None
        )
    )
    for row in batch:
        edit = wanted[row.pk]
        fields = {} if edit.name is None else {"name": edit.name.strip()}
        batch.amend(row, fields if edit.active is None else {**fields, "active": edit.active})
    return batch.commit(by=by, at=at)
