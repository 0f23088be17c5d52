"""Writes that the actions and jobs share, inside their transaction.

Locks: order rows, then invoices, then payments, then credit accounts, counters last.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from shunda.billing import queries
from shunda.billing.models import Allocation, Invoice, Payment, Settlement
from shunda.billing.reasons import TWICE
from shunda.billing.states import INVOICE, PAYMENT, SETTLEMENT
from shunda.core.actor import Actor
from shunda.core.batch import Batch
from shunda.core.sequence import numbers
from shunda.credit import steps as credit
from shunda.credit.models import Bucket
from shunda.customers.models import TermKind
from shunda.orders import steps as order_steps
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import HoldKind, InvoiceKind, Order, Stops
from shunda.orders.reasons import AWAITS_PAYMENT
from shunda.orders.specs import HoldSpec
from shunda.orders.states import OrderStatus
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

ORDER_KIND = Order._meta.label_lower
INVOICE_KIND = Invoice._meta.label_lower
PAYMENT_KIND = Payment._meta.label_lower
SETTLEMENT_KIND = Settlement._meta.label_lower


def lock_orders(ids: Iterable[int]) -> dict[int, Order]:
    """Order rows locked in primary-key order, with their payment terms."""
    rows = Order.objects.filter(pk__in=set(ids)).select_related("term").order_by("pk")
    return {order.pk: order for order in rows.select_for_update(of=("self",), no_key=True)}


def lock_words(kind: str, words: Iterable[str]) -> None:
    """Make two callers that bring the same word (a bank reference, an invoice number) wait for each other."""
    wanted = sorted({f"{kind} {word}" for word in words if word})
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_advisory_xact_lock(k) from"
                " (select distinct hashtextextended(w, 0) k from unnest(%s::text[]) w order by 1) keys",
                [wanted],
            )


def refuse_twice(batch: Batch[Any], ids: Iterable[int]) -> None:
    """One document, one wish: what is in the list twice is refused."""
    counts = Counter(ids)
    batch.refuse_if(lambda row: TWICE(row.pk) if counts[row.pk] > 1 else None)


def day(at: datetime) -> date:
    """The day it is here."""
    return timezone.localtime(at).date()


def documents(prefix: str, n: int, at: datetime) -> list[str]:
    """So many document numbers of the day."""
    return numbers(prefix, day(at).strftime("%Y%m%d"), n)


# --- allocations: what payments pay ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """So much of a payment pays an order, on an invoice or (none) in advance; negative takes it back."""

    payment_id: int
    order_id: int
    invoice_id: int | None
    amount: Decimal


_PAID = """
update billing_invoice i set paid = i.paid + n.amount, version = i.version + 1
from (select id, sum(amount) amount from unnest(%s::bigint[], %s::numeric[]) p(id, amount) group by id) n
where i.id = n.id and n.amount <> 0
"""


def allocate(parts: Sequence[Part], orders: Mapping[int, Order], *, by: Actor, at: datetime) -> None:
    """Write allocations; orders, invoices, holds and credit follow.

    A prepaid order is released for shipping when it is paid, and held again when a payment is taken back. What is
    paid of an invoice leaves the customer's credit, and comes back when it is taken back.
    """
    Allocation.objects.bulk_create(
        Allocation(
            payment_id=p.payment_id,
            order_id=p.order_id,
            invoice_id=p.invoice_id,
            amount=p.amount,
            at=at,
            actor=by.name,
        )
        for p in parts
    )
    on_invoices = [p for p in parts if p.invoice_id is not None]
    if on_invoices:
        with connection.cursor() as cursor:
            cursor.execute(_PAID, [[p.invoice_id for p in on_invoices], [p.amount for p in on_invoices]])
    paid: defaultdict[int, Decimal] = defaultdict(Decimal)
    for part in parts:
        paid[part.order_id] += part.amount
    changed = {pk: amount for pk, amount in paid.items() if amount}
    order_steps.money({pk: (Decimal(0), amount) for pk, amount in changed.items()})
    for pk, amount in changed.items():
        orders[pk].paid += amount
    _hold_or_release([(orders[pk], amount) for pk, amount in changed.items()], by=by, at=at)
    _pay_credit(on_invoices, orders, at=at)


def _pay_credit(parts: Iterable[Part], orders: Mapping[int, Order], *, at: datetime) -> None:
    paid: defaultdict[int, Decimal] = defaultdict(Decimal)
    for part in parts:
        paid[part.order_id] += part.amount
    credit.shift(
        [
            credit.Movement(orders[pk].customer_id, pk, Bucket.INVOICED, None, amount, "pay")
            if amount > 0
            else credit.Movement(orders[pk].customer_id, pk, None, Bucket.INVOICED, -amount, "unmatch")
            for pk, amount in paid.items()
            if on_credit(orders[pk])
        ],
        at=at,
    )


def on_credit(order: Order) -> bool:
    """Whether the order is in its customer's exposure: terms on credit, from its confirmation."""
    return order.term.kind == TermKind.CREDIT and order.confirmed_at is not None


