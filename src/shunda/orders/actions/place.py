"""Placing orders: taken in, checked, priced, approved by policy, promised and confirmed in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from shunda.core import once, sql
from shunda.core.actor import Actor
from shunda.core.batch import ACTIONS
from shunda.core.once import Kept
from shunda.core.refusal import Refusal, Refused
from shunda.core.retry import Journey, travelled
from shunda.orders import quick, written
from shunda.orders import reasons as why
from shunda.orders.actions import ordinary
from shunda.orders.allocation import ALLOCATION, PRIORITY
from shunda.orders.approval import AUTO_APPROVE, CONFIRMERS
from shunda.orders.quick import Moment
from shunda.orders.screening import SCREENING
from shunda.orders.specs import Placed, Placing
from shunda.policies import queries as policies

__all__ = ["Desk", "place"]

PERMISSION = "orders.place_order"
SETTINGS = (
    "orders.number_prefix", "orders.most_lines", "orders.most_quantity", "orders.duplicate_days",
    "credit.release_score", *written.SETTINGS,
)  # fmt: skip
TABLES = (AUTO_APPROVE.name, CONFIRMERS.name, SCREENING.name, ALLOCATION.name, PRIORITY.name)

Answer = Placed | Refused


def place(calls: Sequence[Placing], *, at: datetime) -> list[Placed | Refused]:
    """Place orders, first come first served; one answer for each call, in their order, all in one transaction.

    An order whose checks find nothing that a person must look at, and that the company's tables let the system
    approve and confirm (``orders.auto_approve``, ``orders.confirm``) and do not hold (``orders.holds``), is confirmed:
    priced, stock reserved, credit held, with the events of every step. One that somebody must look at is submitted for
    review and says why (``findings``). One that cannot be taken is refused whole with every reason and leaves nothing:
    also one whose stock is short or whose credit does not reach, since the buyer must know at once.

    The suspicion that an order is the same again does not stop one that came with a key or with its channel's own
    number: its sender says that it is another. A key that came before gives the answer given then (``replayed``), or
    is refused if it came with another body; of two calls with one key the first places and the second replays. The
    key of a refused order is free again.

    The number of statements does not depend on the number of plain calls. Plain ones are served before those that go
    the ordinary way. May be called again after a deadlock or a serialization failure.
    """
    return travelled(lambda journey: _placed(calls, journey, at))


ACTIONS.setdefault(PERMISSION, []).append(f"{place.__module__}.{place.__qualname__}")


def _placed(calls: Sequence[Placing], journey: Journey, at: datetime) -> list[Answer]:
    desk = Desk(journey, calls, at)
    journey.out.go()
    placed = desk.place(dict(enumerate(calls)))
    return [placed[index] for index in range(len(calls))]


class Desk:
    """One try at placing calls: what they refer to is asked on the way out of its ``journey``, then they are placed."""

    def __init__(self, journey: Journey, calls: Sequence[Placing], at: datetime) -> None:
        trip = journey.out
        trip(sql.by_index())
        self._journey, self._at = journey, at
        self._kept = trip(once.answered({_key(call) for call in calls if call.key}))
        self._decided = trip(policies.deciding(SETTINGS, TABLES, at))
        self._known = quick.Known(trip, [call.spec for call in calls])

    def place(self, calls: Mapping[int, Placing]) -> dict[int, Answer]:
        """Place those of the calls that came with a right to, by their index; their last statements travel home."""
        outcome: dict[int, Answer] = {}
        earlier = self._kept.answer
        repeats = once.Repeats()
        todo: list[tuple[int, Placing]] = []
        for index, call in calls.items():
            if answer := _known(call, earlier):
                outcome[index] = answer
            elif not call.key or repeats.is_first(_key(call), index):
                todo.append((index, call))
        if todo:
            outcome |= self._work(todo)
            done = [_kept(c, made) for i, c in todo if c.key and isinstance(made := outcome[i], Placed)]
            self._journey.home(once.keep(done, at=self._at))
        for index, one in repeats.items():
            call = calls[index]
            outcome[index] = once.again(call.key, call.fingerprint, calls[one].fingerprint, _repeated(outcome[one]))
        return outcome

    def _work(self, todo: Sequence[tuple[int, Placing]]) -> dict[int, Answer]:
        now = Moment(self._at, *self._decided.answer)
        outcome = quick.place(todo, now, self._known, self._journey)
        rest = [(index, call) for index, call in todo if index not in outcome]
        if not rest:
            return outcome
        self._journey.home.go()  # the others are to see those that were plain
        return outcome | ordinary.place(rest, now)


def _known(call: Placing, earlier: Mapping[tuple[str, str], Kept]) -> Answer | None:
    """What can be said without looking at the order."""
    if not call.by.may(PERMISSION):
        return Refused(why.MAY_NOT_PLACE())
    if len(call.key) > once.KEY_LENGTH:
        return Refused(once.KEY_TOO_LONG(limit=once.KEY_LENGTH))
    kept = earlier.get(_key(call)) if call.key else None
    if kept is None:
        return None
    return once.again(call.key, call.fingerprint, kept.fingerprint, _replay(kept.answer))


def _key(call: Placing) -> tuple[str, str]:
    return scope(call.by), call.key


def scope(by: Actor) -> str:
    """Where a key counts: for this actor's placed orders, whichever way they come."""
    return f"{f'user:{by.id}' if by.id is not None else f'name:{by.name}'} place"[:80]


def _repeated(answer: Answer) -> Answer:
    return replace(answer, replayed=True) if isinstance(answer, Placed) else answer


_MONEY = ("net", "tax", "gross")


def _kept(call: Placing, placed: Placed) -> Kept:
    told: dict[str, Any] = {f: getattr(placed, f) for f in ("id", "number", "status", "currency")}
    told |= {name: str(getattr(placed, name)) for name in _MONEY}
    if placed.findings:
        told["findings"] = [{"code": one.code, "data": dict(one.data)} for one in placed.findings]
    return Kept(*_key(call), call.fingerprint, told)


def _replay(answer: Mapping[str, Any]) -> Placed:
    findings = tuple(Refusal(None, one["code"], one["data"]) for one in answer.get("findings", ()))
    money = {name: Decimal(answer[name]) for name in _MONEY}
    return Placed(**{**answer, **money, "findings": findings, "replayed": True})
