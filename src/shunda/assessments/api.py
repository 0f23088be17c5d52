"""The API of assessments, review meetings and the monthly sheets."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import File, Query
from ninja.files import UploadedFile

from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, Items, Page
from shunda.assessments import actions, queries
from shunda.assessments.models import Assessment, Meeting
from shunda.assessments.schemas import (
    AnswerablesIn,
    AssessmentFilter,
    AssessmentIn,
    AssessmentMonthOut,
    AssessmentOut,
    AssessmentRowOut,
    AssessmentSheetRowOut,
    AssessmentsIn,
    CancelledIn,
    MonthIn,
    ReviewConclusionIn,
    ReviewMeetingFilter,
    ReviewMeetingIn,
    ReviewMeetingOut,
    RulingsIn,
    SaidIn,
    SheetFilter,
)
from shunda.assessments.states import ASSESSMENT, MEETING
from shunda.core.batch import Outcome
from shunda.files.responses import file_response
from shunda.files.specs import Upload
from shunda.files.steps import most_bytes

router = Router("assessments")
meetings = Router("review-meetings")
months = Router("assessment-months")
RECORD = "assessments.record_assessment"


def _rows(outcome: Outcome[Assessment]) -> list[Assessment]:
    ids = [case.pk for case in outcome.done]
    return list(queries.with_names(Assessment.objects.filter(pk__in=ids)).order_by("pk"))


def _whole(pk: int) -> Assessment:
    return queries.whole(Assessment.objects.all()).get(pk=pk)


@router.read("", response=Page[AssessmentRowOut], permission=queries.VIEW, summary="Cases")
def cases(request: ApiRequest, paging: Query[Paging], where: Query[AssessmentFilter]) -> Any:
    """The cases you may see, newest first."""
    return paging.page(where.filter(queries.rows(request.actor)))


@router.read("/mine", response=Page[AssessmentRowOut], permission="", summary="Cases about you")
def mine(request: ApiRequest, paging: Query[Paging]) -> Any:
    """Everybody sees the cases about himself from the moment he is told."""
    return paging.page(queries.with_names(queries.of_person(request.actor)))


@router.read("/{int:pk}", response=AssessmentOut, permission="", summary="One case")
def case(request: ApiRequest, pk: Id) -> Any:
    """With evidence, statement, decisions and appeal; your own, or one you may see."""
    return found(queries.whole(queries.seen_by(request.actor) | queries.of_person(request.actor)), pk)


@router.write("", response=AssessmentOut, status=201, permission=RECORD, summary="Record a case")
def record(request: ApiRequest, body: AssessmentIn) -> Any:
    """The company's table says what follows. Late steps and releases are found by the system itself."""
    made = actions.record([body.spec()], by=request.actor, at=request.at).one()
    return created(_whole(made.pk))


