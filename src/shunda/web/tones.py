"""The colours of statuses."""

from __future__ import annotations

TONES = {
    "draft": "secondary",
    "archived": "secondary",
    "dropped": "secondary",
    "closed": "secondary",
    "inactive": "secondary",
    "cancelled": "red",
    "void": "red",
    "voided": "red",
    "reversed": "red",
    "refused": "red",
    "exception": "red",
    "attempt_failed": "red",
    "returning": "orange",
    "returned": "red",
    "failed": "red",
    "overdue": "red",
    "frozen": "red",
    "sent_back": "orange",
    "held": "orange",
    "short": "orange",
    "pending": "yellow",
    "waiting": "yellow",
    "in_review": "yellow",
    "open": "yellow",
    "planned": "azure",
    "approved": "azure",
    "picked": "azure",
    "packed": "indigo",
    "issued": "indigo",
    "confirmed": "blue",
    "shipped": "indigo",
    "matched": "green",
    "signed": "green",
    "delivered": "green",
    "paid": "green",
    "done": "green",
    "active": "green",
    "completed": "green",
}
"""The colour of a status by its word; one that is not here is azure. The word is always beside the colour."""


def tone_of(status: object) -> str:
    """The colour of a status."""
    return TONES.get(str(status), "azure")
