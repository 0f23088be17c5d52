"""What the API of customers' links and wishes takes and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.conf import settings
from pydantic import Field

from shunda.api.schemas import Filter, Id, In, Out, Version
from shunda.portal import queries
from shunda.portal.models import Link, Wish, WishKind


class OrderLinkOut(Out):
    """A customer's link to one order. ``path`` is what follows the address of this server."""

    id: int
    order_id: int
    order_number: str
    version: int
    url: str
    path: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    opened: int
    opened_at: datetime | None

    @staticmethod
    def resolve_order_number(link: Link) -> str:
        """As people know it."""
        return link.order.number

    @staticmethod
    def resolve_path(link: Link) -> str:
        """Empty where it opens nothing any more."""
        return "" if link.revoked_at else queries.path(link)

    @staticmethod
    def resolve_url(link: Link) -> str:
        """The whole address; the path alone where ours is not known."""
        return settings.SHUNDA_ADDRESS + OrderLinkOut.resolve_path(link)


class CustomerWishOut(Out):
    """What a customer asked for, and what he was answered."""

    id: int
    order_id: int
    order_number: str
    version: int
    kind: WishKind
    text: str
    asked_at: datetime
    answer: str
    answered_at: datetime | None

    @staticmethod
    def resolve_order_number(wish: Wish) -> str:
        """As people know it."""
        return wish.order.number


class OrderIds(In):
    """The orders whose customers get a link."""

    order_ids: Annotated[list[Id], Field(min_length=1, max_length=200)]


class AnswerIn(In):
    """The answer to one wish."""

    id: Id
    version: Version | None = None
    answer: Annotated[str, Field(max_length=1000)]


class AnswersIn(In):
    """Answers, one for each wish."""

    answers: Annotated[list[AnswerIn], Field(min_length=1, max_length=200)]


class OrderLinkFilter(Filter):
    """Which links; filters add up."""

    order_id: Id | None = None


class CustomerWishFilter(Filter):
    """Which wishes; filters add up."""

    order_id: Id | None = None
    kind: WishKind | None = None
