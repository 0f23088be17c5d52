"""What the API of changes answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from shunda.api.schemas import Amount, Out, RefusalOut
from shunda.changes.models import Change, ChangeKind, Role
from shunda.changes.states import ChangeStatus, VoiceStatus
from shunda.changes.weighing import Weighed
from shunda.core.refusal import Refusal
from shunda.orders.models import Channel


class ChangeVoiceOut(Out):
    """One decision a change needs."""

    id: int
    role: Role
    step: int
    status: VoiceStatus
    version: int
    remark: str
    ready_on: date | None
    decided_by: str | None
    decided_at: datetime | None

    @staticmethod
    def resolve_decided_by(voice: Any) -> str | None:
        """By name."""
        return str(voice.decided_by) if voice.decided_by_id else None


class ChangeOrderRowOut(Out):
    """A change in lists."""

    id: int
    number: str
    order_id: int
    order_number: str
    kind: ChangeKind
    status: ChangeStatus
    version: int
    reason: str
    asked_by: str
    asked_through: Channel
    asked_on: datetime
    requested_at: datetime
    applied_at: datetime | None
    told_at: datetime | None
    revision: int | None
    gross_change: Amount
    needs_agreement: bool

    @staticmethod
    def resolve_order_number(change: Any) -> str:
        """As people know it."""
        return str(change.order.number)


class ChangeOrderOut(ChangeOrderRowOut):
    """A change with what was asked for, its impact as it was shown, what it did, and its voices."""

    wanted: dict[str, Any]
    impact: dict[str, Any]
    effect: dict[str, Any]
    worse: list[RefusalOut]
    blocked_by: list[RefusalOut]
    decided: list[dict[str, Any]]
    agreement_id: int | None
    voices: list[ChangeVoiceOut]

    @staticmethod
    def resolve_worse(change: Change) -> list[dict[str, Any]]:
        """With their sentences."""
        return _said(change.worse)

    @staticmethod
    def resolve_blocked_by(change: Change) -> list[dict[str, Any]]:
        """With their sentences."""
        return _said(change.blocked_by)


def _said(kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [Refusal(None, one["code"], one["data"]).as_dict() for one in kept]


class WaitingChangeVoiceOut(ChangeVoiceOut):
    """A decision that waits for you, with its change."""

    change: ChangeOrderRowOut


class ChangeImpactOut(Out):
    """What a change would do, what stands against it, and who has to agree (by step); nothing is sent."""

    impact: dict[str, Any]
    refused: list[RefusalOut]
    worse: list[RefusalOut]
    voices: dict[str, int]
    free: bool
    free_until: datetime | None
    gross_change: Amount

    @classmethod
    def of(cls, one: Weighed) -> dict[str, Any]:
        """As answered."""
        return {
            "impact": one.impact,
            "refused": [refusal.as_dict() for refusal in one.refused],
            "worse": [refusal.as_dict() for refusal in one.worse],
            "voices": one.voices,
            "free": one.free,
            "free_until": one.free_until,
            "gross_change": one.gross_change,
        }


class OrderRevisionOut(Out):
    """An order as it stood after a change; 0 is what was confirmed."""

    id: int
    order_id: int
    number: int
    change_id: int | None
    net: Amount
    tax: Amount
    gross: Amount
    at: datetime
    actor: str
    content: dict[str, Any]
