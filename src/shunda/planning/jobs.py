"""Asking regions for their plans some days before they are due."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from shunda.accounts.models import Region
from shunda.core import sql
from shunda.planning import queries, rules, tasks
from shunda.planning.actions import LOCK
from shunda.planning.models import DemandPlan
from shunda.policies import queries as policies


@transaction.atomic
def ask(at: datetime) -> int:
    """Ask every region somebody files for, once each, from so many days ahead on; how many. A step with a clock.

    A region whose plan is filed already is not asked, nor is anybody for a moment that has passed: where the system did
    not run before it, nobody could be reminded, and nobody is blamed.
    """
    decided = queries.settings()
    zone = policies.calendar(decided).zone
    month, due = rules.asked_for(at, decided["planning.deadline_day"], decided["planning.deadline_time"], zone)
    days = decided["planning.ask_days"]
    if not days or at < due - timedelta(days=days):
        return 0
    sql.fetch(LOCK)
    there = DemandPlan.objects.filter(month=month).values("region")
    regions = Region.objects.filter(active=True).exclude(pk__in=there).in_bulk()
    filers = queries.filers(regions)
    asked = [DemandPlan(region=regions[pk], month=month, due_at=due) for pk in sorted(filers)]
    DemandPlan.objects.bulk_create(asked)
    alone = {pk: people[0] for pk, people in filers.items() if len(people) == 1}
    tasks.ask([(plan, alone.get(plan.region_id)) for plan in asked], at=at)
    return len(asked)
