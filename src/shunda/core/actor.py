"""Who acts: always an argument, never ambient."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Reach = Literal["own", "region", "all"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, API client or the system itself, with what it may do and which rows it may see.

    ``reach`` says how far its sight goes: its own customers and orders, those of its regions, or all of them.
    ``source`` is where the call came from (web, api, import, job, cli ...); it is kept on every event.
    """

    id: int | None
    name: str
    permissions: frozenset[str]
    reach: Reach = "own"
    regions: frozenset[int] = field(default_factory=frozenset)
    source: str = "web"

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission; ``*`` is the system's own."""
        return permission in self.permissions or "*" in self.permissions

    def through(self, source: str) -> Actor:
        """The same actor, acting from elsewhere."""
        return replace(self, source=source)


def system(name: str = "system", source: str = "job") -> Actor:
    """The system acting on its own account: reactions, schedules, imports."""
    return Actor(id=None, name=name, permissions=frozenset({"*"}), reach="all", source=source)
