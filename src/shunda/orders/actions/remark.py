"""What people add to an order at any time: comments and papers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.files.specs import Upload
from shunda.files.steps import store
from shunda.orders import mentions
from shunda.orders import reasons as why
from shunda.orders.models import Order, OrderAttachment, PaperKind
from shunda.orders.queries import seen_by
from shunda.orders.states import ORDER
from shunda.orders.tasks import SUBJECT
from shunda.work import steps as work
from shunda.work.specs import NoticeSpec

__all__ = ["AttachmentSpec", "attach", "comment"]

COMMENT_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class AttachmentSpec:
    """A paper for an order (R029)."""

    order_id: int
    upload: Upload
    kind: str = PaperKind.OTHER
    note: str = ""


@action("orders.comment_order")
def comment(ids: Collection[int], text: str, *, by: Actor, at: datetime) -> Outcome[Order]:
    """Say something about orders, whatever their status; it stands in the timeline and cannot be taken back.

    Who is named in it ("@nancy", "@李明") finds a notice on the home page. Refused: an empty comment, one longer than
    4,000 characters, one that names somebody who may not see the order.
    """
    batch = Batch(seen_by(by), ids, ORDER, "comment")
    batch.refuse_if(lambda order: None if text.strip() else why.COMMENT_EMPTY(order.pk, where="text"))
    batch.refuse_if(
        lambda order: (
            why.COMMENT_TOO_LONG(order.pk, limit=COMMENT_LENGTH, where="text") if len(text) > COMMENT_LENGTH else None
        )
    )
    people = mentions.named(text[:COMMENT_LENGTH])
    blind = mentions.blind(batch, people)
    batch.refuse_if(
        lambda order: (
            why.MENTIONED_CANNOT_SEE(order.pk, people=", ".join(str(user) for user in blind[order.pk]), where="text")
            if blind[order.pk]
            else None
        )
    )
    record((happening("order.comment", order, text=text.strip()) for order in batch), by=by, at=at)
    work.tell(
        [NoticeSpec(user.pk, SUBJECT, order.pk, order.number, text.strip()) for order in batch for user in people],
        by=by,
        at=at,
    )
    return Outcome(batch.rows, batch.refused)


@action("orders.attach_order")
def attach(specs: Sequence[AttachmentSpec], *, by: Actor, at: datetime) -> Outcome[OrderAttachment]:
    """Keep papers with orders: the signed confirmation letter, a technical agreement, talk records (R029).

    Refused: orders that are archived or cancelled, unknown kinds, and files that are empty, too large, of a kind that
    is not kept, or not what their name says. ``Refusal.id`` is the index of the spec.
    """
    batch = Batch(seen_by(by), {spec.order_id for spec in specs}, ORDER, "attach")
    kept = {order.pk: order for order in batch}
    against: dict[int, list[Refusal]] = {}
    for refusal in batch.refused:
        against.setdefault(refusal.id or 0, []).append(refusal)
    refused = [
        replace(refusal, id=index) for index, spec in enumerate(specs) for refusal in against.get(spec.order_id, ())
    ]
    refused += [
        why.ATTACHMENT_KIND(index, value=spec.kind, where="kind")
        for index, spec in enumerate(specs)
        if spec.kind not in PaperKind and spec.order_id in kept
    ]
    left = [i for i, spec in enumerate(specs) if spec.order_id in kept and spec.kind in PaperKind]
    files, bad = store([specs[i].upload for i in left], by=by, at=at)
    refused += [replace(refusal, id=left[refusal.id or 0]) for refusal in bad]
    rows = [
        OrderAttachment(
            order=kept[specs[left[i]].order_id],
            file=file,
            kind=specs[left[i]].kind,
            note=specs[left[i]].note[:200],
            added_at=at,
        )
        for i, file in files.items()
    ]
    OrderAttachment.objects.bulk_create(rows)
    told = (happening("order.attach", r.order, text=r.file.name, paper=r.kind, attachment=r.pk) for r in rows)
    record(told, by=by, at=at)
    return Outcome(rows, sorted(refused, key=lambda refusal: refusal.id or 0))
