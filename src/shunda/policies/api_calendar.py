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
from shunda.core.refusal import NOT_FOUND, Refused
from shunda.policies import actions, days, queries
from shunda.policies.api import CHANGE, VIEW, SettingChangeOut
from shunda.policies.days import MOST_ROWS
from shunda.policies.kinds import hours_of_work
from shunda.policies.specs import CalendarSpec, DaySpec, WeekSpec

router = Router("calendar")

Year = Annotated[int, Field(ge=days.FIRST_YEAR, le=days.LAST_YEAR)]
Hours = Annotated[str, Field(max_length=120, description="Such as 09:00-12:00, 13:00-18:00; empty is free.")]
Reason = Annotated[str, Field(min_length=1, max_length=200)]
Code = Annotated[str, Field(max_length=12, description="The code of a further calendar; left out: the company's.")]
Version = Annotated[
    int | None, Field(ge=0, le=2**31 - 1, description="The version of the calendar you looked at; left out: any.")
]


class CalendarDayOut(Out):
    """A day that is not as its weekday says, or that has a name."""

    day: date
    works: bool | None
    name: str
    own: Annotated[bool, Field(description="Entered in this calendar, not announced.")]
    company: Annotated[bool, Field(description="Of a further calendar: entered in the company's, and holds here too.")]
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
    holidays: Annotated[
        str,
        Field(
            description="china (as announced) or none (entered here alone); of a further calendar company (as the"
            " company keeps them) or through (worked through)."
        ),
    ]
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
    calendar: Code = ""


class CalendarDaysIn(In):
    """Single days to enter, and days to be again as they were announced."""

    days: Annotated[list[CalendarDayIn], Field(max_length=MOST_ROWS, default_factory=list)]
    removed: Annotated[list[date], Field(max_length=MOST_ROWS, default_factory=list)]
    reason: Reason
    version: Version = None
    calendar: Code = ""


class _WeekIn(In):
    """The hours of a week."""

    usual_hours: Hours
    week: Annotated[
        dict[Annotated[str, Field(pattern="^[1-7]$")], Hours], Field(description="By weekday; 1 is Monday.")
    ]

    def spec(self, zone: str, holidays: str) -> WeekSpec:
        """The week as actions take it."""
        return WeekSpec(self.usual_hours, {int(n): hours for n, hours in self.week.items()}, zone, holidays)


class CalendarWeekIn(_WeekIn):
    """The week of a calendar. Left out, zone and holidays are Shanghai and China's; of a further one the company's."""

    zone: Annotated[str | None, Field(max_length=40)] = None
    holidays: Annotated[str | None, Field(max_length=10)] = None
    reason: Reason
    version: Version = None
    calendar: Code = ""


class NamedCalendarIn(_WeekIn):
    """A further calendar to begin with."""

    code: Annotated[str, Field(max_length=40, description="Capital letters and figures, at most 12; it stays.")]
    name: Annotated[str, Field(max_length=200)]
    zone: Annotated[str, Field(max_length=40, description="Left out: the company's.")] = ""
    holidays: Annotated[str, Field(max_length=10, description="company or through.")] = "company"
    reason: Reason
    version: Version = None


class NamedCalendarNameIn(In):
    """Another name for a further calendar."""

    calendar: Code
    name: Annotated[str, Field(max_length=200)]
    reason: Reason
    version: Version = None


class NamedCalendarMoveIn(In):
    """A further calendar to be retired, or used again."""

    calendar: Code
    reason: Reason
    version: Version = None


class NamedCalendarOut(Out):
    """A further calendar beside the company's."""

    code: str
    name: str
    retired: bool
    version: int


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
    calendar: Code = ""


_Change = (
    CalendarImportIn | CalendarDaysIn | CalendarWeekIn | NamedCalendarIn | NamedCalendarNameIn | NamedCalendarMoveIn
)


def _kept(request: ApiRequest, body: _Change) -> dict[str, Any]:
    """What every change of a calendar says: why, from which version, by whom and when."""
    return {"reason": body.reason, "version": body.version, "by": request.actor, "at": request.at}


