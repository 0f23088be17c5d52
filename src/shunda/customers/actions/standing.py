"""Where a customer stands with us: frozen or not, and who looks after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action
from shunda.core.refusal import Refusal
from shunda.customers import queries, reasons, rules
from shunda.customers.models import Customer


@action("customers.freeze_customer")
def freeze_customers(
    ids: Iterable[int], reason: str, *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Customer]:
    """Stop new business with customers until they are unfrozen; orders check it when they are submitted.

    Refused: no reason, one that is too long, a customer that is frozen already.
    """
    batch = Batch(queries.seen_by(by), ids, None, "customer.freeze", versions=versions)
    batch.refuse_if(lambda row: _why_reason(row.pk, reason))
    batch.refuse_if(
        lambda row: reasons.ALREADY_FROZEN(row.pk, code=row.code, reason=row.frozen_reason) if row.frozen else None
    )
    for row in batch:
        batch.note(row.pk, reason=reason.strip())
    return batch.commit(by=by, at=at, frozen=True, frozen_reason=reason.strip())


@action("customers.freeze_customer")
def unfreeze_customers(
    ids: Iterable[int], reason: str, *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Customer]:
    """Do business with customers again. Refused: no reason, a customer that is not frozen."""
    batch = Batch(queries.seen_by(by), ids, None, "customer.unfreeze", versions=versions)
    batch.refuse_if(lambda row: _why_reason(row.pk, reason))
    batch.refuse_if(lambda row: None if row.frozen else reasons.NOT_FROZEN(row.pk, code=row.code))
    for row in batch:
        batch.note(row.pk, reason=reason.strip(), was=row.frozen_reason)
    return batch.commit(by=by, at=at, frozen=False, frozen_reason="")


def _why_reason(ident: int, reason: str) -> Iterator[Refusal]:
    length = len(reason.strip())
    if not length:
        yield reasons.REASON_MISSING(ident, where="reason")
    if length > rules.MOST_REASON:
        yield reasons.REASON_TOO_LONG(ident, where="reason", length=length, most=rules.MOST_REASON)


@action("customers.assign_customer")
def change_owner(
    ids: Iterable[int], owner_id: int, *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Customer]:
    """Give customers to another sales representative; orders keep the one they had.

    Refused: a user who is unknown or no longer active, a customer that has this representative already.
    """
    batch = Batch(queries.seen_by(by), ids, None, "customer.assign", versions=versions)
    names = queries.user_names([owner_id, *(row.owner_id for row in batch)])
    possible = owner_id in queries.active_users([owner_id])
    batch.refuse_if(lambda row: None if possible else reasons.UNKNOWN_OWNER(row.pk, where="owner"))
    batch.refuse_if(
        lambda row: reasons.SAME_OWNER(row.pk, where="owner", code=row.code) if row.owner_id == owner_id else None
    )
    for row in batch:
        batch.note(row.pk, changes={"owner": [names.get(row.owner_id, ""), names[owner_id]]})
    return batch.commit(by=by, at=at, owner_id=owner_id)
