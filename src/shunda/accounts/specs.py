"""What the actions take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shunda.accounts.models import ApiToken


@dataclass(frozen=True, slots=True)
class UserSpec:
    """A person to be given access. Without a password, nobody can sign in as this person until one is set."""

    username: str
    name: str
    role_ids: Sequence[int]
    region_ids: Sequence[int] = ()
    email: str = ""
    phone: str = ""
    title: str = ""
    language: str = "zh-hans"
    password: str | None = None
    must_change_password: bool = True


@dataclass(frozen=True, slots=True)
class UserEdit:
    """New particulars of a person; ``None`` leaves a field, or the roles or regions, as they are."""

    id: int
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    title: str | None = None
    role_ids: Sequence[int] | None = None
    region_ids: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role: permissions by name, reach ``own``, ``region`` or ``all``."""

    code: str
    name: str
    reach: str
    permissions: Sequence[str]
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class RoleEdit:
    """A changed role; ``None`` leaves a field as it is."""

    id: int
    name: str | None = None
    name_en: str | None = None
    reach: str | None = None
    permissions: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class RegionSpec:
    """A sales territory."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RegionEdit:
    """A changed region; a closed one is offered no more and lets nobody see anything."""

    id: int
    name: str | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """Somebody in a team: how many orders he looks after at most, and what he can do if not all the team can."""

    user_id: int
    capacity: int | None = None
    abilities: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class TeamSpec:
    """A team; without regions everywhere, without abilities everything. The order of its people counts."""

    code: str
    name: str
    name_en: str = ""
    region_ids: Sequence[int] = ()
    abilities: Sequence[str] = ()
    members: Sequence[MemberSpec] = ()


@dataclass(frozen=True, slots=True)
class TeamEdit:
    """A changed team; ``None`` leaves a field, the regions or the people as they are."""

    id: int
    name: str | None = None
    name_en: str | None = None
    region_ids: Sequence[int] | None = None
    abilities: Sequence[str] | None = None
    members: Sequence[MemberSpec] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class TokenSpec:
    """An API token for oneself; the scope ``*`` is whatever its owner may do."""

    name: str
    scopes: Sequence[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made, with the text that is shown once and kept nowhere."""

    token: ApiToken
    raw: str

    @property
    def pk(self) -> int:
        """The token's id."""
        return self.token.pk


@dataclass(frozen=True, slots=True)
class DelegationSpec:
    """Somebody (oneself without ``giver_id``) is away between two moments, and who does his steps meanwhile."""

    deputy_id: int
    since: datetime
    until: datetime
    reason: str = ""
    giver_id: int | None = None
