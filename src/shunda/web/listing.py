"""Lists: pages by key, without counting; filters that live in the address; suggestions while typing."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, reduce
from operator import or_
from typing import Any, ClassVar, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.forms import BooleanField, Form, NullBooleanField
from django.forms.boundfield import BoundField
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from shunda.core.actor import Actor

M = TypeVar("M", bound=Model)


class Keyset(Generic[M]):
    """One page of rows in a fixed order, with links to the next and the previous one; it never counts.

    ``order`` names columns that are never null and together unique, such as ``["-id"]``; or it is a table of such
    orders, of which ``?sort=`` (or ``sort``) chooses one (the first by default). Where the page starts is ``?after=``
    (or ``?before=``) a row's key; a key that cannot be read starts at the beginning.
    """

    def __init__(
        self,
        rows: QuerySet[M],
        request: HttpRequest,
        *,
        order: Sequence[str] | Mapping[str, Sequence[str]] = ("-id",),
        per_page: int = 50,
        sort: str | None = None,
    ) -> None:
        self._request = request
        self.orders = order if isinstance(order, Mapping) else {}
        asked = request.GET.get("sort", "") if sort is None else sort
        self.sort = asked if asked in self.orders else next(iter(self.orders), "")
        self.order = list(self.orders[self.sort] if isinstance(order, Mapping) else order)
        self._model = rows.model
        self._names = [column.lstrip("-") for column in self.order]
        self._computed = {n: rows.query.annotations[n].output_field for n in self._names if n in rows.query.annotations}
        before = self._key("before")
        after = None if before else self._key("after")
        direction = [_turned(column) for column in self.order] if before else self.order
        start = before or after
        if start is not None:
            rows = rows.filter(_beyond(direction, start))
        found = list(rows.order_by(*direction)[: per_page + 1])
        more, self.rows = len(found) > per_page, found[:per_page]
        if before:
            self.rows.reverse()
        self.has_next = bool(before) or more
        self.has_previous = more if before else after is not None

    def __iter__(self) -> Iterator[M]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def next_url(self) -> str:
        """The address of the next page; empty on the last one."""
        return self._url(after=self.last_key) if self.has_next and self.rows else ""

    @property
    def previous_url(self) -> str:
        """The address of the previous page; empty on the first one."""
        return self._url(before=self._key_of(self.rows[0])) if self.has_previous and self.rows else ""

    @property
    def last_key(self) -> str:
        """The key of the last row, for ``after``."""
        return self._key_of(self.rows[-1])

    @property
    def descends(self) -> bool:
        """Whether the greatest comes first."""
        return self.order[0].startswith("-")

    @property
    def first_url(self) -> str:
        """The address of the first page."""
        return self._url()

    def _url(self, **key: str) -> str:
        query = self._request.GET.copy()
        for name in ("after", "before"):
            query.pop(name, None)
        query.update(key)
        return f"?{query.urlencode()}"

    def _key_of(self, row: M) -> str:
        values = [getattr(row, column.lstrip("-")) for column in self.order]
        return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")

    def _key(self, name: str) -> list[Any] | None:
        text = self._request.GET.get(name, "")
        try:
            values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            if not isinstance(values, list):
                return None
            fields = [self._computed.get(name) or self._model._meta.get_field(name) for name in self._names]
            return [field.clean(value, None) for field, value in zip(fields, values, strict=True)]  # type: ignore[union-attr]
        except (ValueError, TypeError, ValidationError):
            return None


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _beyond(order: Sequence[str], key: Sequence[Any]) -> Q:
    """Rows after the key: (a, b) beyond (x, y) in any mix of directions; the first bound lets an index start there."""
    ways: list[Q] = []
    same: dict[str, Any] = {}
    for column, value in zip(order, key, strict=True):
        name, sign = column.lstrip("-"), "lt" if column.startswith("-") else "gt"
        ways.append(Q(**same, **{f"{name}__{sign}": value}))
        same[name] = value
    first, sign = order[0].lstrip("-"), "lte" if order[0].startswith("-") else "gte"
    return Q(**{f"{first}__{sign}": key[0]}) & reduce(or_, ways)


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, as people read it, and the address without it."""

    label: str
    value: str
    url_without: str


