"""What an endpoint returns from the outcome of an action."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import models
from ninja.responses import Status

from shunda.core.batch import Outcome
from shunda.core.refusal import NOT_FOUND, Refused

Row = TypeVar("Row")
M = TypeVar("M", bound=models.Model)


def answered(outcome: Outcome[Any], done: list[Any] | None = None) -> dict[str, Any]:
    """A batch's answer for ``response=Done[...]``; raises when nothing at all was done (409, 404 when nothing exists).

    ``done`` replaces the outcome's rows where the answer needs them read afresh, with their relations.
    """
    if outcome.refused and not outcome.done:
        raise Refused(*outcome.refused)
    return {"done": outcome.done if done is None else done, "refused": outcome.refused}


def created(row: Row) -> Status[Row]:
    """The answer of a creation: 201 with what was made."""
    return Status(201, row)


def found(rows: models.QuerySet[M], pk: int) -> M:
    """The one row of what the actor sees, or 404."""
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Refused(NOT_FOUND(pk))
    return row
