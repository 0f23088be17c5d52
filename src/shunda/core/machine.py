"""Status machines declared as data: the guard, the buttons, the permissions and the tests are drawn from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pgtrigger
from django.db.models import TextChoices
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Move:
    """A named change: from which statuses, to which one (``None``: the status stays), by whose permission."""

    name: str
    sources: frozenset[str]
    target: str | None
    label: str | Promise
    permission: str = ""


MACHINES: dict[str, Machine] = {}
"""Every machine of this installation by name; permissions, timelines and the docs are drawn from them."""


class Machine:
    """The only place that says which status follows which; checked for reachability when it is made."""

    def __init__(
        self,
        name: str,
        statuses: type[TextChoices],
        *,
        app: str,
        start: str,
        moves: Iterable[tuple[str, set[str] | frozenset[str], str | None, str | Promise]],
    ) -> None:
        self.name, self.statuses, self.start = name, statuses, start
        self.moves = {
            move: Move(move, frozenset(str(s) for s in sources), target, label, f"{app}.{move}_{name}")
            for move, sources, target, label in moves
        }
        unknown = {s for m in self.moves.values() for s in (*m.sources, m.target) if s} - set(statuses.values)
        lost = set(statuses.values) - self._reachable()
        if unknown or lost:
            raise ValueError(f"{name}: unknown {sorted(unknown)}, no way to reach {sorted(lost)}")
        MACHINES[name] = self

    def __getitem__(self, move: str) -> Move:
        return self.moves[move]

    def __iter__(self) -> Iterator[Move]:
        return iter(self.moves.values())

    def open_to(self, status: str) -> list[Move]:
        """The moves a row in this status may make: page buttons and API hints are drawn from it."""
        return [move for move in self if status in move.sources]

    def along(self, *moves: str) -> str:
        """The status a new row has after these moves, one after the other; a way that is not in the table raises.

        For rows that are written when they have made their first moves already, each with its event.
        """
        status = str(self.start)
        for name in moves:
            if status not in self[name].sources:
                raise ValueError(f"{self.name}: no {name} from {status}")
            status = str(self[name].target or status)
        return status

    def label(self, status: str) -> str:
        """The status as people read it."""
        return str(self.statuses(status).label)

    def guard(self) -> pgtrigger.FSM:
        """The same table as a database trigger: bulk updates and raw SQL cannot take a way that is not in it."""
        pairs = {(source, move.target) for move in self for source in move.sources if move.target}
        return pgtrigger.FSM(
            name=f"{self.name}_status",
            field="status",
            transitions=sorted((a, str(b)) for a, b in pairs if a != b),
        )

    def _reachable(self) -> set[str]:
        seen: set[str] = set()
        todo = [str(self.start)]
        while todo:
            status = todo.pop()
            if status not in seen:
                seen.add(status)
                todo += [str(move.target) for move in self.open_to(status) if move.target]
        return seen


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Rows of this table can be added, never changed or deleted, not even by the administrator."""
    return [pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete)]


def undeletable(name: str) -> pgtrigger.Trigger:
    """Rows of this table are never deleted (R222: committed documents are kept)."""
    return pgtrigger.Protect(name=f"{name}_undeletable", operation=pgtrigger.Delete)


def unchangeable(name: str, *fields: str) -> pgtrigger.Trigger:
    """These columns say what was so when the row was made; they are never changed, not even by the administrator."""
    return pgtrigger.ReadOnly(name=f"{name}_{'_'.join(fields)}_unchangeable", fields=list(fields))
