"""What opens a task."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A step waits for whoever holds ``permission`` and sees the order's region or owner.

    ``label`` is the number people know the subject by, ``party`` the customer it is about.
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


@dataclass(frozen=True, slots=True)
class NoticeSpec:
    """Somebody is told about a subject: what a colleague wrote, or why an order came back. ``kind``: notices.py."""

    user_id: int
    subject_kind: str
    subject_id: int
    label: str
    text: str
    kind: str = "mention"