@router.read("", response=CalendarOut, permission=VIEW, summary="A year of the calendar")
def calendar(request: ApiRequest, which: Query[CalendarWhich]) -> Any:  # noqa: ARG001
    """The week, and every day of the year that is not as its weekday says."""
    found = queries.current(*queries.CALENDAR)
    decided = {name: one.value for name, one in found.items()}
    further = queries.further(decided, which.calendar) if which.calendar else None
    if which.calendar and further is None:
        raise Refused(NOT_FOUND())
    of = queries.calendar(decided, which.calendar)
    year, week = days.year_of(which.year, of, decided, further), days.week_of(decided, further)
    return {
        "year": which.year,
        "known": all(day.works is not None for day in year),
        "announced": days.announced(which.year, decided) and not (further and further.through),
        "working_days": sum(bool(day.works) for day in year),
        "usual_hours": hours_of_work.edit(week.usual),
        "week": {str(day): hours_of_work.edit(spans) for day, spans in week.days.items()},
        "zone": week.zone or decided["calendar.zone"],
        "holidays": week.holidays,
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
    return answered(actions.import_days(body.specs, calendar=body.calendar, **_kept(request, body)))


@router.write("/days", response=Done[SettingChangeOut], permission=CHANGE, summary="Enter or take back days")
def change_days(request: ApiRequest, body: CalendarDaysIn) -> Any:
    """Other days stay as they are. Running clocks are counted anew; what they have said is not said again."""
    return answered(
        actions.change_days(
            [DaySpec(row.day, row.works, row.name) for row in body.days],
            removed=body.removed,
            calendar=body.calendar,
            **_kept(request, body),
        )
    )


@router.write("/week", response=Done[SettingChangeOut], permission=CHANGE, summary="Change the week")
def change_week(request: ApiRequest, body: CalendarWeekIn) -> Any:
    """Refused with ``where`` usual or day1 to day7: what are no hours."""
    usual = ("", "company") if body.calendar else ("Asia/Shanghai", "china")
    zone, holidays = (usual[i] if given is None else given for i, given in enumerate((body.zone, body.holidays)))
    return answered(actions.change_week(body.spec(zone, holidays), calendar=body.calendar, **_kept(request, body)))


@router.read("/further", response=list[NamedCalendarOut], permission=VIEW, summary="The further calendars")
def further(request: ApiRequest) -> Any:  # noqa: ARG001
    """Beside the company's, also retired ones. A row of the table ``work.limits`` gives one to steps."""
    found = queries.current(*queries.CALENDAR)
    version = queries.newest(found)
    return [
        {"code": one.code, "name": one.name, "retired": one.retired, "version": version}
        for one in found["calendar.further"].value
    ]


@router.write("/further/add", response=Done[SettingChangeOut], permission=CHANGE, summary="Add a further calendar")
def add(request: ApiRequest, body: NamedCalendarIn) -> Any:
    """Refused with ``where`` code, name, usual, day1 to day7, zone or holidays."""
    spec = CalendarSpec(body.code, body.name, body.spec(body.zone, body.holidays))
    return answered(actions.add_calendar(spec, **_kept(request, body)))


@router.write("/further/rename", response=Done[SettingChangeOut], permission=CHANGE, summary="Rename a calendar")
def rename(request: ApiRequest, body: NamedCalendarNameIn) -> Any:
    """Its code stays."""
    return answered(actions.rename_calendar(body.calendar, body.name, **_kept(request, body)))


@router.write("/further/retire", response=Done[SettingChangeOut], permission=CHANGE, summary="Retire a calendar")
def retire(request: ApiRequest, body: NamedCalendarMoveIn) -> Any:
    """No step is given it any more; refused while a published row of a decision table names it."""
    return answered(actions.retire_calendar(body.calendar, **_kept(request, body)))


@router.write("/further/restore", response=Done[SettingChangeOut], permission=CHANGE, summary="Use a calendar again")
def restore(request: ApiRequest, body: NamedCalendarMoveIn) -> Any:
    """A retired calendar can be given to steps again."""
    return answered(actions.restore_calendar(body.calendar, **_kept(request, body)))
