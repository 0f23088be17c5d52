"""What is answered to those who place orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError

from shunda.api import reasons
from shunda.api.crowd import Shown
from shunda.api.schemas import Amount, Out, RefusalOut
from shunda.core.combine import Unanswered
from shunda.core.money import plain
from shunda.core.refusal import Refusal, Refused
from shunda.core.retry import Undecided
from shunda.orders.specs import Placed
from shunda.orders.states import OrderStatus

logger = structlog.get_logger()
TEMPORARY = (OperationalError, InterfaceError, Unanswered)
RETRY_SECONDS = 1


class PlacedOut(Out):
    """An order that was placed. It is confirmed, or in review for what ``findings`` say."""

    id: int
    number: str
    status: OrderStatus
    net: Amount
    tax: Amount
    gross: Amount
    currency: str
    findings: list[RefusalOut]


class PlacedRowOut(PlacedOut):
    """An order of several: its place in the list from 0; ``replayed``: it was placed by an earlier request."""

    row: int
    replayed: bool


def one_placed(outcomes: Sequence[Any]) -> Shown:
    """The answer to a single order; raises what refused it."""
    [placed] = outcomes
    if isinstance(placed, Exception):
        raise placed
    return Shown(shown(placed), placed.replayed)


def many_placed(outcomes: Sequence[Any]) -> Shown:
    """The answer to several orders; raises when none was placed. It is a replay when every order placed is one."""
    done = [
        {**shown(placed), "row": row, "replayed": placed.replayed}
        for row, placed in enumerate(outcomes)
        if isinstance(placed, Placed)
    ]
    if not done:
        _raise_all(outcomes)
    refused = [
        refusal.as_dict()
        for row, wrong in enumerate(outcomes)
        if isinstance(wrong, Exception)
        for refusal in refusals_of(row, wrong)
    ]
    return Shown({"done": done, "refused": refused}, all(row["replayed"] for row in done))


def _raise_all(outcomes: Sequence[Exception]) -> None:
    """Nothing was placed: every reason at once, or what went wrong with all of them."""
    refused = [wrong for wrong in outcomes if isinstance(wrong, Refused)]
    if len(refused) < len(outcomes):
        raise next(wrong for wrong in outcomes if not isinstance(wrong, Refused))
    raise Refused(*(refusal for row, wrong in enumerate(outcomes) for refusal in refusals_of(row, wrong)))


def refusals_of(row: int, wrong: Exception) -> list[Refusal]:
    """Why this row was not placed; what went wrong on our side is logged and is a refusal among the others."""
    if isinstance(wrong, Refused):
        return [Refusal(row, refusal.code, refusal.data) for refusal in wrong.refusals]
    logger.error("orders.place", row=row, exc_info=wrong)
    if isinstance(wrong, Undecided):
        return [reasons.UNDECIDED(row, seconds=RETRY_SECONDS)]
    return [reasons.UNAVAILABLE(row, seconds=RETRY_SECONDS) if isinstance(wrong, TEMPORARY) else reasons.FAULT(row)]


def shown(placed: Placed) -> dict[str, Any]:
    """One placed order as the API tells it, in the language of the reader."""
    return {
        "id": placed.id,
        "number": placed.number,
        "status": str(placed.status),
        "net": plain(placed.net, 2),
        "tax": plain(placed.tax, 2),
        "gross": plain(placed.gross, 2),
        "currency": placed.currency,
        "findings": [finding.as_dict() for finding in placed.findings],
    }
