"""What waits for somebody to decide: temporary raises and proposals, on the worklists."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from shunda.core.actor import Actor
from shunda.credit.models import LimitRaise, Proposal
from shunda.credit.states import PROPOSAL, RAISE
from shunda.customers.models import Customer
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

Kind = type[LimitRaise] | type[Proposal]
KINDS: dict[Kind, tuple[str, str]] = {
    LimitRaise: ("credit.raise", RAISE["approve"].permission),
    Proposal: ("credit.proposal", PROPOSAL["approve"].permission),
}
"""The kind of step, and what whoever decides must hold."""


def open_for(rows: Sequence[LimitRaise] | Sequence[Proposal], people: Mapping[int, Customer], *, at: datetime) -> None:
    """Each waits for a second person who sees its customer."""
    open_tasks([_task(row, people[row.customer_id]) for row in rows], at=at)


def _task(row: LimitRaise | Proposal, customer: Customer) -> TaskSpec:
    kind, permission = KINDS[type(row)]
    return TaskSpec(
        kind=kind,
        permission=permission,
        subject_kind=row._meta.label_lower,
        subject_id=row.pk,
        order_id=None,
        label=customer.code,
        party=customer.name,
        region_id=customer.region_id,
        owner_id=customer.owner_id,
    )


def close(kind: Kind, ids: Collection[int], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Decided, or (``dropped``) no longer needed."""
    close_tasks([KINDS[kind][0]], kind._meta.label_lower, ids, by=by, at=at, outcome=outcome)
