"""The API of settings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.api.answers import answered
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, In, Out, Page
from shunda.core.refusal import NOT_FOUND, Refused
from shunda.policies import actions, queries
from shunda.policies.declared import SETTINGS
from shunda.policies.models import SettingChange
from shunda.policies.specs import SettingSpec

router = Router("settings")
VIEW, CHANGE = "policies.view_setting", "policies.change_setting"
Value = Annotated[
    str | int | bool | list[str],
    Field(description="Hours, amounts and shares as text (0.3 is 30 %), counts as numbers, several values as a list."),
]


class SettingOut(Out):
    """A setting as it stands. ``version`` 0: nobody has changed it."""

    name: str
    group: str
    label: str
    value: Value
    default: Value
    shown: Annotated[str, Field(description="The value as people read it.")]
    requirements: list[str]
    version: int
    changed_at: datetime | None
    changed_by: str


class SettingChangeOut(Out):
    """One change of a setting."""

    id: int
    name: str
    value: Value
    changed_by: str
    changed_at: datetime
    reason: str


class SettingIn(In):
    """A setting takes this value, entered as on the page (25 for 25 %). ``version``: the one you looked at."""

    name: Annotated[str, Field(max_length=80)]
    value: str | int | bool | Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=400)]
    reason: Annotated[str, Field(min_length=1, max_length=200)]
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class SettingsIn(In):
    """Settings to change."""

    changes: Annotated[list[SettingIn], Field(min_length=1, max_length=200)]


def _out(one: queries.Current) -> dict[str, Any]:
    kind = one.setting.kind
    return {
        "name": one.setting.name,
        "group": one.setting.group,
        "label": str(one.setting.label),
        "value": kind.store(one.value),
        "default": kind.store(one.setting.default),
        "shown": one.shown,
        "requirements": list(one.setting.rows),
        "version": one.version,
        "changed_at": one.change.changed_at if one.change else None,
        "changed_by": one.change.changed_by if one.change else "",
    }


def _known(name: str) -> str:
    if name not in SETTINGS:
        raise Refused(NOT_FOUND())
    return name


@router.read("", response=list[SettingOut], permission=VIEW, summary="Settings")
def settings(request: ApiRequest) -> Any:  # noqa: ARG001
    """All settings with the value in force and the default."""
    return [_out(one) for one in queries.current().values()]


@router.write("/change", response=Done[SettingChangeOut], permission=CHANGE, summary="Change settings")
def change(request: ApiRequest, body: SettingsIn) -> Any:
    """Each is changed or refused; a refusal's ``id`` is the place in the list, counted from 0."""
    specs = [SettingSpec(each.name, each.value, each.reason) for each in body.changes]
    versions = {each.name: each.version for each in body.changes if each.version is not None}
    return answered(actions.change_setting(specs, versions=versions, by=request.actor, at=request.at))


@router.read("/{str:name}", response=SettingOut, permission=VIEW, summary="One setting")
def setting(request: ApiRequest, name: str) -> Any:  # noqa: ARG001
    """A setting by its name, such as ``work.review_hours``."""
    return _out(queries.current(_known(name))[name])


@router.read("/{str:name}/history", response=Page[SettingChangeOut], permission=VIEW, summary="History of a setting")
def history(request: ApiRequest, name: str, paging: Query[Paging]) -> Any:  # noqa: ARG001
    """Its changes, newest first; the first one is in force."""
    return paging.page(SettingChange.objects.filter(name=_known(name)))
