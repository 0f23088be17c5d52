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
