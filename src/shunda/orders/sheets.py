"""What somebody is typing: kept as typed, found again after a crash, gone when the order is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.refusal import NOT_FOUND, STALE, Refused
from shunda.orders.models import Sheet

KEPT_DAYS = 30
"""An unfinished order that nobody touched for so long is given up."""

OFFERED = 5
"""So many unfinished orders are offered on the page of a new one."""

HEAD_FIELDS, LINE_FIELDS = 60, 10
MOST_LINES, MOST_TEXT = 6000, 10_000


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since it was kept: texts of the head, lines by place (from nought).

    ``put`` are lines in the place of others: (from where, so many away, these instead).
    """

    head: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[int, dict[str, str]] = field(default_factory=dict)
    put: tuple[int, int, list[dict[str, str]]] | None = None
    version: int | None = None

    @classmethod
    def of(cls, told: Any) -> Changes:
        """What came over the wire; whatever cannot be meant is left out."""
        told = told if isinstance(told, dict) else {}
        lines = told.get("lines")
        pairs = lines.items() if isinstance(lines, dict) else ()
        put = told.get("put")
        return cls(
            head=_texts(told.get("head"), HEAD_FIELDS),
            lines={int(place): _texts(line, LINE_FIELDS) for place, line in pairs if place.isdecimal()},
            put=(_whole(put, "at"), _whole(put, "away"), _lines(put.get("lines"))) if isinstance(put, dict) else None,
            version=_version(told),
        )


@dataclass(frozen=True, slots=True)
class Typed:
    """A head and lines as typed, texts all of them; ``version`` is the order's that the typing started from."""

    head: Mapping[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    version: int | None = None

    @classmethod
    def of(cls, content: Any) -> Typed:
        """What came over the wire; whatever is not a text or a number is left out."""
        content = content if isinstance(content, dict) else {}
        return cls(_texts(content.get("head"), HEAD_FIELDS), _lines(content.get("lines")), _version(content))

    def changed(self, by: Changes) -> Typed:
        """The same with what was typed since; a text that became empty goes."""
        lines = list(self.lines)
        if by.put is not None:
            at, away, instead = by.put
            lines[at : at + away] = instead
        for place, line in by.lines.items():
            if place < len(lines):
                lines[place] = line
        head = {name: text for name, text in {**self.head, **by.head}.items() if text}
        return Typed(head, lines[:MOST_LINES], by.version)

    def as_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {"head": dict(self.head), "lines": self.lines, "version": self.version}


def _texts(values: Any, most: int) -> dict[str, str]:
    if not isinstance(values, dict):
        return {}
    pairs = list(values.items())[:most]
    return {
        name[:40]: str(value)[:MOST_TEXT].replace("\x00", "")
        for name, value in pairs
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _lines(lines: Any) -> list[dict[str, str]]:
    return [_texts(line, LINE_FIELDS) for line in lines[:MOST_LINES]] if isinstance(lines, list) else []


def _whole(told: Mapping[str, Any], name: str) -> int:
    """A number that is not negative; nothing else counts."""
    value = told.get(name)
    return value if isinstance(value, int) and value >= 0 else 0


def _version(told: Mapping[str, Any]) -> int | None:
    value = told.get("version")
    return value if isinstance(value, int) and 0 <= value < 2**31 else None


def mine(by: Actor, order_id: int | None = None) -> list[Sheet]:
    """The unfinished typing of this person: of one order, or of new ones, the last first; one query."""
    assert by.id is not None
    rows = Sheet.objects.filter(owner_id=by.id)
    rows = rows.filter(order__isnull=True) if order_id is None else rows.filter(order_id=order_id)
    return list(rows.order_by("-kept_at", "-pk")[:OFFERED])


def kept(sheet_id: int, *, by: Actor) -> Typed:
    """What is kept in a sheet of this person; refused when it is gone."""
    row = Sheet.objects.filter(pk=sheet_id, owner_id=by.id).first()
    if row is None:
        raise Refused(NOT_FOUND(sheet_id))
    return Typed.of(row.content)


@dataclass(frozen=True, slots=True)
class Window:
    """The window that keeps: the sheet it goes on with and the version it last saw, none at first.

    ``name`` tells it from others: a window whose answer was lost finds its own sheet newer than it knows.
    """

    sheet_id: int | None = None
    version: int | None = None
    order_id: int | None = None
    name: str = ""


@transaction.atomic
def keep(content: Typed | Changes, window: Window, *, by: Actor, at: datetime) -> Sheet:
    """Keep what is typed: as a new sheet, or in the place of what was kept of it before.

    Refused when the sheet is not there any more (not found; changes of nothing are not either), and when another
    window kept something newer (stale).
    """
    assert by.id is not None
    sheet_id, version = window.sheet_id, window.version
    if sheet_id is None and window.order_id is not None:
        # one sheet for each order and person: who starts again on another machine goes on in the same
        sheet_id = Sheet.objects.filter(owner_id=by.id, order_id=window.order_id).values_list("pk", flat=True).first()
        version = None
    named = {"window": window.name[:40]} if window.name else {}
    if sheet_id is None and isinstance(content, Typed):
        Sheet.objects.filter(owner_id=by.id, kept_at__lt=at - timedelta(days=KEPT_DAYS)).delete()
        whole = content.as_dict() | named
        return Sheet.objects.create(owner_id=by.id, order_id=window.order_id, content=whole, kept_at=at)
    row = Sheet.objects.select_for_update().filter(pk=sheet_id or 0, owner_id=by.id).first()
    if row is None:
        raise Refused(NOT_FOUND(sheet_id))
    newer = version is not None and version != row.version
    if newer and (isinstance(content, Changes) or not window.name or row.content.get("window") != window.name):
        raise Refused(STALE(row.pk, yours=version, now=row.version))
    now = content if isinstance(content, Typed) else Typed.of(row.content).changed(content)
    Sheet.objects.filter(pk=row.pk).update(content=now.as_dict() | named, kept_at=at, version=F("version") + 1)
    row.version, row.kept_at = row.version + 1, at
    return row


def discard(sheet_id: int, *, by: Actor) -> Outcome[Sheet]:
    """Give up what was typed; somebody else's sheet is not found. What is already gone may be given up again."""
    Sheet.objects.filter(pk=sheet_id, owner_id=by.id).delete()
    return Outcome([])
