"""Filing demand plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localtime

from shunda.accounts.models import Region
from shunda.catalog import queries as catalog
from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import STALE, Refusal
from shunda.planning import queries, reasons, rules, tasks
from shunda.planning.models import NOTE_LENGTH, DemandPlan, PlanLine
from shunda.planning.specs import PlanSpec

LOCK = "select pg_advisory_xact_lock(hashtext('planning.file'))"


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the specs of a batch are judged by."""

    regions: Mapping[str, Region]
    skus: Mapping[str, int]
    there: Mapping[tuple[int, date], DemandPlan]
    today: date

    def plan(self, spec: PlanSpec) -> DemandPlan | None:
        """What is there of the plan already."""
        region = self.regions.get(_code(spec))
        return self.there.get((region.pk, _month(spec))) if region else None


@action(queries.FILE)
def file_plans(specs: Sequence[PlanSpec], *, by: Actor, at: datetime) -> Outcome[DemandPlan]:
    """File plans of regions: each takes the place of what was filed before, and ends the step that asked for it (R083).

    The first filing is the one that was in time or not. Refused, by the index of the plan: a region one does not file
    for, a month that has begun or is far ahead, no or too many rows, an unknown article, one that comes twice, what is
    no quantity, a plan somebody else filed meanwhile.
    """
    sql.fetch(LOCK)
    facts = _facts(specs, by, at)
    refused: dict[int, list[Refusal]] = {}
    seen: set[tuple[str, date]] = set()
    for index, spec in enumerate(specs):
        refused[index] = list(_why_not(index, spec, facts))
        key = (_code(spec), _month(spec))
        if key in seen:
            refused[index].append(reasons.TWICE(index, where="region"))
        seen.add(key)
    good = [spec for index, spec in enumerate(specs) if not refused[index]]
    plans = _put(good, facts, by, at)
    record((happening("plan.file", plan, month=f"{plan.month:%Y-%m}", articles=plan.articles) for plan in plans),
           by=by, at=at)  # fmt: skip
    tasks.close([plan.pk for plan in plans], by=by, at=at)
    return Outcome(plans, [refusal for index in sorted(refused) for refusal in refused[index]])


def _code(spec: PlanSpec) -> str:
    return spec.region.strip().upper()


def _month(spec: PlanSpec) -> date:
    return spec.month.replace(day=1)


def _facts(specs: Sequence[PlanSpec], by: Actor, at: datetime) -> _Facts:
    """Three queries, however many plans and rows."""
    regions = {region.code.upper(): region for region in queries.regions_of(by)}
    months = {_month(spec) for spec in specs}
    plans = DemandPlan.objects.select_for_update().filter(month__in=months).order_by("pk")
    there = {(plan.region_id, plan.month): plan for plan in plans}
    skus = catalog.resolve([line.sku for spec in specs for line in spec.lines[: rules.MOST_LINES]])
    return _Facts(regions, skus, there, localtime(at).date())


def _why_not(index: int, spec: PlanSpec, facts: _Facts) -> Iterable[Refusal]:
    month = f"{spec.month:%Y-%m}"
    if _code(spec) not in facts.regions:
        yield reasons.NO_REGION(index, where="region", value=spec.region[:40])
    ahead = (spec.month.year - facts.today.year) * 12 + spec.month.month - facts.today.month
    if ahead <= 0:
        yield reasons.MONTH_BEGUN(index, where="month", month=month)
    if ahead > rules.MONTHS_AHEAD:
        yield reasons.MONTH_FAR(index, where="month", month=month, most=rules.MONTHS_AHEAD)
    if len(spec.note.strip()) > NOTE_LENGTH:
        yield reasons.NOTE_TOO_LONG(index, where="note", most=NOTE_LENGTH)
    if not spec.lines:
        yield reasons.NO_LINES(index, where="lines")
    if len(spec.lines) > rules.MOST_LINES:
        yield reasons.TOO_MANY_LINES(index, where="lines", most=rules.MOST_LINES)
    else:
        yield from _why_not_lines(index, spec, facts)
    plan = facts.plan(spec)
    version = plan.version if plan else 0
    if spec.version is not None and spec.version != version:
        yield STALE(index, yours=spec.version, now=version)


def _why_not_lines(index: int, spec: PlanSpec, facts: _Facts) -> Iterable[Refusal]:
    skus = [facts.skus.get(line.sku) for line in spec.lines]
    twice = rules.twice(skus)
    for place, line in enumerate(spec.lines):
        if skus[place] is None:
            yield reasons.NO_ARTICLE(index, where="lines", row=place + 1, value=line.sku[:40])
        if place in twice:
            yield reasons.ARTICLE_TWICE(index, where="lines", row=place + 1, sku=line.sku, first=twice[place] + 1)
        if rules.quantity(line.quantity) is None:
            yield reasons.NO_QUANTITY(index, where="lines", row=place + 1, value=line.quantity[:40])


def _put(specs: Sequence[PlanSpec], facts: _Facts, by: Actor, at: datetime) -> list[DemandPlan]:
    decided = queries.settings() if specs else {}
    found: list[tuple[DemandPlan, PlanSpec]] = []
    for spec in specs:
        region, month = facts.regions[_code(spec)], _month(spec)
        plan = facts.plan(spec) or DemandPlan(region=region, month=month, due_at=queries.due(month, decided), version=0)
        plan.region = region
        plan.version += 1
        plan.note, plan.articles = spec.note.strip(), len(spec.lines)
        if plan.filed_at is None:
            plan.filed_at, plan.filed_by_id = at, by.id
        else:
            plan.changed_at = at
        found.append((plan, spec))
    plans = [plan for plan, _spec in found]
    there = [plan for plan in plans if plan.pk is not None]
    DemandPlan.objects.bulk_create([plan for plan in plans if plan.pk is None])
    changed = ["version", "note", "articles", "filed_at", "filed_by", "changed_at"]
    DemandPlan.objects.bulk_update(there, changed)
    PlanLine.objects.filter(plan__in=there).delete()
    PlanLine.objects.bulk_create(
        PlanLine(
            plan=plan, line_no=no, sku_id=facts.skus[line.sku], quantity=rules.quantity(line.quantity) or Decimal(0)
        )
        for plan, spec in found
        for no, line in enumerate(spec.lines, 1)
    )
    return plans
