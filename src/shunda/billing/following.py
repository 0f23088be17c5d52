"""What a change of an order does to its drafts, its payment hold and what is paid. Inside the caller's transaction.

Issued invoices are never touched: a change that would need that is refused by whoever changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from shunda.billing import queries, rules, steps
from shunda.billing.models import Invoice, InvoiceLine, Payment
from shunda.billing.states import PAYMENT
from shunda.billing.steps import Part
from shunda.core.actor import Actor
from shunda.core.batch import Batch, happening
from shunda.core.event import record
from shunda.customers.models import TermKind
from shunda.orders import rows
from shunda.orders import steps as order_steps
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import HoldKind, Order, OrderLine, Stops
from shunda.orders.reasons import AWAITS_PAYMENT
from shunda.orders.specs import HoldSpec

_TOTALS = ("freight_net", "freight_tax", "net", "tax", "gross")


def refresh_drafts(
    orders: Mapping[int, Order], lines: Mapping[int, Mapping[int, OrderLine]], *, by: Actor, at: datetime
) -> None:
    """Drafts bill the same quantities at what they come to now; one that says the same already is left alone."""
    drafts = queries.drafts_of(orders)
    contents = queries.invoice_lines(drafts.values(), lines) if drafts else {}
    billed = queries.billed(list(drafts)) if drafts else {}
    now = {
        draft.pk: rules.draft(
            orders[pk], lines[pk], {r.order_line_id: r.quantity for r in contents[draft.pk].values()}, billed[pk]
        )
        for pk, draft in drafts.items()
    }
    stale = [
        draft.pk
        for pk, draft in drafts.items()
        if not rules.is_current(draft, list(contents[draft.pk].values()), now[draft.pk], lines[pk])
    ]
    batch = Batch(Invoice.objects.all(), stale, None, "invoice.follow")
    changed: list[InvoiceLine] = []
    for draft in batch:
        made = now[draft.pk]
        for row in contents[draft.pk].values():
            amounts = made.lines[row.order_line_id][1]
            row.net, row.tax, row.gross = amounts.net, amounts.tax, amounts.gross
            changed.append(row)
        totals = (made.freight.net, made.freight.tax, made.totals.net, made.totals.tax, made.totals.gross)
        said = {"gross": [str(draft.gross), str(made.totals.gross)]}
        batch.amend(draft, dict(zip(_TOTALS, totals, strict=True)), said)
        batch.note(draft.pk, number=draft.number)
    rows.update(InvoiceLine, changed, ["net", "tax", "gross"])
    batch.commit(by=by, at=at)


def free_surplus(
    orders: Mapping[int, Order], *, by: Actor, at: datetime, owed: Mapping[int, Decimal] | None = None
) -> dict[int, Decimal]:
    """What is paid beyond an order's total pays it no longer, the newest payment first: it can be given back.

    ``owed`` says by order what it still is to pay, where that is not its total. Returns what became free, by order. The
    orders are locked; payments are locked here, before credit and stock.
    """
    most = {pk: order.gross for pk, order in orders.items()} | dict(owed or {})
    surplus = {pk: order.paid - most[pk] for pk, order in orders.items() if order.paid > most[pk]}
    if not surplus:
        return {}
    left = dict(surplus)
    parts: list[Part] = []
    for payment_id, order_id, _, amount in reversed(queries.allocated(order__in=list(surplus), invoice__isnull=True)):
        part = min(left[order_id], amount)
        if part > 0:
            parts.append(Part(payment_id, order_id, None, -part))
            left[order_id] -= part
    batch = Batch(Payment.objects.select_related("customer"), [part.payment_id for part in parts], PAYMENT, "unmatch")
    steps.allocate(parts, orders, by=by, at=at)
    taken: defaultdict[int, Decimal] = defaultdict(Decimal)
    for part in parts:
        taken[part.payment_id] -= part.amount
    for payment in batch:
        batch.amend(payment, {"matched": payment.matched - taken[payment.pk]})
        batch.note(payment.pk, number=payment.number)
    outcome = batch.commit(by=by, at=at)
    numbers = {payment.pk: payment.number for payment in outcome.done}
    record(
        [
            happening("order.unpay", orders[p.order_id], payment=numbers[p.payment_id], amount=f"{p.amount:.2f}")
            for p in parts
        ],
        by=by,
        at=at,
    )
    steps.show_unmatched(outcome.done, {p.customer_id: p.customer.name for p in outcome.done}, by=by, at=at)
    return {pk: surplus[pk] - left[pk] for pk in surplus}


def hold_or_release(orders: Collection[Order], *, by: Actor, at: datetime) -> None:
    """Orders paid in advance wait for the rest of their money, or no longer where all of it is here."""
    prepaid = [order for order in orders if order.term.kind == TermKind.PREPAID]
    paid = [order.pk for order in prepaid if order.paid >= order.gross]
    order_steps.release_holds(paid, HoldKind.PAYMENT, Stops.SHIP, by=by, at=at)
    steps.stop_awaiting(paid, by=by, at=at)
    unpaid = [order for order in prepaid if order.paid < order.gross]
    order_steps.place_holds(
        [HoldSpec(o.pk, AWAITS_PAYMENT.code, HoldKind.PAYMENT, Stops.SHIP, rule=ReleaseRule.PAID) for o in unpaid],
        by=by,
        at=at,
    )
    steps.await_payment(unpaid, at=at)
