"""A file of orders that came in waits to be entered: the clock from the receipt to the entry (R189)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shunda.channels.models import ImportRun
from shunda.channels.states import RUN, RunStatus
from shunda.core.actor import system
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

ENTER = "import.enter"
WAITING = (RunStatus.RECEIVED, RunStatus.CHECKED)


@transaction.atomic
def watch(ids: list[int], at: datetime) -> None:
    """Files that were received and are neither imported nor given up wait for who sent them in, others do not.

    The clock counts from the receipt of the file. Runs again harmlessly.
    """
    runs = list(ImportRun.objects.filter(pk__in=ids, file__isnull=False).order_by("pk"))
    waiting = [run for run in runs if run.status in WAITING]
    for run in waiting:  # each file was received at a time of its own
        open_tasks([_task(run)], at=run.created_at)
    begun = [run.pk for run in runs if run.status in (RunStatus.BOOKING, RunStatus.DONE)]
    gone = [run.pk for run in runs if run.status in (RunStatus.FAILED, RunStatus.DISCARDED)]
    for ended, outcome in ((begun, "done"), (gone, "dropped")):
        close_tasks([ENTER], _subject(), ended, by=system("import"), at=at, outcome=outcome)


def _subject() -> str:
    return ImportRun._meta.label_lower


def _task(run: ImportRun) -> TaskSpec:
    permission = RUN["start"].permission
    return TaskSpec(ENTER, permission, _subject(), run.pk, None, run.number, run.name, owner_id=run.created_by_id)
