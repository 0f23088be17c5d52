"""The logistics companies to choose from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.fulfilment import rules
from shunda.fulfilment.models import Carrier
from shunda.fulfilment.reasons import CODE_TAKEN
from shunda.fulfilment.specs import CarrierSpec


@action("fulfilment.create_carrier")
def create_carriers(specs: Sequence[CarrierSpec], *, by: Actor, at: datetime) -> Outcome[Carrier]:
    """Add carriers (R137); each has a code of its own. A refusal's id is the place in ``specs``."""
    specs = [_tidy(spec) for spec in specs]
    taken = _taken({spec.code for spec in specs})
    refused: list[Refusal] = []
    fresh: list[Carrier] = []
    for index, spec in enumerate(specs):
        reasons = list(rules.why_not_carrier(index, spec))
        if spec.code in taken:
            reasons.append(CODE_TAKEN(index, code=spec.code, where="code"))
        refused += reasons
        if not reasons:
            taken[spec.code] = 0
            fresh.append(Carrier(**asdict(spec)))
    carriers = Carrier.objects.bulk_create(fresh)
    record([happening("carrier.create", carrier, code=carrier.code) for carrier in carriers], by=by, at=at)
    return Outcome(carriers, refused)


@action("fulfilment.edit_carrier")
def edit_carriers(
    specs: Mapping[int, CarrierSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Carrier]:
    """Change carriers, by id; one that is no longer used is made inactive, never deleted."""
    wanted = {pk: _tidy(spec) for pk, spec in specs.items()}
    taken = _taken({spec.code for spec in wanted.values()})
    twice = Counter(spec.code for spec in wanted.values())
    batch = Batch(Carrier.objects.all(), wanted, None, "carrier.edit", versions=versions)

    def why(carrier: Carrier) -> Iterable[Refusal]:
        spec = wanted[carrier.pk]
        yield from rules.why_not_carrier(carrier.pk, spec)
        if taken.get(spec.code, carrier.pk) != carrier.pk or twice[spec.code] > 1:
            yield CODE_TAKEN(carrier.pk, code=spec.code, where="code")

    batch.refuse_if(why)
    for carrier in batch:
        batch.amend(carrier, asdict(wanted[carrier.pk]))
    return batch.commit(by=by, at=at)


def _tidy(spec: CarrierSpec) -> CarrierSpec:
    return CarrierSpec(
        spec.code.strip().upper(), spec.name.strip(), spec.phone.strip(), spec.tracking_url.strip(), spec.active
    )


def _taken(codes: Iterable[str]) -> dict[str, int]:
    """Carriers by code, of these codes; two callers that bring the same new code wait for each other."""
    wanted = sorted(set(codes))
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended('carrier ' || code, 0))"
            " from (select unnest(%s::text[]) code order by 1) codes",
            [wanted],
        )
    return dict(Carrier.objects.filter(code__in=wanted).values_list("code", "pk"))