def _hold_or_release(changed: Iterable[tuple[Order, Decimal]], *, by: Actor, at: datetime) -> None:
    prepaid = [(o, n) for o, n in changed if o.term.kind == TermKind.PREPAID and o.status == OrderStatus.CONFIRMED]
    paid = [order.pk for order, _ in prepaid if order.paid >= order.gross]
    unpaid = [order for order, amount in prepaid if amount < 0 and order.paid < order.gross]
    order_steps.release_holds(paid, HoldKind.PAYMENT, Stops.SHIP, by=by, at=at)
    close_tasks(["payment.await"], ORDER_KIND, paid, by=by, at=at)
    order_steps.place_holds(
        [HoldSpec(o.pk, AWAITS_PAYMENT.code, HoldKind.PAYMENT, Stops.SHIP, rule=ReleaseRule.PAID) for o in unpaid],
        by=by,
        at=at,
    )
    await_payment(unpaid, at=at)


# --- worklists ------------------------------------------------------------------------------------------------------


def await_payment(orders: Iterable[Order], *, at: datetime) -> None:
    """Prepaid orders wait for the customer's money."""
    open_tasks(
        [TaskSpec.of_order(o, "payment.await", "billing.create_payment", ORDER_KIND, o.pk, o.number) for o in orders],
        at=at,
    )


def show_what_remains(orders: Iterable[Order], *, by: Actor, at: datetime) -> None:
    """Orders with goods shipped, not invoiced and on no draft wait for an invoice; the others no longer do."""
    known = {order.pk: order for order in orders}
    open_orders = {
        pk for pk in queries.with_something_to_invoice(known) if known[pk].invoice_kind != InvoiceKind.NONE
    } - queries.drafts_of(known).keys()
    close_tasks(["invoice.create"], ORDER_KIND, sorted(known.keys() - open_orders), by=by, at=at)
    open_tasks(
        [
            TaskSpec.of_order(known[pk], "invoice.create", "billing.create_invoice", ORDER_KIND, pk, known[pk].number)
            for pk in sorted(open_orders)
        ],
        at=at,
    )


def open_issue(invoices: Iterable[Invoice], orders: Mapping[int, Order], *, at: datetime) -> None:
    """Drafts wait for somebody to issue them."""
    permission = INVOICE["issue"].permission
    open_tasks(
        [
            TaskSpec.of_order(orders[i.order_id], "invoice.issue", permission, INVOICE_KIND, i.pk, i.number)
            for i in invoices
        ],
        at=at,
    )


def close_issue(invoices: Iterable[Invoice], *, by: Actor, at: datetime, outcome: str = "done") -> None:
    """Drafts are issued, or cancelled (``dropped``)."""
    close_tasks(["invoice.issue"], INVOICE_KIND, [i.pk for i in invoices], by=by, at=at, outcome=outcome)


def open_confirm(settlements: Iterable[Settlement], orders: Mapping[int, Order], *, at: datetime) -> None:
    """Settlements wait for finance to confirm them with the customer."""
    permission = SETTLEMENT["confirm"].permission
    open_tasks(
        [
            TaskSpec.of_order(orders[s.order_id], "settlement.confirm", permission, SETTLEMENT_KIND, s.pk, s.number)
            for s in settlements
        ],
        at=at,
    )


def close_confirm(settlements: Iterable[Settlement], *, by: Actor, at: datetime) -> None:
    """Settlements are confirmed."""
    close_tasks(["settlement.confirm"], SETTLEMENT_KIND, [s.pk for s in settlements], by=by, at=at)


def stop_waiting(order_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """Nobody waits for money or invoices of these orders any more."""
    close_tasks(["payment.await", "invoice.create"], ORDER_KIND, order_ids, by=by, at=at, outcome="dropped")


def stop_awaiting(order_ids: Collection[int], *, by: Actor, at: datetime) -> None:
    """The money of these orders is here."""
    close_tasks(["payment.await"], ORDER_KIND, order_ids, by=by, at=at)


def show_unmatched(payments: Collection[Payment], parties: Mapping[int, str], *, by: Actor, at: datetime) -> None:
    """Payments of which something is left wait to be matched; the others no longer do. ``parties``: customer names."""
    left = [p for p in payments if p.status == "recorded" and p.matched < p.amount]
    done = {p.pk for p in payments} - {p.pk for p in left}
    close_tasks(["payment.match"], PAYMENT_KIND, sorted(done), by=by, at=at)
    open_tasks(
        [
            TaskSpec(
                kind="payment.match",
                permission=PAYMENT["match"].permission,
                subject_kind=PAYMENT_KIND,
                subject_id=p.pk,
                order_id=None,
                label=p.number,
                party=parties[p.customer_id],
            )
            for p in left
        ],
        at=at,
    )
