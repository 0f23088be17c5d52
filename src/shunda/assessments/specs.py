"""What the actions of assessments take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class CaseSpec:
    """Something that went wrong, recorded by a person. ``number``: of the order or shipment that proves it."""

    kind: str
    person_id: int
    happened_on: date
    what: str
    number: str = ""
    serious: bool = False
    named: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A case about to be made, by the job or by hand: who answers for it if that is known, and what proves it."""

    kind: str
    person_id: int | None
    happened_on: date
    source_kind: str = ""
    source_id: int | None = None
    order_id: int | None = None
    label: str = ""
    what: str = ""
    late_hours: Decimal | None = None
    serious: bool = False
    released: str = ""
    own: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    named: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class RulingSpec:
    """What is decided about a case. ``consequence`` and ``amount`` are said where it is reduced, or by a meeting."""

    assessment_id: int
    verdict: str
    reason: str
    consequence: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class MeetingSpec:
    """A review meeting to be called: about which cases, when, with whom. ``people``: person -> part."""

    topic: str
    held_at: datetime
    case_ids: Sequence[int]
    people: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class ConclusionSpec:
    """What a review meeting found and decided, case by case."""

    meeting_id: int
    findings: str
    decision: str
    rulings: Sequence[RulingSpec]
