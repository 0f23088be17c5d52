"""What cases put on the worklists, and what the person they are about is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from shunda.assessments.models import Assessment
from shunda.assessments.states import ASSESSMENT
from shunda.core.actor import Actor
from shunda.work.notices import ASSESSMENT as TOLD
from shunda.work.specs import NoticeSpec, TaskSpec
from shunda.work.steps import close_tasks, open_tasks, tell

SUBJECT = Assessment._meta.label_lower
NOTIFY, DECIDE, REVIEW = "assessment.notify", "assessment.decide", "assessment.review"
PERMISSIONS: dict[str, str] = {name: ASSESSMENT[name.partition(".")[2]].permission for name in (NOTIFY, DECIDE, REVIEW)}


def open_for(wanted: Iterable[tuple[str, Assessment]], *, at: datetime) -> None:
    """Put steps about cases on the worklists. They say the number alone, not who it is about."""
    open_tasks(
        [TaskSpec(kind, PERMISSIONS[kind], SUBJECT, case.pk, None, case.number) for kind, case in wanted],
        at=at,
    )


def close(ids: Collection[int], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Take every step about these cases off the worklists."""
    close_tasks(PERMISSIONS, SUBJECT, ids, by=by, at=at, outcome=outcome)


def tell_person(cases: Iterable[Assessment], *, by: Actor, at: datetime) -> None:
    """Tell everybody that there is something new in the case about him; what it is stands on its page."""
    specs = [
        NoticeSpec(case.person_id, SUBJECT, case.pk, case.number, "", kind=TOLD)
        for case in cases
        if case.person_id is not None
    ]
    tell(specs, by=by, at=at)
