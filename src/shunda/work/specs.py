"""What opens a task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class OrderHead(Protocol):
    """What a worklist shows of an order."""

    @property
    def pk(self) -> int:
        """Its id."""

    @property
    def customer_name(self) -> str:
        """The party of the step."""

    @property
    def region_id(self) -> int | None:
        """Whose people see the step."""

    @property
    def owner_id(self) -> int | None:
        """Whom it belongs to."""

    @property
    def urgent(self) -> bool:
        """Whether its steps go first."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A step waits for whoever holds ``permission`` and sees the order's region or owner.

    ``label`` is the number people know the subject by, ``party`` the customer it is about. ``due_at`` and ``warn_at``
    are of a step whose end is no limit but a day that was promised.
    """

    kind: str
    permission: str
    subject_kind: str
    subject_id: int
    order_id: int | None
    label: str
    party: str = ""
    region_id: int | None = None
    owner_id: int | None = None
    urgent: bool = False
    due_at: datetime | None = None
    warn_at: datetime | None = None

    @classmethod
    def of_order(
        cls, order: OrderHead, kind: str, permission: str, subject_kind: str, subject_id: int, label: str
    ) -> TaskSpec:
        """A step of an order, about the order itself or a document of it: the order's customer, people and urgency."""
        return cls(
            kind,
            permission,
            subject_kind,
            subject_id,
            order.pk,
            label,
            party=order.customer_name,
            region_id=order.region_id,
            owner_id=order.owner_id,
            urgent=order.urgent,
        )


@dataclass(frozen=True, slots=True)
class NoticeSpec:
    """Somebody is told about a subject: what a colleague wrote, or why an order came back. ``kind``: notices.py."""

    user_id: int
    subject_kind: str
    subject_id: int
    label: str
    text: str
    kind: str = "mention"


@dataclass(frozen=True, slots=True)
class WaitSpec:
    """An order waits for ``awaited`` to answer; ``source`` says what waits, ``kinds`` whose clocks stand meanwhile.

    ``reason`` is the code of a reason; ``subject_kind`` and ``subject_id`` are what its timeline leads to.
    """

    order_id: int
    source: str
    subject_kind: str
    subject_id: int
    reason: str
    kinds: tuple[str, ...]
    awaited: str = "customer"
