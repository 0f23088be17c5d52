"""The API of answers and questions about one order: why this price, date and warehouse; answering for warnings."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Query
from pydantic import Field

from shunda.api.answers import answered, found
from shunda.api.auth import ApiRequest
from shunda.api.router import Router
from shunda.api.schemas import Done, Filter, Id, In, Item, Moved, Out
from shunda.orders import actions, explained, mentions, queries

router = Router("orders")
VIEW = "orders.view_order"


class SentenceOut(Out):
    """A sentence in your language."""

    level: Annotated[str, Field(description="ok, warn, block, or nothing where it only explains.")]
    text: str


class LineWhyOut(Out):
    """Where the price of a line comes from."""

    line: int
    sku: str
    price: list[str]


class OrderWhyOut(Out):
    """The reasons behind an order."""

    date: list[SentenceOut]
    warehouse: list[SentenceOut]
    credit: Annotated[
        list[SentenceOut],
        Field(description="Limit, use, and the score with its inputs; for whoever may see credit or reviews."),
    ]
    owner: list[SentenceOut]
    pickup: Annotated[list[SentenceOut], Field(description="Of a special order: its pick-up and its deposit.")]
    lines: list[LineWhyOut]


class ColleagueOut(Out):
    """Somebody who can be named in a comment: “@username”."""

    username: str
    name: str
    title: str


class ColleagueFilter(Filter):
    """Whose user name or name begins so, or has it inside."""

    q: Annotated[str, Field(max_length=40)] = ""


class AnsweredFor(Item):
    """An order, and a reason for each code of warning of its findings."""

    reasons: Annotated[
        dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=1000)]],
        Field(min_length=1, max_length=50, examples=[{"orders.below-list": "agreed with the customer"}]),
    ]


class OverridesIn(In):
    """The orders whose warnings are answered for."""

    items: Annotated[list[AnsweredFor], Field(min_length=1, max_length=1000)]


@router.read("/people", response=list[ColleagueOut], permission=VIEW, summary="Whom a comment can name")
def people(request: ApiRequest, where: Query[ColleagueFilter]) -> Any:  # noqa: ARG001  # as every endpoint
    """The first eight active people a beginning fits."""
    return mentions.suggestions(where.q)


@router.read("/{int:pk}/why", response=OrderWhyOut, permission=VIEW, summary="Why this price, date, credit")
def why(request: ApiRequest, pk: Id) -> Any:
    """What “why?” on the order page tells."""
    order = found(queries.seen_by(request.actor).select_related("warehouse", "owner", "term"), pk)
    seen = any(request.actor.may(permission) for permission in explained.MAY_SEE_CREDIT)
    lines = order.lines.select_related("sku", "unit").order_by("line_no")
    return {
        "date": [_said(*each) for each in explained.of_date(order, request.at)],
        "warehouse": [_said(*each) for each in explained.of_warehouse(order)],
        "credit": [_said(*each) for each in explained.of_credit(order, request.at)] if seen else [],
        "pickup": [_said(*each) for each in explained.of_pickup(order, request.at)],
        "owner": [_said(*each) for each in explained.of_owner(order)],
        "lines": [
            {"line": line.line_no, "sku": line.sku.code, "price": list(explained.of_price(line))} for line in lines
        ],
    }


@router.write("/override", response=Done[Moved], permission="orders.submit_order", summary="Answer for warnings")
def override(request: ApiRequest, body: OverridesIn) -> Any:
    """Go on in spite of findings of drafts: why is kept with the order, for its reviewers and for later."""
    versions = {item.id: item.version for item in body.items if item.version is not None}
    reasons = {item.id: item.reasons for item in body.items}
    return answered(actions.override(reasons, by=request.actor, at=request.at, versions=versions))


def _said(level: str, text: str) -> dict[str, str]:
    return {"level": level, "text": text}
