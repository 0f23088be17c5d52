"""What people do with credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from shunda.core import event
from shunda.core.actor import Actor
from shunda.core.batch import Outcome, action, happening, why_stale
from shunda.core.refusal import NOT_FOUND, Refusal
from shunda.credit.models import CreditAccount
from shunda.credit.rules import why_not_set
from shunda.credit.specs import LimitSpec
from shunda.customers import queries as customers


@action("credit.set_limit")
def set_limits(
    specs: Sequence[LimitSpec], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[CreditAccount]:
    """Set how much customers may owe; the event keeps the old limit, the new one and the reason (R049, R051).

    Ids and versions are the customers'. A limit under what is already owed is fine: nothing more is confirmed until
    enough is paid. Refuses a limit that is no amount, a missing reason, another currency while something is owed.
    """
    latest = {spec.customer_id: spec for spec in specs}
    seen = set(customers.seen_by(by).filter(pk__in=latest).values_list("pk", flat=True))
    refused: list[Refusal] = [NOT_FOUND(pk) for pk in latest if pk not in seen]
    CreditAccount.objects.bulk_create([CreditAccount(pk=pk) for pk in sorted(seen)], ignore_conflicts=True)
    done: list[CreditAccount] = []
    happenings: list[event.Happening] = []
    for account in CreditAccount.objects.filter(pk__in=seen).order_by("pk").select_for_update():
        spec = latest[account.pk]
        stale = why_stale(account, versions) if versions else None
        if reasons := [*([stale] if stale else ()), *why_not_set(spec, account)]:
            refused += reasons
            continue
        happenings.append(_changed(account, spec))
        account.limit, account.currency, account.version = spec.limit, spec.currency, account.version + 1
        done.append(account)
    CreditAccount.objects.bulk_update(done, ["limit", "currency", "version"])
    event.record(happenings, by=by, at=at)
    return Outcome(done, refused)


def _changed(account: CreditAccount, spec: LimitSpec) -> event.Happening:
    return happening(
        "credit.set_limit",
        account,
        old=str(account.limit),
        new=str(spec.limit),
        currency=spec.currency,
        reason=spec.reason.strip(),
    )
