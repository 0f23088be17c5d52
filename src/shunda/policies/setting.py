"""What a setting is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shunda.policies.kinds import Kind, Label


@dataclass(frozen=True, slots=True)
class Setting:
    """One decision of the company. ``rows`` are the requirements that give the default.

    ``page`` is the url name of the page it is changed on, where its value is more than a field holds.
    """

    name: str
    group: str
    label: Label
    kind: Kind
    default: Any
    rows: tuple[str, ...] = ()
    page: str = ""
