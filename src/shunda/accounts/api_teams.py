"""The API of teams: who shares work, where, on what (R112-R114)."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.accounts import abilities, actions, queries
from shunda.accounts.models import Team
from shunda.accounts.specs import MemberSpec, TeamEdit, TeamSpec
from shunda.api.answers import created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Id, In, Out, Page, Version

router = Router("teams")
VIEW = "accounts.view_team"
Name = Annotated[str, Field(max_length=80)]
Ids = Annotated[list[Id], Field(max_length=100)]
Abilities = Annotated[
    list[Annotated[str, Field(max_length=80)]],
    Field(max_length=200, description="Names from `/teams/abilities`; none: everything."),
]


class TeamMemberOut(Out):
    """Somebody in a team; no ``capacity``: as the company decided."""

    user_id: int
    capacity: int | None
    abilities: list[str]


class TeamOut(Out):
    """A team; without regions its territory is everywhere."""

    id: int
    code: str
    name: str
    name_en: str
    active: bool
    region_ids: list[int]
    abilities: list[str]
    members: list[TeamMemberOut]
    version: int

    @staticmethod
    def resolve_region_ids(team: Team) -> list[int]:
        """Of the regions fetched with it."""
        return sorted(region.pk for region in team.regions.all())

    @staticmethod
    def resolve_members(team: Team) -> list[Any]:
        """In their order."""
        return list(team.members.all())


class AbilityOut(Out):
    """What teams and people can be good at."""

    name: str
    label: str


class TeamMemberIn(In):
    """Somebody in a team."""

    user_id: Id
    capacity: Annotated[int | None, Field(ge=1, le=10_000)] = None
    abilities: Abilities = Field(default_factory=list)


Members = Annotated[list[TeamMemberIn], Field(max_length=500)]


class TeamIn(In):
    """A new team; the order of its people counts."""

    code: Annotated[str, Field(max_length=20)]
    name: Name
    name_en: Name = ""
    region_ids: Ids = Field(default_factory=list)
    abilities: Abilities = Field(default_factory=list)
    members: Members = Field(default_factory=list)


class TeamChange(In):
    """A changed team; what is left out stays."""

    version: Version
    name: Name | None = None
    name_en: Name | None = None
    region_ids: Ids | None = None
    abilities: Abilities | None = None
    members: Members | None = None
    active: bool | None = None


@router.read("", response=Page[TeamOut], permission=VIEW, summary="Teams")
def list_teams(request: ApiRequest, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """Oldest first."""
    return paging.page(queries.teams(), newest_first=False)


@router.read("/abilities", response=list[AbilityOut], permission=VIEW, summary="Abilities")
def list_abilities(request: ApiRequest) -> Any:  # noqa: ARG001
    """Product categories and order types, by the names teams hold them under."""
    return [{"name": name, "label": label} for name, label in abilities.known().items()]


@router.read("/{int:pk}", response=TeamOut, permission=VIEW, summary="One team")
def get_team(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """Answers 404 when there is none."""
    return found(queries.teams(), pk)


@router.write("", response=TeamOut, status=201, permission="accounts.create_team", summary="New team")
def create_team(request: ApiRequest, body: TeamIn) -> Any:
    """Refused when the code is taken, and for people, regions and abilities that are not there."""
    made = actions.create_teams([TeamSpec(**_given(body))], by=request.actor, at=request.at).one()
    return created(queries.teams().get(pk=made.pk))


@router.write("/{int:pk}", response=TeamOut, method="PATCH", permission="accounts.edit_team", summary="Change a team")
def edit_team(request: ApiRequest, pk: Id, body: TeamChange) -> Any:
    """Its people, territory and abilities; close or reopen it."""
    edit = TeamEdit(pk, **{name: value for name, value in _given(body).items() if name != "version"})
    actions.edit_teams([edit], by=request.actor, at=request.at, versions={pk: body.version}).one()
    return found(queries.teams(), pk)


def _given(body: TeamIn | TeamChange) -> dict[str, Any]:
    values = body.model_dump()
    if body.members is not None:
        values["members"] = [MemberSpec(**one.model_dump()) for one in body.members]
    return values
