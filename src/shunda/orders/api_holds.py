"""The API of holds: what stands still and why, and letting it go on."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from ninja import Query
from pydantic import Field

from shunda.api.answers import answered
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, Id, Items, Page
from shunda.orders import actions, queries
from shunda.orders.answers import HoldOut
from shunda.orders.models import HoldKind, Stops

router = Router("holds")


class HoldFilter(Filter):
    """Which open holds; filters add up."""

    order_id: Id | None = None
    kind: HoldKind | None = None
    stops: Stops | None = None
    owner_id: Id | None = None
    decided: Annotated[bool | None, Field(description="Placed by a decision table, or by people")] = None

    def filter_decided(self, value: bool | None) -> Q:  # noqa: FBT001  # as the kit calls it
        """Those of the screening, or the others."""
        return Q() if value is None else Q(decided__isnull=not value)


class HoldReleaseIn(Items):
    """Holds (their ids), and why they end."""

    reason: Annotated[str, Field(max_length=200)] = ""


@router.read("", response=Page[HoldOut], permission="orders.view_order", summary="Open holds")
def holds(request: ApiRequest, paging: Query[Paging], where: Query[HoldFilter]) -> Any:
    """What is held of the orders you may see, oldest first."""
    return paging.page(where.filter(queries.holding(request.actor)), newest_first=False)


@router.write("/release", response=Done[HoldOut], permission="orders.release_order", summary="Release single holds")
def release(request: ApiRequest, body: HoldReleaseIn) -> Any:
    """These holds end; what they stopped goes on."""
    return answered(actions.release_holds(body.ids, body.reason, by=request.actor, at=request.at))
