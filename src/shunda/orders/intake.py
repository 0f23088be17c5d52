"""Orders that programs place: the calls of many requests as one batch, each caller's token looked at once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from ninja.errors import AuthenticationError

from shunda.accounts import queries as accounts
from shunda.api.crowd import Asked
from shunda.core.combine import Combine
from shunda.core.refusal import NotPermitted, Refused
from shunda.core.retry import transacted
from shunda.orders.actions.place import place_within
from shunda.orders.schemas import OrderIn
from shunda.orders.specs import Placed, Placing

PLACE = "orders.place_order"


@dataclass(frozen=True, slots=True)
class Intake:
    """One order a program wants placed, and the token it came with ("" for a signed-in browser)."""

    placing: Placing
    at: datetime
    token: str = ""


Outcome = Placed | Refused


def intake(asked: Asked, body: OrderIn, key: str) -> Intake:
    """An order of a request as the batch takes it."""
    if not asked.actor.may(PLACE):
        raise NotPermitted(PLACE)
    mark = asked.mark(body) if key else ""
    return Intake(Placing(body.spec(), asked.actor, key, mark), asked.at, asked.token)


def place_all(calls: list[Intake]) -> Sequence[Outcome | Exception]:
    """Place the orders of many callers in one transaction, at the time of the last of them.

    A token that was revoked, or has ended, since its caller was let in is refused here, in the same transaction.
    """
    tries = count()
    return transacted(lambda: _place_all(calls, again=next(tries) > 0))


def _place_all(calls: list[Intake], *, again: bool) -> list[Outcome | Exception]:
    at = max(call.at for call in calls)
    actors = accounts.actors_for_tokens({call.token for call in calls if call.token}, at)
    wanted = [call for call in calls if not call.token or call.token in actors]
    placings = [
        call.placing
        if not call.token or call.placing.by == actors[call.token]
        else replace(call.placing, by=actors[call.token])
        for call in wanted
    ]
    placed = iter(place_within(placings, at=at, again=again) if placings else ())
    return [next(placed) if not call.token or call.token in actors else AuthenticationError() for call in calls]


PLACING: Combine[Intake, Outcome] = Combine(
    "orders.place",
    place_all,
    most=1000,
    queue=20_000,
    lanes=2,
    weigh=lambda call: len(call.placing.spec.lines) or 1,
)
"""Weighed in lines: about 200 usual orders make a batch, and some 4,000 may wait."""
