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


def check() -> Iterable[str]:
    """Each account whose buckets are not the sums of its ledger, each order with less than nothing in a bucket."""
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


def _three(figures: list[object]) -> str:
    return ", ".join(str(figure) for figure in figures)
