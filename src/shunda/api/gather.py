"""Small writes that come in crowds: what many callers ask at the same time is one call of an action.

The seam between ``router.crowd`` and an action that takes a batch: tokens looked at once more, permissions, idempotency
keys, and each caller's own answer. ``docs/contributing/api.md`` says how to use it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from ninja.errors import AuthenticationError
from pydantic import BaseModel

from shunda.api.crowd import Asked, Shown, row_key
from shunda.api.operation import who
from shunda.api.problems import why_undone
from shunda.api.schemas import Out
from shunda.core import once
from shunda.core.actor import Actor
from shunda.core.batch import Outcome
from shunda.core.combine import Combine
from shunda.core.refusal import NotPermitted, Refusal, Refused
from shunda.core.retry import Journey, travelled
from shunda.core.sql import Statement

Spec = TypeVar("Spec")
Standing = Callable[[Collection[str], datetime], Statement[dict[str, Actor]]]
"""Who these tokens speak for at a moment; one that counts no more is missing."""


@dataclass(frozen=True, slots=True)
class Ask(Generic[Spec]):
    """One call: what is wanted, by whom and when; its idempotency key ("" for none) and the mark of its body."""

    spec: Spec
    by: Actor
    at: datetime
    key: str = ""
    mark: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a call, as data; ``replayed``: an earlier call with this key had done it."""

    data: dict[str, Any]
    replayed: bool = False


Run = Callable[[Sequence[tuple[Spec, Actor]], datetime], Sequence[Any]]
"""Does what several people want, first come, first served; gives a row or ``Refused`` for each, in their order."""


class Gather(Generic[Spec]):
    """A kind of write that is gathered. ``out`` is a row's answer: of columns alone, nothing in a reader's language."""

    def __init__(self, name: str, permission: str, run: Run[Spec], out: type[Out], standing: Standing) -> None:
        self.name, self.permission = name, permission
        self._run, self._out, self._standing = run, out, standing
        self.combine: Combine[Ask[Spec], Told] = Combine(name, self._serve)

    def ask(self, asked: Asked, body: BaseModel, spec: Spec) -> list[Ask[Spec]]:
        """The call of a request that wants one thing."""
        return [self._ask(asked, body, spec, asked.key)]

    def asks(self, asked: Asked, rows: Sequence[tuple[BaseModel, Spec]]) -> list[Ask[Spec]]:
        """The calls of a request that wants several; their keys come from that of the request."""
        return [self._ask(asked, body, spec, row_key(asked.key, n)) for n, (body, spec) in enumerate(rows)]

    def _ask(self, asked: Asked, body: BaseModel, spec: Spec, key: str) -> Ask[Spec]:
        if not asked.actor.may(self.permission):
            raise NotPermitted(self.permission)
        return Ask(spec, asked.actor, asked.at, key, asked.mark(body) if key else "", asked.token)

    def _serve(self, calls: list[Ask[Spec]]) -> Sequence[Told | Exception]:
        return travelled(lambda journey: self._together(calls, journey))

    def _together(self, calls: Sequence[Ask[Spec]], journey: Journey) -> list[Told | Exception]:
        at = max(call.at for call in calls)
        tokens = journey.out(self._standing({call.token for call in calls if call.token}, at))
        keys = journey.out(once.answered({self._key(call) for call in calls if call.key}))
        journey.out.go()
        standing, earlier = tokens.answer, keys.answer
        now = [replace(c, by=standing[c.token]) if c.token in standing else c for c in calls]
        outcome: dict[int, Told | Exception] = {}
        repeats = once.Repeats()
        todo: list[int] = []
        for index, call in enumerate(now):
            if call.token and call.token not in standing:
                outcome[index] = AuthenticationError()
            elif not call.by.may(self.permission):
                outcome[index] = NotPermitted(self.permission)
            elif call.key and (kept := earlier.get(self._key(call))):
                outcome[index] = once.again(call.key, call.mark, kept.fingerprint, Told(kept.answer, replayed=True))
            elif not call.key or repeats.is_first(self._key(call), index):
                todo.append(index)
        done = self._run([(now[index].spec, now[index].by) for index in todo], at) if todo else ()
        outcome |= {index: self._told(row) for index, row in zip(todo, done, strict=True)}
        journey.home(self._keep([(now[i], told) for i in todo if isinstance(told := outcome[i], Told)], at))
        for index, one in repeats.items():
            told = outcome[one]
            same = replace(told, replayed=True) if isinstance(told, Told) else told
            outcome[index] = once.again(now[index].key, now[index].mark, now[one].mark, same)
        return [outcome[index] for index in range(len(now))]

    def _key(self, call: Ask[Spec]) -> tuple[str, str]:
        return f"{who(call.by)} {self.name}", call.key

    def _told(self, row: Any) -> Told | Exception:
        if isinstance(row, Exception):
            return row
        shown = self._out.model_validate(row).model_dump()
        return Told(json.loads(json.dumps(shown, cls=DjangoJSONEncoder)))

    def _keep(self, done: Sequence[tuple[Ask[Spec], Told]], at: datetime) -> Statement[None]:
        return once.keep([once.Kept(*self._key(call), call.mark, told.data) for call, told in done if call.key], at=at)


def each_actor(action: Callable[..., Outcome[Any]]) -> Run[Any]:
    """An action of one actor, called once for each of those who ask."""

    def run(calls: Sequence[tuple[Any, Actor]], at: datetime) -> list[Any]:
        outcome: list[Any] = [None] * len(calls)
        for by in dict.fromkeys(by for _spec, by in calls):
            mine = [index for index, (_spec, one) in enumerate(calls) if one == by]
            told = action([calls[index][0] for index in mine], by=by, at=at)
            for index, row in zip(mine, _apart(told, len(mine)), strict=True):
                outcome[index] = row
        return outcome

    return run


def _apart(outcome: Outcome[Any], count: int) -> Iterator[Any]:
    """A row or ``Refused`` for each place of a batch whose refusals name the place."""
    done = iter(outcome.done)
    for index in range(count):
        why = [refusal for refusal in outcome.refused if refusal.id == index]
        yield Refused(*why) if why else next(done)


def one_told(outcomes: Sequence[Told | Exception]) -> Shown:
    """The answer to a request that wanted one thing; raises what refused it."""
    [told] = outcomes
    if isinstance(told, Refused):
        raise Refused(*_placed(0, told))
    if isinstance(told, Exception):
        raise told
    return Shown(told.data, told.replayed)


def many_told(outcomes: Sequence[Told | Exception]) -> Shown:
    """The answer to a request that wanted several; raises when nothing was done."""
    done = [told for told in outcomes if isinstance(told, Told)]
    wrong = [(row, told) for row, told in enumerate(outcomes) if isinstance(told, Exception)]
    if not done:
        fatal = next((told for _row, told in wrong if not isinstance(told, Refused)), None)
        raise fatal or Refused(*(refusal for row, told in wrong for refusal in _placed(row, told)))
    refused = [refusal.as_dict() for row, told in wrong for refusal in _placed(row, told)]
    return Shown({"done": [told.data for told in done], "refused": refused}, all(told.replayed for told in done))


def _placed(row: int, wrong: Exception) -> list[Refusal]:
    """Why the thing at this place was not done; what went wrong on our side is logged."""
    if isinstance(wrong, Refused):
        return [Refusal(row, refusal.code, refusal.data) for refusal in wrong.refusals]
    return [why_undone(row, wrong)]
