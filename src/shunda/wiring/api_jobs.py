"""The API of jobs that were parked: what they are, what stopped them, and trying them again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from procrastinate.contrib.django.models import ProcrastinateJob
from pydantic import Field

from shunda.api.answers import answered, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, Items, Out, Page
from shunda.wiring import parked
from shunda.wiring.parked import ADMINISTER

router = Router("jobs")


class ParkedJobOut(Out):
    """A job that failed again and again and was parked."""

    id: int
    name: Annotated[str, Field(validation_alias="called", examples=["orders.confirm_approved"])]
    subjects: Annotated[list[int], Field(description="Ids of what it is about; the first twenty.")]
    subject_kind: Annotated[str, Field(description="What they are, where it is one kind of thing.")]
    error: Annotated[str, Field(description="What stopped it last.")]
    attempts: int
    parked_at: Annotated[datetime | None, Field(validation_alias="since")]

    @staticmethod
    def resolve_subjects(job: Any) -> list[int]:
        """The ids alone."""
        return [pk for _kind, pk in job.subjects]

    @staticmethod
    def resolve_subject_kind(job: Any) -> str:
        """The kind they share."""
        return next((kind for kind, _pk in job.subjects), "")


class WaitingJobsOut(Out):
    """How much waits to be done."""

    jobs: int
    again: Annotated[int, Field(description="Of these, so many failed before.")]


class QueuedJobOut(Out):
    """A job that is tried again."""

    id: int


@router.read("/waiting", response=WaitingJobsOut, permission=ADMINISTER, summary="How many jobs wait")
def waiting(request: ApiRequest) -> Any:  # noqa: ARG001  # every endpoint takes its request
    """Jobs that wait for a worker, and those of them that failed before."""
    return parked.waiting()


@router.read("/parked", response=Page[ParkedJobOut], permission=ADMINISTER, summary="Parked jobs")
def jobs(request: ApiRequest, paging: Query[Paging]) -> Any:  # noqa: ARG001  # every endpoint takes its request
    """Newest first."""
    page = paging.page(parked.jobs())
    parked.explain(page["items"])
    return page


@router.read("/parked/{int:pk}", response=ParkedJobOut, permission=ADMINISTER, summary="One parked job")
def job(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001  # every endpoint takes its request
    """404 once it is tried again."""
    row: ProcrastinateJob = found(parked.jobs(), pk)
    parked.explain([row])
    return row


@router.write("/parked/retry", response=Done[QueuedJobOut], permission=ADMINISTER, summary="Try parked jobs again")
def retry(request: ApiRequest, body: Items) -> Any:
    """One that fails once more is parked once more."""
    return answered(parked.retry(body.ids, by=request.actor, at=request.at))
