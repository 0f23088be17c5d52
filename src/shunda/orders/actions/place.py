"""Placing orders: taken in, checked, priced, approved by policy, promised and confirmed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from shunda.core.actor import system
from shunda.core.batch import ACTIONS
from shunda.core.refusal import Refusal, Refused
from shunda.orders import facts
from shunda.orders import reasons as why
from shunda.orders.actions.confirm import confirm
from shunda.orders.actions.create import create
from shunda.orders.actions.review import approve
from shunda.orders.actions.submit import submit
from shunda.orders.models import Order, Review
from shunda.orders.specs import Placed, Placing

__all__ = ["place"]

PERMISSION = "orders.place_order"
STEPS = frozenset({"orders.create_order", "orders.submit_order"})


def place(calls: Sequence[Placing], *, at: datetime) -> list[Placed | Refused]:
    """Place orders, first come first served: each is confirmed, handed to review, or refused whole with every reason.

    One answer for each call, in order. Whatever is refused leaves nothing behind and never fails its neighbours.
    """
    with transaction.atomic():
        return [_one(call, at) for call in calls]


def _one(call: Placing, at: datetime) -> Placed | Refused:
    if not call.by.may(PERMISSION):
        return Refused(why.MAY_NOT_PLACE())
    try:
        with transaction.atomic():
            return _placed(call, at)
    except Refused as refused:
        return Refused(*(replace(refusal, id=None) for refusal in refused.refusals))


def _placed(call: Placing, at: datetime) -> Placed:
    by = replace(call.by, permissions=call.by.permissions | STEPS)
    order = create([call.spec], by=by, at=at).one()
    submit([order.pk], by=replace(by, reach="all"), at=at).one()
    found = facts.findings([order], at)[order.pk]
    wrong = tuple(Refusal(None, finding.code, finding.data) for finding in found if finding.level != "ok")
    if not wrong:
        reviews = list(Review.objects.filter(order=order).values_list("pk", flat=True))
        approve(reviews, by=system(), at=at)
        confirm([order.pk], by=system(), at=at).one()
    elif any(finding.level == "block" for finding in found):
        raise Refused(*wrong)
    return _answer(Order.objects.get(pk=order.pk), wrong)


def _answer(order: Order, findings: tuple[Refusal, ...]) -> Placed:
    money: dict[str, Any] = {name: getattr(order, name) for name in ("net", "tax", "gross", "currency")}
    return Placed(order.pk, order.number, order.status, **money, findings=findings)


ACTIONS.setdefault(PERMISSION, []).append(f"{place.__module__}.{place.__qualname__}")
