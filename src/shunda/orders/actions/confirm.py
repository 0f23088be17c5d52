"""Confirming approved orders: stock is promised, credit held, or the order is refused with every reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count

from django.db import transaction
from django.db.models import F

from shunda.core.actor import Actor
from shunda.core.batch import Batch, Outcome, action, by_id
from shunda.core.money import plain
from shunda.core.refusal import Refusal
from shunda.credit.steps import HoldAsk, hold
from shunda.customers.models import Customer, TermKind
from shunda.inventory import queries as inventory
from shunda.inventory import reasons as inventory_reasons
from shunda.inventory import steps as stock
from shunda.orders import approval, forfeit, rows, rules, steps, tasks, wishes
from shunda.orders import reasons as why
from shunda.orders.hold_models import ReleaseRule
from shunda.orders.models import HoldKind, Order, OrderLine, Stops
from shunda.orders.queries import open_holds, seen_by
from shunda.orders.specs import HoldSpec
from shunda.orders.states import ORDER

__all__ = ["confirm"]

PATIENCE = 2
"""How often orders that credit refused are tried again, now that others left the batch for want of stock."""

Lines = Mapping[int, Sequence[OrderLine]]


@action("orders.confirm_order")
def confirm(
    ids: Collection[int], *, by: Actor, at: datetime, versions: Mapping[int, int] | None = None
) -> Outcome[Order]:
    """Confirm approved orders: stock is reserved and credit held for each whole order, or it is refused (R063-R067).

    First come first served by order id. Refused with every reason: open holds on confirmation, a frozen customer, a
    special order whose deposit is not here (R105), somebody else who confirms (``orders.confirm``), stock that is
    short, credit that does not reach. An order to be paid in advance gets a payment hold that stops shipping. Lines
    made to order only register their demand. The number of queries does not grow with the batch.
    """
    batch = Batch(seen_by(by).select_related("term"), ids, ORDER, "confirm", versions=versions)
    customers = Customer.objects.in_bulk({order.customer_id for order in batch})
    held, deposits = open_holds(batch.ids, Stops.CONFIRM), forfeit.why_open(batch)
    said = {order.pk: [*rules.why_held(order, held[order.pk]), *deposits.get(order.pk, ())] for order in batch}
    batch.refuse_if(lambda order: _why_not(order, customers[order.customer_id], said[order.pk]))
    rulings = approval.confirmers(batch.rows, at=at)
    batch.refuse_if(
        lambda order: approval.why_not_confirm(rulings[order.pk], by, order.pk) if order.pk in rulings else None
    )
    for pk, ruling in rulings.items():
        batch.note(pk, decided=[ruling.trace()] if ruling.rows else [])
    lines = _lines_of(batch.ids)
    _take_all(batch, lines, at)
    prepaid = [
        HoldSpec(order.pk, why.AWAITS_PAYMENT.code, HoldKind.PAYMENT, Stops.SHIP, rule=ReleaseRule.PAID)
        for order in batch
        if order.term.kind == TermKind.PREPAID and order.paid < order.gross
    ]
    steps.place_holds(prepaid, by=by, at=at)
    unpromised = Order.objects.filter(pk__in=batch.ids, promised_date__isnull=True, wanted_date__isnull=False)
    unpromised.update(promised_date=F("wanted_date"))
    outcome = batch.commit(by=by, at=at, stamp="confirmed_at", blocked_by=[])
    tasks.close((tasks.CONFIRM,), batch.ids, by=by, at=at)
    return outcome


_NEEDED = ("order_id", "line_no", "sku_id", "base_quantity", "wanted_date", "made_to_order", "sku__code")


def _lines_of(order_ids: Sequence[int]) -> Lines:
    """As ``queries.lines_of``, with nothing but what is asked here: thousands of lines pass through."""
    lines: dict[int, list[OrderLine]] = {pk: [] for pk in order_ids}
    rows = OrderLine.objects.filter(order_id__in=order_ids).select_related("sku").only(*_NEEDED)
    for line in rows.order_by("order_id", "line_no"):
        lines[line.order_id].append(line)
    return lines


def _take_all(batch: Batch[Order], lines: Lines, at: datetime) -> None:
    """Take credit and stock for what is left in the batch; who gets none of the one gets none of the other.

    An attempt that stock refuses is undone as a whole and made again without those orders, since they had used
    credit that others may now have. Every attempt is for fewer orders.
    """
    for attempt in count(1):
        try:
            with transaction.atomic():
                refused, short = _take(batch.rows, lines, at)
                if short:
                    raise _Undo
        except _Undo:
            batch.refuse_if(by_id(short if attempt < PATIENCE else refused + short))
        else:
            break
    also = [order for order in batch if order.pk in {refusal.id for refusal in refused}]
    batch.refuse_if(by_id(refused + _shortages(also, lines)))


def _why_not(order: Order, customer: Customer, said: list[Refusal]) -> list[Refusal]:
    return [*said, rules.why_frozen(order, customer)] if customer.frozen else said


class _Undo(Exception):
    """Roll the attempt back; nothing went wrong."""


def _take(orders: Sequence[Order], lines: Lines, at: datetime) -> tuple[list[Refusal], list[Refusal]]:
    """Hold credit, then register and promise stock: what credit refused, what stock refused. Urgent orders first."""
    queue = sorted(orders, key=lambda order: (not order.urgent, -order.priority, order.pk))
    on_credit = [order for order in queue if order.term.kind == TermKind.CREDIT]
    refused = hold([HoldAsk(o.pk, o.customer_id, o.gross, o.currency) for o in on_credit], at=at)
    without = {refusal.id for refusal in refused}
    served = [(order, line) for order in queue if order.pk not in without for line in lines[order.pk]]
    demands = stock.want([wishes.demand(order, line) for order, line in served], at=at)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for (order, line), demand in zip(served, demands, strict=True):
        line.demand_id = demand
        if not line.made_to_order:
            groups[order.pk].append(demand)
    rows.point_at_demands([(line.pk, demand) for (_, line), demand in zip(served, demands, strict=True)])
    number_of = {demand: line.line_no for (_, line), demand in zip(served, demands, strict=True)}
    return refused, [wishes.by_lines(refusal, number_of) for refusal in stock.reserve(list(groups.items()), at=at)]


def _shortages(orders: Sequence[Order], lines: Lines) -> list[Refusal]:
    """What stock would have refused of orders that credit refused already: people are told every reason."""
    wanted: defaultdict[tuple[int, int, int], Decimal] = defaultdict(Decimal)
    names: dict[int, str] = {}
    for order in orders:
        for line in lines[order.pk]:
            if not line.made_to_order:
                wanted[order.pk, line.sku_id, order.warehouse_id] += line.base_quantity
                names[line.sku_id] = line.sku.code
    if not wanted:
        return []
    warehouses = {order.warehouse_id for order in orders}
    free = inventory.availability(names, warehouses)
    _, called = inventory.codes((), warehouses)
    return [
        inventory_reasons.SHORT(
            order_id,
            sku=names[sku],
            warehouse=called[warehouse],
            wanted=plain(quantity),
            available=plain(free[sku, warehouse].available),
        )
        for (order_id, sku, warehouse), quantity in wanted.items()
        if quantity > free[sku, warehouse].available
    ]
