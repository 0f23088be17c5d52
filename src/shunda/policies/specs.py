"""What changes of settings and decision tables take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """A setting is to take this value, entered as people enter it (text) or as JSON; ``reason`` says why."""

    name: str
    value: object
    reason: str


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A draft is to have these rows (``{"when": {}, "then": {}, "note": ""}``, cells as people type them)."""

    id: int
    rows: Sequence[Mapping[str, Any]]
    note: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
