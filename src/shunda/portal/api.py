"""The API of customers' links and of what they ask for.

What customers do behind a link, a shop does by its own token: ``POST /orders/cancel`` in the free window,
``POST /changes`` after it.
"""

from __future__ import annotations

from typing import Any

from ninja import Query

from shunda.api.answers import answered
from shunda.api.auth import ApiRequest
from shunda.api.paging import Paging
from shunda.api.router import Router
from shunda.api.schemas import Done, Items, Page
from shunda.portal import actions, queries
from shunda.portal.schemas import (
    AnswersIn,
    CustomerWishFilter,
    CustomerWishOut,
    OrderIds,
    OrderLinkFilter,
    OrderLinkOut,
)

router = Router("order-links")
wishes = Router("customer-wishes")
VIEW = "orders.view_order"


@router.read("", response=Page[OrderLinkOut], permission="portal.create_link", summary="Customers' links")
def links(request: ApiRequest, paging: Query[Paging], where: Query[OrderLinkFilter]) -> Any:
    """The links to orders you may see, newest first. Whoever has the address is let in: keep it as you keep a key."""
    return paging.page(where.filter(queries.seen_by(request.actor)))


@router.write("", response=Done[OrderLinkOut], permission="portal.create_link", summary="Give customers a link")
def create(request: ApiRequest, body: OrderIds) -> Any:
    """One for each order; a link that works is given again."""
    return answered(actions.create_links(body.order_ids, by=request.actor, at=request.at))


@router.write("/revoke", response=Done[OrderLinkOut], permission="portal.revoke_link", summary="Revoke links")
def revoke(request: ApiRequest, body: Items) -> Any:
    """From now on they open nothing."""
    return answered(actions.revoke_links(body.ids, versions=body.versions, by=request.actor, at=request.at))


@wishes.read("", response=Page[CustomerWishOut], permission=VIEW, summary="What customers ask for")
def every(request: ApiRequest, paging: Query[Paging], where: Query[CustomerWishFilter]) -> Any:
    """About the orders you may see, newest first."""
    return paging.page(where.filter(queries.wishes(request.actor)))


@wishes.write("/answer", response=Done[CustomerWishOut], permission="portal.answer_wish", summary="Answer customers")
def answer(request: ApiRequest, body: AnswersIn) -> Any:
    """They read it behind their links."""
    versions = {one.id: one.version for one in body.answers if one.version is not None}
    answers = {one.id: one.answer for one in body.answers}
    return answered(actions.answer_wishes(answers, versions=versions, by=request.actor, at=request.at))