class Filter(Form):
    """Filters of a list, read from the address.

    ``lookups`` says which column a field compares with; a method ``filter_<field>(rows, value)`` does what a lookup
    cannot, and may ask ``self.actor``. A field that cannot be read is not applied and says so. ``bar`` names the
    fields that are always in sight where there are many; the others are behind a button. ``choices`` says how the
    choices of a field are read: once, when they are needed.
    """

    lookups: ClassVar[Mapping[str, str]] = {}
    choices: ClassVar[Mapping[str, Callable[[], list[tuple[Any, Any]]]]] = {}
    bar: ClassVar[Sequence[str]] = ()

    def __init__(self, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(request.GET, **kwargs)
        self._request = request
        self.actor: Actor | None = getattr(request, "actor", None)
        for name in self.choices.keys() & self.fields.keys():
            self.fields[name].choices = cache(self.choices[name])  # type: ignore[attr-defined]  # a ChoiceField
        self.full_clean()

    @property
    def sort(self) -> str:
        """The order that was asked for; a list whose filters want another one says so here."""
        return self._request.GET.get("sort", "")

    @property
    def in_sight(self) -> list[BoundField]:
        """The fields in the bar."""
        return [field for field in self.visible_fields() if not self.bar or field.name in self.bar]

    @property
    def behind(self) -> list[BoundField]:
        """The fields behind the button."""
        return [field for field in self.visible_fields() if self.bar and field.name not in self.bar]

    @property
    def wrong_behind(self) -> bool:
        """Whether something behind the button cannot be read and must be seen."""
        return any(field.errors for field in self.behind)

    def apply(self, rows: QuerySet[M]) -> QuerySet[M]:
        """The rows that pass every filter that is set."""
        for name, value in self.set_values().items():
            own = getattr(self, f"filter_{name}", None)
            rows = own(rows, value) if own else rows.filter(**{self.lookups.get(name, name): value})
        return rows

    def set_values(self) -> dict[str, Any]:
        """The filters that are set and readable."""
        return {name: v for name, v in self.cleaned_data.items() if v not in (None, "", [], False)}

    def has(self, *names: str) -> bool:
        """Whether one of these filters is set."""
        return bool(set(names) & self.set_values().keys())

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What the address says beside the filters (the sort order) and filtering must not lose."""
        gone = {*self.fields, "after", "before"}
        return [(name, value) for name, values in self._request.GET.lists() if name not in gone for value in values]

    @property
    def chips(self) -> list[Chip]:
        """What is set, each with the address that takes it away."""
        return [self._chip(name) for name in self.set_values()]

    def _chip(self, name: str) -> Chip:
        query = self._request.GET.copy()
        for key in (name, "after", "before"):
            query.pop(key, None)
        field = self.fields[name]
        values = [str(value) for value in self._request.GET.getlist(name)]
        choices = {str(k): str(v) for k, v in getattr(field, "choices", [])}
        text = ", ".join(choices.get(v, v) for v in values)
        if isinstance(field, BooleanField) and not isinstance(field, NullBooleanField):
            text = ""  # it is set: its name says it
        return Chip(str(self[name].label), text, f"?{query.urlencode()}")


def beginning_of(day: date) -> datetime:
    """The first moment of a day here: what a column of moments compares with, so that its index serves."""
    return timezone.make_aware(datetime.combine(day, time.min))


def by_days(sort: str) -> str:
    """The order of a list that days narrow: by the day, newest or oldest first, unless another one was asked for."""
    return {"": "latest", "newest": "latest", "oldest": "earliest"}.get(sort, sort)


def suggestions(rows: Iterable[tuple[str, str, str]]) -> JsonResponse:
    """The answer to a ``PickField``: (the text that stands for the row, its name, a note)."""
    return JsonResponse({"items": [{"value": value, "label": label, "note": note} for value, label, note in rows]})
