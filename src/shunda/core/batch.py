"""Every write takes a batch; a single row is a batch of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from django.db import models, transaction
from django.db.models import F

from shunda.core.actor import Actor
from shunda.core.event import Happening, record
from shunda.core.machine import Machine, Move
from shunda.core.refusal import NOT_FOUND, STALE, WRONG_STATUS, NotPermitted, Reason, Refusal, Refused

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=models.Model)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a batch: each row is done, or refused with its reasons."""

    done: list[T]
    refused: list[Refusal] = field(default_factory=list)

    def one(self) -> T:
        """Unwrap a batch of one, or raise what refused it."""
        if self.refused:
            raise Refused(*self.refused)
        [row] = self.done
        return row


ACTIONS: dict[str, list[str]] = {}
"""Permission -> the public writes that need it; the roles page and the docs are drawn from this."""


def action(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A public write: called with ``by=`` and ``at=``, permission checked here, one transaction."""

    def decorate(run: Callable[P, R]) -> Callable[P, R]:
        @wraps(run)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            actor = kwargs["by"]
            assert isinstance(actor, Actor), "by= takes an Actor"
            if not actor.may(permission):
                raise NotPermitted(permission)
            with transaction.atomic():
                return run(*args, **kwargs)

        ACTIONS.setdefault(permission, []).append(f"{run.__module__}.{run.__qualname__}")
        return checked

    return decorate


class Batch(Generic[M]):
    """Rows locked for one move, in primary-key order: refuse some, act on what is left, commit.

    Master data has no machine: ``Batch(rows, ids, None, "customer.edit")`` names the event instead of a move.
    ``rows`` is a queryset already scoped to what the actor sees; a row outside it is "not found".
    ``versions`` holds the version each caller started from; a row that moved on since is refused as stale.
    """

    def __init__(
        self,
        rows: models.QuerySet[M],
        ids: Iterable[int],
        machine: Machine | None,
        move: str,
        *,
        versions: Mapping[int, int] | None = None,
    ) -> None:
        wanted = sorted(set(ids))
        self.kind = f"{machine.name}.{move}" if machine else move
        self.target = machine[move].target if machine else None
        self.model = rows.model
        self.rows: list[M] = list(rows.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",)))
        found = {row.pk for row in self.rows}
        self.refused = [NOT_FOUND(pk) for pk in wanted if pk not in found]
        self._data: dict[int, dict[str, Any]] = {}
        self._amended: set[str] = set()
        if machine:
            self.refuse_if(lambda row: why_wrong_status(machine, machine[move], row))
        if versions is not None:
            self.refuse_if(lambda row: why_stale(row, versions))

    def __iter__(self) -> Iterator[M]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> list[int]:
        """The rows still in the batch."""
        return [row.pk for row in self.rows]

    def refuse_if(self, why: Callable[[M], Refusal | Iterable[Refusal] | None]) -> None:
        """Take out each row for which ``why`` gives one refusal or several; a row is told every reason."""
        kept: list[M] = []
        for row in self.rows:
            given = why(row)
            reasons = [given] if isinstance(given, Refusal) else list(given or ())
            self.refused += reasons
            if not reasons:
                kept.append(row)
        self.rows = kept

    def note(self, pk: int, **data: Any) -> None:
        """Say more in the row's event: what changed, why."""
        self._data.setdefault(pk, {}).update(data)

    def amend(self, row: M, changes: Mapping[str, Any], said: Mapping[str, Any] | None = None) -> None:
        """Give this row values of its own; its event says what each was and what it is now.

        ``said`` is what the event says instead, where values are ids or private.
        """
        old = {name: getattr(row, name) for name in changes}
        changed = {name: [old[name], value] for name, value in changes.items() if old[name] != value}
        for name in changed:
            setattr(row, name, changes[name])
        self._amended |= changed.keys()
        self.note(row.pk, changes=changed if said is None else said)

    def commit(self, *, by: Actor, at: datetime, stamp: str | None = None, **values: Any) -> Outcome[M]:
        """Write the move, the only code that writes a status; then the events.

        ``values`` are columns set to the same value on every row, ``stamp`` names a column that takes ``at``.
        """
        if stamp:
            values[stamp] = at
        if self.target is not None:
            values["status"] = self.target
        if self.rows and self._amended:
            self.model._default_manager.bulk_update(self.rows, sorted(self._amended))
        if self.rows:
            self.model._default_manager.filter(pk__in=self.ids).update(**values, version=F("version") + 1)
        for row in self.rows:
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1  # type: ignore[attr-defined]
        record((self._happening(row) for row in self.rows), by=by, at=at)
        return Outcome(self.rows, self.refused)

    def _happening(self, row: M) -> Happening:
        return happening(self.kind, row, **self._data.get(row.pk, {}))


def happening(kind: str, row: models.Model, **data: Any) -> Happening:
    """An event about this row, filed under its order where it has one."""
    order_id = getattr(row, "order_id", None)
    return Happening(kind, row._meta.label_lower, row.pk, order_id, data)


def why_wrong_status(machine: Machine, move: Move, row: models.Model) -> Refusal | None:
    """The move does not start from the row's status."""
    status = row.status  # type: ignore[attr-defined]
    if status in move.sources:
        return None
    return WRONG_STATUS(row.pk, move=str(move.label), status=machine.label(status), status_code=status)


def why_stale(row: models.Model, versions: Mapping[int, int]) -> Refusal | None:
    """The caller worked from an older version of the row."""
    now = row.version  # type: ignore[attr-defined]
    yours = versions.get(row.pk, now)
    return None if yours == now else STALE(row.pk, yours=yours, now=now)


def by_id(refusals: Iterable[Refusal]) -> Callable[[models.Model], list[Refusal]]:
    """For ``refuse_if``: what another folder refused, found by the id of the row it was asked for."""
    reasons: dict[int | None, list[Refusal]] = {}
    for refusal in refusals:
        reasons.setdefault(refusal.id, []).append(refusal)
    return lambda row: reasons.get(row.pk, [])


__all__ = ["Batch", "Outcome", "Reason", "Refusal", "Refused", "action", "by_id", "happening"]
