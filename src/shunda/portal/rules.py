"""The address of a link, and what customers may do when. Pure."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.signing import BadSignature, Signer

from shunda.core.refusal import Refusal
from shunda.orders import window
from shunda.orders.models import Delivery, Order
from shunda.orders.states import OPEN, OrderStatus
from shunda.portal import reasons as why
from shunda.portal.models import WishKind

TEXT = 1000
MOST_OPEN = 5
"""So many wishes of one order may wait for an answer."""

_signer = Signer(salt="shunda.portal.link", sep=".")


def word() -> str:
    """What a new link is known by: 128 random bits."""
    return secrets.token_urlsafe(16)


def token(of: str) -> str:
    """What the address carries: the word, signed with the key of this installation."""
    return _signer.sign(of)


def word_of(raw: str) -> str | None:
    """The word of a token that we signed; of any other nothing, and nobody asks the database about it."""
    try:
        return _signer.unsign(raw)
    except BadSignature:
        return None


def why_no_link(order: Order) -> Refusal | None:
    """A draft is not agreed on yet; what is archived or cancelled is over."""
    if order.status == OrderStatus.DRAFT:
        return why.NOT_HANDED_IN(order.pk, number=order.number)
    if order.status in (OrderStatus.ARCHIVED, OrderStatus.CANCELLED):
        return why.OVER(order.pk, number=order.number, status=str(order.get_status_display()))
    return None


def why_not_cancel(order: Order, ends: datetime | None, at: datetime) -> Refusal | None:
    """By himself a customer cancels until the free window ends, while nothing has left (R161)."""
    if order.status not in OPEN or order.delivery != Delivery.NONE:
        return why.CANCEL_NOT_NOW(order.pk)
    if order.status == OrderStatus.CONFIRMED and not window.is_open(ends, at):
        return why.WINDOW_OVER(order.pk)
    return None


def why_not_wish(order: Order, kind: str, text: str, waiting: int) -> list[Refusal]:
    """What is asked for is one of ours, is said, and does not come in heaps."""
    found = []
    if kind not in WishKind:
        found.append(why.WISH_KIND(order.pk, where="kind"))
    elif kind != WishKind.QUESTION and order.status not in OPEN:
        found.append(why.WISH_TOO_LATE(order.pk, where="kind"))
    if not text.strip():
        found.append(why.TEXT_MISSING(order.pk, where="text"))
    if len(text) > TEXT:
        found.append(why.TEXT_TOO_LONG(order.pk, limit=TEXT, where="text"))
    if waiting >= MOST_OPEN:
        found.append(why.ENOUGH_ASKED(order.pk, open=waiting))
    return found


def why_not_answer(answered_at: datetime | None, pk: int, text: str) -> list[Refusal]:
    """Once, and in words."""
    found = []
    if answered_at is not None:
        found.append(why.ANSWERED(pk))
    if not text.strip():
        found.append(why.ANSWER_MISSING(pk, where="answer"))
    if len(text) > TEXT:
        found.append(why.ANSWER_TOO_LONG(pk, limit=TEXT, where="answer"))
    return found
