"""Whether a credit limit may be set; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from shunda.core.money import rounded
from shunda.core.refusal import Refusal
from shunda.credit import reasons
from shunda.credit.models import CreditAccount
from shunda.credit.specs import LimitSpec

MOST = Decimal("99999999999999.99")


def why_not_set(spec: LimitSpec, account: CreditAccount | None) -> Iterator[Refusal]:
    """Every reason that speaks against a new limit; ``account`` is the present one, if there is any (R051)."""
    pk = spec.customer_id
    if not _is_amount(spec):
        yield reasons.BAD_LIMIT(pk, most=f"{MOST:.0f}", where="limit")
    if not spec.reason.strip() or len(spec.reason) > 200:
        yield reasons.NO_REASON(pk, where="reason")
    if not re.fullmatch("[A-Z]{3}", spec.currency):
        yield reasons.BAD_CURRENCY(pk, currency=spec.currency, where="currency")
    elif account and account.exposure and account.currency != spec.currency:
        yield reasons.CURRENCY_IN_USE(
            pk, exposure=f"{account.exposure:.2f}", account=account.currency, where="currency"
        )


def _is_amount(spec: LimitSpec) -> bool:
    if not spec.limit.is_finite() or not 0 <= spec.limit <= MOST:
        return False
    return spec.limit == rounded(spec.limit, spec.currency)
