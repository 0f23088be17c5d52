"""What follows from events: approved orders are confirmed, settled orders completed. Each runs twice unharmed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from shunda.core.actor import system
from shunda.core.batch import happening
from shunda.core.event import record
from shunda.core.refusal import Refusal
from shunda.inventory.models import Balance
from shunda.inventory.queries import balances_of
from shunda.orders import actions, approval, assigning, decisions, rows, rules, steps, tasks
from shunda.orders import reasons as why
from shunda.orders.approval import Confirmer
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import Hold, Order, OrderAttachment, OrderLine, PaperKind
from shunda.orders.queries import lines_of
from shunda.orders.states import OrderStatus


def confirm_approved(ids: list[int], at: datetime) -> None:
    """Confirm approved orders by the system (R047); one that cannot be keeps why, and waits on a worklist.

    One that people confirm (``orders.confirm``) waits on the worklist of those the table names (R061).
    """
    approved = list(Order.objects.filter(pk__in=ids, status=OrderStatus.APPROVED).order_by("pk"))
    rulings = approval.confirmers(approved, at=at)
    others = {pk: who for pk, one in rulings.items() if (who := approval.confirmer(one)) != Confirmer.SYSTEM}
    outcome = actions.confirm([order.pk for order in approved if order.pk not in others], by=system(), at=at)
    refused = [*outcome.refused, *(why.OTHER_CONFIRMS[who](pk) for pk, who in others.items())]
    if refused:
        _block(refused, at, {pk: approval.PERMISSIONS[who] for pk, who in others.items()})


@transaction.atomic
def _block(refused: list[Refusal], at: datetime, permissions: Mapping[int, str]) -> None:
    """Keep on each order what stops it; only a new reason is a new event."""
    reasons: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for refusal in refused:
        reasons[refusal.id or 0].append({"code": refusal.code, "data": dict(refusal.data)})
    waiting = Order.objects.filter(pk__in=reasons, status=OrderStatus.APPROVED).order_by("pk").select_for_update()
    orders = [order for order in waiting if order.blocked_by != reasons[order.pk]]
    for order in orders:
        order.blocked_by = reasons[order.pk]
    rows.update(Order, orders, ["blocked_by"])
    record((happening("order.blocked", order, reasons=order.blocked_by) for order in orders), by=system(), at=at)
    tasks.open_confirm(orders, permissions, at=at)


def retry_blocked(balance_ids: list[int], at: datetime) -> None:
    """Stock came in: try the approved orders again that could not be confirmed and want what came (R047, R122)."""
    came = Balance.objects.filter(pk__in=balance_ids).values_list("sku_id", "warehouse_id")
    skus, warehouses = {sku for sku, _ in came}, {warehouse for _, warehouse in came}
    waiting = Order.objects.filter(status=OrderStatus.APPROVED, warehouse_id__in=warehouses).exclude(blocked_by=[])
    wanting = waiting.filter(pk__in=OrderLine.objects.filter(sku_id__in=skus).values("order_id"))
    confirm_approved(list(wanting.values_list("pk", flat=True)), at)


def retry_after_payment(order_ids: list[int], at: datetime) -> None:
    """Money came in: try the approved orders again that these customers' credit stopped (R049)."""
    customers = Order.objects.filter(pk__in=order_ids).values_list("customer_id", flat=True)
    retry_after_limit(list(set(customers)), at)


def retry_after_limit(customer_ids: list[int], at: datetime) -> None:
    """Credit was freed or raised: try these customers' approved orders again that could not be confirmed (R049)."""
    waiting = Order.objects.filter(status=OrderStatus.APPROVED, customer_id__in=customer_ids).exclude(blocked_by=[])
    confirm_approved(list(waiting.values_list("pk", flat=True)), at)


def retry_after_cancel(order_ids: list[int], at: datetime) -> None:
    """Cancelled orders gave back stock and credit: try the orders again that could not be confirmed (R047, R170)."""
    gone = Order.objects.filter(pk__in=order_ids, status=OrderStatus.CANCELLED, confirmed_at__isnull=False)
    freed = dict(gone.values_list("pk", "customer_id"))
    retry_blocked(balances_of(freed.keys()), at)
    retry_after_limit(list(set(freed.values())), at)


def release_paid(order_ids: list[int], at: datetime) -> None:
    """Holds that wait for the money end by themselves where all of it is here."""
    paid = Q(order__paid__gte=F("order__gross"))
    _release(Hold.objects.filter(paid, order_id__in=order_ids, rule=ReleaseRule.PAID), at)


def release_signed(order_ids: list[int], at: datetime) -> None:
    """Holds that wait for the signed confirmation letter end by themselves where it is attached (R052)."""
    letters = OrderAttachment.objects.filter(order_id__in=order_ids, kind=PaperKind.CONFIRMATION_LETTER)
    _release(Hold.objects.filter(order_id__in=letters.values("order_id"), rule=ReleaseRule.LETTER), at)


def expire_holds(at: datetime) -> None:
    """Holds whose last moment has come end by themselves, however late this runs; each says so in its event."""
    _release(Hold.objects.filter(expires_at__lte=at), at, expired=True)


def assign_steps(at: datetime) -> None:
    """Steps that began to wait are given to somebody of the team that does them (R113, R114)."""
    while assigning.assign(at) == decisions.PIECE:
        pass


@transaction.atomic
def _release(wanted: QuerySet[Hold], at: datetime, **said: Any) -> None:
    """Release those that are open still, their orders locked first."""
    ids = list(wanted.filter(released_at__isnull=True).values_list("order_id", flat=True))
    orders = list(Order.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk", flat=True))
    holds = list(wanted.filter(released_at__isnull=True, order_id__in=orders).order_by("pk"))
    steps.release(holds, by=system(), at=at, **said)


def complete_settled(ids: list[int], at: datetime) -> None:
    """Complete those of these orders that are shipped, signed, invoiced and paid (R160); leave the others alone."""
    confirmed = list(Order.objects.filter(pk__in=ids, status=OrderStatus.CONFIRMED).order_by("pk"))
    lines = lines_of([order.pk for order in confirmed])
    settled = [order.pk for order in confirmed if not any(rules.why_not_complete(order, lines[order.pk]))]
    actions.complete(settled, by=system(), at=at)
