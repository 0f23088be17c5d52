"""Pure decisions while a shipment is picked: the way through the warehouse, and which scans count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shunda.catalog.models import Sku
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.fulfilment.models import ScanKind, ShipmentLine, ShortReason
from shunda.fulfilment.reasons import (
    BAD_SCAN,
    NOTE_NEEDED,
    OVER_SCAN,
    SAID_SHORT,
    UNDER_SCAN,
    UNKNOWN_SHORT_REASON,
)
from shunda.fulfilment.rules import sane
from shunda.fulfilment.specs import ScanSpec

ZERO = Decimal(0)
NOTE = 150
"""Characters of a note beside the reason; both fit the line's column."""


@dataclass(slots=True)
class Stop:
    """One article of a shipment, on however many lines: where it lies and how far it is picked."""

    shipment_id: int
    sku: Sku
    name: str
    specification: str
    location: str
    lines: list[ShipmentLine]

    @property
    def wanted(self) -> Decimal:
        """How much of it goes."""
        return sum((line.quantity for line in self.lines), ZERO)

    @property
    def found(self) -> Decimal:
        """How much is scanned."""
        return sum((line.picked for line in self.lines), ZERO)

    @property
    def short(self) -> Decimal:
        """How much is reported missing."""
        return sum((line.short for line in self.lines), ZERO)

    @property
    def left(self) -> Decimal:
        """How much is neither scanned nor reported missing."""
        return self.wanted - self.found - self.short

    @property
    def why(self) -> str:
        """Why something is missing: a code of ``ShortReason``, with a note behind a colon."""
        return next((line.short_reason for line in self.lines if line.short), "")

    @property
    def said(self) -> str:
        """The same in words."""
        return said(self.why)

    @property
    def decimals(self) -> int:
        """Of its unit."""
        return self.sku.product.unit.decimals

    def answers_to(self, code: str) -> bool:
        """Whether this is the code or barcode of the article, whatever the case."""
        typed = code.strip().upper()
        return bool(typed) and typed in (self.sku.code.upper(), self.sku.barcode.upper())

    def count(self, spec: ScanSpec) -> None:
        """Add a scan that is not refused: the first lines are served first, what is missing falls to the last."""
        found, short, why = self.found, self.short, self.why
        if spec.kind == ScanKind.FOUND:
            found += spec.quantity
        else:
            short += spec.quantity
            why = reason_of(spec) if spec.quantity > 0 else why
        for line in self.lines:
            line.picked = min(found, line.quantity)
            line.short = min(short, line.quantity - line.picked)
            line.short_reason = why if line.short else ""
            found -= line.picked
            short -= line.short


def stops(lines: Iterable[ShipmentLine], places: Mapping[tuple[int, int], str], warehouse_id: int) -> list[Stop]:
    """The articles of one shipment in walking order; ``places`` says where each lies now, by (SKU, warehouse)."""
    found: dict[int, Stop] = {}
    for line in lines:
        if not line.quantity:
            continue
        stop = found.get(line.sku_id)
        if stop is None:
            where = places.get((line.sku_id, warehouse_id), "") or line.location
            sold = line.order_line
            sold.sku = line.sku  # the same article, which is read already
            stop = found[line.sku_id] = Stop(line.shipment_id, line.sku, sold.article, sold.specification, where, [])
        stop.lines.append(line)
    return sorted(found.values(), key=lambda stop: (walk(stop.location), stop.sku.code))


def walk(location: str) -> tuple[bool, list[tuple[bool, int, str]]]:
    """Sorts locations as one walks past them: A-2 comes before A-10; what lies nowhere comes last."""
    pieces = re.findall(r"\d{1,18}|\D+", location.upper())
    return not location, [(not p.isdecimal(), int(p) if p.isdecimal() else 0, p) for p in pieces]


def counted(text: str) -> tuple[Decimal | None, str]:
    """A quantity typed before the code: ``12x6901234567892`` is twelve of it; ``12x`` alone waits for the code."""
    match = re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,4})?)\s*[x×*]\s*(.*?)\s*", text, re.IGNORECASE)
    return (Decimal(match[1]), match[2]) if match else (None, text.strip())


def reason_of(spec: ScanSpec) -> str:
    """Reason and note as one text; ``said`` reads it to people."""
    note = spec.note.strip()
    return f"{spec.reason}: {note}" if note else spec.reason


def said(reason: str) -> str:
    """Why something is short, for people: the words of the reason's code; older reasons are words already."""
    code, _colon, note = reason.partition(":")
    if code not in ShortReason:
        return reason
    label = str(ShortReason(code).label)
    note = note.strip()
    if not note:
        return label
    return note if code == ShortReason.OTHER else f"{label}: {note}"


def why_not_scan(index: int, stop: Stop, spec: ScanSpec) -> Refusal | None:
    """A scan that does not count: no such quantity, more than wanted, or missing without a reason (R127)."""
    about: dict[str, Any] = {"sku": stop.sku.code, "quantity": str(spec.quantity)}
    if not spec.quantity or not sane(abs(spec.quantity), stop.decimals):
        return BAD_SCAN(index, decimals=stop.decimals, where="quantity", **about)
    about["quantity"] = plain(abs(spec.quantity))
    counts = stop.found if spec.kind == ScanKind.FOUND else stop.short
    if counts + spec.quantity < 0:
        return UNDER_SCAN(index, counted=plain(counts), **about)
    if spec.quantity > stop.left:
        if spec.kind == ScanKind.FOUND and spec.quantity <= stop.wanted - stop.found:
            return SAID_SHORT(index, short=plain(stop.short), **about)
        return OVER_SCAN(index, wanted=plain(stop.wanted), found=plain(stop.found), **about)
    if spec.kind == ScanKind.SHORT and spec.quantity > 0:
        if spec.reason not in ShortReason:
            return UNKNOWN_SHORT_REASON(index, where="reason", **about)
        note = spec.note.strip()
        if len(note) > NOTE or (spec.reason == ShortReason.OTHER and not note):
            return NOTE_NEEDED(index, most=NOTE, where="note", **about)
    return None
