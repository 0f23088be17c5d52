"""Orders that programs place: the calls of many requests as one batch, each caller's token looked at once more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ninja.errors import AuthenticationError

from shunda.accounts import queries as accounts
from shunda.api.crowd import Asked
from shunda.core.combine import Combine
from shunda.core.refusal import NotPermitted, Refused
from shunda.core.retry import Journey, travelled
from shunda.orders.actions.place import Desk
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
    return travelled(lambda journey: _place_all(calls, journey))


def _place_all(calls: list[Intake], journey: Journey) -> list[Outcome | Exception]:
    at = max(call.at for call in calls)
    tokens = journey.out(accounts.actors_for_tokens({call.token for call in calls if call.token}, at))
    desk = Desk(journey, [call.placing for call in calls], at)
    journey.out.go()
    actors = tokens.answer
    placings = {
        index: replace(call.placing, by=actors[call.token]) if call.token else call.placing
        for index, call in enumerate(calls)
        if not call.token or call.token in actors
    }
    placed = desk.place(placings)
    return [placed[index] if index in placings else AuthenticationError() for index in range(len(calls))]


PLACING: Combine[Intake, Outcome] = Combine(
    "orders.place",
    place_all,
    most=1000,
    queue=20_000,
    lanes=3,
    weigh=lambda call: len(call.placing.spec.lines) or 1,
)
"""Weighed in lines: about 200 usual orders make a batch, and some 4,000 may wait."""
