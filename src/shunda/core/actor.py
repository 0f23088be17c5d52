"""Who acts: always an argument, never ambient."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Reach = Literal["own", "region", "all"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, API client or the system itself, with what it may do and which rows it may see.

    ``reach`` says how far its sight goes: its own customers and orders, those of its regions, or all of them.
    ``for_id`` is the person he stands in for: he has that one's rights and sees what is that one's own, not his.
    ``source`` is where the call came from (web, api, import, job, cli ...); it is kept on every event.
    """

    id: int | None
    name: str
    permissions: frozenset[str]
    reach: Reach = "own"
    regions: frozenset[int] = field(default_factory=frozenset)
    source: str = "web"
    for_id: int | None = None

    def may(self, permission: str) -> bool:
        """Whether the actor holds the permission; ``*`` is the system's own."""
        return permission in self.permissions or "*" in self.permissions

    @property
    def own(self) -> int | None:
        """Whose orders and customers are the own ones: those of the person he stands in for."""
        return self.id if self.for_id is None else self.for_id

    @property
    def persons(self) -> frozenset[int]:
        """Whoever acts and for whom: what one of them began, neither decides."""
        return frozenset(one for one in (self.id, self.for_id) if one is not None)

    def sees(self, owner_id: int | None, region_id: int | None) -> bool:
        """Whether what belongs to this owner and region lies within its reach: for one row, what queries do for all."""
        if self.reach == "all" or (self.reach == "region" and region_id in self.regions):
            return True
        return self.own is not None and owner_id == self.own

    def through(self, source: str) -> Actor:
        """The same actor, acting from elsewhere."""
        return replace(self, source=source)


def system(name: str = "system", source: str = "job") -> Actor:
    """The system acting on its own account: reactions, schedules, imports."""
    return Actor(id=None, name=name, permissions=frozenset({"*"}), reach="all", source=source)
