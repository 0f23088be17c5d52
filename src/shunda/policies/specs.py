"""What changes of settings take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """A setting is to take this value, entered as people enter it (text) or as JSON; ``reason`` says why."""

    name: str
    value: object
    reason: str
