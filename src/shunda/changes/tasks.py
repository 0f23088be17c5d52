"""What changes put on the worklists: who has to decide, sign, make or tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from shunda.changes.models import Change, Role
from shunda.changes.states import CHANGE
from shunda.core.actor import Actor, system
from shunda.orders.authority import PERMISSIONS as AUTHORITIES
from shunda.orders.authority import Authority
from shunda.orders.models import Department
from shunda.work import waiting
from shunda.work.kinds import SHIPPING_STEPS
from shunda.work.reasons import WAITS_AGREEMENT
from shunda.work.specs import TaskSpec, WaitSpec
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
    """Put steps about changes on the worklists; their orders are joined.

    While the customer has to sign, the clocks of what is shipped to him stand: nobody knows yet what that will be.
    """
    wanted = list(wanted)
    open_tasks(
        [
            TaskSpec.of_order(change.order, kind, PERMISSIONS[kind], SUBJECT, change.pk, change.number)
            for kind, change in wanted
        ],
        at=at,
    )
    unsigned = [change for kind, change in wanted if kind == SIGN]
    waiting.wait([_wait(change) for change in unsigned], by=system("clock"), at=at)


def _wait(change: Change) -> WaitSpec:
    return WaitSpec(change.order_id, f"change:{change.pk}", SUBJECT, change.pk, WAITS_AGREEMENT.code, SHIPPING_STEPS)


def close(kinds: Iterable[str], ids: Collection[int], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Take steps of these changes off the worklists; what stood while the customer had to sign goes on."""
    kinds = list(kinds)
    close_tasks(kinds, SUBJECT, ids, by=by, at=at, outcome=outcome)
    if SIGN in kinds and ids:
        waiting.answered([f"change:{pk}" for pk in ids], by=by, at=at)
