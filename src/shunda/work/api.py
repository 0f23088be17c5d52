"""The API of worklists: what waits for the caller, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.api.answers import answered
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, FilterLookup, In, Items, Out, Page
from shunda.work import actions, queries
from shunda.work.kinds import label_of
from shunda.work.notices import choices_of

router, notices = Router("tasks"), Router("notices")
MAY = "work.view_task"


class TaskOut(Out):
    """A step that waits, or was done."""

    id: int
    kind: str
    step: str
    permission: str
    subject_kind: str
    subject_id: int
    order_id: int | None
    label: str
    party: str
    urgent: bool
    opened_at: datetime
    limit_minutes: int | None
    due_at: datetime | None
    clock_note: Annotated[str, Field(description="“unknown-year”: there is no due time, that year has no calendar.")]
    closed_at: datetime | None
    closed_by: str
    outcome: str

    @staticmethod
    def resolve_step(task: Any) -> str:
        """The step in the language of the reader."""
        return label_of(task.kind)


class StepOut(Out):
    """How much waits of one kind of step; counting stops at 101."""

    kind: str
    step: str
    count: int


class TaskFilter(Filter):
    """Which steps."""

    kind: str | None = None
    order_id: int | None = None
    subject_kind: str | None = None
    subject_id: int | None = None
    urgent: bool | None = None
    due_before: Annotated[datetime | None, FilterLookup("due_at__lt")] = None


class NoticeOut(Out):
    """The caller was told something: named in a comment, an order came back."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    label: Annotated[str, Field(description="The number of what it is about.")]
    text: str
    said_by: str
    said_at: datetime
    read_at: datetime | None


class WayOut(Out):
    """How the caller is told about one kind of thing."""

    kind: Annotated[str, Field(description="mention, sent_back or cancelled.")]
    label: str
    home: Annotated[bool, Field(description="A notice on the home page.")]
    mail: Annotated[bool, Field(description="An e-mail, where the installation has a mail server.")]


class WayIn(In):
    """How the caller wants to be told about one kind of thing."""

    kind: str
    home: bool = True
    mail: bool = False


class WaysIn(In):
    """How the caller wants to be told; kinds not named stay as they are."""

    ways: Annotated[list[WayIn], Field(min_length=1, max_length=50)]


class NoticeFilter(Filter):
    """Which notices."""

    unread: Annotated[bool | None, FilterLookup("read_at__isnull")] = None


@router.read("", response=Page[TaskOut], permission=MAY, summary="What waits")
def waiting(request: ApiRequest, paging: Query[Paging], where: Query[TaskFilter]) -> Any:
    """The open steps the caller may do, oldest first."""
    return paging.page(where.filter(queries.waiting(request.actor)), newest_first=False)


@router.read("/counts", response=list[StepOut], permission=MAY, summary="How much waits")
def counts(request: ApiRequest) -> Any:
    """How much waits for the caller, step by step in the order things happen."""
    found = queries.counts(request.actor, at=request.at)
    return [{"kind": kind, "step": label_of(kind), "count": n} for kind, n in found.items()]


@router.read("/done", response=Page[TaskOut], permission=MAY, summary="What was done")
def done(request: ApiRequest, paging: Query[Paging], where: Query[TaskFilter]) -> Any:
    """The closed steps the caller may see, newest first."""
    return paging.page(where.filter(queries.done(request.actor)))


@notices.read("", response=Page[NoticeOut], permission="", summary="My notices")
def told(request: ApiRequest, paging: Query[Paging], where: Query[NoticeFilter]) -> Any:
    """What the caller was told, newest first; ``unread=true`` is what stands on the home page."""
    return paging.page(where.filter(queries.notices_of(request.actor)))


@notices.write("/read", response=Done[NoticeOut], permission="", summary="Notices are read")
def read(request: ApiRequest, body: Items) -> Any:
    """The caller's own leave the home page; reading twice is nothing."""
    outcome = actions.read(body.ids, by=request.actor, at=request.at)
    rows = queries.notices_of(request.actor).filter(pk__in=[notice.pk for notice in outcome.done]).order_by("pk")
    return answered(outcome, done=list(rows))


def _ways(request: ApiRequest) -> list[dict[str, Any]]:
    chosen = choices_of(request.actor.id or 0)
    return [{"kind": c.kind.name, "label": str(c.kind.label), "home": c.home, "mail": c.mail} for c in chosen]


@notices.read("/ways", response=list[WayOut], permission="", summary="How I am told")
def ways(request: ApiRequest) -> Any:
    """Each kind of thing people are told about, and how the caller is: on the home page, by e-mail, both or not."""
    return _ways(request)


@notices.write("/ways", response=list[WayOut], permission="", summary="Decide how I am told", method="PUT")
def choose(request: ApiRequest, body: WaysIn) -> Any:
    """Replaces the caller's choice for the kinds named; answers with all of them."""
    actions.choose({way.kind: (way.home, way.mail) for way in body.ways}, by=request.actor, at=request.at)
    return _ways(request)
