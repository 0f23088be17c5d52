"""What keeping views and writing files takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ViewSpec:
    """A view to keep: ``query`` as it stands in the address of the page."""

    page: str
    name: str
    query: str
    shared: bool = False
    pinned: bool = True
    default: bool = False


@dataclass(frozen=True, slots=True)
class ViewEdit:
    """A view to change; ``None`` leaves a value as it is. ``pinned`` and ``default`` are the actor's own choice."""

    id: int
    name: str | None = None
    query: str | None = None
    shared: bool | None = None
    pinned: bool | None = None
    default: bool | None = None


@dataclass(frozen=True, slots=True)
class ExportSpec:
    """A file to write: what a page shows for a query. No columns: those the actor has chosen there."""

    page: str
    query: str
    format: str
    language: str
    columns: Sequence[str] = ()
