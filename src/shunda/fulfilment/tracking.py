"""What carriers report: which shipments a word is about, which word is the latest, what is refused. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shunda.core.refusal import Refusal
from shunda.fulfilment.models import Shipment, TrackingCode, TrackingEvent
from shunda.fulfilment.reasons import (
    AGREED_NEEDED,
    NO_TROUBLE,
    NOT_YET,
    UNKNOWN_SHIPMENT,
    UNKNOWN_TRACK_CODE,
    UNKNOWN_TRACKING,
    WHICH_SHIPMENT,
)
from shunda.fulfilment.rules import TEXT, why_text
from shunda.fulfilment.specs import TrackSpec

TROUBLE = frozenset(
    {
        TrackingCode.EXCEPTION,
        TrackingCode.ATTEMPT_FAILED,
        TrackingCode.REFUSED,
        TrackingCode.RETURNING,
        TrackingCode.RETURNED,
    }
)
"""What the customer is contacted about at once (R148, R151)."""

CODES: tuple[str, ...] = tuple(TrackingCode.values)
"""In the order of a journey: of two words about one moment the later one counts."""

TOGETHER = timedelta(days=3)
"""Shipments under one tracking number leave together; longer ago, the carrier used the number for something else."""

AHEAD = timedelta(minutes=15)
"""So much a carrier's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A carrier's word as it was kept, and every shipment that travels under its number."""

    code: str
    happened_at: datetime
    place: str
    text: str
    signer: str
    shipments: Sequence[Shipment]


def told(events: Sequence[TrackingEvent]) -> Tracked:
    """The same word, kept with each of its shipments."""
    one = events[0]
    about_these = [event.shipment for event in events]
    return Tracked(one.code, one.happened_at, one.place, one.text, one.signer, about_these)


def latest(event: TrackingEvent) -> tuple[datetime, int]:
    """By this the words about one shipment are sorted; the greatest is what it shows."""
    return event.happened_at, CODES.index(event.code)


def shown(shipment: Shipment) -> tuple[datetime, int] | None:
    """The same of what a shipment shows now; None while nobody has said anything."""
    if shipment.tracked_at is None:
        return None
    return shipment.tracked_at, CODES.index(shipment.track_code)


def about(spec: TrackSpec, candidates: Iterable[Shipment]) -> list[Shipment]:
    """Which of these shipments a word is about: the one named, or those that left last under the carrier's number."""
    if spec.shipment:
        return [s for s in candidates if s.number == spec.shipment]
    under = [s for s in candidates if s.tracking_number == spec.tracking_number and s.shipped_at is not None]
    if spec.carrier:
        under = [s for s in under if s.carrier is not None and s.carrier.code.upper() == spec.carrier.upper()]
    if not under:
        return []
    last = max(under, key=_left)
    return [s for s in under if s.carrier_id == last.carrier_id and _left(last)[0] - _left(s)[0] <= TOGETHER]


def _left(shipment: Shipment) -> tuple[datetime, int]:
    assert shipment.shipped_at is not None, "it travels, so it left"
    return shipment.shipped_at, shipment.pk


def why_not_track(index: int, spec: TrackSpec, at: datetime) -> Iterable[Refusal]:
    """A word that says nothing about any shipment, whatever shipments there are."""
    if not spec.shipment and not spec.tracking_number:
        yield WHICH_SHIPMENT(index, where="tracking_number")
    if spec.code not in CODES:
        yield UNKNOWN_TRACK_CODE(index, code=spec.code[:20], where="code")
    if spec.happened_at > at + AHEAD:
        yield NOT_YET(index, at=spec.happened_at.isoformat(timespec="minutes"), where="happened_at")
    yield from why_text(index, place=spec.place, text=spec.text, signer=spec.signer)


def unknown(index: int, spec: TrackSpec) -> Refusal:
    """No shipment is meant, or none the caller may see."""
    if spec.shipment:
        return UNKNOWN_SHIPMENT(index, number=spec.shipment[:60], where="shipment")
    named: dict[str, Any] = {"number": f"{spec.carrier} {spec.tracking_number}".strip()[:80]}
    return UNKNOWN_TRACKING(index, where="tracking_number", **named)


def why_not_resolve(note: str) -> Callable[[Shipment], Iterable[Refusal]]:
    """What was agreed is said, and there is trouble."""

    def why(shipment: Shipment) -> Iterable[Refusal]:
        if not 0 < len(note.strip()) <= TEXT:
            yield AGREED_NEEDED(shipment.pk, where="note")
        if shipment.track_code not in TROUBLE:
            yield NO_TROUBLE(shipment.pk, shipment=shipment.number)

    return why
