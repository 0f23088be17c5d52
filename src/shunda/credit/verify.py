"""Recomputes credit from its ledger."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_BALANCES = """
select coalesce(a.customer_id, e.customer_id), a.ordered, a.shipped, a.invoiced,
       coalesce(e.ordered, 0), coalesce(e.shipped, 0), coalesce(e.invoiced, 0)
from credit_creditaccount a
full join (
  select customer_id,
         coalesce(sum(amount) filter (where bucket = 'ordered'), 0) ordered,
         coalesce(sum(amount) filter (where bucket = 'shipped'), 0) shipped,
         coalesce(sum(amount) filter (where bucket = 'invoiced'), 0) invoiced
  from credit_creditentry group by customer_id
) e on e.customer_id = a.customer_id
where (a.ordered, a.shipped, a.invoiced)
      is distinct from (coalesce(e.ordered, 0), coalesce(e.shipped, 0), coalesce(e.invoiced, 0))
order by 1
"""

_ORDERS = """
select order_id, bucket, sum(amount) from credit_creditentry
group by order_id, bucket having sum(amount) < 0 order by 1, 2
"""

# What an account keeps of its raises must be theirs until the moment it names; later, whoever looks asks the raises.
_RAISES = """
select account.customer_id, account.raised, n.raised
from credit_creditaccount account
cross join lateral (
  select coalesce(sum(r.amount) filter (where r.since <= now() and r.until > now()), 0) raised,
         min(case when r.since > now() then r.since else r.until end) filter (where r.until > now()) turns
  from credit_limitraise r where r.customer_id = account.customer_id and r.status = 'approved'
) n
where (account.raised_until is null or account.raised_until > now())
  and (account.raised, account.raised_until) is distinct from (n.raised, n.turns)
order by 1
"""

_ALONE = """
select id from credit_limitraise
where status in ('approved', 'ended', 'rejected') and decided_at is null or status = 'ended' and ended_at is null
order by 1
"""


def check() -> Iterable[str]:
    """Each difference between what an account keeps and its ledger and raises.

    Also each order with less than nothing in a bucket, and each raise somebody decided on without it being known when.
    """
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES)
        for customer_id, *figures in cursor.fetchall():
            stored, summed = figures[:3], figures[3:]
            yield (
                f"credit of customer {customer_id}: ordered, shipped, invoiced are kept as "
                f"{_three(stored)}, the ledger says {_three(summed)}"
            )
        cursor.execute(_ORDERS)
        for order_id, bucket, amount in cursor.fetchall():
            yield f"credit of order {order_id}: {amount} in bucket {bucket}"
        cursor.execute(_RAISES)
        for customer_id, stored, running in cursor.fetchall():
            yield f"credit of customer {customer_id}: raised by {stored}, the raises that run are {running}"
        cursor.execute(_ALONE)
        for (pk,) in cursor.fetchall():
            yield f"raise {pk} of a credit limit was decided or ended, and nothing says when"


def _three(figures: list[object]) -> str:
    return ", ".join(str(figure) for figure in figures)
