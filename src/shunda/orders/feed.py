"""Orders out of files that programs send: a line of JSON each, or CSV with a line for each article."""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from ninja.errors import AuthenticationError
from pydantic import TypeAdapter, ValidationError

from shunda.api import reasons
from shunda.api.crowd import Asked, row_key
from shunda.api.problems import why_invalid
from shunda.api.stream import NDJSON, Broken, Feed, Row, Stream
from shunda.api.text import is_suspicious, is_unreadable
from shunda.core.combine import Busy, Unanswered
from shunda.core.refusal import Refusal, Refused
from shunda.core.retry import Undecided, serves_nobody
from shunda.orders import intake, placed
from shunda.orders import reasons as why
from shunda.orders.schemas import OrderLineIn, OrderRowIn
from shunda.orders.specs import Placed

CSV = "text/csv"
OF_LINE = "line."
_rows = TypeAdapter(OrderRowIn)
HEAD = set(OrderRowIn.model_fields) - {"lines"}
LINE = set(OrderLineIn.model_fields)
SHARED = HEAD & LINE
"""Columns that an order and its lines both have: those of the line are written with ``line.`` before them."""


class Reader:
    """What both kinds of file share: rows get a key, are checked, and become calls."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.line = 0

    def row(self, line: int, read: Any) -> Row[intake.Intake]:
        """A row, or why it cannot be read; ``read`` gives its body."""
        try:
            body: OrderRowIn = read()
        except ValidationError as wrong:
            return Row(line, row_key(self.asked.key, line), refused=[_why(error) for error in wrong.errors()])
        except _Unreadable:
            return Row(line, row_key(self.asked.key, line), refused=[reasons.UNREADABLE_TEXT()])
        key = body.key or row_key(self.asked.key, line)
        if not key:
            return Row(line, "", refused=[why.ROW_WITHOUT_KEY()])
        return Row(line, key, intake.intake(self.asked, body, key))


class _Unreadable(Exception):
    """Text that cannot be stored."""


def _why(error: Any) -> Refusal:
    if error["type"] == "json_invalid":
        return reasons.BROKEN_JSON(detail=error["msg"])
    return why_invalid({**error, "loc": error["loc"] or ("order",)})


class JsonLines(Reader):
    """One order in each line; blank lines count, and are nothing."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._rest: list[bytes] = []
        self._held = 0

    def take(self, piece: bytes) -> Iterator[Row[intake.Intake]]:
        """The orders whose lines are whole."""
        *whole, rest = piece.split(b"\n")
        for part in whole:
            line = b"".join([*self._rest, part])
            self._rest, self._held = [], 0
            yield from self._read(line)
        self._rest.append(rest)
        self._held += len(rest)
        if self._held > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Broken(reasons.TOO_LARGE(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))

    def end(self) -> Iterator[Row[intake.Intake]]:
        """The last line, if no line break ends it."""
        yield from self._read(b"".join(self._rest))

    def _read(self, line: bytes) -> Iterator[Row[intake.Intake]]:
        self.line += 1
        if not line.strip():
            return
        yield self.row(self.line, lambda: _checked(line))


def _checked(line: bytes) -> OrderRowIn:
    body = _rows.validate_json(line)
    if is_suspicious(line) and is_unreadable(json.loads(line)):
        raise _Unreadable
    return body


class Table(Reader):
    """CSV in UTF-8 with a heading: lines in a row with the same ``key`` (or ``external_number``) are one order."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(asked)
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._text = ""
        self._names: list[str] = []
        self._by = ""
        self._order: dict[str, Any] = {}
        self._began = 0

    def take(self, piece: bytes) -> Iterator[Row[intake.Intake]]:
        """The orders that are whole: the next one has begun."""
        yield from self._lines(self._decoded(piece))

    def end(self) -> Iterator[Row[intake.Intake]]:
        """The last order."""
        yield from self._lines(self._decoded(b"", final=True) + "\n")
        if self._text.strip():
            raise Broken(reasons.BROKEN_BODY())
        yield from self._finished()

    def _decoded(self, piece: bytes, *, final: bool = False) -> str:
        try:
            text = self._decoder.decode(piece, final)
        except UnicodeDecodeError as wrong:
            raise Broken(reasons.BROKEN_BODY()) from wrong
        if "\x00" in text:
            raise Broken(reasons.UNREADABLE_TEXT())
        return text

    def _lines(self, text: str) -> Iterator[Row[intake.Intake]]:
        *whole, rest = (self._text + text).split("\n")
        if len(rest) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Broken(reasons.TOO_LARGE(limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE))
        held: list[str] = []
        for part in whole:
            held.append(part)
            joined = "\n".join(held)
            if joined.count('"') % 2 == 0:  # a line break within quotes is part of the value
                yield from self._line(_values(joined), len(held))
                held = []
        self._text = "\n".join([*held, rest])

    def _line(self, values: list[str], height: int) -> Iterator[Row[intake.Intake]]:
        self.line += height
        if not any(value.strip() for value in values):
            return
        if not self._names:
            self._head([value.strip() for value in values])
            return
        told = {name: value.strip() for name, value in zip(self._names, values, strict=False) if value.strip()}
        same = self._by and self._order and told.get(self._by, "") == self._order.get(self._by, "")
        if not same:
            yield from self._finished()
            self._order = {name: value for name, value in told.items() if name in HEAD}
            self._began = self.line
        line = {name.removeprefix(OF_LINE): v for name, v in told.items() if name not in HEAD}
        self._order.setdefault("lines", []).append(line)

    def _head(self, names: list[str]) -> None:
        possible = sorted(HEAD | (LINE - SHARED) | {f"{OF_LINE}{name}" for name in LINE})
        for name in names:
            if name not in possible:
                raise Broken(reasons.UNKNOWN_FIELD(name=name, possible=", ".join(possible)))
        self._names = names
        self._by = next((name for name in ("key", "external_number") if name in names), "")

    def _finished(self) -> Iterator[Row[intake.Intake]]:
        order, self._order = self._order, {}
        if order:
            yield self.row(self._began, lambda: _rows.validate_python(order))


def _values(line: str) -> list[str]:
    try:
        return next(csv.reader([line.rstrip("\r")], strict=True), [])
    except csv.Error as wrong:
        raise Broken(reasons.BROKEN_BODY()) from wrong


def feed(asked: Asked, content_type: str) -> Feed[intake.Intake] | None:
    """The reader of a kind of file."""
    if content_type == NDJSON:
        return JsonLines(asked)
    return Table(asked) if content_type == CSV else None


def shown(order: Placed) -> dict[str, Any]:
    """A placed order in the answer."""
    return {**placed.shown(order), "replayed": order.replayed}


def refusals(wrong: Exception) -> list[Refusal]:
    """Why an order of a file was not placed."""
    return [Refusal(None, refusal.code, refusal.data) for refusal in placed.refusals_of(0, wrong)]


def why_broken(wrong: Exception) -> Refusal | None:
    """Why the rest of the file has to wait, where that is so: what went wrong is not this order's."""
    if isinstance(wrong, AuthenticationError):
        return reasons.SIGNED_OUT()
    if isinstance(wrong, Busy | Unanswered | Undecided) or (not isinstance(wrong, Refused) and serves_nobody(wrong)):
        return reasons.UNAVAILABLE(seconds=placed.RETRY_SECONDS)
    return None


ORDERS = Stream(feed, intake.PLACING, shown, refusals, why_broken, (NDJSON, CSV))
