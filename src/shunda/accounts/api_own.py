"""The API of the caller's own account: how to reach the one, language and theme.

The own password, the second factor, passkeys and sessions are changed on the pages alone: who holds a token must not
be able to take the account over.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from shunda.accounts import actions, queries
from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import In, Out, Version

router = Router("own account")


class OwnAccountOut(Out):
    """The caller's account."""

    id: int
    username: str
    name: str
    title: str
    email: str
    phone: str
    language: str
    theme: str
    version: int


class OwnAccountChange(In):
    """What is to change; fields left out stay. Name and title are the administrator's to change."""

    version: Version
    email: Annotated[str | None, Field(max_length=254)] = None
    phone: Annotated[str | None, Field(max_length=30)] = None


class PreferencesIn(In):
    """How the pages look to the caller; what is left out stays."""

    language: Annotated[str | None, Field(max_length=10, examples=["zh-hans", "en"])] = None
    theme: Literal["system", "light", "dark"] | None = None


@router.read("/account", response=OwnAccountOut, permission="", summary="My account")
def account(request: ApiRequest) -> Any:
    """How the caller can be reached, and how the pages look."""
    return queries.users().get(pk=request.actor.id or 0)


@router.write("/account", method="PATCH", response=OwnAccountOut, permission="", summary="Change my account")
def change(request: ApiRequest, body: OwnAccountChange) -> Any:
    """Refused: an address or number that is none, a version that moved on."""
    now = queries.users().get(pk=request.actor.id or 0)
    return actions.edit_profile(
        by=request.actor,
        at=request.at,
        email=now.email if body.email is None else body.email,
        phone=now.phone if body.phone is None else body.phone,
        version=body.version,
    ).one()


@router.write("/preferences", response=OwnAccountOut, permission="", summary="Choose language and theme")
def preferences(request: ApiRequest, body: PreferencesIn) -> Any:
    """Of the pages; an answer of the API is in the language of ``Accept-Language``."""
    return actions.set_preferences(by=request.actor, at=request.at, language=body.language, theme=body.theme)
