"""Credit for many new orders at once: accounts looked at, the caller decides, one statement takes what still fits.

Like stock (``inventory.promising``): nobody waits for an account while orders are calculated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shunda.core.refusal import Refusal
from shunda.core.retry import Again
from shunda.core.sql import Row, Statement, numbers
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
_LOOK = f"""
select customer_id, currency, "limit" + {RAISED}, exposure, score from credit_creditaccount account
where customer_id = any(%s::bigint[])
"""  # noqa: S608  # no value of a user's is in it
_LOCK = f"{_LOOK} order by customer_id for no key update"
# In the order of their customers, and only what still fits: what was seen free may have been taken since.
_HOLD = f"""
with n as materialized (
  select * from unnest(%s::bigint[], %s::bigint[], %s::numeric[]) with ordinality n(customer_id, order_id, amount, i)
), entry as (
  insert into credit_creditentry (customer_id, order_id, bucket, amount, reason, at)
  select customer_id, order_id, 'ordered', amount, 'confirm', %s from n order by i
)
update credit_creditaccount account set ordered = account.ordered + taken.amount
from (select customer_id, sum(amount) amount from n group by customer_id order by customer_id) taken
where account.customer_id = taken.customer_id and account.exposure + taken.amount <= account."limit" + {RAISED}
returning 1
"""  # noqa: S608  # no value of a user's is in it
ZERO = Decimal(0)


@dataclass(slots=True)
class Account:
    """An account while orders take from it one after the other; without one nothing is lent.

    ``limit`` counts the raises that run at the moment it was looked at for; ``score`` is the one found last.
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


class Spent(Again):
    """Somebody else took credit that was seen free: undo, look again with locks."""


def lock(customer_ids: Iterable[int], *, at: datetime) -> Statement[dict[int, Account]]:
    """Lock the accounts of these customers, in the order of their ids; who has none has a limit of 0."""
    return look(customer_ids, at=at, locked=True)


def look(customer_ids: Iterable[int], *, at: datetime, locked: bool) -> Statement[dict[int, Account]]:
    """The accounts of these customers; who has none has a limit of 0. ``locked`` ones stay as they are until commit."""
    wanted = sorted(set(customer_ids))

    def read(rows: list[Row]) -> dict[int, Account]:
        found = {row[0]: Account(*row[1:]) for row in rows}
        return {pk: found.get(pk) or Account() for pk in wanted}

    return Statement((_LOCK if locked else _LOOK) if wanted else "", [at, at, at, numbers(wanted)], read)


def hold(taken: Sequence[tuple[int, int, Decimal]], *, at: datetime) -> Statement[None]:
    """Write what new orders take, (customer, order, amount), to the ledger and the accounts, all or nothing.

    Raises ``Spent`` where an account that was only looked at has no room for it any more.
    """

    def all_held(rows: list[Row]) -> None:
        if len(rows) != len({customer for customer, _order, _amount in taken}):
            raise Spent

    columns = [numbers(row[n] for row in taken) for n in range(3)]
    return Statement(_HOLD if taken else "", [*columns, at, at, at, at], all_held)
