"""Papers kept with a customer: licence, contracts, letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.customers import queries, reasons, rules
from shunda.customers.models import AttachmentKind, Customer, CustomerAttachment
from shunda.customers.specs import AttachmentSpec
from shunda.files.steps import store


@action("customers.edit_customer")
def attach(specs: Sequence[AttachmentSpec], *, by: Actor, at: datetime) -> Outcome[CustomerAttachment]:
    """Keep papers with customers; ids of refusals are places in the batch.

    Refused: an unknown customer or kind of paper, a note that is too long, and every file that is not kept (size,
    kind, content; see ``files``).
    """
    batch = Batch(queries.seen_by(by), {spec.customer_id for spec in specs}, None, "customer.attach")
    seen = {row.pk for row in batch}
    refused: list[Refusal] = []
    for index, spec in enumerate(specs):
        if spec.customer_id not in seen:
            refused.append(reasons.UNKNOWN_CUSTOMER(index, where="customer"))
        if spec.kind not in AttachmentKind.values:
            refused.append(reasons.BAD_ATTACHMENT_KIND(index, where="kind", value=str(spec.kind)[:20]))
        refused += rules.why_too_long(index, CustomerAttachment, rules.trimmed(spec))
    bad = {refusal.id for refusal in refused}
    places = [index for index in range(len(specs)) if index not in bad]
    files, faulty = store([specs[index].upload for index in places], by=by, at=at)
    refused += [replace(refusal, id=places[refusal.id or 0]) for refusal in faulty]
    rows = [
        CustomerAttachment(
            customer_id=specs[places[place]].customer_id,
            file=file,
            kind=specs[places[place]].kind,
            note=specs[places[place]].note.strip(),
            attached_at=at,
            attached_by=by.name,
        )
        for place, file in files.items()
    ]
    CustomerAttachment.objects.bulk_create(rows)
    _tell(batch, rows, by, at)
    return Outcome(rows, refused)


@action("customers.edit_customer")
def detach(ids: Iterable[int], *, by: Actor, at: datetime) -> Outcome[CustomerAttachment]:
    """Take papers out of the customer file; they stay stored, and the timeline names them."""
    wanted = sorted(set(ids))
    rows = list(
        CustomerAttachment.objects.filter(queries.within(by, "customer__"), pk__in=wanted, active=True)
        .select_related("file")
        .order_by("pk")
    )
    batch = Batch(queries.seen_by(by), {row.customer_id for row in rows}, None, "customer.detach")
    CustomerAttachment.objects.filter(pk__in=[row.pk for row in rows]).update(active=False)
    for row in rows:
        row.active = False
    _tell(batch, rows, by, at)
    found = {row.pk for row in rows}
    return Outcome(rows, [NOT_FOUND(pk) for pk in wanted if pk not in found])


def _tell(batch: Batch[Customer], rows: Sequence[CustomerAttachment], by: Actor, at: datetime) -> None:
    names: dict[int, list[str]] = {}
    for row in rows:
        names.setdefault(row.customer_id, []).append(row.file.name)
    batch.rows = [customer for customer in batch if customer.pk in names]
    for customer in batch:
        batch.note(customer.pk, files=names[customer.pk])
    batch.commit(by=by, at=at)
