"""Idempotency: the same key gives the same answer, however often it is asked."""

import hashlib
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shunda.core.models import Answer
from shunda.core.refusal import Reason, Refused
from shunda.core.retry import Again
from shunda.core.sql import Row, Statement, nothing

Told = TypeVar("Told")

KEY_REUSED = Reason("key-reused", _("This idempotency key was already used for a different request: take a new key."))

KEY_LENGTH = 100
KEY_TOO_LONG = Reason("key-too-long", _("An idempotency key has at most %(limit)s characters."))


def fingerprint(body: object) -> str:
    """The same for the same request, whatever the order of its fields."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()).hexdigest()


def once(scope: str, key: str, body: object, at: datetime, run: Callable[[], tuple[Any, bool]]) -> tuple[Any, bool]:
    """Run under an idempotency key, in one transaction; returns (answer, whether it is a replay).

    ``run`` gives its answer and whether anything was done. An answer that did nothing is not kept: asking again
    is harmless and may succeed. Two calls at once wait for each other on the key's row. A key that comes back with
    another body is refused.
    """
    mark = fingerprint(body)
    with transaction.atomic():
        claimed = Answer.objects.bulk_create(
            [Answer(scope=scope, key=key, fingerprint=mark, at=at)], ignore_conflicts=True
        )
        row = Answer.objects.select_for_update().get(scope=scope, key=claimed[0].key)
        if row.fingerprint != mark:
            raise Refused(KEY_REUSED(key=key))
        if row.result is not None:
            return row.result["answer"], True
        answer, did_something = run()
        if did_something:
            row.result = json.loads(json.dumps({"answer": answer}, cls=DjangoJSONEncoder))
            row.save(update_fields=["result"])
        else:
            row.delete()
        return answer, False


# Many keys at once: ``answered`` first, ``keep`` as the last statement before the commit. Nothing is written for a key
# until its answer is known, so a key costs one row written once. Two transactions that bring a new key at the same
# time both do the work; the second waits in ``keep`` for the first to end, gets ``Taken``, undoes what it did and
# starts again, and then ``answered`` has the answer. As ``keep`` comes last and goes by scope and key, who waits there
# is waited for by nobody.


@dataclass(frozen=True, slots=True)
class Kept:
    """The answer a key got, and the fingerprint of the body it came with."""

    scope: str
    key: str
    fingerprint: str
    answer: Any


class Taken(Again):
    """Somebody else committed an answer for one of these keys meanwhile: undo everything and ask ``answered`` again."""


_ANSWERED = """
select a.scope, a.key, a.fingerprint, a.result -> 'answer'
from unnest(%s::text[], %s::text[]) asked(scope, key)
join core_answer a on a.scope = asked.scope and a.key = asked.key
where a.result is not null
"""
_KEEP = """
insert into core_answer (scope, key, fingerprint, result, at)
select scope, key, fingerprint, result, %s
from json_to_recordset(%s::json) n(scope text, key text, fingerprint text, result jsonb)
order by scope, key
"""


def again(key: str, mark: str, then: str, answer: Told) -> Told | Refused:
    """The answer of then to a key that comes again: only to the same body (``mark``)."""
    return answer if mark == then else Refused(KEY_REUSED(key=key))


class Repeats(dict[int, int]):
    """Calls of a batch that came with the key of one before them, by their places: the one that came first."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[tuple[str, str], int] = {}

    def is_first(self, key: tuple[str, str], place: int) -> bool:
        """Whether no call before this one has the (scope, key); one that has not is noted."""
        first = self._first.setdefault(key, place)
        if first != place:
            self[place] = first
        return first == place


def answered(asked: Collection[tuple[str, str]]) -> Statement[dict[tuple[str, str], Kept]]:
    """The answers that these (scope, key) got before; a key that is new is missing. Asks nobody about none."""
    columns = [[scope for scope, _key in asked], [key for _scope, key in asked]]
    return Statement(_ANSWERED if asked else "", columns, _read)


def _read(rows: list[Row]) -> dict[tuple[str, str], Kept]:
    return {
        (scope, key): Kept(scope, key, mark, json.loads(answer) if isinstance(answer, str) else answer)
        for scope, key, mark, answer in rows
    }


def keep(answers: Sequence[Kept], *, at: datetime) -> Statement[None]:
    """Keep these answers in the transaction that did the work, as its last statement; raises ``Taken``."""

    def parameters() -> list[Any]:
        rows = [
            {"scope": k.scope, "key": k.key, "fingerprint": k.fingerprint, "result": {"answer": k.answer}}
            for k in answers
        ]
        return [at, json.dumps(rows, cls=DjangoJSONEncoder)]

    return Statement(_KEEP if answers else "", parameters, nothing, {"answer_once": Taken})
