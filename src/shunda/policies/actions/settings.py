"""Changing what the company decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.policies import queries, reasons
from shunda.policies.declared import SETTINGS
from shunda.policies.kinds import Invalid
from shunda.policies.models import SettingChange
from shunda.policies.specs import SettingSpec

REASON_LENGTH = 200


@action("policies.change_setting")
def change_setting(
    specs: Sequence[SettingSpec], *, by: Actor, at: datetime, versions: Mapping[str, int] | None = None
) -> Outcome[SettingChange]:
    """Let settings take new values; each change is kept with who, when and why, the old values remain readable.

    ``versions`` are the ``Current.version`` each caller started from. Refused, by index: an unknown setting, a value
    that is none of its kind or outside its limits, no reason, a value it has already, a setting changed meanwhile.
    """
    with connection.cursor() as cursor:  # two changes of one setting wait for each other
        cursor.execute("select pg_advisory_xact_lock(hashtext('policies.change_setting'))")
    known = [spec.name for spec in specs if spec.name in SETTINGS]
    before = queries.current(*known) if known else {}
    rows: list[SettingChange] = []
    refused: list[Refusal] = []
    taken: set[str] = set()
    for index, spec in enumerate(specs):
        value, why = _judge(index, spec, before.get(spec.name), taken, versions or {})
        refused += why
        if not why:
            stored = SETTINGS[spec.name].kind.store(value)
            rows.append(
                SettingChange(
                    name=spec.name, value=stored, changed_by=by.name, changed_at=at, reason=spec.reason.strip()
                )
            )
    done = SettingChange.objects.bulk_create(rows)
    record((_happening(row, before[row.name]) for row in done), by=by, at=at)
    return Outcome(done, refused)


def _happening(row: SettingChange, old: queries.Current) -> Any:
    was = old.setting.kind.store(old.value)
    return happening("setting.change", row, name=row.name, changes={"value": [was, row.value]}, reason=row.reason)


def _judge(
    index: int, spec: SettingSpec, now: queries.Current | None, taken: set[str], versions: Mapping[str, int]
) -> tuple[Any, list[Refusal]]:
    """The value, or every reason against it."""
    if now is None:
        return None, [reasons.UNKNOWN(index, where="name", name=spec.name[:80])]
    label = str(now.setting.label)
    why: list[Refusal] = []
    if spec.name in taken:
        why.append(reasons.TWICE(index, where="name", setting=label))
    taken.add(spec.name)
    if versions.get(spec.name, now.version) != now.version:
        why.append(reasons.STALE(index, setting=label))
    reason = spec.reason.strip()
    if not reason:
        why.append(reasons.NO_REASON(index, where="reason", setting=label))
    if len(reason) > REASON_LENGTH:
        why.append(reasons.REASON_TOO_LONG(index, where="reason", length=len(reason), most=REASON_LENGTH))
    try:
        value = now.setting.kind.parse(spec.value)
    except Invalid as invalid:
        return None, [*why, invalid.reason(index, where="value", setting=label, **invalid.data)]
    if value == now.value:
        why.append(reasons.UNCHANGED(index, where="value", setting=label, value=now.shown))
    return value, why
