"""What changes put on the worklists: who has to decide, sign, make or tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from shunda.changes.models import Change, Role
from shunda.changes.states import CHANGE
from shunda.core.actor import Actor
from shunda.orders.authority import PERMISSIONS as AUTHORITIES
from shunda.orders.authority import Authority
from shunda.orders.models import Department
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

SUBJECT = Change._meta.label_lower
RND = "changes.decide_rnd"
ROLES: dict[str, str] = {
    **{str(department): f"orders.review_{department}" for department in Department},
    str(Role.FRONTLINE): AUTHORITIES[Authority.FRONTLINE],
    str(Role.RND): RND,
}
"""What whoever decides as this must hold."""
SIGN, APPLY, TELL = "change.sign", "change.apply", "change.tell"
PERMISSIONS: dict[str, str] = {
    SIGN: CHANGE["sign"].permission,
    APPLY: CHANGE["apply"].permission,
    TELL: CHANGE["tell"].permission,
    **{f"change.{role}": permission for role, permission in ROLES.items()},
}


def open_for(wanted: Iterable[tuple[str, Change]], *, at: datetime) -> None:
    """Put steps about changes on the worklists; their orders are joined."""
    open_tasks(
        [
            TaskSpec(
                kind=kind,
                permission=PERMISSIONS[kind],
                subject_kind=SUBJECT,
                subject_id=change.pk,
                order_id=change.order_id,
                label=change.number,
                party=change.order.customer_name,
                region_id=change.order.region_id,
                owner_id=change.order.owner_id,
                urgent=change.order.urgent,
            )
            for kind, change in wanted
        ],
        at=at,
    )


def close(kinds: Iterable[str], ids: Collection[int], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Take steps of these changes off the worklists."""
    close_tasks(kinds, SUBJECT, ids, by=by, at=at, outcome=outcome)
