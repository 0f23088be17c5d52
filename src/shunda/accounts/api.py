"""The API of people: users, roles, regions, the caller's own account and tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from shunda.accounts import actions, permissions, queries
from shunda.accounts.models import Region, Role, User
from shunda.accounts.specs import NewToken, RegionEdit, RegionSpec, RoleEdit, RoleSpec, TokenSpec, UserEdit, UserSpec
from shunda.api.answers import answered, created, found
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, FilterLookup, Id, In, Items, Out, Page, Version

users, roles, regions = Router("users"), Router("roles"), Router("regions")
me, tokens = Router("own account"), Router("tokens")

Name = Annotated[str, Field(min_length=1, max_length=80)]
Title = Annotated[str, Field(max_length=80)]
Phone = Annotated[str, Field(max_length=30)]
Email = Annotated[str, Field(max_length=254)]
Password = Annotated[str, Field(max_length=200)]
Code = Annotated[str, Field(max_length=40)]
Ids = Annotated[list[Id], Field(max_length=100)]
Names = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=1000)]
Reach = Annotated[
    Literal["own", "region", "all"], Field(description="Sees own customers, those of the own regions, or everything.")
]


class UserOut(Out):
    """A person with access."""

    id: int
    username: str
    name: str
    email: str
    phone: str
    title: str
    language: str
    is_active: bool
    must_change_password: bool
    last_login: datetime | None
    role_ids: list[int]
    region_ids: list[int]
    version: int

    @staticmethod
    def resolve_role_ids(user: User) -> list[int]:
        """Of the roles fetched with it."""
        return sorted(role.pk for role in user.roles.all())

    @staticmethod
    def resolve_region_ids(user: User) -> list[int]:
        """Of the regions fetched with it."""
        return sorted(region.pk for region in user.regions.all())


class UserIn(In):
    """A person to be given access; without a password nobody can sign in until one is set."""

    username: Annotated[str, Field(max_length=60)]
    name: Name
    role_ids: Ids
    region_ids: Ids = Field(default_factory=list)
    email: Email = ""
    phone: Phone = ""
    title: Title = ""
    language: Annotated[str, Field(max_length=10)] = "zh-hans"
    password: Password | None = None


class UserChange(In):
    """What is to change; fields left out stay."""

    version: Version
    name: Name | None = None
    email: Email | None = None
    phone: Phone | None = None
    title: Title | None = None
    role_ids: Ids | None = None
    region_ids: Ids | None = None


class PasswordIn(In):
    """A new password."""

    password: Password


class UserFilter(Filter):
    """Narrow the people."""

    username: Annotated[str | None, Field(max_length=60)] = None
    is_active: bool | None = None
    role_id: Annotated[Id | None, FilterLookup("roles")] = None
    region_id: Annotated[Id | None, FilterLookup("regions")] = None


class RoleOut(Out):
    """A set of permissions and how far it sees."""

    id: int
    code: str
    name: str
    name_en: str
    reach: str
    permissions: list[str]
    builtin: bool
    version: int


class RoleIn(In):
    """A new role."""

    code: Code
    name: Name
    reach: Reach
    permissions: Names
    name_en: Title = ""


class RoleChange(In):
    """What is to change; fields left out stay."""

    version: Version
    name: Name | None = None
    name_en: Title | None = None
    reach: Reach | None = None
    permissions: Names | None = None


class RegionOut(Out):
    """A sales territory."""

    id: int
    code: str
    name: str
    active: bool
    version: int


class RegionIn(In):
    """A new region."""

    code: Annotated[str, Field(max_length=20)]
    name: Name


class RegionChange(In):
    """What is to change; fields left out stay."""

    version: Version
    name: Name | None = None
    active: bool | None = None


class PermissionOut(Out):
    """A permission that roles and tokens may hold."""

    name: str
    label: str


class MeOut(Out):
    """Who asks, and what the one may do with this token or session."""

    id: int
    name: str
    reach: str
    regions: list[int]
    permissions: list[str]


class TokenOut(Out):
    """A token; its text is not kept."""

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokenIn(In):
    """A token for oneself. The scope ``*`` is whatever its owner may do."""

    name: Name
    scopes: Names
    expires_at: datetime


class TokenMade(TokenOut):
    """A token just made."""

    token: Annotated[str | None, Field(description="Keep it: it is not shown again, not even to a repeated request.")]


@users.read("", response=Page[UserOut], permission="accounts.view_user", summary="People")
def list_users(request: ApiRequest, paging: Query[Paging], where: Query[UserFilter]) -> Any:  # noqa: ARG001
    """Newest first."""
    return paging.page(where.filter(queries.users()))


@users.read("/{int:pk}", response=UserOut, permission="accounts.view_user", summary="One person")
def get_user(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """Answers 404 when there is none."""
    return found(queries.users(), pk)


@users.write("", response=UserOut, status=201, permission="accounts.create_user", summary="Give access")
def create_user(request: ApiRequest, body: UserIn) -> Any:
    """Refused for a user name that is taken, a weak password, and roles beyond the caller's own rights."""
    return created(actions.create_users([UserSpec(**body.model_dump())], by=request.actor, at=request.at).one())


