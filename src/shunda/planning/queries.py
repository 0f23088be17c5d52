"""Which plans somebody sees, whom they are asked of, and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db.models import Prefetch, QuerySet

from shunda.accounts import queries as accounts
from shunda.accounts.models import Region
from shunda.core.actor import Actor
from shunda.planning import rules
from shunda.planning.models import DemandPlan, PlanLine
from shunda.policies import queries as policies

VIEW, FILE = "planning.view_plan", "planning.file_plan"
DUE = ("planning.deadline_day", "planning.deadline_time", "planning.ask_days")
RELEASE = ("planning.release_weekdays", "planning.release_after_holidays")
MOST_RELEASES = 6


def seen_by(actor: Actor) -> QuerySet[DemandPlan]:
    """All plans, or those of the actor's regions."""
    plans = DemandPlan.objects.all()
    return plans if actor.reach == "all" else plans.filter(region__in=actor.regions)


def rows(actor: Actor) -> QuerySet[DemandPlan]:
    """The plans of the list, with region and who filed."""
    return seen_by(actor).select_related("region", "filed_by")


def whole(plans: QuerySet[DemandPlan]) -> QuerySet[DemandPlan]:
    """Plans with their lines and articles."""
    lines = PlanLine.objects.select_related("sku__product__unit").order_by("line_no")
    return plans.select_related("region", "filed_by").prefetch_related(Prefetch("lines", lines))


def regions_of(actor: Actor) -> QuerySet[Region]:
    """The regions somebody may file for."""
    regions = Region.objects.filter(active=True).order_by("code")
    return regions if actor.reach == "all" else regions.filter(pk__in=actor.regions)


def due(month: date, decided: dict[str, Any]) -> datetime:
    """When the plan of a month is due, by the company's settings."""
    zone = policies.calendar(decided).zone
    return rules.due(month, decided[DUE[0]], decided[DUE[1]], zone)


def settings() -> dict[str, Any]:
    """What the company decided about plans and releases, and its calendar: one query."""
    return policies.values(*DUE, *RELEASE, *policies.CALENDAR)


def releases(decided: dict[str, Any], today: date) -> list[rules.Release]:
    """The next days on which orders are released (R084)."""
    weekdays, move = (decided[name] for name in RELEASE)
    return rules.releases(policies.calendar(decided), weekdays, today, MOST_RELEASES, move=move)


def filers(region_ids: Collection[int]) -> dict[int, list[int]]:
    """Who files for each region: people of the region who may, no administrators; regions without one are left out."""
    found: dict[int, list[int]] = {}
    for person in accounts.people([FILE], []):
        if not person.administers:
            for region in person.actor.regions & set(region_ids):
                found.setdefault(region, []).append(person.actor.id or 0)
    return found
