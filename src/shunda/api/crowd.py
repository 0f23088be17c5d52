"""Writes that come in crowds: what callers ask at the same time is done as one batch, and each is answered himself.

``docs/contributing/api.md`` says how to write one, ``docs/decisions/0017-combine.md`` why.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from ninja.responses import Status
from pydantic import BaseModel, TypeAdapter

from shunda.api.auth import ApiRequest, bearer_of
from shunda.core.actor import Actor
from shunda.core.combine import Combine
from shunda.core.once import KEY_LENGTH

Body = TypeVar("Body", bound=BaseModel)
Call = TypeVar("Call")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, when, and under which idempotency key ("" for none).

    ``token`` is the one the actor was let in by a moment ago ("" for a browser): a batch looks at it again.
    """

    actor: Actor
    at: datetime
    key: str = ""
    token: str = ""

    def mark(self, body: BaseModel) -> str:
        """The fingerprint of a body that comes with a key: the same for the same fields, in whatever order."""
        told = type(body).__pydantic_serializer__.to_json(body, exclude_unset=True, exclude={"key"})
        return hashlib.sha256(told).hexdigest()


def row_key(key: str, row: int) -> str:
    """The key of a row that brings none of its own, under the key of its whole request."""
    if not key:
        return ""
    long = f"{key}/{row}"
    return long if len(long) <= KEY_LENGTH else hashlib.sha256(long.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Shown:
    """The answer to one request: its data, and whether it is the answer of an earlier one."""

    data: Any
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Crowd(Generic[Body, Call, Result]):
    """An endpoint served in batches: its body, the calls it makes, what runs them, and how the outcomes are shown.

    ``shown`` is given the outcomes in the order of the calls; it raises what refuses the request as a whole.
    """

    body: type[Body]
    calls: Callable[[Asked, Body], list[Call]]
    combine: Combine[Call, Result]
    shown: Callable[[Sequence[Result | Exception]], Shown]
    status: int

    def read(self, raw: bytes) -> Body:
        """The body of a request, checked."""
        return TypeAdapter(self.body).validate_json(raw)

    def view(self) -> Callable[..., Any]:
        """The endpoint as Django serves it, in the thread of its request."""

        def serve(request: ApiRequest, body: BaseModel) -> Any:
            asked = Asked(request.actor, request.at, request.headers.get("Idempotency-Key", ""), bearer_of(request))
            shown = self.shown(self.combine.many(self.calls(asked, body)))  # type: ignore[arg-type]  # of this class
            request.replayed = shown.replayed
            return Status(self.status, shown.data)

        serve.__name__, serve.__doc__, serve.__module__ = self.calls.__name__, self.calls.__doc__, self.calls.__module__
        serve.__annotations__ = {"request": ApiRequest, "body": self.body}
        return serve
