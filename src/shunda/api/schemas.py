"""Building blocks of request and answer schemas: numbers as text, ids, batches, pages, problems."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from ninja import FilterLookup, FilterSchema, Schema
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from shunda.core.money import plain

Row = TypeVar("Row")


def _decimal(places: int, *, least: int = 0, positive: bool = False, description: str) -> Any:
    """A decimal of at most so many places that travels as text; JSON numbers are refused, they may have been floats."""
    sign = "" if positive else "-?"
    pattern = rf"^{sign}[0-9]{{1,14}}(\.[0-9]{{1,{places}}})?$"
    shape = re.compile(pattern.replace("$", r"\Z"))

    def read(value: object) -> object:
        if isinstance(value, Decimal):
            return value
        if not isinstance(value, str) or not shape.match(value):
            raise PydanticCustomError("not_decimal", "a decimal written as text")
        return Decimal(value)

    schema = {"type": "string", "pattern": pattern, "description": description, "examples": ["12.50"]}
    return Annotated[
        Decimal,
        BeforeValidator(read),
        PlainSerializer(lambda value: plain(value, least), return_type=str),
        WithJsonSchema(schema),
    ]


Amount = _decimal(4, least=2, description="An amount of money, as text.")
Quantity = _decimal(4, description="A quantity, as text.")
Price = _decimal(6, least=2, description="A unit price of at most six places, as text.")
Rate = _decimal(4, positive=True, description="A share of one, as text: 0.13 is 13 %.")

BIGINT = 2**63 - 1
Id = Annotated[int, Field(ge=1, le=BIGINT, description="The id of a record.")]
Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="The version your change starts from.")]


class In(BaseModel):
    """Base of request bodies: unknown fields are refused, blanks around text are dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


class Out(Schema):
    """Base of answers: read from model instances, dictionaries or dataclasses alike."""


class Item(In):
    """One record of a batch. With a version, the record is refused if somebody changed it since."""

    id: Id
    version: Version | None = None


class Items(In):
    """The records a batch is about. Subclass it to ask for more (a reason, a date)."""

    items: Annotated[list[Item], Field(min_length=1, max_length=1000)]

    @property
    def ids(self) -> list[int]:
        """The ids in the order given."""
        return [item.id for item in self.items]

    @property
    def versions(self) -> dict[int, int]:
        """The versions given, by id."""
        return {item.id: item.version for item in self.items if item.version is not None}


class Moved(Out):
    """What a record looks like after a move: enough to make the next one."""

    id: int
    number: str
    status: str
    version: int


class RefusalOut(Out):
    """One thing that was not done: the record (or the place in the batch sent), why, in a code and a sentence."""

    id: int | None
    code: str
    message: str
    data: dict[str, Any]

    @staticmethod
    def resolve_data(refusal: Any) -> dict[str, Any]:
        """As a dictionary, whatever mapping it was."""
        return dict(refusal["data"] if isinstance(refusal, dict) else refusal.data)


class Done(Out, Generic[Row]):
    """The answer to a batch: each record is done, or refused with its reasons."""

    done: list[Row]
    refused: list[RefusalOut]


class Page(Out, Generic[Row]):
    """A page of a list. ``next`` goes into ``after`` to get the following page; null: this was the last."""

    items: list[Row]
    next: str | None


class Problem(Out):
    """Why a request was not served (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    refusals: list[RefusalOut]


class EventOut(Out):
    """One entry of a timeline."""

    id: int
    kind: str
    subject_kind: str
    subject_id: int
    order_id: int | None
    sequence: int | None
    actor: str
    source: str
    at: datetime
    data: dict[str, Any]


class Filter(FilterSchema):
    """Base of list filters: each field narrows the list; see ``FilterLookup`` for what it compares with."""

    model_config: ClassVar = {"str_strip_whitespace": True}


__all__ = [
    "BIGINT", "Amount", "Done", "EventOut", "Filter", "FilterLookup", "Id", "In", "Item", "Items", "Moved", "Out",
    "Page", "Price", "Problem", "Quantity", "Rate", "RefusalOut", "Version",
]  # fmt: skip
