"""``fields=id,number``: only these of each object of an answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel

from shunda.api import reasons
from shunda.api.problems import Invalid
from shunda.api.schemas import Page


def row_schema(response_model: Any) -> tuple[type[BaseModel], bool] | None:
    """The schema of the objects in an answer, and whether they come in a page; None: no object of ours."""
    if not (isinstance(response_model, type) and issubclass(response_model, BaseModel)):
        return None
    schema = response_model.model_fields["response"].annotation
    if not (isinstance(schema, type) and issubclass(schema, BaseModel)):
        return None
    if issubclass(schema, Page):
        [row] = schema.__pydantic_generic_metadata__["args"]
        return row, True
    return schema, False


def field_names(response_model: Any) -> tuple[str, ...]:
    """The names ``fields=`` may choose from."""
    found = row_schema(response_model)
    return tuple(found[0].model_fields) if found else ()


def wanted_fields(text: str, possible: Collection[str]) -> frozenset[str]:
    """The names asked for; one that does not exist is refused."""
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    unknown = sorted(names - set(possible))
    if unknown or not names:
        listed = ", ".join(possible)
        raise Invalid(*(reasons.UNKNOWN_FIELD(name=name, possible=listed) for name in unknown or [""]))
    return names


def projected(data: Any, names: frozenset[str]) -> Any:
    """The answer with these fields alone: of each row of a page, else of the object itself."""
    if isinstance(data, dict) and set(data) == {"items", "next"}:
        return {"items": [projected(row, names) for row in data["items"]], "next": data["next"]}
    return {name: value for name, value in data.items() if name in names}
