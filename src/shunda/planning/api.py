"""The API of demand plans and release days."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.utils.timezone import localtime
from ninja import Query
from pydantic import Field

from shunda.api.answers import answered, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, FilterLookup, Id, In, Out, Page
from shunda.core.money import plain
from shunda.planning import actions, queries, rules
from shunda.planning.specs import PlanLineSpec, PlanSpec

router = Router("demand-plans")


class DemandPlanOut(Out):
    """A region's plan for a month."""

    id: int
    region: Annotated[str, Field(description="The code of the region.")]
    month: Annotated[date, Field(description="Its first day.")]
    due_at: datetime
    filed_at: Annotated[datetime | None, Field(description="The first filing; nothing: it is waited for.")]
    filed_by_id: int | None
    in_time: bool | None
    changed_at: datetime | None
    note: str
    articles: int
    version: int

    @staticmethod
    def resolve_region(plan: Any) -> str:
        """Its code."""
        return str(plan.region.code)


class PlanLineOut(Out):
    """An article of a plan."""

    line_no: int
    sku: str
    name: str
    quantity: Annotated[str, Field(description="In the base unit.")]

    @staticmethod
    def resolve_sku(line: Any) -> str:
        """Its code."""
        return str(line.sku.code)

    @staticmethod
    def resolve_name(line: Any) -> str:
        """Its product's name."""
        return str(line.sku.product)

    @staticmethod
    def resolve_quantity(line: Any) -> str:
        """As text."""
        return plain(line.quantity)


class WholeDemandPlanOut(DemandPlanOut):
    """A plan with its articles."""

    lines: list[PlanLineOut]

    @staticmethod
    def resolve_lines(plan: Any) -> list[Any]:
        """By line number."""
        return list(plan.lines.all())


class PlanLineIn(In):
    """An article and its quantity; each row is judged alone."""

    sku: Annotated[str, Field(max_length=80, description="Code or barcode.")]
    quantity: Annotated[str, Field(max_length=40, description="In the base unit.")]


class DemandPlanIn(In):
    """A region's plan for a month; it takes the place of what was filed before."""

    region: Annotated[str, Field(max_length=40)]
    month: Annotated[str, Field(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$", description="2026-12")]
    lines: Annotated[list[PlanLineIn], Field(max_length=rules.MOST_LINES)]
    note: Annotated[str, Field(max_length=1000)] = ""
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class DemandPlansIn(In):
    """Plans to file."""

    plans: Annotated[list[DemandPlanIn], Field(min_length=1, max_length=100)]


class DemandPlanFilter(Filter):
    """Which plans."""

    region: Annotated[str | None, FilterLookup("region__code")] = None
    month: date | None = None
    waiting: Annotated[bool | None, FilterLookup("filed_at__isnull")] = None


class ReleaseDayOut(Out):
    """A day on which orders are released to production."""

    day: date
    meant: Annotated[date, Field(description="The weekday it was moved from.")]
    moved: bool


@router.read("", response=Page[DemandPlanOut], permission=queries.VIEW, summary="Demand plans")
def plans(request: ApiRequest, paging: Query[Paging], where: Query[DemandPlanFilter]) -> Any:
    """Of the regions you see, newest first."""
    return paging.page(where.filter(queries.rows(request.actor)))


@router.read("/release-days", response=list[ReleaseDayOut], permission=queries.VIEW, summary="The next release days")
def release_days(request: ApiRequest) -> Any:
    """By the settings of planning and the calendar; moved past holidays where the company says so."""
    return queries.releases(queries.settings(), localtime(request.at).date())


@router.read("/{int:pk}", response=WholeDemandPlanOut, permission=queries.VIEW, summary="One demand plan")
def plan(request: ApiRequest, pk: Id) -> Any:
    """With its articles."""
    return found(queries.whole(queries.seen_by(request.actor)), pk)


@router.write("/file", response=Done[DemandPlanOut], permission=queries.FILE, summary="File demand plans")
def file(request: ApiRequest, body: DemandPlansIn) -> Any:
    """Each is filed or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    specs = [
        PlanSpec(
            one.region,
            date.fromisoformat(f"{one.month}-01"),
            [PlanLineSpec(line.sku, line.quantity) for line in one.lines],
            one.note,
            one.version,
        )
        for one in body.plans
    ]
    return answered(actions.file_plans(specs, by=request.actor, at=request.at))
