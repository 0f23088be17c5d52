"""The score as pages and answers show it: each input, what it weighs and what it earned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shunda.credit.rules import Score

LABELS: dict[str, str | Promise] = {
    "repayment": _("Repaid of what was due"),
    "debt": _("Present debt"),
    "overdue": _("Overdue"),
    "age": _("Oldest overdue"),
}
GOOD, FAIR = 70, 50


@dataclass(frozen=True, slots=True)
class ShownPart:
    """One line of the score."""

    name: str
    label: str | Promise
    weight: Decimal
    points: Decimal


@dataclass(frozen=True, slots=True)
class ShownScore:
    """A score with its lines and the figures they rest on; ``tone`` is its colour."""

    points: int
    parts: tuple[ShownPart, ...]
    due: Decimal
    paid: Decimal
    debt: Decimal
    limit: Decimal
    overdue: Decimal
    days: int

    @property
    def tone(self) -> str:
        """Green, orange or red; the figure stands beside it."""
        return "green" if self.points >= GOOD else "orange" if self.points >= FAIR else "red"


def shown(score: Score) -> ShownScore:
    """A score as it stands."""
    return shown_kept(score.as_dict())


def shown_kept(kept: Mapping[str, Any]) -> ShownScore:
    """A score as it was kept with a proposal."""
    parts = tuple(
        ShownPart(one["name"], LABELS.get(one["name"], one["name"]), Decimal(one["weight"]), Decimal(one["points"]))
        for one in kept.get("parts", ())
    )
    figures = {name: Decimal(kept.get(name, "0")) for name in ("due", "paid", "debt", "limit", "overdue")}
    return ShownScore(int(kept.get("points", 0)), parts, days=int(kept.get("days", 0)), **figures)
