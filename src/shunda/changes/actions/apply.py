"""Making agreed changes, giving them up, and telling the customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from shunda.changes import queries, tasks
from shunda.changes import reasons as why
from shunda.changes.carrying import Effect
from shunda.changes.models import Change, ChangeKind, Revision, Role, Voice
from shunda.changes.specs import ChangeSpec, read
from shunda.changes.states import CHANGE, VOICE, VoiceStatus
from shunda.changes.weighing import carry_out, revisions
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.orders import rows
from shunda.orders.models import Order

__all__ = ["apply", "carry", "drop_voices", "specs_of", "tell", "withdraw"]


@action("changes.apply_change")
def apply(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Change]:
    """Make agreed changes that could not be made at once: stock was short, a shipment stood packed (R165).

    Refused while the customer has not signed where he has to (R169), and for whatever still speaks against it.
    """
    lock_orders(ids)
    batch = Batch(queries.seen_by(by).select_related("order"), ids, CHANGE, "apply", versions=versions)
    batch.refuse_if(lambda change: why.NOT_SIGNED(change.pk) if change.needs_agreement else None)
    refused = batch.refused + _apply(batch.rows, by=by, at=at)
    out = {refusal.id for refusal in refused}
    found = Change.objects.select_related("order").in_bulk([c.pk for c in batch if c.pk not in out])
    return Outcome([found[pk] for pk in sorted(found)], refused)


def lock_orders(change_ids: Iterable[int]) -> None:
    """Everybody locks orders before what belongs to them."""
    wanted = Change.objects.filter(pk__in=list(change_ids)).values_list("order_id", flat=True)
    list(Order.objects.filter(pk__in=wanted).order_by("pk").select_for_update().values_list("pk"))


def carry(changes: Sequence[Change], *, by: Actor, at: datetime) -> None:
    """Agreed changes are made, or wait: for the customer's signature, or for what stops them to go away."""
    unsigned = [change for change in changes if change.needs_agreement]
    tasks.open_for([(tasks.SIGN, change) for change in unsigned], at=at)
    ready = [change for change in changes if not change.needs_agreement]
    stopped: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for refusal in _apply(ready, by=by, at=at):
        stopped[refusal.id or 0].append({"code": refusal.code, "data": dict(refusal.data)})
    waiting = Batch(Change.objects.select_related("order"), stopped, None, "change.blocked")
    for change in waiting:
        waiting.amend(change, {"blocked_by": stopped[change.pk]}, {})
        waiting.note(change.pk, number=change.number, reasons=stopped[change.pk])
    waiting.commit(by=by, at=at)
    tasks.open_for([(tasks.APPLY, change) for change in waiting], at=at)


def specs_of(changes: Iterable[Change]) -> dict[int, ChangeSpec]:
    """By order: what these changes want. A product change is promised for when research and development is ready."""
    changes = list(changes)
    days = Voice.objects.filter(change__in=changes, role=Role.RND, ready_on__isnull=False)
    ready = {pk: day for pk, day in days.values_list("change_id", "ready_on") if day}
    found: dict[int, ChangeSpec] = {}
    for change in changes:
        spec = replace(read(change.order_id, change.kind, change.wanted), reason=change.reason)
        promised = change.order.promised_date
        if change.pk in ready and promised and ready[change.pk] > promised:
            spec = replace(spec, head={**spec.head, "promised_date": ready[change.pk]})
        found[change.order_id] = spec
    return found


def _apply(changes: Sequence[Change], *, by: Actor, at: datetime) -> list[Refusal]:
    """Carry these changes out; what refused one carries its id."""
    if not changes:
        return []
    of = {change.order_id: change for change in changes}
    made = carry_out(specs_of(changes), by=by, at=at, numbers={pk: change.number for pk, change in of.items()})
    refused = [replace(refusal, id=of[refusal.id or 0].pk) for refusal in made.refused]
    done = {of[pk].pk: effect for pk, effect in made.effects.items()}
    numbers = _revisions(of, made.effects, by=by, at=at)
    batch = Batch(Change.objects.select_related("order"), done, CHANGE, "apply")
    for change in batch:
        effect = done[change.pk]
        values = {"effect": effect.impact, "gross_change": effect.gross_change, "blocked_by": []}
        batch.amend(change, {**values, "revision": numbers.get(change.order_id)}, {})
        batch.note(change.pk, number=change.number, revision=numbers.get(change.order_id))
    outcome = batch.commit(by=by, at=at, stamp="applied_at")
    tasks.close((tasks.SIGN, tasks.APPLY), batch.ids, by=by, at=at)
    tasks.open_for([(tasks.TELL, change) for change in outcome.done], at=at)
    return refused


def _revisions(of: Mapping[int, Change], effects: Mapping[int, Effect], *, by: Actor, at: datetime) -> dict[int, int]:
    """A revision for each order that was changed, and number 0, what was confirmed, with the first (R222)."""
    changed = {pk: effect for pk, effect in effects.items() if of[pk].kind != ChangeKind.CANCEL}
    last = revisions(changed)
    made = []
    for pk, effect in changed.items():
        order = effect.plan.order
        if not last[pk]:
            made.append(_revision(pk, 0, None, effect.before, order.confirmed_at or at, by))
        made.append(_revision(pk, last[pk] + 1, of[pk].pk, effect.after, at, by))
    rows.insert(Revision, made)
    return {pk: number + 1 for pk, number in last.items()}


def _revision(pk: int, number: int, change: int | None, kept: dict[str, Any], at: datetime, by: Actor) -> Revision:
    money = {name: kept[name] for name in ("net", "tax", "gross")}
    return Revision(order_id=pk, number=number, change_id=change, content=kept, at=at, actor=by.name, **money)


@action("changes.withdraw_change")
def withdraw(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Change]:
    """Give changes up that are not made yet: the customer no longer wants them. The order stays as it is."""
    lock_orders(ids)
    batch = Batch(queries.seen_by(by).select_related("order"), ids, CHANGE, "withdraw", versions=versions)
    for change in batch:
        batch.note(change.pk, number=change.number)
    drop_voices(batch.ids, by=by, at=at)
    outcome = batch.commit(by=by, at=at, blocked_by=[])
    tasks.close(tasks.PERMISSIONS, batch.ids, by=by, at=at, outcome="dropped")
    return outcome


def drop_voices(change_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Voices of these changes that still wait are not needed any more."""
    waiting = Voice.objects.filter(change__in=change_ids, status__in=[VoiceStatus.LATER, VoiceStatus.PENDING])
    Batch(Voice.objects.all(), waiting.values_list("pk", flat=True), VOICE, "drop").commit(by=by, at=at)


@action("changes.tell_change")
def tell(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Change]:
    """Note that the customer was told of changes that are made (R165)."""
    lock_orders(ids)
    batch = Batch(queries.seen_by(by).select_related("order"), ids, CHANGE, "tell", versions=versions)
    batch.refuse_if(lambda change: why.ALREADY_TOLD(change.pk) if change.told_at else None)
    for change in batch:
        batch.note(change.pk, number=change.number)
    outcome = batch.commit(by=by, at=at, stamp="told_at")
    tasks.close((tasks.TELL,), batch.ids, by=by, at=at)
    return outcome
