"""What the system does by itself: finding cases, and making decisions final that nobody appealed. Each reconciles."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from shunda.assessments import actions, gathering
from shunda.assessments.models import Assessment
from shunda.assessments.states import AssessmentStatus
from shunda.assessments.steps import make, one_at_a_time, weigh
from shunda.core.actor import system
from shunda.policies import queries as policies


def assess(at: datetime) -> None:
    """Make a case of every late step, release and missed pick-up of the last days that has a consequence, once each."""
    days = policies.value("assessments.look_back_days")
    if days:
        _propose(at - timedelta(days=days), at)


@transaction.atomic
def _propose(since: datetime, at: datetime) -> None:
    one_at_a_time()
    found = [
        *gathering.late_steps(policies.values(*policies.CALENDAR), since, at),
        *gathering.releases(since, at),
        *gathering.not_picked_up(since, at),
    ]
    make(list(zip(found, weigh(found, at=at), strict=True)), by=system(), at=at)


def settle(at: datetime) -> None:
    """Make final what was decided and can no longer be appealed."""
    over = Assessment.objects.filter(status=AssessmentStatus.DECIDED, appeal_until__lt=at)
    ids = list(over.values_list("pk", flat=True))
    if ids:
        actions.settle(ids, by=system(), at=at)
