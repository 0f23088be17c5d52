"""Idempotency: the same key gives the same answer, however often it is asked."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shunda.core.models import Answer
from shunda.core.refusal import Reason, Refused

KEY_REUSED = Reason("key-reused", _("This idempotency key was already used for a different request: take a new key."))


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
