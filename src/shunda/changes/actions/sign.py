"""Keeping the signed change agreement; a change that waited for it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shunda.changes import queries, tasks
from shunda.changes.actions.apply import carry, lock_orders
from shunda.changes.models import Change
from shunda.changes.states import CHANGE, ChangeStatus
from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.files.specs import Upload
from shunda.files.steps import store
from shunda.orders.models import OrderAttachment, PaperKind

__all__ = ["SignSpec", "sign"]


@dataclass(frozen=True, slots=True)
class SignSpec:
    """The signed copy of a change agreement, or the customer's written confirmation (R168, R169)."""

    change_id: int
    upload: Upload


@action("changes.sign_change")
def sign(specs: Sequence[SignSpec], *, by: Actor, at: datetime) -> Outcome[Change]:
    """Keep signed change agreements with their orders; changes that everybody agreed to are made then (R169).

    Refused: files that are empty, too large, of a kind that is not kept or not what their name says; changes that are
    made, rejected or withdrawn. ``Refusal.id`` is the id of the change.
    """
    wanted = {spec.change_id: spec for spec in specs}
    lock_orders(wanted)
    batch = Batch(queries.seen_by(by).select_related("order"), wanted, CHANGE, "sign")
    ids = batch.ids
    files, bad = store([wanted[pk].upload for pk in ids], by=by, at=at)
    refused = [replace(refusal, id=ids[refusal.id or 0]) for refusal in bad]
    against: dict[int | None, list[Refusal]] = {}
    for refusal in refused:
        against.setdefault(refusal.id, []).append(refusal)
    batch.refuse_if(lambda change: against.get(change.pk))
    kept = {ids[index]: file for index, file in files.items()}
    papers = [
        OrderAttachment(order=c.order, file=kept[c.pk], kind=PaperKind.CONTRACT, note=c.number, added_at=at)
        for c in batch
    ]
    OrderAttachment.objects.bulk_create(papers)
    for change, paper in zip(batch, papers, strict=True):
        batch.amend(change, {"agreement_id": paper.pk}, {})
        batch.note(change.pk, number=change.number, text=paper.file.name, attachment=paper.pk)
    outcome = batch.commit(by=by, at=at)
    tasks.close((tasks.SIGN,), batch.ids, by=by, at=at)
    carry([change for change in outcome.done if change.status == ChangeStatus.AGREED], by=by, at=at)
    found = Change.objects.select_related("order").in_bulk(batch.ids)
    return Outcome([found[pk] for pk in sorted(found)], outcome.refused)
