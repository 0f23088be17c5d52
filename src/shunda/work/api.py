"""The API of worklists: what waits for the caller, and what was done."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.api.answers import answered, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, FilterLookup, Id, In, Items, Out, Page
from shunda.work import actions, queries
from shunda.work.kinds import label_of
from shunda.work.limits import trace
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
    limit_days: Annotated[int | None, Field(description="Working days, where the limit is counted in them.")]
    counted_from: Annotated[
        datetime | None, Field(description="The receipt of the order, where one clock runs over several of its steps.")
    ]
    calendar: Annotated[str, Field(description="The further calendar its clock counts by; empty: the company's.")]
    decided: Annotated[
        dict[str, Any] | None, Field(description="Table, version and row that gave the limit; none: the settings.")
    ]
    due_at: datetime | None
    clock_note: Annotated[str, Field(description="“unknown-year”: there is no due time, that year has no calendar.")]
    warn_at: Annotated[datetime | None, Field(description="When people are warned that it will soon be due.")]
    paused_at: Annotated[datetime | None, Field(description="Since when its clock stands, while somebody is awaited.")]
    awaited: Annotated[str, Field(description="customer, supplier, carrier, colleague or authority; or nobody.")]
    alarm: Annotated[str, Field(description="The last its clock said: warning, overdue, escalation; or nothing yet.")]
    level: Annotated[int, Field(description="The level it is escalated to; 0 is none.")]
    closed_at: datetime | None
    closed_by: str
    outcome: str
    version: int

    @staticmethod
    def resolve_step(task: Any) -> str:
        """The step in the language of the reader."""
        return label_of(task.kind)

    @staticmethod
    def resolve_decided(task: Any) -> dict[str, Any] | None:
        """The row of the table of time limits."""
        return trace(task.limit_rule)


class AlarmOut(Out):
    """Something the clock of a step said, once."""

    kind: Annotated[str, Field(description="warning, overdue, escalation or reminder.")]
    number: Annotated[int, Field(description="The level of an escalation, the how manieth reminder.")]
    roles: Annotated[str, Field(description="Codes of the roles it was escalated to.")]
    people: Annotated[int, Field(description="How many were told.")]
    meant_at: datetime
    told_at: datetime
    down_from: Annotated[datetime | None, Field(description="The system did not run from then …")]
    down_until: Annotated[datetime | None, Field(description="… until then, which is why it was told late.")]


class PauseOut(Out):
    """The clock of a step stood."""

    awaited: str
    reason: str
    left_seconds: Annotated[int | None, Field(description="What was left, in seconds of the clock's own time.")]
    paused_at: datetime
    paused_by: str
    resumed_at: datetime | None
    resumed_by: str

    @staticmethod
    def resolve_reason(pause: Any) -> str:
        """In the language of the reader where it stood by itself."""
        return str(pause.why)


class ClockOut(TaskOut):
    """A step with everything its clock said and when it stood."""

    clock: Annotated[str, Field(description="working (hours of the calendar) or wall (by the clock).")]
    counted_seconds: int
    alarms: list[AlarmOut]
    pauses: list[PauseOut]

    @staticmethod
    def resolve_alarms(task: Any) -> list[Any]:
        """As they were said."""
        return list(task.alarms.order_by("pk"))

    @staticmethod
    def resolve_pauses(task: Any) -> list[Any]:
        """As they were."""
        return list(task.pauses.order_by("pk"))


class Paused(Items):
    """Clocks to be stopped, who is waited for, and for what."""

    awaited: Annotated[str, Field(description="customer, supplier, carrier, colleague or authority.")] = "customer"
    reason: Annotated[str, Field(max_length=200)]


class StepOut(Out):
    """How much waits of one kind of step; counting stops at 101."""

    kind: str
    step: str
    count: int


class WaitingTaskOut(TaskOut):
    """A step that waits, and whom it was given to."""

    assignee_id: Annotated[int | None, Field(description="Others who may can do it too.")]

    @staticmethod
    def resolve_assignee_id(task: Any) -> int | None:
        """Nobody, where no table names a team."""
        return queries.assignee_id(task)


class TaskFilter(Filter):
    """Which steps."""

    kind: str | None = None
    order_id: int | None = None
    subject_kind: str | None = None
    subject_id: int | None = None
    urgent: bool | None = None
    due_before: Annotated[datetime | None, FilterLookup("due_at__lt")] = None
    assignee_id: Annotated[Id | None, FilterLookup("assignment__person"), Field(description="Given to this person")] = (
        None
    )
    team_id: Annotated[
        Id | None, FilterLookup("owner__memberships__team"), Field(description="Of orders its people look after")
    ] = None


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


@router.read("", response=Page[WaitingTaskOut], permission=MAY, summary="What waits")
def waiting(request: ApiRequest, paging: Query[Paging], where: Query[TaskFilter]) -> Any:
    """The open steps the caller may do, oldest first."""
    return paging.page(where.filter(queries.waiting(request.actor)), newest_first=False)


@router.read("/counts", response=list[StepOut], permission=MAY, summary="How much waits")
def counts(request: ApiRequest) -> Any:
    """How much waits for the caller, step by step in the order things happen."""
    counted = queries.counts(request.actor, at=request.at)
    return [{"kind": kind, "step": label_of(kind), "count": n} for kind, n in counted.items()]


@router.read("/done", response=Page[TaskOut], permission=MAY, summary="What was done")
def done(request: ApiRequest, paging: Query[Paging], where: Query[TaskFilter]) -> Any:
    """The closed steps the caller may see, newest first."""
    return paging.page(where.filter(queries.done(request.actor)))


@router.read("/{int:pk}", response=ClockOut, permission=MAY, summary="The clock of a step")
def clock(request: ApiRequest, pk: Id) -> Any:
    """What its clock counted and said, and when it stood."""
    task = found(queries.within_reach(request.actor), pk)
    vars(task)["counted_seconds"] = int(queries.counted(task, request.at).total_seconds())
    return task


@router.write("/pause", response=Done[TaskOut], permission="work.pause_task", summary="Stop clocks")
def pause(request: ApiRequest, body: Paused) -> Any:
    """While somebody else's answer is awaited. Refused: steps that ended, clocks that stand already."""
    given = {"awaited": body.awaited, "reason": body.reason}
    return answered(actions.pause(body.ids, **given, versions=body.versions, by=request.actor, at=request.at))


@router.write("/resume", response=Done[TaskOut], permission="work.pause_task", summary="Let clocks go on")
def resume(request: ApiRequest, body: Items) -> Any:
    """Each step is due when what was left of its time has passed. Refused: clocks that run."""
    return answered(actions.resume(body.ids, versions=body.versions, by=request.actor, at=request.at))


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
