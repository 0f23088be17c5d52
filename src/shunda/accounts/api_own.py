"""The API of the caller's own account: how to reach the one, language and theme.

The own password, the second factor, passkeys and sessions are changed on the pages alone: who holds a token must not
be able to take the account over.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query
from pydantic import Field

from shunda.accounts import actions, queries
from shunda.accounts.specs import DelegationSpec
from shunda.api.answers import answered, created
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Id, In, Items, Out, Page, Version

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


class AwayIn(In):
    """Days on which the caller (or ``giver_id``, for administrators of people) is away, and who stands in."""

    deputy_id: Id
    since: datetime
    until: datetime
    reason: Annotated[str, Field(max_length=200)] = ""
    giver_id: Id | None = None


class AwayOut(Out):
    """Somebody is away, and who stands in."""

    id: int
    giver_id: int
    deputy_id: int
    since: datetime
    until: datetime
    reason: str
    made_by: str
    made_at: datetime
    ended_at: datetime | None
    ended_by: str
    version: int


@router.read("/delegations", response=Page[AwayOut], permission="", summary="When I am away or stand in")
def delegations(request: ApiRequest, paging: Query[Paging]) -> Any:
    """What the caller gave and was given, newest first."""
    return paging.page(queries.delegations_of(request.actor.id or 0))


@router.write("/delegations", response=AwayOut, status=201, permission="", summary="Name who stands in for me")
def delegate(request: ApiRequest, body: AwayIn) -> Any:
    """Refused: oneself, nobody active, days that are over or taken, and chains of deputies."""
    return created(actions.delegate(DelegationSpec(**body.model_dump()), by=request.actor, at=request.at).one())


@router.write("/delegations/end", response=Done[AwayOut], permission="", summary="End standing in")
def end_delegations(request: ApiRequest, body: Items) -> Any:
    """By whoever gave or was given it, or an administrator of people."""
    return answered(actions.end_delegations(body.ids, versions=body.versions, by=request.actor, at=request.at))


@router.write("/preferences", response=OwnAccountOut, permission="", summary="Choose language and theme")
def preferences(request: ApiRequest, body: PreferencesIn) -> Any:
    """Of the pages; an answer of the API is in the language of ``Accept-Language``."""
    return actions.set_preferences(by=request.actor, at=request.at, language=body.language, theme=body.theme)
