"""Jobs that failed again and again and were parked: what they are, why, and trying them again."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.models import ProcrastinateJob

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action
from shunda.core.event import Happening, record
from shunda.core.models import Event
from shunda.core.refusal import NOT_FOUND
from shunda.web.listing import Keyset
from shunda.web.pages import act, actor, now, page, ticked
from shunda.wiring.jobs import SUBJECT
from shunda.wiring.tables import REACTIONS, SUBJECTS

ADMINISTER = "accounts.administer"
SHOWN = 20
"""Subjects of a job that a list names."""

_AGAIN = """
select procrastinate_retry_job_v2(id, now(), null, null, null) from procrastinate_jobs
where id = any(%s) and status = 'failed'
"""


@action(ADMINISTER)
def retry(ids: Collection[int], *, by: Actor, at: datetime) -> Outcome[ProcrastinateJob]:
    """Queue parked jobs again; one that fails once more is parked once more. Refused are jobs that are not parked."""
    wanted = sorted(set(ids))
    rows = list(jobs().filter(pk__in=wanted).order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [[job.pk for job in rows]])
    record((Happening("job.retry", SUBJECT, job.pk, None, dict(job.args)) for job in rows), by=by, at=at)
    found = {job.pk for job in rows}
    return Outcome(rows, [NOT_FOUND(pk) for pk in wanted if pk not in found])


def jobs() -> QuerySet[ProcrastinateJob]:
    """The parked jobs."""
    return ProcrastinateJob.objects.filter(status="failed")


def waiting() -> dict[str, int]:
    """How many jobs wait and how many of those failed before; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), count(*) filter (where attempts > 0) from procrastinate_jobs where status = 'todo'"
        )
        todo, again = cursor.fetchone()
    return {"jobs": todo, "again": again}


def explain(jobs: Iterable[Any]) -> None:
    """Put beside each job what it does, about what, and what stopped it last; one query."""
    rows = list(jobs)
    said = Event.objects.filter(kind="job.park", subject_kind=SUBJECT, subject_id__in=[job.pk for job in rows])
    why = {event.subject_id: event for event in said.order_by("pk")}
    for job in rows:
        told = why.get(job.pk)
        name = job.args.get("name", job.task_name)
        job.called = name
        job.subjects = [(_subject_kind(name), pk) for pk in job.args.get("ids", [])[:SHOWN]]
        job.error = told.data["error"] if told else ""
        job.since = told.at if told else None


def _subject_kind(name: str) -> str:
    """What the ids of a reaction are, where its events are about one kind of thing that has a page."""
    kinds = {kind.partition(".")[0] for kind, jobs in REACTIONS.items() if name in jobs}
    pages = [subject for subject in SUBJECTS if subject.rpartition(".")[2] in kinds]
    return pages[0] if len(kinds) == 1 and pages else ""


@page(ADMINISTER, methods=["GET"])
def index(request: HttpRequest) -> HttpResponse:
    """Parked jobs, the newest first."""
    rows = Keyset(jobs(), request, order=["-id"])
    explain(rows)
    return render(request, "wiring/parked.html", {"page": rows, "waiting": waiting()})


@page(ADMINISTER, methods=["POST"])
def again(request: HttpRequest) -> HttpResponse:
    """The ticked jobs are tried again."""
    ids, _seen = ticked(request)
    return act(request, lambda: retry(ids, by=actor(request), at=now()), done=_("Queued again."))


app_name = "parked"
urlpatterns = [path("", index, name="index"), path("retry/", again, name="retry")]
