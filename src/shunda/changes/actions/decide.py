"""Deciding on changes: everybody who has to agree agrees, or one rejects it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db.models import Min
from django.utils.timezone import localtime

from shunda.accounts.queries import doers
from shunda.changes import queries, tasks
from shunda.changes import reasons as why
from shunda.changes.actions.apply import carry, drop_voices, lock_orders, specs_of
from shunda.changes.models import Change, ChangeKind, Role, Voice
from shunda.changes.states import CHANGE, VOICE, VoiceStatus
from shunda.changes.weighing import weigh
from shunda.core.actor import Actor
from shunda.core.batch import ACTIONS, Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.orders import rows
from shunda.orders.models import Order
from shunda.orders.rules import why_own
from shunda.policies import queries as policies

__all__ = ["agree", "reject"]


@action("orders.view_order")
def agree(
    ids: Collection[int],
    remark: str = "",
    *,
    by: Actor,
    at: datetime,
    ready: Mapping[int, date] | None = None,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Voice]:
    """Agree to changes (ids of voices); with the last one a change is made, or waits for the customer's signature.

    Whoever decides holds what his role takes and did not ask for the change himself; the order is not his own either,
    except where the front line decides on small things (R060, R166, R167). ``ready`` is when research and development
    will be done with a product change, by voice id (R104).
    """
    days = ready or {}
    batch = _batch(ids, "agree", by, versions)
    batch.refuse_if(lambda voice: _why_not_ready(voice, days.get(voice.pk), localtime(at).date()))
    outcome = _decide(batch, remark, days, by=by, at=at)
    touched = {voice.change_id for voice in outcome.done}
    _open_next(touched, by=by, at=at)
    waiting = Voice.objects.filter(change__in=touched).exclude(status=VoiceStatus.AGREED)
    passed = touched - set(waiting.values_list("change_id", flat=True))
    agreed = Batch(Change.objects.select_related("order"), passed, CHANGE, "agree").commit(by=by, at=at).done
    _weigh_again([change for change in agreed if change.kind == ChangeKind.PRODUCT], by=by, at=at)
    carry(agreed, by=by, at=at)
    return outcome


@action("orders.view_order")
def reject(
    ids: Collection[int],
    remark: str,
    *,
    by: Actor,
    at: datetime,
    versions: Mapping[int, int] | None = None,
) -> Outcome[Voice]:
    """Reject changes (ids of voices); the remark says why. The order stays as it is, the other voices are dropped."""
    batch = _batch(ids, "reject", by, versions)
    batch.refuse_if(lambda voice: None if remark.strip() else why.REMARK_REQUIRED(voice.pk, where="remark"))
    outcome = _decide(batch, remark, {}, by=by, at=at)
    gone = Batch(Change.objects.all(), {voice.change_id for voice in outcome.done}, CHANGE, "reject")
    for change in gone:
        gone.note(change.pk, number=change.number, remark=remark)
    drop_voices(gone.ids, by=by, at=at)
    gone.commit(by=by, at=at)
    tasks.close(tasks.PERMISSIONS, gone.ids, by=by, at=at, outcome="dropped")
    return outcome


for _permission in tasks.ROLES.values():
    for _move in (agree, reject):
        ACTIONS.setdefault(_permission, []).append(f"{_move.__module__}.{_move.__qualname__}")


def _batch(ids: Collection[int], move: str, by: Actor, versions: Mapping[int, int] | None) -> Batch[Voice]:
    """The voices, behind their orders and changes, without those this person does not decide."""
    mine = Voice.objects.filter(change__in=queries.seen_by(by))
    changes = list(mine.filter(pk__in=ids).values_list("change_id", flat=True))
    lock_orders(changes)
    list(Change.objects.filter(pk__in=changes).order_by("pk").select_for_update().values_list("pk"))
    may_own = policies.value("orders.review_own")
    asked = doers(Change._meta.label_lower, changes, "change.ask")
    batch = Batch(mine.select_related("change__order"), ids, VOICE, move, versions=versions)
    entered = doers(Order._meta.label_lower, {voice.change.order_id for voice in batch}, "order.create")

    def why_not(voice: Voice) -> list[Refusal]:
        found = []
        if not by.may(tasks.ROLES[voice.role]):
            found.append(why.NOT_YOURS(voice.pk, role=str(voice.get_role_display())))
        change = voice.change
        if by.persons & {change.requested_by_id, *asked[change.pk]} and not may_own:
            found.append(why.OWN_CHANGE(voice.pk, number=change.number))
        elif voice.role != Role.FRONTLINE:
            own = why_own(voice.pk, change.order, by, entered[change.order_id], may_own=may_own)
            found += [own] if own else []
        return found

    batch.refuse_if(why_not)
    return batch


def _why_not_ready(voice: Voice, day: date | None, today: date) -> Refusal | None:
    if voice.role != Role.RND:
        return None
    if day is None:
        return why.READY_REQUIRED(voice.pk, where="ready_on")
    return why.READY_PAST(voice.pk, where="ready_on") if day < today else None


def _decide(batch: Batch[Voice], remark: str, ready: Mapping[int, date], *, by: Actor, at: datetime) -> Outcome[Voice]:
    for voice in batch:
        voice.ready_on = ready.get(voice.pk) if voice.role == Role.RND else None
        said = {"remark": remark} if remark else {}
        day = {"ready_on": voice.ready_on.isoformat()} if voice.ready_on else {}
        batch.note(voice.pk, role=voice.role, number=voice.change.number, **said, **day)
    rows.update(Voice, [voice for voice in batch if voice.ready_on], ["ready_on"])
    outcome = batch.commit(by=by, at=at, stamp="decided_at", decided_by_id=by.id, remark=remark[:200])
    for role in {voice.role for voice in outcome.done}:
        decided = [voice.change_id for voice in outcome.done if voice.role == role]
        tasks.close([f"change.{role}"], decided, by=by, at=at)
    return outcome


def _open_next(change_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Where nobody of the present step is waited for any more, those of the next step begin."""
    mine = Voice.objects.filter(change__in=change_ids)
    waited_for = mine.filter(status=VoiceStatus.PENDING).values("change_id")
    later = mine.filter(status=VoiceStatus.LATER).exclude(change_id__in=waited_for)
    steps = dict(later.values_list("change_id").annotate(Min("step")).order_by("change_id"))
    ids = [voice.pk for voice in later if voice.step == steps[voice.change_id]]
    opened = Batch(Voice.objects.select_related("change__order"), ids, VOICE, "open").commit(by=by, at=at)
    tasks.open_for([(f"change.{voice.role}", voice.change) for voice in opened.done], at=at)


def _weigh_again(changes: list[Change], *, by: Actor, at: datetime) -> None:
    """Research and development named a day: whether the customer has to sign is known only now."""
    if not changes:
        return
    weighed = weigh(specs_of(changes), by=by, at=at)
    batch = Batch(Change.objects.all(), [change.pk for change in changes], None, "change.weigh")
    for change in batch:
        one = weighed[change.order_id]
        worse = [{"code": refusal.code, "data": dict(refusal.data)} for refusal in one.worse]
        batch.amend(change, {"worse": worse, "impact": one.impact}, {})
        batch.note(change.pk, number=change.number, worse=worse)
    batch.commit(by=by, at=at)
    fresh = {change.pk: change for change in batch}
    for change in changes:
        change.worse, change.impact = fresh[change.pk].worse, fresh[change.pk].impact
