"""The deposit a special order is valid with, and what of it stays with us when the order is cancelled (R105, R170)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from shunda.core.money import rounded
from shunda.core.refusal import Refusal
from shunda.orders import pickup, window
from shunda.orders import reasons as why
from shunda.orders.models import Order, OrderKind
from shunda.orders.states import OrderStatus
from shunda.policies import queries as policies

ZERO = Decimal(0)


def why_open(orders: Iterable[Order]) -> dict[int, list[Refusal]]:
    """By order, why it is not valid yet: a special order whose deposit is not here (R105). One query, or none."""
    special = [order for order in orders if order.kind == OrderKind.SPECIAL]
    share = policies.value("orders.special_deposit_share") if special else ZERO
    wanted = {order.pk: rounded(order.gross * share, order.currency) for order in special}
    return {
        order.pk: [
            why.DEPOSIT_OPEN(
                order.pk, deposit=f"{wanted[order.pk]:.2f}", paid=f"{order.paid:.2f}", currency=order.currency
            )
        ]
        for order in special
        if order.paid < wanted[order.pk]
    }


def kept(orders: Iterable[Order], *, at: datetime) -> dict[int, Decimal]:
    """By order, what is kept of what was paid; orders that get everything back are missing.

    The deposit is the share of the total that special orders pay before they are valid, at most what was paid. Goods
    that were not picked up in time keep as much of it at least as is deducted for that (R107, R108).
    """
    special = [o for o in orders if o.kind == OrderKind.SPECIAL and o.status == OrderStatus.CONFIRMED and o.paid > 0]
    if not special:
        return {}
    decided = policies.values("orders.special_deposit_share", "orders.cancel_deposit_share")
    deposit, share = decided["orders.special_deposit_share"], decided["orders.cancel_deposit_share"]
    ends = window.free_until(special)
    bound = [order for order in special if not window.is_open(ends[order.pk], at)]
    late = {pk: one.share for pk, one in pickup.of(bound, at=at).items()}
    amounts = {}
    for order in bound:
        paid = min(order.paid, rounded(order.gross * deposit, order.currency))
        amounts[order.pk] = rounded(paid * max(share, late.get(order.pk, ZERO)), order.currency)
    return {pk: amount for pk, amount in amounts.items() if amount}