@users.write("/{int:pk}", response=UserOut, method="PATCH", permission="accounts.edit_user", summary="Change a person")
def edit_user(request: ApiRequest, pk: Id, body: UserChange) -> Any:
    """Particulars, roles, regions. Refused where it would leave nobody who administers."""
    edit = UserEdit(pk, **body.model_dump(exclude={"version"}))
    actions.edit_users([edit], by=request.actor, at=request.at, versions={pk: body.version}).one()
    return found(queries.users(), pk)


@users.write("/{int:pk}/password", response=UserOut, permission="accounts.edit_user", summary="Set a new password")
def set_password(request: ApiRequest, pk: Id, body: PasswordIn) -> Any:
    """The person must change it at the next sign-in; all sessions end."""
    return actions.set_password(pk, body.password, by=request.actor, at=request.at).one()


@users.write("/deactivate", response=Done[UserOut], permission="accounts.edit_user", summary="End access")
def deactivate_users(request: ApiRequest, body: Items) -> Any:
    """At once, sessions and tokens included. The last administrator is refused."""
    return answered(actions.deactivate(body.ids, by=request.actor, at=request.at, versions=body.versions))


@users.write("/reactivate", response=Done[UserOut], permission="accounts.edit_user", summary="Give access back")
def reactivate_users(request: ApiRequest, body: Items) -> Any:
    """With the roles they had."""
    return answered(actions.reactivate(body.ids, by=request.actor, at=request.at, versions=body.versions))


@roles.read("", response=Page[RoleOut], permission="accounts.view_role", summary="Roles")
def list_roles(request: ApiRequest, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """Oldest first."""
    return paging.page(Role.objects.all(), newest_first=False)


@roles.read("/permissions", response=list[PermissionOut], permission="accounts.view_role", summary="All permissions")
def list_permissions(request: ApiRequest) -> Any:  # noqa: ARG001
    """What roles and tokens may hold, with the words people read, by capability."""
    return [one for section in permissions.sections() for one in section.permissions]


@roles.read("/{int:pk}", response=RoleOut, permission="accounts.view_role", summary="One role")
def get_role(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """Answers 404 when there is none."""
    return found(Role.objects.all(), pk)


@roles.write("", response=RoleOut, status=201, permission="accounts.create_role", summary="New role")
def create_role(request: ApiRequest, body: RoleIn) -> Any:
    """Refused for unknown permissions and those the caller lacks."""
    return created(actions.create_roles([RoleSpec(**body.model_dump())], by=request.actor, at=request.at).one())


@roles.write("/{int:pk}", response=RoleOut, method="PATCH", permission="accounts.edit_role", summary="Change a role")
def edit_role(request: ApiRequest, pk: Id, body: RoleChange) -> Any:
    """It counts at once for everybody with the role."""
    edit = RoleEdit(pk, **body.model_dump(exclude={"version"}))
    return actions.edit_roles([edit], by=request.actor, at=request.at, versions={pk: body.version}).one()


@regions.read("", response=Page[RegionOut], permission="accounts.view_region", summary="Regions")
def list_regions(request: ApiRequest, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """Oldest first."""
    return paging.page(Region.objects.all(), newest_first=False)


@regions.read("/{int:pk}", response=RegionOut, permission="accounts.view_region", summary="One region")
def get_region(request: ApiRequest, pk: Id) -> Any:  # noqa: ARG001
    """Answers 404 when there is none."""
    return found(Region.objects.all(), pk)


@regions.write("", response=RegionOut, status=201, permission="accounts.create_region", summary="New region")
def create_region(request: ApiRequest, body: RegionIn) -> Any:
    """Refused when the code is taken."""
    return created(actions.create_regions([RegionSpec(**body.model_dump())], by=request.actor, at=request.at).one())


@regions.write(
    "/{int:pk}", response=RegionOut, method="PATCH", permission="accounts.edit_region", summary="Change a region"
)
def edit_region(request: ApiRequest, pk: Id, body: RegionChange) -> Any:
    """Rename, close, reopen. Closing is refused while active people work in it."""
    edit = RegionEdit(pk, **body.model_dump(exclude={"version"}))
    return actions.edit_regions([edit], by=request.actor, at=request.at, versions={pk: body.version}).one()


@me.read("", response=MeOut, permission="", summary="Who am I")
def who_am_i(request: ApiRequest) -> Any:
    """The caller, with the permissions that count for this request."""
    asking = request.actor
    return {
        "id": asking.id,
        "name": asking.name,
        "reach": asking.reach,
        "regions": sorted(asking.regions),
        "permissions": sorted(asking.permissions),
    }


@tokens.read("", response=Page[TokenOut], permission="", summary="My tokens")
def list_tokens(request: ApiRequest, paging: Query[Paging]) -> Any:
    """The caller's own, newest first."""
    return paging.page(queries.tokens_of(request.actor.id or 0))


@tokens.write("", response=TokenMade, status=201, permission="", summary="New token", shown_once=("token",))
def create_token(request: ApiRequest, body: TokenIn) -> Any:
    """For the caller, with scopes the caller holds, for a year at most."""
    made: NewToken = actions.create_token(TokenSpec(**body.model_dump()), by=request.actor, at=request.at).one()
    made.token.token = made.raw  # type: ignore[attr-defined]  # for the answer alone, no column
    return created(made.token)


@tokens.write("/revoke", response=Done[TokenOut], permission="", summary="Revoke tokens")
def revoke_tokens(request: ApiRequest, body: Items) -> Any:
    """The caller's own; anybody's for those who may change people."""
    return answered(actions.revoke_tokens(body.ids, by=request.actor, at=request.at))
