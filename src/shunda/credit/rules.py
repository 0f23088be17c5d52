"""What speaks against limits, raises and proposals; pure. The score: ``scoring``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from shunda.core.actor import Actor
from shunda.core.money import rounded
from shunda.core.refusal import Refusal
from shunda.credit import reasons
from shunda.credit.models import CreditAccount
from shunda.credit.specs import LimitSpec, RaiseSpec

MOST = Decimal("99999999999999.99")


def why_not_set(spec: LimitSpec, account: CreditAccount | None) -> Iterator[Refusal]:
    """Every reason that speaks against a new limit; ``account`` is the present one, if there is any (R051)."""
    pk = spec.customer_id
    if not is_amount(spec.limit, spec.currency):
        yield reasons.BAD_LIMIT(pk, most=f"{MOST:.0f}", where="limit")
    if not spec.reason.strip() or len(spec.reason) > 200:
        yield reasons.NO_REASON(pk, where="reason")
    if not re.fullmatch("[A-Z]{3}", spec.currency):
        yield reasons.BAD_CURRENCY(pk, currency=spec.currency, where="currency")
    elif account and account.exposure and account.currency != spec.currency:
        yield reasons.CURRENCY_IN_USE(
            pk, exposure=f"{account.exposure:.2f}", account=account.currency, where="currency"
        )


def is_amount(amount: Decimal, currency: str) -> bool:
    """Whether it is an amount of this currency a limit can have."""
    return amount.is_finite() and 0 <= amount <= MOST and amount == rounded(amount, currency)


def why_no_raise(index: int, spec: RaiseSpec, currency: str, at: datetime, most_days: int) -> Iterator[Refusal]:
    """Every reason that speaks against a temporary raise of an account kept in this currency."""
    if not is_amount(spec.amount, currency) or not spec.amount:
        yield reasons.BAD_AMOUNT(index, where="amount")
    if not spec.reason.strip() or len(spec.reason) > 200:
        yield reasons.NO_RAISE_REASON(index, where="reason")
    since = spec.since or at
    if spec.until <= max(at, since):
        yield reasons.RAISE_PAST(index, where="until")
    elif spec.until - max(at, since) > timedelta(days=most_days):
        yield reasons.RAISE_LONG(index, days=most_days, where="until")


def why_bad_remark(pk: int, remark: str) -> Refusal | None:
    """A remark is short."""
    return reasons.LONG_REMARK(pk, where="remark") if len(remark) > 200 else None


def same_person(asked_by_id: int | None, asked_by: str, by: Actor) -> bool:
    """Whether who decides is who asked: four eyes see more than two."""
    return asked_by_id == by.id if asked_by_id is not None or by.id is not None else asked_by == by.name
