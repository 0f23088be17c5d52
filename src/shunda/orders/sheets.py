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
class Typed:
    """A head and lines as typed, texts all of them; ``version`` is the order's that the typing started from."""

    head: Mapping[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    version: int | None = None

    @classmethod
    def of(cls, content: Any) -> Typed:
        """What came over the wire; whatever is not a text or a number is left out."""
        content = content if isinstance(content, dict) else {}
        lines, version = content.get("lines"), content.get("version")
        return cls(
            head=_texts(content.get("head"), HEAD_FIELDS),
            lines=[_texts(line, LINE_FIELDS) for line in lines[:MOST_LINES]] if isinstance(lines, list) else [],
            version=version if isinstance(version, int) and 0 <= version < 2**31 else None,
        )

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


def mine(by: Actor, order_id: int | None = None) -> list[Sheet]:
    """The unfinished typing of this person: of one order, or of new ones, the last first; one query."""
    assert by.id is not None
    rows = Sheet.objects.filter(owner_id=by.id)
    rows = rows.filter(order__isnull=True) if order_id is None else rows.filter(order_id=order_id)
    return list(rows.order_by("-kept_at", "-pk")[:OFFERED])


@transaction.atomic
def keep(
    content: Typed, *, sheet_id: int | None, version: int | None, order_id: int | None, by: Actor, at: datetime
) -> Sheet:
    """Keep what is typed: as a new sheet, or in the place of what was kept of it before.

    Refused when the sheet is not there any more (not found), and when another window kept something newer (stale).
    """
    assert by.id is not None
    if sheet_id is None and order_id is not None:
        # one sheet for each order and person: who starts again on another machine goes on in the same
        sheet_id = Sheet.objects.filter(owner_id=by.id, order_id=order_id).values_list("pk", flat=True).first()
        version = None
    if sheet_id is None:
        Sheet.objects.filter(owner_id=by.id, kept_at__lt=at - timedelta(days=KEPT_DAYS)).delete()
        return Sheet.objects.create(owner_id=by.id, order_id=order_id, content=content.as_dict(), kept_at=at)
    row = Sheet.objects.select_for_update().filter(pk=sheet_id, owner_id=by.id).first()
    if row is None:
        raise Refused(NOT_FOUND(sheet_id))
    if version is not None and version != row.version:
        raise Refused(STALE(sheet_id, yours=version, now=row.version))
    Sheet.objects.filter(pk=row.pk).update(content=content.as_dict(), kept_at=at, version=F("version") + 1)
    row.version, row.kept_at = row.version + 1, at
    return row


def discard(sheet_id: int, *, by: Actor) -> Outcome[Sheet]:
    """Give up what was typed; somebody else's sheet is not found. What is already gone may be given up again."""
    Sheet.objects.filter(pk=sheet_id, owner_id=by.id).delete()
    return Outcome([])
