"""Writes that orders, shipments and invoices call inside their own transactions.

Lock order: credit accounts are locked in the order of the customers' ids, after order, shipment, invoice and payment
rows and before stock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from shunda.core.refusal import Refusal
from shunda.credit.models import Bucket, CreditAccount
from shunda.credit.reasons import OTHER_CURRENCY, OVER_LIMIT


@dataclass(frozen=True, slots=True)
class HoldAsk:
    """An order wants so much of its customer's credit."""

    order_id: int
    customer_id: int
    amount: Decimal
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class Movement:
    """An amount of an order goes from one bucket to another; no source: it comes in, no target: it leaves.

    ``reason`` is the word the ledger keeps: confirm, ship, invoice, pay, cancel, credit ...
    """

    customer_id: int
    order_id: int
    source: Bucket | None
    target: Bucket | None
    amount: Decimal
    reason: str


class Overdrawn(Exception):
    """More was taken out of an order's bucket than is in it: the caller has miscounted, nothing may be committed."""


def hold(asks: Sequence[HoldAsk], *, at: datetime) -> list[Refusal]:
    """Take the orders' amounts from their customers' free credit, or refuse the orders that do not fit (R043, R049).

    First come, first served: each ask sees what those before it took, and one that is refused leaves room for later,
    smaller ones. A customer without an account has a limit of 0. The accounts stay locked until commit, so callers
    at the same time cannot together pass a limit.
    """
    asks = [ask for ask in asks if ask.amount > 0]
    accounts = _locked({ask.customer_id for ask in asks})
    used = {key: account.exposure for key, account in accounts.items()}
    refused: list[Refusal] = []
    held: list[Movement] = []
    for ask in asks:
        account = accounts.get(ask.customer_id)
        limit = account.limit if account else Decimal(0)
        exposure = used.get(ask.customer_id, Decimal(0))
        if account and account.currency != ask.currency:
            refused.append(OTHER_CURRENCY(ask.order_id, account=account.currency, currency=ask.currency))
        elif exposure + ask.amount > limit:
            refused.append(_over(ask, limit, exposure))
        else:
            used[ask.customer_id] = exposure + ask.amount
            held.append(Movement(ask.customer_id, ask.order_id, None, Bucket.ORDERED, ask.amount, "confirm"))
    _write(held, at)
    return refused


def shift(movements: Sequence[Movement], *, at: datetime) -> None:
    """Move amounts between buckets, in and out, all or nothing, in a number of queries that does not grow.

    Amounts are positive (a nought is skipped). Nothing is checked against the limit: what was ordered may ship. A
    customer without an account gets one, with a limit of 0. Raises ``Overdrawn`` when an order's bucket would fall
    under zero.
    """
    movements = [movement for movement in movements if movement.amount]
    if any(movement.amount < 0 for movement in movements):
        raise ValueError("a movement of credit is positive: swap source and target")
    customers = {movement.customer_id for movement in movements}
    if missing := customers - _locked(customers).keys():
        CreditAccount.objects.bulk_create([CreditAccount(pk=pk) for pk in sorted(missing)], ignore_conflicts=True)
    _write(movements, at)


def _locked(customer_ids: set[int]) -> dict[int, CreditAccount]:
    rows = CreditAccount.objects.filter(pk__in=customer_ids).order_by("pk").select_for_update()
    return {account.pk: account for account in rows} if customer_ids else {}


def _over(ask: HoldAsk, limit: Decimal, exposure: Decimal) -> Refusal:
    return OVER_LIMIT(
        ask.order_id,
        amount=f"{ask.amount:.2f}",
        currency=ask.currency,
        limit=f"{limit:.2f}",
        exposure=f"{exposure:.2f}",
        free=f"{max(limit - exposure, Decimal(0)):.2f}",
    )


# The ledger rows and the balances change in one statement.
_APPEND = """
with entry as (
  insert into credit_creditentry (customer_id, order_id, bucket, amount, reason, at)
  select n.customer_id, n.order_id, n.bucket, n.amount, n.reason, %s
  from unnest(%s::bigint[], %s::bigint[], %s::text[], %s::numeric[], %s::text[])
       with ordinality n(customer_id, order_id, bucket, amount, reason, i)
  order by n.i
  returning customer_id, bucket, amount
)
update credit_creditaccount account set
  ordered = account.ordered + change.ordered,
  shipped = account.shipped + change.shipped,
  invoiced = account.invoiced + change.invoiced
from (
  select customer_id,
         coalesce(sum(amount) filter (where bucket = 'ordered'), 0) ordered,
         coalesce(sum(amount) filter (where bucket = 'shipped'), 0) shipped,
         coalesce(sum(amount) filter (where bucket = 'invoiced'), 0) invoiced
  from entry group by customer_id
) change
where account.customer_id = change.customer_id
"""

_OVERDRAWN = """
select order_id, bucket, sum(amount) from credit_creditentry
where order_id = any(%s) group by order_id, bucket having sum(amount) < 0 order by 1, 2
"""


def _write(movements: Sequence[Movement], at: datetime) -> None:
    sums: defaultdict[tuple[int, int, str, str], Decimal] = defaultdict(Decimal)
    for move in movements:
        for bucket, amount in ((move.source, -move.amount), (move.target, move.amount)):
            if bucket is not None:
                sums[move.customer_id, move.order_id, bucket, move.reason] += amount
    entries = [(*key, amount) for key, amount in sums.items() if amount]
    if not entries:
        return
    customers, orders, buckets, reasons, amounts = (list(column) for column in zip(*entries, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [at, customers, orders, buckets, amounts, reasons])
        cursor.execute(_OVERDRAWN, [sorted(set(orders))])
        if short := cursor.fetchall():
            raise Overdrawn(f"order and bucket under zero: {short}")
