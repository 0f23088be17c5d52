"""Writes that the actions share, inside their transaction.

Locks: order rows, then shipment rows, then credit accounts, then demands and stock balances, counters last.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from shunda.core import sql
from shunda.core.actor import Actor
from shunda.core.batch import Batch
from shunda.core.refusal import Refusal
from shunda.fulfilment import queries
from shunda.fulfilment.models import Shipment
from shunda.fulfilment.reasons import ORDER_CLOSED, TWICE
from shunda.fulfilment.states import SHIPMENT
from shunda.orders.models import Order
from shunda.orders.states import ORDER, OrderStatus
from shunda.work.specs import TaskSpec
from shunda.work.steps import close_tasks, open_tasks

SHIPMENT_KIND = Shipment._meta.label_lower
ORDER_KIND = Order._meta.label_lower


def lock_orders(ids: Iterable[int]) -> dict[int, Order]:
    """Order rows locked in primary-key order, with their customers' names and terms."""
    rows = Order.objects.filter(pk__in=set(ids)).select_related("term").order_by("pk")
    return {order.pk: order for order in rows.select_for_update(of=("self",), no_key=True)}


class Head(NamedTuple):
    """What a worklist shows of an order."""

    pk: int
    number: str
    customer_name: str
    region_id: int | None
    owner_id: int
    urgent: bool


_HEADS = """
select id, number, customer_name, region_id, owner_id, urgent from orders_order
where id = any(%s::bigint[]) order by id for no key update
"""


def lock_heads(ids: Iterable[int]) -> list[Head]:
    """As ``lock_orders``, for those who need no more than a head of thousands of orders."""
    return [Head(*row) for row in sql.fetch(_HEADS, [sql.numbers(set(ids))])]


def locked(
    ids: Sequence[int], move: str, *, by: Actor, versions: Mapping[int, int] | None, under_way: bool = True
) -> tuple[Batch[Shipment], dict[int, Order]]:
    """Shipments ready for a move, behind their locked orders.

    Refused: one that is in the list twice, and (``under_way``) those of orders that are no longer confirmed.
    """
    order_ids = Shipment.objects.filter(pk__in=set(ids)).values_list("order_id", flat=True)
    orders = lock_orders(order_ids)
    batch = Batch(queries.seen_by(by), ids, SHIPMENT, move, versions=versions)
    counts = Counter(ids)
    batch.refuse_if(lambda s: TWICE(s.pk) if counts[s.pk] > 1 else None)
    if under_way:
        batch.refuse_if(lambda s: _closed(s, orders[s.order_id]))
    return batch, orders


def _closed(shipment: Shipment, order: Order) -> Refusal | None:
    if order.status == OrderStatus.CONFIRMED:
        return None
    return ORDER_CLOSED(shipment.pk, order=order.number, status=ORDER.label(order.status))


def open_steps(
    names: Iterable[str], shipments: Iterable[Shipment], orders: Mapping[int, Order], *, at: datetime
) -> None:
    """Steps of these shipments wait for somebody: moves of theirs, or ``confirm``, the receipt of what arrived."""
    waiting = list(shipments)
    open_tasks(
        [
            TaskSpec.of_order(
                orders[s.order_id],
                f"shipment.{name}",
                SHIPMENT["sign" if name == "confirm" else name].permission,
                SHIPMENT_KIND,
                s.pk,
                s.number,
            )
            for name in names
            for s in waiting
        ],
        at=at,
    )


def close_steps(
    names: Iterable[str], shipments: Iterable[Shipment], *, by: Actor, at: datetime, outcome: str = "done"
) -> None:
    """These steps of the shipments are done, or no longer needed (``dropped``)."""
    kinds = [f"shipment.{name}" for name in names]
    close_tasks(kinds, SHIPMENT_KIND, [s.pk for s in shipments], by=by, at=at, outcome=outcome)


def show_what_remains(orders: Iterable[Order | Head], *, by: Actor, at: datetime) -> None:
    """Orders with goods reserved and in no shipment wait for one; the others no longer do."""
    known = {order.pk: order for order in orders}
    waiting = queries.with_something_to_ship(known)
    close_tasks(["shipment.create"], ORDER_KIND, sorted(known.keys() - waiting), by=by, at=at)
    open_tasks(
        [
            TaskSpec.of_order(
                known[pk], "shipment.create", "fulfilment.create_shipment", ORDER_KIND, pk, known[pk].number
            )
            for pk in sorted(waiting)
        ],
        at=at,
    )
