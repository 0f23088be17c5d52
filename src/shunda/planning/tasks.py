"""The step that asks a region for its plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from shunda.core.actor import Actor
from shunda.planning.models import DemandPlan
from shunda.work import steps as work
from shunda.work.specs import TaskSpec

FILE, PERMISSION = "plan.file", "planning.file_plan"
SUBJECT = DemandPlan._meta.label_lower
WARNED = timedelta(days=1)
"""People are warned so long before a plan is due (R086)."""


def ask(plans: Iterable[tuple[DemandPlan, int | None]], *, at: datetime) -> None:
    """Put the plans on the worklists of their regions; each has an owner where one person alone files for it."""
    work.open_tasks(
        [
            TaskSpec(
                FILE,
                PERMISSION,
                SUBJECT,
                plan.pk,
                None,
                f"{plan.region.code} {plan.month:%Y-%m}",
                party=plan.region.name,
                region_id=plan.region_id,
                owner_id=owner,
                due_at=plan.due_at,
                warn_at=plan.due_at - WARNED,
            )
            for plan, owner in plans
        ],
        at=at,
    )


def close(ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """They are filed."""
    work.close_tasks([FILE], SUBJECT, ids, by=by, at=at)