@router.write("/batch", response=Done[AssessmentRowOut], permission=RECORD, summary="Record cases")
def record_many(request: ApiRequest, body: AssessmentsIn) -> Any:
    """A refusal's ``id`` is the place in the list, counted from 0."""
    outcome = actions.record([one.spec() for one in body.cases], by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write(
    "/assign", response=Done[AssessmentRowOut], permission=ASSESSMENT["assign"].permission, summary="Name the persons"
)
def assign(request: ApiRequest, body: AnswerablesIn) -> Any:
    """Say who answers for cases that name nobody yet."""
    people = {one.id: one.person_id for one in body.items}
    versions = {one.id: one.version for one in body.items if one.version is not None}
    outcome = actions.assign(people, versions=versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write(
    "/notify", response=Done[AssessmentRowOut], permission=ASSESSMENT["notify"].permission, summary="Tell the persons"
)
def notify(request: ApiRequest, body: Items) -> Any:
    """From now on they see the evidence and may make a statement."""
    outcome = actions.notify(body.ids, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write(
    "/cancel", response=Done[AssessmentRowOut], permission=ASSESSMENT["cancel"].permission, summary="Give cases up"
)
def cancel(request: ApiRequest, body: CancelledIn) -> Any:
    """Cases that are not decided; the reason says why."""
    outcome = actions.cancel(body.ids, body.reason, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write("/state", response=Done[AssessmentRowOut], permission="", summary="Make a statement")
def state(request: ApiRequest, body: SaidIn) -> Any:
    """About yourself, once, before the case is decided."""
    outcome = actions.state(body.ids, body.text, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write("/appeal", response=Done[AssessmentRowOut], permission="", summary="Appeal")
def appeal(request: ApiRequest, body: SaidIn) -> Any:
    """Against a decision about yourself, once and in time; a third person decides."""
    outcome = actions.appeal(body.ids, body.text, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write(
    "/decide", response=Done[AssessmentRowOut], permission=ASSESSMENT["decide"].permission, summary="Decide cases"
)
def decide(request: ApiRequest, body: RulingsIn) -> Any:
    """Uphold, reduce or waive, as a second person; never about yourself or where you are named."""
    outcome = actions.decide(body.specs, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write(
    "/review", response=Done[AssessmentRowOut], permission=ASSESSMENT["review"].permission, summary="Decide on appeals"
)
def review(request: ApiRequest, body: RulingsIn) -> Any:
    """As a third person, for good; nothing gets worse."""
    outcome = actions.review(body.specs, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


@router.write(
    "/settle", response=Done[AssessmentRowOut], permission=ASSESSMENT["settle"].permission, summary="Make cases final"
)
def settle(request: ApiRequest, body: Items) -> Any:
    """Those nobody appealed in time; the system does it every night."""
    outcome = actions.settle(body.ids, versions=body.versions, by=request.actor, at=request.at)
    return answered(outcome, done=_rows(outcome))


def _meeting(pk: int) -> Meeting:
    return queries.whole_meetings(Meeting.objects.all()).get(pk=pk)


@meetings.read("", response=Page[ReviewMeetingOut], permission=queries.VIEW, summary="Review meetings")
def all_meetings(request: ApiRequest, paging: Query[Paging], where: Query[ReviewMeetingFilter]) -> Any:
    """Newest first."""
    return paging.page(where.filter(queries.whole_meetings(queries.meetings(request.actor))))


@meetings.read("/{int:pk}", response=ReviewMeetingOut, permission="", summary="One review meeting")
def meeting(request: ApiRequest, pk: Id) -> Any:
    """For those who are at it, and those who may see cases."""
    return found(queries.whole_meetings(queries.meetings(request.actor)), pk)


@meetings.read("/{int:pk}/minutes", response=None, binary="application/octet-stream", permission="", summary="Minutes")
def minutes(request: ApiRequest, pk: Id) -> HttpResponse:
    """The file that was attached."""
    row = found(queries.meetings(request.actor).filter(minutes__isnull=False), pk)
    assert row.minutes
    return file_response(request, row.minutes)


@meetings.write(
    "", response=ReviewMeetingOut, status=201, permission="assessments.create_meeting", summary="Call a meeting"
)
def call(request: ApiRequest, body: ReviewMeetingIn) -> Any:
    """About cases whose persons were told; those come as responsible persons, without a vote."""
    made = actions.call([body.spec()], by=request.actor, at=request.at).one()
    return created(_meeting(made.pk))


@meetings.write(
    "/{int:pk}/minutes", response=ReviewMeetingOut, permission=MEETING["minute"].permission, summary="Attach minutes"
)
def minute(request: ApiRequest, pk: Id, file: File[UploadedFile]) -> Any:
    """The newest ones count."""
    actions.minute({pk: Upload.of(file, most_bytes())}, by=request.actor, at=request.at).one()
    return _meeting(pk)


@meetings.write(
    "/{int:pk}/conclude", response=ReviewMeetingOut, permission=MEETING["conclude"].permission, summary="Conclude"
)
def conclude(request: ApiRequest, pk: Id, body: ReviewConclusionIn) -> Any:
    """By the chair or a member; the decision about each case is made with it."""
    versions = {pk: body.version} if body.version is not None else None
    actions.conclude([body.spec(pk)], versions=versions, by=request.actor, at=request.at).one()
    return _meeting(pk)


@meetings.write(
    "/call-off", response=Done[ReviewMeetingOut], permission=MEETING["call_off"].permission, summary="Call meetings off"
)
def call_off(request: ApiRequest, body: CancelledIn) -> Any:
    """Their cases go on without them."""
    outcome = actions.call_off(body.ids, body.reason, versions=body.versions, by=request.actor, at=request.at)
    ids = [row.pk for row in outcome.done]
    done = list(queries.whole_meetings(Meeting.objects.filter(pk__in=ids)).order_by("pk"))
    return answered(outcome, done=done)


@months.read("", response=Page[AssessmentMonthOut], permission=queries.SHEET, summary="Closed months")
def all_months(request: ApiRequest, paging: Query[Paging]) -> Any:
    """Newest first."""
    del request
    return paging.page(queries.months())


@months.read("/rows", response=Page[AssessmentSheetRowOut], permission=queries.SHEET, summary="Monthly sheets")
def rows(request: ApiRequest, paging: Query[Paging], where: Query[SheetFilter]) -> Any:
    """What personnel gets, person by person; as Excel through ``POST /exports`` of the list ``assessments:sheet``."""
    return paging.page(where.filter(queries.sheet(request.actor)))


@months.write(
    "/close", response=AssessmentMonthOut, status=201, permission="assessments.close_month", summary="Close a month"
)
def close(request: ApiRequest, body: MonthIn) -> Any:
    """What becomes final later is on the next sheet."""
    return created(actions.close([body.month], by=request.actor, at=request.at).one())
