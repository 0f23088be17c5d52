"""Credit for many new orders at once: accounts locked in order, the caller decides, one statement writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shunda.core.refusal import Refusal
from shunda.core.sql import Row, Statement, nothing, numbers
from shunda.credit.reasons import OTHER_CURRENCY, OVER_LIMIT

# What raises add at a moment. The account keeps the sum until it changes next; where nobody has counted since (the job
# is late), the raises themselves are asked, so a limit is never too high and never too low.
RAISED = """
case when account.raised_until <= %s::timestamptz then (
  select coalesce(sum(r.amount), 0) from credit_limitraise r
  where r.customer_id = account.customer_id and r.status = 'approved' and r.since <= %s::timestamptz
    and r.until > %s::timestamptz
) else account.raised end
"""
_LOCK = f"""
select customer_id, currency, "limit" + {RAISED}, exposure, score from credit_creditaccount account
where customer_id = any(%s::bigint[]) order by customer_id for no key update
"""  # noqa: S608  # no value of a user's is in it
_HOLD = """
with entry as (
  insert into credit_creditentry (customer_id, order_id, bucket, amount, reason, at)
  select customer_id, order_id, 'ordered', amount, 'confirm', %s
  from unnest(%s::bigint[], %s::bigint[], %s::numeric[]) with ordinality n(customer_id, order_id, amount, i)
  order by i
  returning customer_id, amount
)
update credit_creditaccount account set ordered = account.ordered + taken.amount
from (select customer_id, sum(amount) amount from entry group by customer_id) taken
where account.customer_id = taken.customer_id
"""
ZERO = Decimal(0)


@dataclass(slots=True)
class Account:
    """A locked account while orders take from it one after the other; without one there is no limit.

    ``limit`` counts the raises that run at the moment it was locked for; ``score`` is the one found last.
    """

    currency: str = ""
    limit: Decimal = ZERO
    exposure: Decimal = ZERO
    score: int | None = None

    def why_not(self, amount: Decimal, currency: str) -> Refusal | None:
        """What speaks against taking so much, seeing what those before took (R043, R049)."""
        if self.currency and self.currency != currency:
            return OTHER_CURRENCY(account=self.currency, currency=currency)
        if self.exposure + amount <= self.limit:
            return None
        return OVER_LIMIT(
            amount=f"{amount:.2f}",
            currency=currency,
            limit=f"{self.limit:.2f}",
            exposure=f"{self.exposure:.2f}",
            free=f"{max(self.limit - self.exposure, ZERO):.2f}",
        )


def lock(customer_ids: Iterable[int], *, at: datetime) -> Statement[dict[int, Account]]:
    """Lock the accounts of these customers, in the order of their ids; who has none has a limit of 0."""
    wanted = sorted(set(customer_ids))

    def read(rows: list[Row]) -> dict[int, Account]:
        found = {row[0]: Account(*row[1:]) for row in rows}
        return {pk: found.get(pk) or Account() for pk in wanted}

    return Statement(_LOCK if wanted else "", [at, at, at, numbers(wanted)], read)


def hold(taken: Sequence[tuple[int, int, Decimal]], *, at: datetime) -> Statement[None]:
    """Write what new orders took, (customer, order, amount), to the ledger and the locked accounts."""
    columns = [numbers(row[n] for row in taken) for n in range(3)]
    return Statement(_HOLD if taken else "", [at, *columns], nothing)
