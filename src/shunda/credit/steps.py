"""Writes that orders, shipments and invoices call inside their own transactions.

Lock order: credit accounts are locked in the order of the customers' ids, after order, shipment, invoice and payment
rows and before stock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.event import Happening, record
from shunda.core.refusal import Refusal
from shunda.credit.holding import lock
from shunda.credit.models import Bucket, CreditAccount


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
    smaller ones. The limit counts the temporary raises that run at that moment; a customer without an account has a
    limit of 0. The accounts stay locked until commit, so callers at the same time cannot together pass a limit.
    """
    asks = [ask for ask in asks if ask.amount > 0]
    accounts = lock((ask.customer_id for ask in asks), at=at).run()
    refused: list[Refusal] = []
    held: list[Movement] = []
    for ask in asks:
        account = accounts[ask.customer_id]
        if why := account.why_not(ask.amount, ask.currency):
            refused.append(replace(why, id=ask.order_id))
        else:
            account.exposure += ask.amount
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
    accounts(movement.customer_id for movement in movements)
    _write(movements, at)


def accounts(customer_ids: Iterable[int]) -> dict[int, CreditAccount]:
    """The accounts of these customers, locked in the order of their ids; who has none gets one with a limit of 0."""
    wanted = set(customer_ids)
    found = _locked(wanted)
    if missing := wanted - found.keys():
        CreditAccount.objects.bulk_create([CreditAccount(pk=pk) for pk in sorted(missing)], ignore_conflicts=True)
        found = _locked(wanted)
    return found


# The sum of the raises that run, and when it changes next; written where it differs.
_RECOUNT = """
update credit_creditaccount account set raised = n.raised, raised_until = n.turns
from (
  select c.id,
         coalesce(sum(r.amount) filter (where r.since <= %s::timestamptz and r.until > %s::timestamptz), 0) raised,
         min(case when r.since > %s::timestamptz then r.since else r.until end)
           filter (where r.until > %s::timestamptz) turns
  from unnest(%s::bigint[]) c(id)
  left join credit_limitraise r on r.customer_id = c.id and r.status in ('approved')
  group by c.id
) n
where n.id = account.customer_id and (account.raised, account.raised_until) is distinct from (n.raised, n.turns)
returning account.customer_id, account.raised
"""


def recount(customer_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Let the accounts know which raises run at this moment; an event says where that changed what may be owed."""
    before = {pk: account.raised for pk, account in accounts(customer_ids).items()}
    rows = sql.fetch(_RECOUNT, [at, at, at, at, sorted(before)]) if before else []
    changed = sorted((pk, before[pk], raised) for pk, raised in rows if raised != before[pk])
    record(
        [
            Happening(
                "credit.raise" if raised > old else "credit.lower",
                CreditAccount._meta.label_lower,
                pk,
                None,
                {"changes": {"raised": [str(old), str(raised)]}},
            )
            for pk, old, raised in changed
        ],
        by=by,
        at=at,
    )


def _locked(customer_ids: set[int]) -> dict[int, CreditAccount]:
    rows = CreditAccount.objects.filter(pk__in=customer_ids).order_by("pk").select_for_update()
    return {account.pk: account for account in rows} if customer_ids else {}


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


_SCORE = """
with found as (
  select account.customer_id, n.score
  from credit_creditaccount account join unnest(%s::bigint[], %s::int[]) n(id, score) on n.id = account.customer_id
  where account.score is distinct from n.score
  order by account.customer_id for no key update of account
)
update credit_creditaccount account set score = found.score
from found where account.customer_id = found.customer_id
"""


def keep_scores(points: Mapping[int, int]) -> None:
    """Note the score found for customers; only accounts whose score differs are touched, in the order of their ids."""
    if points:
        sql.fetch(_SCORE, [sql.numbers(points.keys()), sql.numbers(points.values())])
