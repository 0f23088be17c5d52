"""Making cases inside the transaction of the job or the person who found them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localtime

from shunda.assessments import consequences, tasks
from shunda.assessments.consequences import AMOUNTS, CONSEQUENCES, Follows
from shunda.assessments.models import Assessment, Consequence, Named
from shunda.assessments.specs import Found
from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.batch import happening
from shunda.core.event import record
from shunda.core.sequence import numbers
from shunda.policies import queries as policies

PREFIX = "AS"
LOCK = "select pg_advisory_xact_lock(hashtext('assessments.make'))"


def one_at_a_time() -> None:
    """Whoever looks whether a case exists and then makes it does so alone, until the end of his transaction."""
    sql.fetch(LOCK)


def weigh(cases: Sequence[Found], *, at: datetime) -> list[Follows]:
    """What the company's table says about each case, in a fixed number of queries."""
    if not cases:
        return []
    amounts, tables = policies.decided(sorted(set(AMOUNTS.values())), [CONSEQUENCES.name], at)
    keys = {(case.person_id, str(case.kind)) for case in cases if case.person_id is not None}
    since = min(case.happened_on for case in cases)
    before = consequences.days_before(keys, since) if keys else {}
    return consequences.follow(cases, tables[CONSEQUENCES.name], amounts, before)


def make(cases: Sequence[tuple[Found, Follows]], *, by: Actor, at: datetime) -> list[Assessment]:
    """Write cases with their evidence and put them on the worklist; one the system found before is left alone."""
    wanted = [(case, said) for case, said in cases if said.consequence != Consequence.NOTHING]
    taken = numbers(PREFIX, f"{localtime(at):%Y%m%d}", len(wanted))
    made = [_case(case, said, number, by, at) for (case, said), number in zip(wanted, taken, strict=True)]
    Assessment.objects.bulk_create(made)
    Named.objects.bulk_create(
        Named(assessment=row, person_id=person)
        for row, (case, _said) in zip(made, wanted, strict=True)
        for person in dict.fromkeys(case.named)
    )
    record((happening("assessment.propose", row, number=row.number, about=row.kind) for row in made), by=by, at=at)
    tasks.open_for([(tasks.NOTIFY, row) for row in made], at=at)
    return made


def _case(case: Found, said: Follows, number: str, by: Actor, at: datetime) -> Assessment:
    return Assessment(
        number=number,
        kind=case.kind,
        person_id=case.person_id,
        source_kind=case.source_kind,
        source_id=case.source_id,
        about_id=case.order_id,
        label=case.label[:60],
        happened_on=case.happened_on,
        late_hours=case.late_hours,
        serious=case.serious,
        what=case.what,
        facts=dict(case.facts),
        consequence=said.consequence,
        amount=said.amount,
        decided=dict(said.decided),
        recorded_by_id=by.id,
        recorded_at=at,
    )
