"""The API of the calendar."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.api.answers import answered
from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import Done, In, Out, RefusalOut
from shunda.policies import actions, days, queries
from shunda.policies.api import CHANGE, VIEW, SettingChangeOut
from shunda.policies.calendar_forms import week_of
from shunda.policies.days import MOST_ROWS
from shunda.policies.specs import DaySpec, WeekSpec

router = Router("calendar")

Year = Annotated[int, Field(ge=days.FIRST_YEAR, le=days.LAST_YEAR)]
Hours = Annotated[str, Field(max_length=120, description="Such as 09:00-12:00, 13:00-18:00; empty is free.")]
Reason = Annotated[str, Field(min_length=1, max_length=200)]
Version = Annotated[
    int | None, Field(ge=0, le=2**31 - 1, description="The version of the calendar you looked at; left out: any.")
]


class CalendarDayOut(Out):
    """A day that is not as its weekday says, or that has a name."""

    day: date
    works: bool | None
    name: str
    own: Annotated[bool, Field(description="Entered by the company, not announced.")]
    hours: str


class CalendarOut(Out):
    """A year of the calendar."""

    year: int
    known: Annotated[bool, Field(description="False: its holidays are not known; steps have no due time in it.")]
    announced: Annotated[bool, Field(description="Its holidays come with the package.")]
    working_days: int
    usual_hours: str
    week: Annotated[dict[str, str], Field(description="Hours by weekday; 1 is Monday, empty is free.")]
    zone: str
    holidays: Annotated[str, Field(description="china (as announced) or none (entered here alone).")]
    days: list[CalendarDayOut]
    version: int


class CalendarDayIn(In):
    """A day as people write it; each row is judged alone."""

    day: Annotated[str, Field(max_length=40, description="2027-01-01, also 2027/1/1 or 2027年1月1日.")]
    works: Annotated[str, Field(max_length=40, description="off or work, also 休 or 班.")]
    name: Annotated[str, Field(max_length=200)] = ""


class CalendarRowsIn(In):
    """A list of days."""

    days: Annotated[list[CalendarDayIn], Field(min_length=1, max_length=MOST_ROWS)]

    @property
    def specs(self) -> list[DaySpec]:
        """The rows as actions take them."""
        return [DaySpec(row.day, row.works, row.name) for row in self.days]


class CalendarImportIn(CalendarRowsIn):
    """All days of whole years."""

    reason: Reason
    version: Version = None


class CalendarDaysIn(In):
    """Single days to enter, and days to be again as they were announced."""

    days: Annotated[list[CalendarDayIn], Field(max_length=MOST_ROWS, default_factory=list)]
    removed: Annotated[list[date], Field(max_length=MOST_ROWS, default_factory=list)]
    reason: Reason
    version: Version = None


class CalendarWeekIn(In):
    """The hours of the week."""

    usual_hours: Hours
    week: Annotated[
        dict[Annotated[str, Field(pattern="^[1-7]$")], Hours], Field(description="By weekday; 1 is Monday.")
    ]
    zone: Annotated[str, Field(max_length=40)] = "Asia/Shanghai"
    holidays: Annotated[str, Field(max_length=10)] = "china"
    reason: Reason
    version: Version = None


class CalendarRowOut(Out):
    """A row of a list, and what stands against it."""

    row: int
    day: date | None
    works: bool | None
    name: str
    refusals: list[RefusalOut]


class CalendarWhich(In):
    """Which year."""

    year: Year


@router.read("", response=CalendarOut, permission=VIEW, summary="A year of the calendar")
def calendar(request: ApiRequest, which: Query[CalendarWhich]) -> Any:  # noqa: ARG001
    """The week, and every day of the year that is not as its weekday says."""
    found = queries.current(*queries.CALENDAR)
    decided = {name: one.value for name, one in found.items()}
    year, week = days.year_of(which.year, queries.calendar(decided), decided), week_of(decided)
    return {
        "year": which.year,
        "known": all(day.works is not None for day in year),
        "announced": days.announced(which.year, decided),
        "working_days": sum(bool(day.works) for day in year),
        "usual_hours": week["usual"],
        "week": {str(n): week[f"day{n}"] for n in range(1, 8)},
        "zone": week["zone"],
        "holidays": week["holidays"],
        "days": [day for day in year if day.unusual],
        "version": queries.newest(found),
    }


@router.write("/check", response=list[CalendarRowOut], permission=VIEW, summary="Look at a list of days")
def check(request: ApiRequest, body: CalendarRowsIn) -> Any:  # noqa: ARG001
    """What each row says, and why it says nothing; nothing is changed."""
    return [
        {"row": g.row, "day": g.day, "works": g.works, "name": g.name, "refusals": [r.as_dict() for r in g.refusals]}
        for g in days.judged(body.specs)
    ]


@router.write("/import", response=Done[SettingChangeOut], permission=CHANGE, summary="Import whole years")
def import_days(request: ApiRequest, body: CalendarImportIn) -> Any:
    """The list takes the place of all that was entered for its years; all of it, or nothing and every row's reason."""
    return answered(
        actions.import_days(body.specs, reason=body.reason, version=body.version, by=request.actor, at=request.at)
    )


@router.write("/days", response=Done[SettingChangeOut], permission=CHANGE, summary="Enter or take back days")
def change_days(request: ApiRequest, body: CalendarDaysIn) -> Any:
    """Other days stay as they are. Running clocks are counted anew; what they have said is not said again."""
    return answered(
        actions.change_days(
            [DaySpec(row.day, row.works, row.name) for row in body.days],
            removed=body.removed,
            reason=body.reason,
            version=body.version,
            by=request.actor,
            at=request.at,
        )
    )


@router.write("/week", response=Done[SettingChangeOut], permission=CHANGE, summary="Change the week")
def change_week(request: ApiRequest, body: CalendarWeekIn) -> Any:
    """Refused with ``where`` usual or day1 to day7: what are no hours."""
    spec = WeekSpec(body.usual_hours, {int(n): hours for n, hours in body.week.items()}, body.zone, body.holidays)
    return answered(
        actions.change_week(spec, reason=body.reason, version=body.version, by=request.actor, at=request.at)
    )
